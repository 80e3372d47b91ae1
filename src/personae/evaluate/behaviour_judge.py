"""Does the judge of written behaviours agree with who wrote them? (S007)

`told.tsv` has two texts for each motif of the made-up novels, written for this without the judge:
one that tells the right option in other words, and one that tells a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from personae.encoders.types import Embedder, Nli
from personae.errors import FormatError
from personae.metrics.behaviour_match import told
from personae.novels import Split, motifs, shipped_lines
from personae.text.bm25 import index_texts

# (a written text, options) -> the place of the option that it tells
Judge: TypeAlias = Callable[[str, Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Told:
    """A written behaviour, the options it is one of, and which it tells (0: the right one)."""

    motif: str
    text: str
    options: tuple[str, ...]
    tells: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a judge is right: on all, on texts of the right option, and of a wrong one.

    `option` is the share of texts whose very option was found; chance is a quarter.
    """

    count: int
    verdict: float
    accepted: float
    refused: float
    option: float


def told_behaviours(split: Split = "all") -> list[Told]:
    """The written texts of a split's motifs. Raises FormatError for a line of another shape."""
    known = {motif.id: motif for motif in motifs(split)}
    found: list[Told] = []
    for line in shipped_lines("told.tsv"):
        parts = line.split("\t")
        if len(parts) != 3 or parts[1] not in ("0", "1", "2", "3"):
            raise FormatError(f"Not motif, option and text: {line[:60]!r}.", file="told.tsv")
        name, tells, text = parts
        if name in known:
            motif = known[name]
            options = tuple(_named(one) for one in (motif.right, *motif.wrong))
            found.append(Told(name, text, options, int(tells)))
    return found


def agreement_with(judge: Judge, texts: Sequence[Told]) -> Agreement:
    """How a judge does on written texts."""
    chosen = [judge(one.text, one.options) for one in texts]
    right = [(at == 0) == (one.tells == 0) for at, one in zip(chosen, texts, strict=True)]
    of_right = [ok for ok, one in zip(right, texts, strict=True) if one.tells == 0]
    of_wrong = [ok for ok, one in zip(right, texts, strict=True) if one.tells != 0]
    option = [at == one.tells for at, one in zip(chosen, texts, strict=True)]
    return Agreement(len(texts), *map(_share, (right, of_right, of_wrong, option)))


def by_embedder(embedder: Embedder) -> Judge:
    """The nearest option by cosine."""
    return lambda text, options: int(
        (embedder.embed(list(options)) @ embedder.embed([text])[0]).argmax()
    )


def by_both(embedder: Embedder, nli: Nli) -> Judge:
    """Cosine and entailment added: the judge of `behaviour-match`."""
    return lambda text, options: told(text, options, embedder, nli)


def by_inference(nli: Nli) -> Judge:
    """The option that the text entails with the largest probability."""
    return lambda text, options: int(
        nli.classify([(text, option) for option in options])[:, 0].argmax()
    )


def by_words(text: str, options: Sequence[str]) -> int:
    """The option with the most of the text's words (BM25); the first where none has any."""
    scores = index_texts(options).scores(text)
    return scores.index(max(scores))


def _named(phrase: str) -> str:
    """An option with names for its slots, as it stands in a chain."""
    slots = {"kin": "Jonas", "friend": "Clara", "elder": "Emil", "far": "Halm", "his": "his"}
    for slot, name in {**slots, "he": "he", "him": "him"}.items():
        phrase = phrase.replace(f"{{{slot}}}", name)
    return f"Anton {phrase}."


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
