"""The cross product of modules: every system talks to the same users, every module is measured.

Takanobu et al. 2020 (S086): systems by what they achieve, modules by single turns, and how far the
one tells the other.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from personae.errors import CapabilityError, FormatError, InvalidOption, UnknownEntry
from personae.evaluate.bootstrap import Difference, Interval, interval, paired_difference
from personae.evaluate.task_dialogue import dst, nlg, nlu, policy
from personae.evaluate.task_dialogue.acts import Act, Acts, State
from personae.evaluate.task_dialogue.domain import Domain
from personae.evaluate.task_dialogue.inversions import Comparison, Entry, compared
from personae.evaluate.task_dialogue.pipeline import (
    Exchange,
    Outcome,
    Pipeline,
    goals_of,
    learn,
    talk,
)
from personae.metrics.correlation import kendall
from personae.metrics.types import mean_scores
from personae.text.parsing import Record, json_lines

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

SLOTS = ("nlu", "dst", "policy", "nlg")
MODULES = {
    "nlu": ("rule", "small", "lm", "noisy"),
    "dst": ("rule", "last", "lm"),
    "policy": ("rule", "learned"),
    "nlg": ("template", "terse", "lm"),
}
METRICS = {"nlu": "act F1", "dst": "joint accuracy", "policy": "act F1", "nlg": "BLEU"}
NOISE = 0.3
CORPUS_SEED = 1_000_003  # of the dialogues that modules are measured on: no system meets them
CORPUS_TURNS = 300
SLOW_TURNS = 20  # of a module with a language model
Combination: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Means:
    """What modules are made of; a language model and an embedder only where one needs them."""

    domain: Domain
    lm: Callable[[], LanguageModel]
    embedder: Callable[[], Embedder]
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One system: its outcomes by goal, and the figures of the table with their intervals."""

    modules: Combination
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        return "+".join(self.modules)

    @property
    def success(self) -> float:
        return sum(one.success for one in self.outcomes) / len(self.outcomes)

    def figures(self, seed: int = 0) -> dict[str, tuple[float, Interval | None]]:
        """Complete, success, book, inform F1, turns: means with intervals over goals."""
        columns: dict[str, list[float | None]] = {
            "complete": [float(one.complete) for one in self.outcomes],
            "success": [float(one.success) for one in self.outcomes],
            "book": [one.booked for one in self.outcomes],
            "inform F1": [one.inform_f1 for one in self.outcomes],
            "turns": [float(one.turns) for one in self.outcomes],
        }
        scores = {
            name: mean_scores(name, values, unit="", higher_is_better=None)
            for name, values in columns.items()
        }
        return {name: (one.total, interval(one, seed=seed)) for name, one in scores.items()}


def combinations(chosen: Mapping[str, Sequence[str]]) -> list[Combination]:
    """Every system of the chosen modules. Raises UnknownEntry, InvalidOption."""
    for slot in SLOTS:
        if not chosen.get(slot):
            raise InvalidOption(f"Name at least one module for {slot}: {', '.join(MODULES[slot])}")
        for name in chosen[slot]:
            if name.partition(":")[0] not in MODULES[slot]:
                raise UnknownEntry(f"{slot} module", name, MODULES[slot])
    return list(product(*(tuple(dict.fromkeys(chosen[slot])) for slot in SLOTS)))  # type: ignore[arg-type]


def needs_model(modules: Combination) -> bool:
    """Whether a system asks a language model."""
    return "lm" in modules


