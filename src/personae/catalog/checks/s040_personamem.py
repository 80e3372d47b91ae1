"""S040 PersonaMem: one answer is true, only the history tells which, and a memory finds it.

Everything is made here from the seed: sixty users for the questions themselves, a few for what the
memories find, and some questions for the language model.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from functools import partial

from personae.benchmarks.personamem import longest, most_similar, shared_words
from personae.benchmarks.types import Baseline, Question, by_chance, first_option
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.evaluate.asking import AskedQuestion, Choosing
from personae.evaluate.bench import open_benchmark
from personae.evaluate.bootstrap import paired_difference
from personae.formats.personamem import Row
from personae.histories.asking import TYPES
from personae.histories.making import histories
from personae.histories.published import questionnaire, right_by_graph
from personae.lm.types import LanguageModel
from personae.metrics.types import Scores, mean_scores
from personae.registry import build
from personae.speaker import Speaker
from personae.text.content_words import content_stems

PEOPLE = 60
CHANCE, REACH = 0.25, 0.04
LOOKED_FOR, CHOSEN = 6, 24  # users whose evidence is looked for, questions for the model
LEAST_FOUND = 0.4  # of the evidence among five turns of about a hundred and seventy
LATEST, FACT = TYPES["latest"], TYPES["fact"]


def check(context: CheckContext) -> list[str]:
    """The graph, the outdated, blind judges, evidence that is found, and the model's choices."""
    rows = questionnaire(histories(PEOPLE, seed=context.seed)).rows
    return [
        *graph(rows),
        *outdated(rows),
        *blind(context.seed),
        *finds(context.seed),
        *chooses(context.lm(), context.seed),
        *repeats(context.seed),
    ]


def graph(rows: Sequence[Row]) -> list[str]:
    """The reader of the events' graph is always right, and only one option is ever true."""
    true = [right_by_graph(row) for row in rows]
    wrong = [row.id for row, places in zip(rows, true, strict=True) if places != [row.right]]
    expect(not wrong, f"By the graph {len(wrong)} questions are answered otherwise: {wrong[:3]}.")
    types = Counter(row.type for row in rows)
    expect(set(types) == set(TYPES.values()), f"Only the types {sorted(types)} are asked.")
    return [f"{len(rows)} questions of {len(types)} types: the graph reader gets 1.000"]


def outdated(rows: Sequence[Row]) -> list[str]:
    """The liking before the latest is a wrong answer wherever the latest is asked for."""
    asked = [row for row in rows if row.type == LATEST]
    held = [_is_outdated(row) for row in asked]
    expect(bool(asked) and all(held), f"{sum(held)} of {len(asked)} have the outdated liking.")
    cliche = [row.stereotypical == "Yes" for row in rows if row.type == TYPES["recommend"]]
    expect(bool(cliche) and all(cliche), f"{sum(cliche)} of {len(cliche)} have a cliché.")
    return [f"outdated among the wrong answers in {len(asked)} of {len(asked)}"]


def _is_outdated(row: Row) -> bool:
    """By the events: the option means what the last change put an end to."""
    at = int(row.known["outdated"])
    last = [event for event in row.known["events"] if event["kind"] == "changes"][-1]
    return at >= 0 and at != row.right and row.known["meant"][at] == last["old"]


def blind(seed: int) -> list[str]:
    """Judges that have not read the history are right as often as chance."""
    questions, others = (
        open_benchmark("personamem", {"people": PEOPLE, "seed": one, "memory": "none"}, None)
        .questions for one in (seed, seed + 1)
    )  # fmt: skip
    judges: dict[str, Baseline] = {
        "random": by_chance, "first": first_option, "longest": longest,
        "shared words": shared_words, "similar": most_similar,
        "word counts of others": word_counts(others),
    }  # fmt: skip
    found = {name: _accuracy(judge, questions) for name, judge in judges.items()}
    for name, share in found.items():
        expect(abs(share - CHANCE) <= REACH, f"The blind judge {name!r} gets {share:.3f}.")
    told = ", ".join(f"{name} {share:.3f}" for name, share in found.items())
    return [f"{len(questions)} questions without the history: {told}"]


