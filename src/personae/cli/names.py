"""Names as commands are given them: several with commas, or one of a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from personae.evaluate.questionnaire_asking import Way
    from personae.questionnaires.big_five import Words

Name = TypeVar("Name", bound=str)


def names_in(text: str) -> list[str]:
    """The names between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def one_of(what: str, name: str, known: Sequence[Name]) -> Name:
    """The known name that is `name`. Raises UnknownEntry with those there are."""
    from personae.errors import UnknownEntry

    for one in known:
        if name == one:
            return one
    raise UnknownEntry(what, name, known)


def way_named(name: str) -> Way:
    """A way to ask a questionnaire. Raises UnknownEntry."""
    from personae.evaluate.questionnaire_asking import WAYS

    return one_of("way to ask", name, WAYS)


def words_named(name: str) -> Words:
    """A set of words for the Big Five. Raises UnknownEntry."""
    from typing import get_args

    from personae.questionnaires.big_five import Words

    known: tuple[Words, ...] = get_args(Words)
    return one_of("set of words", name, known)