class Workshop:
    """Makes modules by name, each once."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._made: dict[tuple[str, str], object] = {}

    def pipeline(self, modules: Combination) -> Pipeline:
        """The system of four names."""
        return Pipeline(*(self.module(s, n) for s, n in zip(SLOTS, modules, strict=True)))  # type: ignore[arg-type]

    def module(self, slot: str, name: str) -> object:
        """One module; `noisy:0.1` is the rules with other noise than 0.3."""
        key = (slot, name)
        if key not in self._made:
            self._made[key] = self._make(slot, name)
        return self._made[key]

    def _make(self, slot: str, name: str) -> object:
        domain, means = self._means.domain, self._means
        if slot == "nlu" and name == "small":
            return nlu.by_examples(domain, means.embedder(), means.seed)
        if slot == "nlu" and name.startswith("noisy"):
            return nlu.with_noise(nlu.by_rules(domain), domain, _share(name))
        if slot == "policy" and name == "learned":
            return policy.learned(domain, learn(domain, dst.by_rules(domain), seed=means.seed))
        if name == "lm":
            return {"nlu": nlu.by_model, "dst": dst.by_model, "nlg": nlg.by_model}[slot](
                domain, means.lm()
            )
        makers: dict[tuple[str, str], Callable[[Domain], object]] = {
            ("nlu", "rule"): nlu.by_rules, ("dst", "rule"): dst.by_rules,
            ("dst", "last"): dst.forgetful, ("policy", "rule"): policy.by_rules,
            ("nlg", "template"): nlg.by_template, ("nlg", "terse"): nlg.terse,
        }  # fmt: skip
        return makers[slot, name](domain)


def _share(name: str) -> float:
    text = name.partition(":")[2] or str(NOISE)
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InvalidOption(f"The noise {text[:20]!r} is no share from 0 to 1: noisy:0.3")
    return share


def run_system(
    domain: Domain, pipeline: Pipeline, modules: Combination, number: int, seed: int,
    file: Path | None = None, known: Mapping[tuple[str, str], Outcome] | None = None,
) -> Iterator[Outcome]:  # fmt: skip
    """The outcomes of one system goal by goal; what is in `known` is not talked again.

    Each new outcome is in `file` before it is given.
    """
    name = "+".join(modules)
    for goal_name, goal in goals_of(domain, number, seed).items():
        there = (known or {}).get((name, goal_name))
        if there is None:
            there, _ = talk(domain, pipeline, goal, goal_name)
            if file is not None:
                with file.open("a", encoding="utf-8") as handle:
                    handle.write(json.dumps({"system": name, **there.to_dict()}) + "\n")
        yield there


def read_outcomes(file: Path) -> dict[tuple[str, str], Outcome]:
    """What `run_system` has kept, by system and goal; nothing where there is no file."""
    if not file.exists():
        return {}
    found = {}
    for place, value in json_lines(file):
        record = Record.of(value, place, "outcome")
        try:
            outcome = Outcome(**record.rest("system"))
        except TypeError as error:
            raise FormatError("This is not an outcome.", file=file, line=place.line) from error
        found[record.text("system"), outcome.goal] = outcome
    return found


def corpus(domain: Domain, turns: int = CORPUS_TURNS) -> list[Exchange]:
    """Turns with their true acts: dialogues of the rule-based system with other users."""
    rules = Pipeline(
        nlu.by_rules(domain), dst.by_rules(domain), policy.by_rules(domain), nlg.by_template(domain)
    )
    found: list[Exchange] = []
    for name, goal in goals_of(domain, turns, CORPUS_SEED).items():
        found += talk(domain, rules, goal, name)[1]
        if len(found) >= turns:
            break
    return found[:turns]


def component(slot: str, module: object, domain: Domain, exchanges: Sequence[Exchange]) -> float:
    """A module's own figure on single turns, 0–1: what it makes of the true input of each."""
    if slot == "nlu":
        return _nlu_f1(module, exchanges)  # type: ignore[arg-type]
    if slot == "dst":
        return _joint_accuracy(module, exchanges)  # type: ignore[arg-type]
    if slot == "policy":
        return _policy_f1(module, domain, exchanges)  # type: ignore[arg-type]
    return _bleu(module, domain, exchanges)  # type: ignore[arg-type]


def _nlu_f1(module: nlu.Nlu, exchanges: Sequence[Exchange]) -> float:
    rng = random.Random("component")
    return _f1([(module(one.said, one.before, rng), one.meant) for one in exchanges])


def _f1(pairs: Sequence[tuple[Acts, Acts]]) -> float:
    """Micro F1 of acts."""
    right = sum(len(set(found) & set(true)) for found, true in pairs)
    found, true = (sum(len(set(pair[side])) for pair in pairs) for side in (0, 1))
    return 2 * right / (found + true) if found + true else 0.0


