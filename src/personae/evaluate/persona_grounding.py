"""Which statement is an utterance built on: COMPAC's grounding set, and replies to two z (S020).

The set pairs what people said with the persona sentence that it rests on (all positive). An item
gives four sentences of other pairs beside the right one, so that chance is 0.2.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.commonsense.expanding import Expansion, Prior
from personae.data import Scene
from personae.errors import FormatError
from personae.speaker import Reply, Speaker
from personae.text.parsing import lines
from personae.text.written import as_statement, as_written

if TYPE_CHECKING:
    from personae.draft import Evidence
    from personae.encoders.types import Embedder, Nli
    from personae.lm.types import LanguageModel

OTHERS = 4
HISTORY = 4  # turns that COMPAC sees: two exchanges
SHORT = {"max_sentences": 1, "max_tokens": 20, "candidates": 2}
_COLUMNS = ["utterance", "persona_sentence", "label"]


@dataclass(frozen=True, slots=True)
class Grounded:
    """What was said, and sentences of which the one at `right` is what it rests on."""

    said: str
    sentences: tuple[str, ...]
    right: int


def read_grounding(file: Path) -> list[tuple[str, str]]:
    """Pairs (utterance, persona sentence) spelled as people write. Raises FormatError."""
    pairs = []
    rows = csv.reader(line for _, line in lines(file))
    for number, row in enumerate(rows, 1):
        if number == 1 and row != _COLUMNS:
            raise FormatError(f"The first line is not {','.join(_COLUMNS)}.", file=file, line=1)
        if len(row) != len(_COLUMNS):
            raise FormatError(f"The line has {len(row)} columns, not 3.", file=file, line=number)
        if number > 1 and row[2] == "positive":
            pairs.append((as_written(row[0]), as_statement(row[1])))
    if not pairs:
        raise FormatError("There are no positive pairs.", file=file)
    return pairs


def items_of(pairs: Sequence[tuple[str, str]], count: int, seed: int) -> list[Grounded]:
    """`count` items by the seed. Raises FormatError where there are too few other sentences."""
    rng = random.Random(seed)
    pool = sorted({sentence for _, sentence in pairs})
    if len(pool) <= OTHERS:
        raise FormatError(f"There are only {len(pool)} sentences to choose among.")
    found = []
    for said, sentence in rng.sample(list(pairs), min(count, len(pairs))):
        others = rng.sample([one for one in pool if one != sentence], OTHERS)
        at = rng.randrange(OTHERS + 1)
        found.append(Grounded(said, (*others[:at], sentence, *others[at:]), at))
    return found


def firsts(items: Sequence[Grounded], prior: Prior) -> list[bool]:
    """Of each item whether the prior puts the right sentence first."""
    hits = []
    for one in items:
        every = [Expansion(text, "persona", "", "persona") for text in one.sentences]
        hits.append(int(prior.probabilities(one.said, every).argmax()) == one.right)
    return hits


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two replies to one scene and seed: to the chosen z, and to one of another statement."""

    z: str
    other: str
    reply: str
    other_reply: str

    @property
    def changes(self) -> bool:
        return self.reply != self.other_reply


def swapped(
    lm: LanguageModel, embedder: Embedder, nli: Nli, scene: Scene, seed: int, **options: Any
) -> Swapped | None:
    """The replies of `compac` to the likeliest z, and to the likeliest of another statement.

    None where the trace has no two such z with words. `options` are those of the method.
    """

    def reply(z: str) -> Reply:
        asked = {**SHORT, **options, "z": z}
        # Else one prompt and seed may give two replies in company, which would count as a change.
        speaker = Speaker(lm, "compac", options=asked, embedder=embedder, nli=nli, replayable=True)
        return speaker.reply(short, seed=seed)

    short = scene.model_copy(update={"turns": scene.turns[-HISTORY:]})
    first = reply("auto")
    found = [
        one for one in first.draft.evidence if one.source == "z" and one.detail["kind"] != "none"
    ]
    z = found[0] if found else None
    other = next((one for one in found if z and root(one) != root(z)), None)
    if z is None or other is None:
        return None
    if not z.detail["chosen"]:
        first = reply(str(z.detail["z"]))
    return Swapped(z.text, other.text, first.text, reply(str(other.detail["z"])).text)


def root(z: Evidence) -> str:
    """The statement that a z is, or expands."""
    return str(z.detail["parent"] or z.text)


def nearer(found: Sequence[Swapped], embedder: Embedder) -> list[bool]:
    """Of each pair whether the two replies lie nearer to their own z than crossed over."""
    if not found:
        return []
    columns = ([one.z, one.other, one.reply, one.other_reply] for one in found)
    z, other, reply, other_reply = (
        embedder.embed(texts) for texts in map(list, zip(*columns, strict=True))
    )
    own = (z * reply).sum(axis=1) + (other * other_reply).sum(axis=1)
    crossed = (z * other_reply).sum(axis=1) + (other * reply).sum(axis=1)
    values: list[bool] = (own > crossed).tolist()
    return values
