"""Direct preference optimisation towards replies that keep more of the persona (S054, APC-DPO)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.data import Persona, Scene
from personae.draft import Count, chain
from personae.errors import FormatError
from personae.media.atomic_file import write_atomically
from personae.recipes.branched_sequence import Branch, BranchedSequence, branched
from personae.recipes.kept_rows import kept_rows
from personae.recipes.lora_training import (
    Artifact,
    Plan,
    Report,
    export,
    load_base,
    log_likelihoods,
    require_same_options,
    token_encoder,
    train,
    with_adapter,
)
from personae.recipes.persona_dialogues import PersonaDialogue, training_dialogues
from personae.registry import EntryInfo
from personae.text.questions import question_about

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel
    from personae.speaker import Speaker

ENTRY = EntryInfo(
    systems=("S054",),
    aka=("apc-dpo", "dpo"),
    paper="Peng & Shang 2024, Quantifying and Optimizing Global Faithfulness in Persona-driven "
    "Role-playing, arXiv:2405.07726",
    deviations="One adapter for all personas instead of one a character; queries are questions "
    "made from statements and real first turns; our discriminators judge.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two replies to one query, and how many more constraints the chosen one satisfies."""

    statements: tuple[str, ...]
    query: str
    chosen: str
    rejected: str
    gap: float


