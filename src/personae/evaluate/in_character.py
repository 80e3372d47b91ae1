"""Whether a character keeps to its card: every statement is asked about, every reply judged.

A reply is judged clause by clause against all statements of the card; it fails above the threshold
of the judge that was calibrated on human replies (`personae.encoders.contradiction`). A reply that
says nothing, or says the question back, contradicts nothing, and fails all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from personae.data import Dialogue, Persona, Scene, Turn
from personae.encoders.contradiction import Judged, judge_replies
from personae.encoders.types import Nli
from personae.errors import InvalidOption
from personae.evaluate.probes import ASKER, probes
from personae.evaluate.targets import NOON, sample_seed
from personae.speaker import Speaker
from personae.steps.describe_persona import fill
from personae.text.faults import words_of

STATEMENTS_LIMIT = 64
GOLD_SHARE = 0.05  # of human replies that the default threshold flags


@dataclass(frozen=True, slots=True)
class Examined:
    """A question, the reply, and what is wrong with it (`fault` is empty where nothing is).

    `clause` is what of the reply clashes most with `statement`, `contradiction` how likely it does.
    """

    question: str
    reply: str
    fault: str = ""
    clause: str = ""
    statement: str = ""
    contradiction: float = 0.0


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of asking a character about its own card."""

    persona: str
    method: str
    model: str
    judge: str
    threshold: float
    replies: tuple[Examined, ...]

    @property
    def failed(self) -> tuple[Examined, ...]:
        return tuple(one for one in self.replies if one.fault)

    @property
    def share(self) -> float:
        """The share of replies that failed, 0–1."""
        return len(self.failed) / len(self.replies)

    def describe(self) -> str:
        """Which reply met which statement, in lines."""
        lines = [
            f"{self.persona}: {len(self.failed)} of {len(self.replies)} replies are out of "
            f"character ({self.method} on {self.model}, judged by {self.judge})."
        ]
        for one in self.failed:
            lines += [
                f"  asked:       {one.question}",
                f"  replied:     {one.reply or '(nothing)'}",
            ]
            if one.statement:
                lines += [f"  contradicts: {one.statement}"]
                if one.clause != one.reply:
                    lines += [f"  with:        {one.clause}"]
            lines += [f"  {one.fault}", ""]
        return "\n".join(lines).rstrip()


def examine(
    persona: Persona,
    speaker: Speaker,
    nli: Nli,
    *,
    questions: Sequence[str] = (),
    threshold: float | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> Examination:
    """Ask the character `questions`, or what its card answers, and judge the replies.

    With a `limit`, so many questions, spread evenly. `threshold` is the contradiction probability
    above which a reply fails; by default the one that flags 5 % of human replies. Raises
    InvalidOption where nothing can be asked or judged, BackendError.
    """
    if isinstance(questions, str):
        raise InvalidOption("`questions` is a list of texts, not one text. Write it as [text].")
    if threshold is not None and not 0 <= threshold <= 1:
        raise InvalidOption(f"threshold={threshold} is no probability: give 0 to 1.")
    if limit is not None and limit < 1:
        raise InvalidOption(f"limit={limit} asks nothing: give 1 or more.")
    if not persona.statements:
        raise InvalidOption(
            f"The card of {persona.name!r} has no statements, so nothing can contradict it. Add "
            "`statements:` to it, one fact each, in the first person."
        )
    asked = _spread(tuple(questions) or card_questions(persona), limit)
    if not asked:
        raise InvalidOption(
            f"None of the {len(persona.statements)} statements of {persona.name!r} can be turned "
            "into a question (only English ones in the first person can): give questions=[…]."
        )
    least = nli.thresholds[GOLD_SHARE] if threshold is None else threshold
    scenes = [_scene(persona, question) for question in asked]
    replies = [
        speaker.reply(scene, seed=sample_seed(seed, question)).text
        for scene, question in zip(scenes, asked, strict=True)
    ]
    told = [fill(one, scenes[0]) for one in persona.statements[:STATEMENTS_LIMIT]]
    judged = judge_replies(nli, [(reply, told) for reply in replies])
    found = [_examined(*pair, least) for pair in zip(asked, judged, strict=True)]
    return Examination(persona.name, speaker.method, speaker.lm.name, nli.name, least, tuple(found))


def card_questions(persona: Persona) -> tuple[str, ...]:
    """A question about each statement of a card that can be asked about."""
    name = persona.name
    opening = (Turn(speaker=ASKER, text="Hello."), Turn(speaker=name, text="Hello."))
    dialogue = Dialogue(id="card", turns=opening, personas={name: persona})
    found: Iterator[str] = (probe.turns[0].text for probe in probes([dialogue]))
    return tuple(dict.fromkeys(found))


def _scene(persona: Persona, question: str) -> Scene:
    turns = (Turn(speaker=ASKER, text=question),)
    return Scene(persona=persona, turns=turns, user=ASKER, now=NOON)


def _examined(question: str, judged: Judged, threshold: float) -> Examined:
    reply, worst = judged.reply.strip(), judged.worst
    if not words_of(reply):
        return Examined(question, reply, "The reply says nothing.")
    if words_of(reply) == words_of(question):
        return Examined(question, reply, "The reply is the question.")
    if worst is None or not judged.contradicts(threshold):
        return Examined(question, reply, contradiction=judged.contradiction)
    fault = f"contradiction {worst.contradiction:.3f}, allowed up to {threshold:.3f}"
    return Examined(question, reply, fault, worst.clause, worst.statement, worst.contradiction)


def _spread(questions: tuple[str, ...], limit: int | None) -> tuple[str, ...]:
    size = min(limit or len(questions), len(questions))
    return tuple(questions[at * len(questions) // size] for at in range(size))
