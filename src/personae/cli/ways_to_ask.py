"""The ways to ask a questionnaire, as commands name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from personae.evaluate.questionnaire_asking import Way


def way_named(name: str) -> Way:
    """The way with this name. Raises UnknownEntry with those there are."""
    from personae.errors import UnknownEntry
    from personae.evaluate.questionnaire_asking import WAYS

    for known in WAYS:
        if name == known:
            return known
    raise UnknownEntry("way to ask", name, WAYS)
