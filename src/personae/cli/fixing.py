"""`/fix` in a chat with who holds a role: what should have been said, kept for its training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.data.role import CATEGORIES
from personae.errors import InvalidOption
from personae.load import ROLE_PREFIX
from personae.settings import load_settings

if TYPE_CHECKING:
    from personae.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Fixed:
    """What stands in the place of a reply, and where both were kept."""

    text: str
    file: Path
    number: int

    def told(self) -> dict[str, Any]:
        """For `--json`."""
        return {"fixed": self.text, "file": str(self.file), "fixes": self.number}

    def advice(self) -> str:
        """How the role learns from it."""
        return (
            f"{self.number} fixed in {self.file}. The role learns from them: personae train "
            f"role-bounds --work work -o labelled=shipped,{self.file}"
        )


def fix_last(talk: Conversation, argument: str) -> Fixed:
    """Put `argument` in the place of the last reply; `policy: …` says which rule that broke.

    Raises InvalidOption where nobody holds a role, or the fix is none.
    """
    from personae.formats.role_turns import CHARACTER, USER
    from personae.recipes.role_fixes import checked_fix, fixes_file, keep_fix

    role = _role_of(talk)
    path = talk.path
    if not path or path[-1].speaker != talk.persona.name:
        raise InvalidOption("There is no reply to fix.")
    before = [
        (CHARACTER if turn.speaker == talk.persona.name else USER, turn.text) for turn in path[:-1]
    ]
    category, text = _told_apart(argument)
    fix = checked_fix(path[-1].id, before, path[-1].text, text, category)
    file = fixes_file(load_settings().data_dir, role)
    number = keep_fix(file, fix)
    talk.replace_reply(fix.good)
    return Fixed(fix.good, file, number)


def _role_of(talk: Conversation) -> str:
    names = [tag for tag in talk.persona.tags if tag.startswith(ROLE_PREFIX)]
    if not names:
        raise InvalidOption(
            f"{talk.persona.display_name} holds no role: /fix is for personae chat role:NAME."
        )
    return names[0].removeprefix(ROLE_PREFIX)


def _told_apart(argument: str) -> tuple[str, str]:
    """The category in front of a colon, where there is one, and the reply."""
    first, colon, rest = argument.partition(":")
    is_category = bool(colon) and first.strip().lower() in CATEGORIES
    return (first.strip().lower(), rest.strip()) if is_category else ("", argument)