def apc_preferences(
    *,
    personas: Count = 60,
    queries: Count = 6,
    min_gap: Annotated[float, Field(ge=0)] = 0.2,
    beta: Annotated[float, Field(gt=0)] = 0.1,
    budget_tokens: Annotated[int, Field(ge=1, le=10**12)] = 150_000,
    rank: Annotated[int, Field(ge=1, le=256)] = 8,
    rate: Annotated[float, Field(gt=0, lt=1)] = 2e-4,
    pairs: str = "",
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Draw two replies a query, prefer the one with the higher APC score, train by DPO.

    A pair counts when the scores lie more than `min_gap` apart. `queries` are those of each of
    `personas` personas of the training dialogues. `pairs` is a file of pairs to train on instead
    (`write_pairs`). The recipe is `(data, work, show, resume) -> Artifact`; pairs are kept in
    `work` and not drawn again. Raises FormatError for a file that holds no pairs.
    """
    options = {
        "personas": personas, "queries": queries, "min_gap": min_gap, "beta": beta,
        "budget_tokens": budget_tokens, "rank": rank, "rate": rate, "pairs": pairs, "seed": seed,
    }  # fmt: skip

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        work.mkdir(parents=True, exist_ok=True)
        kept = work / f"pairs-{seed}.jsonl"
        if pairs:
            found = read_pairs(Path(pairs).expanduser())
        else:
            asked = [one for one in training_dialogues(data, seed) if one.statements][:personas]
            found = _pairs(asked, queries, min_gap, kept, seed, show)
        model, tokenizer = load_base()
        plan = Plan(
            work / f"apc-seed-{seed}", budget_tokens, rate=rate, rank=rank, alpha=2 * rank,
            accumulate=8, seed=seed, resume=resume,
        )  # fmt: skip
        require_same_options(plan.out, options, resume)
        adapted = with_adapter(model, plan)
        encode = token_encoder(tokenizer)
        prepared = [_prepared(adapted, pair, encode, beta) for pair in found]
        facts = train(
            adapted, lambda epoch: prepared, preference_losses, plan,
            lambda done, of, loss: show("preferring", done, of, f"loss {loss:.3f}"),
        )  # fmt: skip
        facts["pairs"] = len(found)
        return export(adapted, plan.out, "apc-preferences", options, facts)

    return recipe


@dataclass(frozen=True, slots=True)
class Drawn:
    """Replies to a query: all statements of the persona, and those that the model was told."""

    statements: tuple[str, ...]
    told: tuple[str, ...]
    query: str
    replies: tuple[str, ...]


def dpo_pairs(
    persona: Persona, lm: LanguageModel, queries: Sequence[str], *, k: int = 2,
    min_gap: float = 0.2, seed: str = "0",
) -> list[Pair]:  # fmt: skip
    """Draw `k` replies to each query from the retrieval prompt, pair the best with the worst.

    As in the paper at temperature 1, with the five statements of the highest relevance told, and
    scored over all of them.
    """
    speaker = _sampler(lm)
    return pairs_from([_drawn(speaker, persona, query, k, seed) for query in queries], min_gap)


def pairs_from(drawn: Sequence[Drawn], min_gap: float) -> list[Pair]:
    """The preferences among the replies to each query, by V_APC."""
    from personae.metrics.apc import apc_scores

    flat = [(one.statements, one.query, reply) for one in drawn for reply in one.replies]
    values = iter([score.total for score in apc_scores(flat)])
    found = []
    for one in drawn:
        ranked = sorted(((next(values), reply) for reply in one.replies), reverse=True)
        (high, chosen), (low, rejected) = ranked[0], ranked[-1]
        if high - low > min_gap and chosen.strip() and rejected.strip():
            found.append(Pair(one.told, one.query, chosen, rejected, round(high - low, 4)))
    return found


def write_pairs(pairs: Sequence[Pair], target: Path) -> None:
    """JSON lines with chosen and rejected replies, replaced in one step."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in pairs)
    write_atomically(target, "".join(lines).encode())


def read_pairs(source: Path) -> list[Pair]:
    """What `write_pairs` wrote. Raises FormatError, which names the line."""
    if not source.is_file():
        raise FormatError("There is no such file of pairs.", file=source)
    found = []
    for number, line in enumerate(source.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            found.append(_pair(row))
        except (ValueError, TypeError, KeyError) as error:
            raise FormatError(
                "This is no pair: it needs statements, query, chosen, rejected and gap.",
                file=source, line=number,
            ) from error  # fmt: skip
    if not found:
        raise FormatError("This file holds no pairs.", file=source)
    return found


def _pair(row: Mapping[str, Any]) -> Pair:
    query, chosen, rejected = (row[name] for name in ("query", "chosen", "rejected"))
    statements = tuple(row["statements"])
    if not all(isinstance(text, str) for text in (query, chosen, rejected, *statements)):
        raise TypeError("a text is expected")
    return Pair(statements, query, chosen, rejected, float(row["gap"]))


def queries_for(dialogue: PersonaDialogue, count: int) -> list[str]:
    """Questions about the statements first, then what the other party really said."""
    asked = [question for one in dialogue.statements if (question := question_about(one))]
    said = [dialogue.turns[at - 1][1] for at in dialogue.replies]
    return list(dict.fromkeys([*asked, *said]))[:count]


def _pairs(
    dialogues: Sequence[PersonaDialogue], queries: int, min_gap: float, file: Path, seed: int,
    show: Report,
) -> list[Pair]:  # fmt: skip
    """A persona's pairs are written when it is done; those that are there are not drawn again."""
    lm = cache(_embedded)  # no model is opened where all pairs are there

    def made(number: int) -> Iterator[dict[str, Any]]:
        dialogue = dialogues[number]
        asked = queries_for(dialogue, queries)
        persona = Persona(name="B", statements=dialogue.statements)
        drawing = f"{seed}/{dialogue.id}"
        yield from map(asdict, dpo_pairs(persona, lm(), asked, min_gap=min_gap, seed=drawing))
        show("drawing", number + 1, len(dialogues), asked[-1] if asked else "")

    try:
        rows = kept_rows(file, range(len(dialogues)), made)
    finally:
        if lm.cache_info().currsize:
            lm().close()
    return [_pair(row) for row in rows]


def _embedded() -> LanguageModel:
    from personae.lm.names import open_model

    return open_model("embedded")


def _sampler(lm: LanguageModel) -> Speaker:
    from personae.encoders.embedder import open_embedder
    from personae.speaker import Speaker
    from personae.steps.choose import choose
    from personae.steps.fit_prompt import fit_prompt
    from personae.steps.generate import generate
    from personae.steps.relevant_statements import relevant_statements
    from personae.steps.sample import sample
    from personae.steps.tell_persona import tell_persona

    draws = chain(
        sample(temperature=1.0, max_tokens=64), relevant_statements(count=5), tell_persona(),
        fit_prompt(), generate(attempts=1, max_sentences=2), choose(),
    )  # fmt: skip
    return Speaker(lm, draws, embedder=open_embedder(), replayable=True)


def _drawn(speaker: Speaker, persona: Persona, query: str, k: int, seed: str) -> Drawn:
    import zlib

    scene = Scene(persona=persona).said("A", query)
    first = zlib.crc32(f"{seed}/{query}".encode())
    drafts = [speaker.reply(scene, seed=first + number).draft for number in range(k)]
    told = drafts[0].scene.persona.statements
    return Drawn(persona.statements, told, query, tuple(draft.reply for draft in drafts))


@dataclass(slots=True)
class PreparedPair:
    """A pair as two branches of one sequence, with the base's margin in nats."""

    sequence: BranchedSequence
    base_margin: float
    beta: float

    def __len__(self) -> int:
        return len(self.sequence)

    @property
    def targets(self) -> int:
        """How many tokens are predicted."""
        return self.sequence.targets


def preference_losses(model: Any, group: Sequence[PreparedPair]) -> Iterator[Any]:
    """−log σ(β(margin − base margin)), a pair at a time (Rafailov et al. 2023, eq. 7)."""
    import torch

    for pair in group:
        margin = _margin(model, pair.sequence)
        yield -torch.nn.functional.logsigmoid(pair.beta * (margin - pair.base_margin)) / len(group)


def _prepared(
    model: Any, pair: Pair, encode: Callable[[str], list[int]], beta: float
) -> PreparedPair:
    import torch

    asked = PersonaDialogue("", pair.statements, ((False, pair.query),))
    replies = [Branch(1, reply, None) for reply in (pair.chosen, pair.rejected)]
    sequence = branched(asked, replies, encode)
    with torch.no_grad(), model.disable_adapter():
        margin = float(_margin(model, sequence))
    return PreparedPair(sequence, margin, beta)


def _margin(model: Any, sequence: BranchedSequence) -> Any:
    """How much likelier the first branch is than the second, in nats."""
    import torch

    each = log_likelihoods(model, [sequence])
    of = torch.tensor([sequence.branch[at] for at in sequence.learned], device=each.device)
    first = of == of[0]
    return each[first].sum() - each[~first].sum()
