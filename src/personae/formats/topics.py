"""A small collection of articles: plain text with headings, or JSON Lines.

As text: `# Title`, then paragraphs with blank lines between them. Behind a paragraph may stand
lines `? A question that it answers.` and one `= A statement of somebody to whom it matters.` As
JSON Lines: {"title", "link", "paragraphs": [text or {"text", "questions", "statement"}]} a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from personae.errors import FormatError
from personae.text.parsing import Place, Record, json_records, read_text

LIMIT_BYTES = 64 * 2**20
TOPICS_LIMIT, PARAGRAPHS_LIMIT, TEXT_LIMIT = 20_000, 1_000, 20_000
FEWEST_PARAGRAPHS = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of knowledge; what was written beside it may be missing."""

    text: str
    questions: tuple[str, ...] = ()
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """An article."""

    title: str
    link: str
    paragraphs: tuple[Paragraph, ...]


def read_topics(file: Path) -> tuple[Topic, ...]:
    """The articles of a file. Raises FormatError with the line.

    Each has a title and two paragraphs or more; titles are distinct.
    """
    is_json = file.suffix in (".json", ".jsonl")
    found = tuple(_of_json(file) if is_json else _of_text(file))
    if not 1 <= len(found) <= TOPICS_LIMIT:
        raise FormatError(
            f"The file has {len(found)} articles, not 1 to {TOPICS_LIMIT}.", file=file
        )
    if len({topic.title for topic in found}) < len(found):
        raise FormatError("Two articles have the same title.", file=file)
    return found


def _of_json(file: Path) -> Iterator[Topic]:
    for record in json_records(file):
        title = record.text("title")
        paragraphs = tuple(_paragraph(one, record.place) for one in record.items("paragraphs"))
        yield _topic(title, record.text("link", ""), paragraphs, record.place)


def _paragraph(value: object, place: Place) -> Paragraph:
    if isinstance(value, str):
        return Paragraph(value.strip())
    record = Record.of(value, place, "paragraph")
    questions = tuple(text.strip() for text in record.texts("questions"))
    return Paragraph(record.text("text").strip(), questions, record.text("statement", "").strip())


def _of_text(file: Path) -> Iterator[Topic]:
    place, title, found = Place(file, 1), "", list[Paragraph]()
    for number, line in enumerate([*read_text(file, LIMIT_BYTES).splitlines(), "# "], start=1):
        mark, _, rest = line.strip().partition(" ")
        if mark == "#":
            if title or found:
                yield _topic(title, "", tuple(found), place)
            place, title, found = Place(file, number), rest.strip(), []
        else:
            found = _with_line(found, line.strip(), Place(file, number))


def _with_line(found: list[Paragraph], line: str, place: Place) -> list[Paragraph]:
    """The paragraphs with one more line; an empty last paragraph stands for a blank line."""
    mark, _, rest = line.partition(" ")
    if not line:
        return [*found, Paragraph("")] if found and found[-1].text else found
    last = found[-1] if found else Paragraph("")
    if mark in ("?", "=") and not last.text:
        raise place.fault(f"There is no paragraph before this line that begins with {mark!r}.")
    if mark == "?":
        changed = Paragraph(last.text, (*last.questions, rest.strip()), last.statement)
    elif mark == "=":
        changed = Paragraph(last.text, last.questions, rest.strip())
    elif last.questions or last.statement:
        raise place.fault("A paragraph's text goes on behind its questions; put a blank line.")
    else:
        changed = Paragraph(f"{last.text} {line}".strip())
    return [*found[:-1], changed]


def _topic(title: str, link: str, paragraphs: tuple[Paragraph, ...], place: Place) -> Topic:
    kept = tuple(dict.fromkeys(one for one in paragraphs if one.text))
    if not title.strip():
        raise place.fault("The article has no title.")
    if not FEWEST_PARAGRAPHS <= len(kept) <= PARAGRAPHS_LIMIT:
        raise place.fault(
            f"The article {title[:60]!r} has {len(kept)} paragraphs, not {FEWEST_PARAGRAPHS} to "
            f"{PARAGRAPHS_LIMIT}."
        )
    if any(len(text) > TEXT_LIMIT for one in kept for text in (one.text, *one.questions)):
        raise place.fault(f"A text is longer than {TEXT_LIMIT} characters.")
    return Topic(title.strip(), link or title.strip(), kept)
