"""Every error that personae raises on purpose.

    PersonaeError
    ├── UnknownEntry        no such method, format, character, model …
    ├── InvalidOption       an option has the wrong name, type or range
    ├── CapabilityError     a model cannot do what an entry needs
    ├── FormatError         a file is not what it claims to be (file, line)
    ├── BackendError        a language model failed (kind, cause)
    │   └── Cancelled       the caller stopped the generation
    ├── StoreError          the database cannot be opened, read or written
    └── EnvironmentFault    something is missing on this machine (remedy)

A message says what was given, what is allowed, the nearest match, and the next command, in this
order. The command line prints it as one sentence and exits with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal

BackendFailure = Literal[
    "refused", "timeout", "unauthorized", "not_found", "rate_limited", "overflow",
    "rejected", "server", "cut_stream", "malformed", "engine", "cancelled",
]  # fmt: skip


class PersonaeError(Exception):
    """The root: catching it catches every deliberate error of personae."""

    exit_code: ClassVar[int] = 1


class UnknownEntry(PersonaeError):
    """A name that nothing is registered under; the message offers the nearest ones."""

    exit_code: ClassVar[int] = 2

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        super().__init__(_unknown_message(kind, name, self.known, hint))


class InvalidOption(PersonaeError):
    """An option that the entry or command does not take, or a value outside its range."""

    exit_code: ClassVar[int] = 2


class CapabilityError(PersonaeError):
    """The model lacks a capability that the entry needs."""

    exit_code: ClassVar[int] = 2


class FormatError(PersonaeError):
    """A file or string that does not parse: names the file, and the line where that is known."""

    def __init__(
        self, message: str, *, file: str | Path | None = None, line: int | None = None
    ) -> None:
        self.reason, self.file, self.line = message, file, line
        place = "" if file is None else f"{file}: " if line is None else f"{file}, line {line}: "
        super().__init__(f"{place}{message}")


class BackendError(PersonaeError):
    """A language model backend failed; `failure` is the class, `__cause__` the original error."""

    def __init__(
        self,
        message: str,
        *,
        failure: BackendFailure,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.failure, self.status, self.retry_after_s = failure, status, retry_after_s
        super().__init__(message)


class Cancelled(BackendError):
    """The caller cancelled the generation; `text` holds what had been written by then."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        super().__init__("The generation was cancelled.", failure="cancelled")


class StoreError(PersonaeError):
    """The store cannot be opened, read or written (locked, read-only, full, damaged)."""


class EnvironmentFault(PersonaeError):
    """Something this machine lacks; `remedy` is the one command that mends it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(f"{message} Run: {remedy}" if remedy else message)


def _unknown_message(kind: str, name: str, known: tuple[str, ...], hint: str) -> str:
    from difflib import get_close_matches  # kept off the start-up path

    near = get_close_matches(name, known, n=3, cutoff=0.5)
    parts = [f"There is no {kind} named {name!r}."]
    if near:
        parts.append(f"Did you mean {' or '.join(repr(n) for n in near)}?")
    elif known:
        shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
        parts.append(f"Known: {shown}.")
    if hint:
        parts.append(hint)
    return " ".join(parts)
