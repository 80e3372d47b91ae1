"""Repetition: how much of a reply its speaker has said already, before or in the same reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.stopwords import is_content
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.metrics.words import normalised_words
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("rep",),
    paper="See et al. 2019, What Makes a Good Conversation? How Controllable Attributes Affect "
    "Human Judgments, section 5.1",
)

Ngram: TypeAlias = tuple[str, ...]
LISTED = 20


@dataclass(frozen=True, slots=True)
class Repeated:
    """Shares of one reply, 0–1: n-grams said before, n-grams said twice in it, the union, and
    content words said before. `turn` is the earlier turn that shares most, `shared` what it is."""

    reply: str
    earlier: float
    inside: float
    either: float
    words: float
    turn: str
    shared: tuple[str, ...]


def repetition(*, n: Annotated[int, Field(ge=1, le=9)] = 2) -> Metric:
    """Mean share of a reply's n-grams that its speaker has said already, 0–1.

    An n-gram counts when it stands in an earlier turn of the same speaker (See et al.'s
    `extrep_bigram`) or earlier in the same reply (`intrep_bigram`): loops count. Both shares, and
    that of content words said before (`extrep_nonstopword`, with the stopwords of `persona-f1`),
    stand alone in `detail`, and `detail["worst"]` says which turn shared which n-grams. A reply
    too short for an n-gram repeats nothing. Words are those of `normalised_words`.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        found = [
            repeated(sample.reply, earlier_turns(sample), n) if replied(sample) else None
            for sample in samples
        ]
        present = [one for one in found if one is not None]
        worst = sorted((one for one in present if one.either), key=lambda one: -one.either)
        return mean_scores(
            f"repetition-{n}",
            [None if one is None else one.either for one in found],
            unit="0–1",
            higher_is_better=False,
            detail={
                "said_in_earlier_turns": _mean([one.earlier for one in present]),
                "said_in_the_same_reply": _mean([one.inside for one in present]),
                "content_words_said_before": _mean([one.words for one in present]),
                "worst": [_told(one) for one in worst[:LISTED]],
            },
        )

    return measure


def earlier_turns(sample: Sample) -> list[str]:
    """What the replying speaker said before, oldest first."""
    scene = sample.scene
    return [
        turn.text
        for turn in scene.turns
        if turn.kind == "utterance" and turn.speaker == scene.persona.name
    ]


def repeated(reply: str, earlier: Sequence[str], n: int) -> Repeated:
    """The shares of one reply after its speaker's earlier turns."""
    ngrams = _ngrams(reply, n)
    before = [frozenset(_ngrams(turn, n)) for turn in earlier]
    known = frozenset().union(*before)
    seen: set[Ngram] = set()
    again, looped = [], []
    for ngram in ngrams:
        again.append(ngram in known)
        looped.append(ngram in seen)
        seen.add(ngram)
    said = {word for turn in earlier for word in normalised_words(turn)}
    words = [word for word in normalised_words(reply) if is_content(word)]
    most = max(before, key=lambda grams: len(grams & seen), default=frozenset())
    shared = most & seen
    return Repeated(
        reply=reply,
        earlier=_share(again),
        inside=_share(looped),
        either=_share([a or b for a, b in zip(again, looped, strict=True)]),
        words=_share([word in said for word in words]),
        turn=earlier[before.index(most)] if shared else "",
        shared=tuple(" ".join(ngram) for ngram in dict.fromkeys(ngrams) if ngram in shared),
    )


def _ngrams(text: str, n: int) -> list[Ngram]:
    words = normalised_words(text)
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None


def _told(one: Repeated) -> dict[str, Any]:
    return {
        "reply": one.reply,
        "share": round(one.either, 4),
        "earlier_turn": one.turn,
        "shared": list(one.shared)[:LISTED],
    }
