"""BehaviorChain: a character's profile, what happened so far, and behaviours in a row to foresee.

A book is a JSON object (one a file, an array, or one a line): {"title", "author", "profile":
{"Name", "Personality Traits", "Motivations and Goals", "Significant Background Events",
"Relationships", "Additional Details"}, "summary": [{"chapter_content"}], "max_index",
"chapters_len", "summary_len", "examples": [{"summary_refined": the context, "key_behavior",
"options_out_of_order": {"a" … "d"}, "right_option_index": "b"}]}. As published, the first example
is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personae.errors import FormatError
from personae.media.atomic_file import write_atomically
from personae.text.parsing import Record, dump_json, json_values

CODES = "abcd"
QUESTION = "After this or in response to this, what behavior did {name} take?"
_SUMMARY = re.compile(r"\A.*?Summary\W*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the character of a chain is."""

    name: str
    traits: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    relationships: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All that the profile says, a line each."""
        return (
            *self.traits, *self.goals, *self.events,
            *(f"{who}: {what}" for who, what in (*self.relationships, *self.details) if what),
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """The character and the people it has to do with."""
        return (self.name, *(who for who, _ in self.relationships))


@dataclass(frozen=True, slots=True)
class Node:
    """A moment of a chain: what led to it, what could be done, and which of that was done."""

    context: str
    options: tuple[str, ...]
    right: int

    @property
    def behavior(self) -> str:
        """What the character did."""
        return self.options[self.right]


@dataclass(frozen=True, slots=True)
class BehaviorChain:
    """A book's chain: profile, what happened before (a summary each), and the nodes in order."""

    title: str
    profile: Profile
    history: tuple[str, ...]
    nodes: tuple[Node, ...]
    author: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the file; an example that is never asked comes first."""
        who = self.profile
        examples: list[dict[str, Any]] = [{"summary_refined": "", "key_behavior": ""}]
        for node in self.nodes:
            examples.append({
                "summary_refined": f"{node.context} {QUESTION.format(name=who.name)}".strip(),
                "key_behavior": node.behavior,
                "options_out_of_order": dict(zip(CODES, node.options, strict=True)),
                "right_option_index": CODES[node.right],
            })  # fmt: skip
        count = len(self.history)
        return {
            "title": self.title, "author": self.author,
            "profile": {
                "Name": who.name, "Personality Traits": list(who.traits),
                "Motivations and Goals": list(who.goals),
                "Significant Background Events": list(who.events),
                "Relationships": dict(who.relationships), "Additional Details": dict(who.details),
            },
            "max_index": count, "chapters_len": count, "summary_len": count,
            "summary": [{"chapter_content": f"Summary {text}"} for text in self.history],
            "examples": examples,
        }  # fmt: skip


def read_chains(source: Path) -> Iterator[BehaviorChain]:
    """The chains of a file. Raises FormatError that names the book and the example."""
    place = None
    for place, book in json_values(source):
        yield _chain(Record.of(book, place, "book"))
    if place is None:
        raise FormatError("There is no book in the file.", file=source)


def write_chains(chains: Iterable[BehaviorChain], target: Path) -> int:
    """Write chains as JSON Lines, in one step; returns how many. Raises FormatError."""
    lines = [dump_json(one.to_dict()) for one in chains]
    write_atomically(target, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def _chain(record: Record) -> BehaviorChain:
    profile = _profile(record.record("profile"))
    title = record.text("title", "") or profile.name
    question = QUESTION.format(name=profile.name)
    examples = record.records("examples", required=True)[1:]
    if not examples:
        raise record.place.fault(f"The book {title!r} has no example after the first.")
    nodes = tuple(_node(one, f"{title!r}, example {n}", question)
                  for n, one in enumerate(examples, start=2))  # fmt: skip
    return BehaviorChain(title, profile, _history(record), nodes, record.text("author", ""))


def _profile(record: Record) -> Profile:
    return Profile(
        name=record.text("Name"),
        traits=record.texts("Personality Traits"),
        goals=record.texts("Motivations and Goals"),
        events=record.texts("Significant Background Events"),
        relationships=_told(record.record("Relationships")),
        details=_told(record.record("Additional Details")),
    )


def _told(record: Record) -> tuple[tuple[str, str], ...]:
    """Texts by name; what is no text is written as it stands."""
    return tuple(
        (name, value if isinstance(value, str) else dump_json(value))
        for name, value in record.fields.items()
    )


def _history(record: Record) -> tuple[str, ...]:
    """The summaries before the chain begins, without their heading, as the published code cuts."""
    summaries = [one.text("chapter_content") for one in record.records("summary")]
    counts = [record.fields.get(key) for key in ("max_index", "chapters_len", "summary_len")]
    if all(isinstance(count, int) for count in counts):
        most, chapters, told = (int(str(count)) for count in counts)
        summaries = summaries[: max(0, most - (chapters - told))]
    return tuple(_SUMMARY.sub("", text, count=1).strip() for text in summaries)


def _node(record: Record, where: str, question: str) -> Node:
    given = record.record("options_out_of_order")
    options = tuple(given.text(code).strip() for code in CODES)
    code = record.text("right_option_index").strip().lower()
    if code not in CODES or not code:
        raise record.place.fault(f"The right option of {where} is none of a, b, c, d.")
    context = record.text("summary_refined").replace(question, "").strip()
    return Node(context, options, CODES.index(code))
