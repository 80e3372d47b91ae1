"""Ids that sort by the time they were made: 26 characters, as the ULID specification has them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_RANDOM_BITS = 80


def now() -> datetime:
    """The default clock."""
    return datetime.now(UTC)


def id_maker(clock: Clock = now) -> Callable[[], str]:
    """A function that returns a new id at each call: 48 bits of milliseconds, 80 random ones.

    Ids of one maker rise strictly, also within a millisecond and when the clock is set back.
    """
    lock = threading.Lock()
    last = 0

    def new_id() -> str:
        nonlocal last
        milliseconds = int(clock().timestamp() * 1000)
        fresh = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        with lock:
            last = max(fresh, last + 1)
            return _encode(last)

    return new_id


def _encode(number: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
