"""What people said instead: a bad turn of a role's character, and the better one beside it (S073).

The feedback of the data loop: who chats with the role replaces a turn. The turn that was said is a
negative, what stands in its place a positive, after the same words; a line of the file is what
`formats.role_turns` reads, so that the next training learns from both and the store can say the
better one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.data.role import CATEGORIES
from personae.errors import FormatError, InvalidOption
from personae.formats.role_turns import CHARACTER, USER, read_labelled
from personae.media.atomic_file import write_atomically
from personae.text.faults import faults_of, words_of
from personae.text.parsing import json_lines

MAX_CHARS = 4_000  # of a reply, as in a role


@dataclass(frozen=True, slots=True)
class Fix:
    """One turn that was replaced: its id, what was said before, and both replies.

    `before` has pairs of speaker (`char` or `user`) and text. Make one with `checked_fix`.
    """

    id: str
    before: tuple[tuple[str, str], ...]
    bad: str
    good: str
    category: str = ""

    def to_json(self) -> str:
        """The line of the file."""
        row = {
            "id": f"fix-{self.id}", "part": "train", "before": self.before,
            "in_bounds": [self.good], "out_of_bounds": [[self.category, self.bad]],
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False)


def checked_fix(
    id: str,  # noqa: A002
    before: Sequence[tuple[str, str]],
    bad: str,
    good: str,
    category: str = "",
) -> Fix:
    """A fix that something can be learned from. Raises InvalidOption for any other.

    The better reply is one line of at most 4,000 characters, says something else than the bad one,
    and neither loops, nor echoes, nor repeats what the character said before.
    """
    text = " ".join(good.split())
    if not words_of(text):
        raise InvalidOption("Say what should have been said: /fix I am only a voice.")
    if len(text) > MAX_CHARS:
        raise InvalidOption(
            f"A reply has at most {MAX_CHARS:,} characters; this one {len(text):,}."
        )
    if words_of(text) == words_of(bad):
        raise InvalidOption("That is what was said: a fix says something else.")
    if category and category not in CATEGORIES:
        raise InvalidOption(f"{category!r} is no category: {', '.join(CATEGORIES)}.")
    own = [said for who, said in before if who == CHARACTER]
    heard = next((said for who, said in reversed(before) if who == USER), "")
    faults = faults_of(text, own=own, heard=heard)
    if faults:
        raise InvalidOption(f"The better reply {faults[0].replace('-', ' ')}: say it otherwise.")
    return Fix(id, tuple(before), bad, text, category)


def keep_fix(file: Path, fix: Fix) -> int:
    """Put the fix into the file, in the place of an earlier one of the same turn; how many it has.

    Raises FormatError where the file holds something else or cannot be written.
    """
    lines = _others(file, fix) if file.exists() else []
    lines.append(fix.to_json())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(
            f"This folder cannot be made: {error.strerror}.", file=file.parent
        ) from error
    write_atomically(file, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def _others(file: Path, fix: Fix) -> list[str]:
    """The lines of other turns. What a training could not read is told before it is kept on."""
    read_labelled(file)
    own = f"fix-{fix.id}"
    values = [value for _, value in json_lines(file)]
    return [
        json.dumps(value, ensure_ascii=False)
        for value in values
        if not (isinstance(value, dict) and value.get("id") == own)
    ]


def fixes_file(data_dir: Path, role: str) -> Path:
    """Where the fixes of a role are kept: `roles/NAME.fixes.jsonl` in the folder of the user."""
    name = re.sub(r"[^\w-]+", "-", role)[:100]
    return data_dir / "roles" / f"{name}.fixes.jsonl"
