"""S054 APC score: the formula, its invariances, the paper's example, and what training gains.

The adapter of preference tuning must answer questions about statements of personas that nothing
was trained on with a higher ΔV than the same prompt without it does; at weight 0 nothing differs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mean, paired_p, replies_to
from personae.data import Persona, Scene
from personae.encoders.nli import open_nli
from personae.encoders.relevance import Relevance, open_relevance
from personae.encoders.types import Nli
from personae.metrics.apc import ApcScore, apc_from_probabilities, apc_score, apc_scores
from personae.speaker import Speaker
from personae.text.questions import question_about
from personae.text.written import as_statement

KOISHI = (
    "Komeiji Koishi lives with her sister, Komeiji Satori.",
    "Komeiji Koishi lives in Chireiden.",
)
HOME = "Where do you live, Koishi?"
RESPONSES = (
    "I live in Chireiden with my sister, Satori!",
    "I live in Chireiden!",
    "I live in Hakurei Shrine!",
)
PERSONAS = 60
ASKED = 40  # questions that are answered with and without the adapter


def check(context: CheckContext) -> list[str]:
    """All parts in turn. Raises CheckFailed, CheckSkipped."""
    lines = formula()
    nli, relevance = open_nli(), open_relevance(context.embedder())
    lines += papers_example(nli, relevance)
    lines += invariances(nli, relevance)
    file = data_file(context, "xpersona", "En_persona_test.json")
    lines += asked_statements(relevance, file)
    lines += replies_beat_strangers(nli, relevance, file)
    embedder, weights = context.embedder(), (0.0, 1.0)
    tuned = [
        Speaker(context.lm(), "apc-aligned", options={"weight": weight}, embedder=embedder)
        for weight in weights
    ]
    return [*lines, training_gains(nli, relevance, questions(file), tuned, context.seed)]


def questions(file: Path) -> list[tuple[tuple[str, ...], str]]:
    """The first question of each persona, spelled as people write, with its statements."""
    found = []
    for dialogue in json.loads(file.read_text("utf-8")):
        statements = tuple(as_statement(one) for one in dialogue["persona"] if one.strip())
        query = next(filter(None, map(question_about, statements)), None)
        if query is not None:
            found.append((statements, query))
    return found[:ASKED]


def training_gains(
    nli: Nli, relevance: Relevance, asked: Sequence[tuple[tuple[str, ...], str]],
    speakers: Sequence[Speaker], seed: int,
) -> str:  # fmt: skip
    """ΔV of retrieval's replies, and of the tuned ones. Raises CheckFailed."""
    scenes = [Scene(persona=Persona(name="B", statements=one)).said("A", query)
              for one, query in asked]  # fmt: skip
    deltas = []
    for speaker in speakers:
        said = [one.text for one in replies_to(speaker, scenes, seed)]
        judged = [(*one, text) for one, text in zip(asked, said, strict=True)]
        deltas.append([one.delta for one in apc_scores(judged, nli=nli, relevance=relevance)])
    gains = [after - before for before, after in zip(*deltas, strict=True)]
    p = paired_p(gains, seed)
    told = (
        f"{len(scenes)} questions to unseen personas: ΔV {mean(deltas[0]):.3f} by retrieval, "
        f"{mean(deltas[1]):.3f} with the adapter (one-sided p {p:.4f})"
    )
    expect(mean(gains) > 0 and p < 0.05, f"Preference tuning gains nothing: {told}.")
    return told


def formula() -> list[str]:
    """(a) Hand-set probabilities. Raises CheckFailed."""
    score = apc_from_probabilities(["a", "b"], [0.9, 0.1], [(0.05, 0.15, 0.8), (0.2, 0.7, 0.1)])
    expect(abs(score.total - 1.545) < 1e-12, f"V of the worked example is {score.total}.")
    expect(abs(score.delta - 0.545) < 1e-12, f"ΔV of the worked example is {score.delta}.")
    return ["V of the hand-set example is 1.545 and ΔV 0.545, as by hand"]


def papers_example(nli: Nli, relevance: Relevance) -> list[str]:
    """(b) The order of the authors' three responses. Raises CheckFailed."""
    found = [apc_score(KOISHI, HOME, one, nli=nli, relevance=relevance) for one in RESPONSES]
    totals = [one.total for one in found]
    shown = " > ".join(f"{total:.3f}" for total in totals)
    expect(totals[0] > totals[1] > totals[2], f"The authors' order does not hold: V is {totals}.")
    active = sum(one.kind == "active" for one in found[0].constraints)
    expect(active > 0, "The question where she lives makes no statement about it active.")
    return [f"where Koishi lives, three responses: V {shown} (authors: 1.608 > 0.996 > 0.033)"]


def invariances(nli: Nli, relevance: Relevance) -> list[str]:
    """(c) Order and split of the statements. Raises CheckFailed."""
    statements = [*KOISHI, "I have two dogs.", "I bake bread.", "I am a nurse.", "I like jazz."]

    def score(part: Sequence[str]) -> ApcScore:
        return apc_score(part, HOME, RESPONSES[0], nli=nli, relevance=relevance)

    whole = score(statements).total
    shuffled = score(random.Random(0).sample(statements, len(statements))).total
    split = score(statements[:3]).total + score(statements[3:]).total
    expect(abs(whole - shuffled) < 1e-9, f"V is {whole}, in another order {shuffled}.")
    expect(abs(whole - split) < 1e-9, f"V is {whole}, its two halves' sum {split}.")
    return ["V is the same in another order of statements and is the sum of its halves"]


def asked_statements(relevance: Relevance, file: Path) -> list[str]:
    """The statement that a question was made of ranks before its persona's others."""
    personas = [one["persona"] for one in json.loads(file.read_text("utf-8"))[:PERSONAS]]
    first, active, passive = [], [], []
    for statements in personas:
        for at, statement in enumerate(statements):
            query = question_about(statement)
            if query is None:
                continue
            found = relevance.relevance([(other, query) for other in statements]).tolist()
            first.append(float(found[at] == max(found)))
            active.append(found[at])
            passive += [value for place, value in enumerate(found) if place != at]
    expect(mean(first) > 0.8, f"Only {mean(first):.0%} of {len(first)} questions find their own.")
    expect(mean(active) > 0.5 > mean(passive), f"P_g {mean(active):.2f} and {mean(passive):.2f}.")
    return [
        f"{len(first)} questions made of statements: own statement first in {mean(first):.0%}, "
        f"mean P_g {mean(active):.2f}, of the persona's others {mean(passive):.2f}"
    ]


def replies_beat_strangers(nli: Nli, relevance: Relevance, file: Path) -> list[str]:
    """A persona's own statement as the answer gains more than a stranger's. Raises CheckFailed."""
    personas = [one["persona"] for one in json.loads(file.read_text("utf-8"))[: PERSONAS // 2]]
    own, strange = [], []
    for number, statements in enumerate(personas):
        query = next(filter(None, map(question_about, statements)), None)
        if query is None:
            continue
        answer = next(one for one in statements if question_about(one) == query)
        stranger = personas[number - 1][0]
        own.append((statements, query, answer))
        strange.append((statements, query, stranger))
    gains = [mean([one.delta for one in apc_scores(part, nli=nli, relevance=relevance)])
             for part in (own, strange)]  # fmt: skip
    shown = f"ΔV {gains[0]:.2f}, a stranger's statement instead {gains[1]:.2f}"
    expect(gains[0] > gains[1] + 0.3, f"{len(own)} questions answered: {shown}.")
    return [f"{len(own)} questions answered with the statement they ask for: {shown}"]
