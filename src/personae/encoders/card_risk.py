"""Whether a card describes a persona that breaks its operator's rules: deceptive, lawless, boundless.

A linear head on the embedder's vectors of the card's sentences, and patterns for cards that talk to
the model instead of describing somebody. The card is as risky as its riskiest sentence (S080). The
shipped weights are made by `training/card_risk`; their card is beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.data import Persona
from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head, sigmoid
from personae.encoders.types import Embedder
from personae.errors import InvalidOption
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "card_risk_minilm"
DIMENSIONS = 384
VECTOR_SCALE = 8.0  # brings the numbers of a unit vector near to 1
RISKY = 0.5  # probability from which a sentence is reported; its card says what that costs
LIMIT_SENTENCES = 2_000  # of one card; the rest is not read
LEAST_WORDS = 3
# What talks to the model: no character needs it.
_RULES = (
    ("asks to forget instructions", re.compile(
        r"\b(?:ignore|forget|disregard|override)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines"
        r"|polic(?:y|ies))\b", re.I)),
    ("claims to be without limits", re.compile(
        r"\b(?:without|no|free of|bypass\w*)\b.{0,20}\b(?:restrictions?|filters?|guardrails"
        r"|censorship|guidelines)\b|\b(?:unfiltered|uncensored|jailbr[eo]\w*)\b", re.I)),
    ("pretends to be another mode of the model", re.compile(
        r"\b(?:developer|debug|god|admin|do anything now)\b.{0,6}\bmode\b|\bdo anything now\b", re.I)),
    ("forbids to refuse", re.compile(
        r"\b(?:never|not|cannot|must not|don't)\b.{0,12}\b(?:refuse|decline|say no)\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risk:
    """A sentence of a card that deserves a look: its probability, and the pattern that it fits."""

    place: str
    sentence: str
    probability: float
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class CardRisk:
    """P(a sentence describes a risky trait), on an embedder. Make one with `open_card_risk`."""

    head: Head
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def probabilities(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Of sentences. Raises InvalidOption for one text."""
        if isinstance(sentences, str):
            raise InvalidOption("probabilities() takes a list of sentences, not one text.")
        vectors = self.embedder.embed(list(sentences))
        return sigmoid(self.head.apply(VECTOR_SCALE * vectors)[:, 0])

    def risk(self, sentences: Sequence[str]) -> float:
        """Of a card: that of its riskiest sentence, 1 where one fits a pattern; 0 of none."""
        if any(pattern_of(one) for one in sentences):
            return 1.0
        return float(self.probabilities(sentences).max()) if sentences else 0.0

    def risks(self, persona: Persona, threshold: float = RISKY) -> list[Risk]:
        """The sentences of a card from the threshold on, or that fit a pattern, riskiest first."""
        told = list(card_sentences(persona))
        if not told:
            return []
        chances = self.probabilities([sentence for _, sentence in told]).tolist()
        found = [
            Risk(place, sentence, chance, pattern_of(sentence))
            for (place, sentence), chance in zip(told, chances, strict=True)
        ]
        kept = [one for one in found if one.pattern or one.probability >= threshold]
        return sorted(kept, key=lambda one: (not one.pattern, -one.probability))


def card_sentences(persona: Persona) -> Iterator[tuple[str, str]]:
    """The sentences that tell a model who this is, each with its field; at most 2,000."""
    texts = [
        ("description", persona.description), ("personality", persona.personality),
        ("scenario", persona.scenario), ("style", persona.style),
        ("system_prompt", persona.system_prompt),
        ("post_history_instructions", persona.post_history_instructions),
        *((f"statements[{at}]", text) for at, text in enumerate(persona.statements)),
        *((f"attributes.{key}", text) for key, text in persona.attributes.items()),
    ]  # fmt: skip
    if persona.lorebook is not None:
        texts += [("lorebook", entry.content) for entry in persona.lorebook.entries]
    left = LIMIT_SENTENCES
    for place, text in texts:
        for sentence in split_sentences(text)[:left]:
            if len(sentence.split()) >= LEAST_WORDS:
                left -= 1
                yield place, sentence


def pattern_of(sentence: str) -> str:
    """What the sentence does that no character needs, or an empty text."""
    return next((told for told, found in _RULES if found.search(sentence[:2_000])), "")


def open_card_risk(embedder: Embedder | None = None, folder: Path | None = None) -> CardRisk:
    """The shipped model, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "card risk head", inputs=DIMENSIONS, outputs=1)
    return CardRisk(head, embedder_of(head, embedder))