def word_counts(questions: Sequence[Question]) -> Baseline:
    """A judge that has learnt from other users which words of options are right, by type."""
    right, seen = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in questions:
        for option in one.options:
            for word in set(content_stems(option)):
                seen[one.group, word] += 1
                right[one.group, word] += option == one.reference

    def share(group: str, option: str) -> float:
        words = set(content_stems(option))
        parts = [(right[group, one] + 5) / (seen[group, one] + 20) for one in words]
        return sum(parts) / max(1, len(parts))

    def judge(question: Question, rng: random.Random) -> str:
        return max(question.options, key=partial(share, question.group))

    return judge


def _accuracy(judge: Baseline, questions: Sequence[Question]) -> float:
    right = [judge(one, random.Random(one.id)) == one.reference for one in questions]
    return sum(right) / len(right)


def finds(seed: int) -> list[str]:
    """Recall finds far more of the evidence than five turns by chance would be."""
    options = {"people": LOOKED_FOR, "seed": seed, "memory": "recall"}
    questions = open_benchmark("personamem", options, None).questions
    shares = [_found(one, 5) for one in questions]
    share = sum(shares) / len(shares)
    expect(share >= LEAST_FOUND, f"Recall finds {share:.3f} of the evidence in 5 turns.")
    return [f"{len(questions)} questions: recall finds {share:.3f} of the evidence in 5 turns"]


def _found(question: Question, k: int) -> float:
    gold = set(question.labels["evidence"])
    return len(gold & set(question.labels["found"][:k])) / len(gold)


def chooses(lm: LanguageModel, seed: int) -> list[str]:
    """By likelihood the model chooses better with what recall finds than without a history.

    What happened to users is what so small a model can choose by, and its options are short.
    """
    scores = {memory: _chosen(lm, memory, seed) for memory in ("none", "recall")}
    none, recall = scores["none"], scores["recall"]
    pairs = [(at, at) for at in range(len(none.values))]
    gain = paired_difference(none, recall, pairs, seed=seed)
    told = ", ".join(f"{name} {one.total:.3f}" for name, one in scores.items())
    expect(gain is not None and gain.interval.low > 0, f"{lm.name} chooses right: {told}.")
    assert gain is not None
    span = f"{gain.difference:+.3f} [{gain.interval.low:+.3f}, {gain.interval.high:+.3f}]"
    return [f"{lm.name} on {len(none.values)} questions for facts: {told}, difference {span}"]


def _chosen(lm: LanguageModel, memory: str, seed: int) -> Scores:
    options = {"people": LOOKED_FOR, "each": 2, "seed": seed, "memory": memory}
    questions = open_benchmark("personamem", options, None).questions
    asked = [one for one in questions if one.group == FACT][:CHOSEN]
    answerer = Choosing(Speaker(lm, "plain", replayable=True))
    made = [
        answerer.answer(AskedQuestion(one), seed=seed, cancel=threading.Event()) for one in asked
    ]
    right = [
        float(answer.to_dict()["reply"] == one.reference)
        for answer, one in zip(made, asked, strict=True)
    ]
    return mean_scores("right", right, unit="0–1", higher_is_better=True)


def repeats(seed: int) -> list[str]:
    """The same seed makes the same questions, another one others."""
    made = [
        build("benchmark", "personamem", {"people": 2, "seed": one, "memory": "none"}).questions
        for one in (seed, seed, seed + 1)
    ]
    expect(made[0] == made[1], "The questions differ between two makings.")
    expect(made[0] != made[2], "Another seed makes the same questions.")
    return ["the same seed makes the same users, sessions and questions"]
