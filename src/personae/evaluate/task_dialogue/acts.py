"""What is meant by a turn: dialogue acts, and what the system believes of the user's wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Intent = Literal[
    "want", "inform", "any", "request", "book", "offer", "nooffer", "booked", "more", "bye"
]


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One act: of the user (`want, inform, any, request, book, bye`) or of the system
    (`request, offer, inform, nooffer, booked, more, bye`)."""

    intent: Intent
    service: str = ""
    slot: str = ""
    value: str = ""


Acts = tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What a tracker believes after a user's turn. `beliefs[service][slot]`; an empty value is
    "any". `history` has the texts so far, the user's first."""

    service: str = ""
    beliefs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    requested: tuple[tuple[str, str], ...] = ()
    booking: frozenset[str] = frozenset()
    offered: Mapping[str, str] = field(default_factory=dict)
    booked: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False
    heard: Acts = ()
    said: Acts = ()
    history: tuple[str, ...] = ()

    def wishes(self, service: str) -> Mapping[str, str]:
        """The beliefs about one service."""
        return self.beliefs.get(service, {})
