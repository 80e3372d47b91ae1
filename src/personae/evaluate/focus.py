"""FoCus: is the right knowledge chosen, are the right statements, and is the answer told (S033)?

Knowledge accuracy (KG) is over ten candidates; persona accuracy (PG) over all statements, as in the
paper, beside the F1 of those that are used: nine in ten statements are not, so that choosing none
is 90 % accurate.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.data import Passage, Persona, Sample, Scene, Turn
from personae.encoders.grounding import open_grounding
from personae.encoders.personal_memory import select
from personae.errors import InvalidOption
from personae.formats.focus import HUMAN, MACHINE, FocusTurn
from personae.steps.select_grounding import cosines
from personae.text.tfidf import tfidf_scores

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

SYSTEMS = ("random", "tfidf", "cosine", "info", "memory", "oracle")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One paragraph's position, and a number a statement: those above a threshold are taken."""

    knowledge: int
    statements: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one system: by turn whether its knowledge was right, and its statements."""

    knowledge: tuple[bool, ...]
    persona: tuple[tuple[bool, ...], ...]  # what was taken
    gold: tuple[tuple[bool, ...], ...]

    @property
    def kg(self) -> float:
        return sum(self.knowledge) / max(1, len(self.knowledge))

    @property
    def pg(self) -> float:
        """The share of statements that are rightly taken or left."""
        pairs = [a == b for x, y in self._rows for a, b in zip(x, y, strict=True)]
        return sum(pairs) / max(1, len(pairs))

    @property
    def persona_f1(self) -> float:
        """F1 of the statements that are used; 1 where none is used and none taken."""
        right, total = 0, 0
        for taken, gold in self._rows:
            right += sum(a and b for a, b in zip(taken, gold, strict=True))
            total += sum(taken) + sum(gold)
        return 2 * right / total if total else 1.0

    @property
    def _rows(self) -> list[tuple[tuple[bool, ...], tuple[bool, ...]]]:
        return list(zip(self.persona, self.gold, strict=True))


System = Callable[[FocusTurn], Chosen]


def systems(
    names: Sequence[str], embedder: Embedder, folder: Path | None = None, seed: int = 0
) -> dict[str, System]:
    """The systems of those names, INFO with the shipped weights or a folder's.

    Raises InvalidOption for another name.
    """
    known: dict[str, System] = {
        "random": _by_chance(seed),
        "tfidf": _scored(lambda query, texts: tfidf_scores(query, texts)),
        "cosine": _scored(lambda query, texts: cosines(texts, query, embedder)),
        "info": _by_info(folder, is_counted=True),
        "info without count": _by_info(folder, is_counted=False),
        "memory": _by_memory(embedder),
        "oracle": lambda one: Chosen(one.gold, tuple(map(float, one.grounding))),
    }
    for name in names:
        if name not in known:
            raise InvalidOption(f"There is no system {name!r}; there are {', '.join(known)}.")
    return {name: known[name] for name in names}


def figures(turns: Sequence[FocusTurn], system: System, threshold: float) -> Figures:
    """What a system chooses over the turns; statements above the threshold are taken."""
    chosen = [system(one) for one in turns]
    return Figures(
        tuple(mine.knowledge == one.gold for mine, one in zip(chosen, turns, strict=True)),
        tuple(tuple(value > threshold for value in mine.statements) for mine in chosen),
        tuple(one.grounding for one in turns),
    )


def threshold_of(turns: Sequence[FocusTurn], system: System) -> float:
    """The threshold with the best F1 on turns that are not the test's."""
    chosen = [system(one) for one in turns]
    scores = sorted({value for one in chosen for value in one.statements})
    if not scores:
        return 0.5
    step = max(1, len(scores) // 100)
    gold = tuple(one.grounding for one in turns)

    def f1(threshold: float) -> float:
        taken = tuple(tuple(value > threshold for value in one.statements) for one in chosen)
        return Figures((), taken, gold).persona_f1

    return max([*scores[::step], scores[0] - 1.0], key=f1)


def _by_chance(seed: int) -> System:
    rng = random.Random(seed)
    return lambda one: Chosen(
        rng.randrange(len(one.candidates)), tuple(rng.random() for _ in one.persona)
    )


def _scored(score: Callable[[str, Sequence[str]], Sequence[float]]) -> System:
    """Knowledge by its score for the question; statements by theirs for that with the knowledge.

    With the history before the question both baselines choose worse: it is about other knowledge.
    """

    def system(one: FocusTurn) -> Chosen:
        values = list(score(one.question, one.candidates))
        best = values.index(max(values))
        if not one.persona:
            return Chosen(best, ())
        read = f"{one.question} {one.candidates[best]}"
        return Chosen(best, tuple(score(read, one.persona)))

    return system


def _by_memory(embedder: Embedder) -> System:
    def system(one: FocusTurn) -> Chosen:
        found = select(one.question, one.candidates, one.persona, embedder)
        return Chosen(found.knowledge, found.facets)

    return system


def _by_info(folder: Path | None, *, is_counted: bool) -> System:
    def system(one: FocusTurn) -> Chosen:
        found = open_grounding(folder).select(one.question, one.before, one.persona, one.candidates)
        values = found.statement_scores
        if is_counted:
            values = tuple(float(at in found.statements) for at in range(len(one.persona)))
        return Chosen(found.knowledge, values)

    return system


def retrieval(
    turns: Sequence[FocusTurn], system: System, threshold: float, embedder: Embedder
) -> Mapping[str, list[bool]]:
    """Is the right paragraph the first of all articles' for a query by the embedder, by turn?

    `history` asks with the question, `enhanced` with the chosen statements and knowledge behind it,
    as INFO's retriever is asked.
    """
    import numpy as np

    pool = sorted({text for one in turns for text in (*one.knowledge, *one.candidates)})
    vectors = embedder.embed(pool)
    found: dict[str, list[bool]] = {"history": [], "enhanced": []}
    for one in turns:
        mine = system(one)
        taken = [
            text for text, value in zip(one.persona, mine.statements, strict=True)
            if value > threshold
        ]  # fmt: skip
        queries = {
            "history": one.question,
            "enhanced": " ".join([one.question, *taken, one.candidates[mine.knowledge]]),
        }
        for name, query in queries.items():
            best = int(np.argmax(vectors @ embedder.embed([query])[0]))
            found[name].append(pool[best] == one.candidates[one.gold])
    return found


def scene_of(one: FocusTurn) -> Scene:
    """The moment before the machine answers: it knows the candidates, and the human's persona."""
    turns = tuple(
        Turn(speaker=MACHINE if at % 2 else HUMAN, text=text) for at, text in enumerate(one.history)
    )
    guide = Persona(
        name=MACHINE,
        description="You show people around and answer their questions.",
        knowledge=tuple(Passage(text=text) for text in one.candidates),
    )
    known = Persona(name=HUMAN, statements=one.persona)
    return Scene(persona=guide, turns=turns, user=HUMAN, user_persona=known)


def samples_of(turns: Sequence[FocusTurn]) -> list[Sample]:
    """The answers to give, with the gold one."""
    return [
        Sample(id=f"focus-{at}", scene=scene_of(one), reference=one.answer)
        for at, one in enumerate(turns)
    ]


def with_reply(sample: Sample, reply: str) -> Sample:
    """The sample once it is answered."""
    return sample.model_copy(update={"reply": reply})


def without_knowledge(sample: Sample) -> Sample:
    """The same question to a machine that knows nothing of the place nor of the human."""
    scene = sample.scene
    bare = scene.persona.model_copy(update={"knowledge": ()})
    return sample.model_copy(
        update={"scene": scene.model_copy(update={"persona": bare, "user_persona": None})}
    )


def written_scores(samples: Sequence[Sample]) -> dict[str, float]:
    """BLEU and chrF++ (sacrebleu, corpus), ROUGE-L and word F1, 0 to 100."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    from personae.metrics.rouge_l import f_measure
    from personae.metrics.word_f1 import f1

    replies = [one.reply for one in samples]
    gold = [one.reference for one in samples]
    pairs = list(zip(replies, gold, strict=True))
    return {
        "BLEU": BLEU().corpus_score(replies, [gold]).score,
        "chrF++": CHRF(word_order=2).corpus_score(replies, [gold]).score,
        "ROUGE-L": 100 * sum(f_measure(a, b) for a, b in pairs) / max(1, len(pairs)),
        "word F1": 100 * sum(f1(a, b) for a, b in pairs) / max(1, len(pairs)),
    }