def _joint_accuracy(module: dst.Dst, exchanges: Sequence[Exchange]) -> float:
    """The share of turns after which all beliefs are true, given the words and what rules read."""
    right, mine, true = 0, State(), dict[str, dict[str, str]]()
    for one in exchanges:
        if len(one.state.history) == 1:
            mine, true = State(), {}
        for act in one.meant:
            if act.intent in ("inform", "any"):
                true.setdefault(act.service, {})[act.slot] = act.value
        mine = module(mine, one.understood, one.said)
        right += _filled_in(mine.beliefs) == _filled_in(true)
        mine = _answered(mine, one)
    return right / len(exchanges)


def _filled_in(beliefs: Mapping[str, Mapping[str, str]]) -> set[tuple[str, str, str]]:
    return {(name, k, v) for name, slots in beliefs.items() for k, v in slots.items() if v}


def _answered(state: State, one: Exchange) -> State:
    return replace(state, history=(*state.history, one.reply))


def _policy_f1(module: policy.Policy, domain: Domain, exchanges: Sequence[Exchange]) -> float:
    """F1 of the acts against those of the corpus, intent and slot; entities may differ."""

    def bare(acts: Acts) -> Acts:
        return tuple(Act(act.intent, act.service, act.slot) for act in acts)

    return _f1([(bare(module(one.state)), bare(one.acts)) for one in exchanges])


def _bleu(module: nlg.Nlg, domain: Domain, exchanges: Sequence[Exchange]) -> float:
    """Corpus BLEU-4 against the other two templates of each act."""
    from sacrebleu.metrics.bleu import BLEU

    rng = random.Random("component")
    said = [module(one.acts, rng) for one in exchanges]
    references = [
        [nlg.by_template(domain, number)(one.acts, rng) for one in exchanges] for number in (1, 2)
    ]
    return float(BLEU().corpus_score(said, references).score) / 100


def components(
    chosen: Mapping[str, Sequence[str]], workshop: Workshop, domain: Domain
) -> dict[tuple[str, str], float]:
    """The own figure of every chosen module; those with a language model on fewer turns."""
    exchanges = corpus(domain)
    return {
        (slot, name): component(
            slot, workshop.module(slot, name), domain,
            exchanges[: SLOW_TURNS if name == "lm" else len(exchanges)],
        )
        for slot in SLOTS
        for name in dict.fromkeys(chosen[slot])
    }  # fmt: skip


def slots_compared(
    results: Sequence[Result], figures: Mapping[tuple[str, str], float]
) -> list[Comparison]:
    """For each slot the modules' figures beside the mean success of all systems with them."""
    found = []
    for at, slot in enumerate(SLOTS):
        names = list(dict.fromkeys(one.modules[at] for one in results))
        if len(names) > 1:
            entries = []
            for name in names:
                rates = [one.success for one in results if one.modules[at] == name]
                entries.append(Entry(name, figures[slot, name], sum(rates) / len(rates)))
            found.append(compared(slot, METRICS[slot], entries))
    return found


def difference(
    results: Sequence[Result], slot: str, first: str, second: str, seed: int = 0
) -> Difference | None:
    """How much more success systems with the module `second` have, goal by goal, than `first`."""
    at = SLOTS.index(slot)
    scores = []
    for name in (first, second):
        by_goal: dict[str, list[float]] = {}
        for one in results:
            if one.modules[at] == name:
                for outcome in one.outcomes:
                    by_goal.setdefault(outcome.goal, []).append(float(outcome.success))
        means: list[float | None] = [sum(some) / len(some) for some in by_goal.values()]
        scores.append(mean_scores("success", means, unit="0–1", higher_is_better=True))
    count = min(len(one.values) for one in scores)
    return paired_difference(scores[0], scores[1], [(at, at) for at in range(count)], seed=seed)


def tau_over_systems(
    results: Sequence[Result], figures: Mapping[tuple[str, str], float], slot: str
) -> float:
    """Kendall's τ of a slot's figure and success over all systems of the matrix."""
    at = SLOTS.index(slot)
    return kendall(
        [figures[slot, one.modules[at]] for one in results], [one.success for one in results]
    )


def needs(chosen: Mapping[str, Sequence[str]], lm: LanguageModel) -> None:
    """Raise CapabilityError where a chosen module needs what the model does not offer."""
    filling = [slot for slot in ("nlu", "dst") if "lm" in chosen[slot]]
    if filling and "schema" not in lm.capabilities:
        raise CapabilityError(
            f"The module lm of {filling[0]} fills forms, and the model {lm.name!r} writes no JSON "
            "by a schema."
        )
