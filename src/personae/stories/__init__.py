"""Background stories that ship: written for this project, Apache-2.0.

Things that happened once to somebody, told in five sentences in the first person: what a persona
may have lived through. They stand in for ROCStories, which may not be shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from personae.errors import FormatError
from personae.text.parsing import read_text
from personae.text.sentences import split_sentences

FILE = Path(__file__).parent / "everyday.txt"
FILE_LIMIT_BYTES = 8 * 2**20
STORY_LIMIT_CHARACTERS = 2_000
STORIES_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Story:
    """A story and what it is called: the name of its file and its number there."""

    id: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole story."""
        return " ".join(self.sentences)


@cache
def everyday() -> tuple[Story, ...]:
    """The shipped stories, in the order of their file."""
    return read_stories(FILE)


def read_stories(file: Path) -> tuple[Story, ...]:
    """The stories of a file, one a line; empty lines and those that begin with # say nothing.

    Raises FormatError with the line that is wrong.
    """
    found: dict[str, Story] = {}
    for number, line in enumerate(read_text(file, FILE_LIMIT_BYTES).splitlines(), start=1):
        text = " ".join(line.split())
        if not text or text.startswith("#"):
            continue
        if len(text) > STORY_LIMIT_CHARACTERS:
            raise FormatError(
                f"A story has up to {STORY_LIMIT_CHARACTERS} characters, not {len(text)}.",
                file=file, line=number,
            )  # fmt: skip
        sentences = tuple(one.strip() for one in split_sentences(text))
        found.setdefault(text, Story(f"{file.stem}:{len(found) + 1}", sentences))
    if not 1 <= len(found) <= STORIES_LIMIT:
        raise FormatError(f"There are {len(found)} stories, not 1 to {STORIES_LIMIT}.", file=file)
    return tuple(found.values())
