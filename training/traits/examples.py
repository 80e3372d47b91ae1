"""Examples for the trait head: questionnaire items, sentences of ours, stories, and small talk."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phrases import TRAITS, graded, mixed

from personae.text.sentences import split_sentences

POLES = {
    "open": ("O", 5), "clos": ("O", 1), "cons": ("C", 5), "unco": ("C", 1), "extr": ("E", 5),
    "intr": ("E", 1), "agre": ("A", 5), "anta": ("A", 1), "emot": ("N", 5), "neur": ("N", 1),
}  # fmt: skip
_YOURS = {"you": "I", "your": "my", "yourself": "myself", "yours": "mine"}
_WORD = re.compile(r"[A-Za-z']+")
MIXED = 900
_BARE = ("Am ", "Are ", "Is ")


@dataclass(frozen=True)
class Example:
    """A sentence and where it stands on the traits that it expresses, 1 to 5.

    `source`: `item`, `phrase`, `list` or `talk`. Sentences of one `group` stay on one side of a
    split.
    """

    text: str
    levels: dict[str, int]
    source: str
    group: str


@dataclass(frozen=True)
class Story:
    """A story told in the role of a person, as sentences, with the person's pole on each trait."""

    sentences: tuple[str, ...]
    levels: dict[str, int]
    writer: str


def first_person(item: str) -> str:
    """A questionnaire item as a statement: "Worry about things" becomes "I worry about things."""
    text = item.strip().rstrip(".")
    turned = _WORD.sub(lambda word: _YOURS.get(word[0].lower(), word[0]), text)
    start = "I am " if turned.startswith(_BARE) else "I "
    rest = turned.split(" ", 1)[1] if turned.startswith(_BARE) else turned[0].lower() + turned[1:]
    return f"{start}{rest}."


def items(data: Path) -> list[Example]:
    """The items of MPI-1k and IPIP-NEO-120 with their keys; one example for each wording."""
    found: dict[str, dict[str, int]] = {}
    for text, domain, positive in _keyed(data):
        # The keys of N score neuroticism; the scale here runs to stability.
        high = positive != (domain == "N")
        found.setdefault(first_person(text), {})[domain] = 5 if high else 1
    return [Example(text, levels, "item", text) for text, levels in found.items()]


def _keyed(data: Path) -> Iterator[tuple[str, str, bool]]:
    with (data / "mpi" / "mpi_1k.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["key"] in ("1", "-1"):
                yield row["text"], row["label_ocean"], row["key"] == "1"
    for row in json.loads((data / "ipip-neo-120" / "en" / "questions.json").read_text("utf-8")):
        yield row["text"], row["domain"], row["keyed"] == "plus"


def phrases() -> list[Example]:
    """Our graded sentences; those that share a word are one group. Sentences of three traits are
    groups of their own, so that figures on held-out phrases leave them out (`list`)."""
    rng = random.Random(0)
    lists = [Example(text, levels, "list", text) for text, levels in mixed(MIXED, rng)]
    return lists + [
        Example(text, {trait: level}, "phrase", f"{trait}-{number}")
        for trait in TRAITS
        for text, level, number in graded(trait)
    ]


def talk(data: Path, number: int) -> list[Example]:
    """Sentences of Synthetic-Persona-Chat's validation part (CC BY 4.0): mostly small talk.

    They count as expressing no trait, which is wrong for a few.
    """
    file = data / "synthetic-persona-chat" / "Synthetic-Persona-Chat_valid.csv"
    said: dict[str, None] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for line in row["Best Generated Conversation"].splitlines():
                said.update(dict.fromkeys(split_sentences(line.partition(": ")[2])))
    kept = [text for text in said if len(text.split()) > 1]
    step = max(1, len(kept) // number)
    return [Example(text, {}, "talk", text) for text in kept[::step][:number]]


def stories(data: Path) -> list[Story]:
    """The 640 stories of PersonaLLM (MIT)."""
    found = []
    for file in sorted((data / "personallm-stories" / "outputs").rglob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        levels = dict(POLES[pole] for pole in told["persona_encoding"].split("_"))
        sentences = tuple(split_sentences(" ".join(told["annotation"].split())))
        found.append(Story(sentences, levels, file.parents[2].name))
    return found


def essays(data: Path) -> list[Story]:
    """32 essays by people with their own traits (evaluation only)."""
    file = data / "personallm-stories" / "essays2007" / "essays2007_32_sample.csv"
    columns = {"cOPN": "O", "cCON": "C", "cEXT": "E", "cAGR": "A", "cNEU": "N"}
    found = []
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            high = {trait: row[name] == "1" for name, trait in columns.items()}
            levels = {t: 5 if (value != (t == "N")) else 1 for t, value in high.items()}
            text = " ".join(row["text"].split())
            found.append(Story(tuple(split_sentences(text)), levels, "people"))
    return found
