"""Whether a card describes somebody who breaks an operator's rules: deceptive, lawless, boundless.

A linear head on the embedder's vectors and states of the card's sentences, and patterns for cards
that talk to the model instead of describing somebody. The card is as risky as its riskiest sentence
(S080). The shipped weights are made by `training/card_risk`; their card is beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.data import Persona
from personae.encoders.heads import (
    WEIGHTS,
    Head,
    embedder_of,
    kept_head,
    shipped_embedder,
    sigmoid,
)
from personae.encoders.onnx_weights import clean
from personae.encoders.token_states import token_states
from personae.errors import InvalidOption
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "card_risk_minilm"
LAYERS = (2, 4, 6)  # early states still know "not" and "never"; the last was made for topics
FEATURES = 384 * (1 + len(LAYERS))
MOST_TOKENS = 64  # of one sentence
RISKY = 0.5  # from which a sentence is reported; its card says what that costs
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
        r"\b(?:developer|debug|god|admin)\b.{0,6}\bmode\b|\bdo anything now\b", re.I)),
    ("forbids to refuse", re.compile(
        r"\b(?:never|not|cannot|must not|don't)\b.{0,12}\b(?:refuse|decline|say no)\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risk:
    """A sentence of a card that deserves a look: its score, and the pattern that it fits."""

    place: str
    sentence: str
    score: float
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class CardRisk:
    """How risky sentences are, by a head on the shipped embedder. Make one with `open_card_risk`.

    From 0.5 on pass 3 in 100 of benign sentences made to be hard, and 1 in 100 of others, that were
    left out of training; it is no probability.
    """

    head: Head

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Of sentences, 0 to 1. Raises InvalidOption for one text."""
        if isinstance(sentences, str):
            raise InvalidOption("scores() takes a list of sentences, not one text.")
        return sigmoid(self.head.apply(sentence_features(sentences))[:, 0])

    def risk(self, sentences: Sequence[str]) -> float:
        """Of a card: that of its riskiest sentence, 1 where one fits a pattern; 0 of none."""
        if any(pattern_of(one) for one in sentences):
            return 1.0
        return float(self.scores(sentences).max()) if sentences else 0.0

    def risks(self, persona: Persona, threshold: float = RISKY) -> list[Risk]:
        """The sentences of a card from the threshold on, or that fit a pattern, riskiest first."""
        told = list(card_sentences(persona))
        if not told:
            return []
        scores = self.scores([sentence for _, sentence in told]).tolist()
        found = [
            Risk(place, sentence, score, pattern_of(sentence))
            for (place, sentence), score in zip(told, scores, strict=True)
        ]
        kept = [one for one in found if one.pattern or one.score >= threshold]
        return sorted(kept, key=lambda one: (not one.pattern, -one.score))


def sentence_features(sentences: Sequence[str]) -> NDArray[np.float64]:
    """What the head sees: the sentence's vector, and the mean of its tokens' states."""
    import numpy as np

    if not sentences:
        return np.zeros((0, FEATURES))
    vectors = shipped_embedder().embed(list(sentences))
    states = token_states([clean(one) for one in sentences], MOST_TOKENS, LAYERS)
    means = np.stack([np.asarray(one, dtype=np.float64).mean(axis=0) for one in states])
    return np.hstack([vectors.astype(np.float64), means])


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


def open_card_risk(folder: Path | None = None) -> CardRisk:
    """The shipped model, or the one in `folder`.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "card risk head", inputs=FEATURES, outputs=1)
    embedder_of(head, None)
    return CardRisk(head)
