"""Counting what is in a data set: dialogues, turns, words, variety, personas, labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from personae.data import Dialogue, JsonObject, Persona

# A word is what stands between spaces; in scripts written without spaces, one character.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)
_MAX_VALUES = 40  # labels with more values are identifiers or texts, not classes
_NO_CLASSES = (
    "fields", "segments", "pair", "header", "memory", "candidates", "rejected", "index", "layout",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataStatistics:
    """Counts of a data set. `distinct_1` and `distinct_2` are distinct over all n-grams."""

    dialogues: int = 0
    turns: int = 0
    turns_per_dialogue: float = 0.0
    words: int = 0
    words_per_turn: float = 0.0
    vocabulary: int = 0
    distinct_1: float = 0.0
    distinct_2: float = 0.0
    personas: int = 0
    statements_per_persona: float = 0.0
    languages: dict[str, int] = field(default_factory=dict)
    dialogue_labels: dict[str, dict[str, int]] = field(default_factory=dict)
    turn_labels: dict[str, dict[str, int]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain JSON."""
        return asdict(self)


def words_of(text: str) -> list[str]:
    """The lower-cased words of a text; each Han or kana character is a word."""
    return _WORD.findall(text.lower())


def dialogue_statistics(dialogues: Iterable[Dialogue]) -> DataStatistics:
    """Count dialogues in one pass; turns of every kind count, words of utterances only."""
    totals: Counter[str] = Counter()
    unigrams: Counter[str] = Counter()
    bigrams: Counter[tuple[str, str]] = Counter()
    languages: Counter[str] = Counter()
    of_dialogues: dict[str, Counter[str]] = {}
    of_turns: dict[str, Counter[str]] = {}
    for dialogue in dialogues:
        totals["dialogues"] += 1
        languages[dialogue.language or "unknown"] += 1
        totals["personas"] += len(dialogue.personas)
        totals["statements"] += sum(len(p.statements) for p in dialogue.personas.values())
        _count_labels(of_dialogues, dialogue.labels)
        for turn in dialogue.turns:
            totals["turns"] += 1
            _count_labels(of_turns, turn.labels)
            if turn.kind == "utterance":
                words = words_of(turn.text)
                totals["utterances"] += 1
                unigrams.update(words)
                bigrams.update(pairwise(words))
    return DataStatistics(
        dialogues=totals["dialogues"],
        turns=totals["turns"],
        turns_per_dialogue=_ratio(totals["turns"], totals["dialogues"]),
        words=unigrams.total(),
        words_per_turn=_ratio(unigrams.total(), totals["utterances"]),
        vocabulary=len(unigrams),
        distinct_1=_ratio(len(unigrams), unigrams.total()),
        distinct_2=_ratio(len(bigrams), bigrams.total()),
        personas=totals["personas"],
        statements_per_persona=_ratio(totals["statements"], totals["personas"]),
        languages=dict(languages.most_common()),
        dialogue_labels=_classes(of_dialogues),
        turn_labels=_classes(of_turns),
    )


def persona_statistics(personas: Iterable[Persona]) -> DataStatistics:
    """Count personas; words are those of the statements, labels MBTI types and short attributes."""
    unigrams: Counter[str] = Counter()
    bigrams: Counter[tuple[str, str]] = Counter()
    languages: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = {}
    count = statements = 0
    for persona in personas:
        count += 1
        statements += len(persona.statements)
        languages[persona.language] += 1
        mbti = {"mbti": persona.traits.mbti} if persona.traits.mbti else {}
        _count_labels(labels, {**persona.attributes, **mbti})
        for statement in persona.statements:
            words = words_of(statement)
            unigrams.update(words)
            bigrams.update(pairwise(words))
    return DataStatistics(
        words=unigrams.total(),
        vocabulary=len(unigrams),
        distinct_1=_ratio(len(unigrams), unigrams.total()),
        distinct_2=_ratio(len(bigrams), bigrams.total()),
        personas=count,
        statements_per_persona=_ratio(statements, count),
        languages=dict(languages.most_common()),
        dialogue_labels=_classes(labels),
    )


def _count_labels(counts: dict[str, Counter[str]], labels: JsonObject) -> None:
    for name, value in labels.items():
        if name not in _NO_CLASSES and isinstance(value, str | int | bool):
            counts.setdefault(name, Counter())[str(value)] += 1


def _classes(counts: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {
        name: dict(counter.most_common())
        for name, counter in sorted(counts.items())
        if len(counter) <= _MAX_VALUES
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
