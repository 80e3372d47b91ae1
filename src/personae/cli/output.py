"""How commands speak: data on stdout, progress on stderr."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# Whole escape sequences first, then every control character but tab and line feed.
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
# Those that JSON leaves as they are.
_CONTROL_1 = re.compile(r"[\x7f-\x9f]")


def plain(text: object) -> str:
    """The text without what a terminal would obey: cards, models and stores are not trusted."""
    return _CONTROL.sub("", str(text))


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """One JSON document on stdout: control characters are escaped, numbers it lacks are null."""
    text = json.dumps(finite(value), ensure_ascii=False, indent=indent, default=str)
    print(harmless_json(text), flush=indent is None)


def finite(value: Any) -> Any:
    """The value with null for numbers that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return value


def harmless_json(text: str) -> str:
    """The same JSON with the control characters escaped that JSON would leave as they are."""
    return _CONTROL_1.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """A table on stdout; wide cells wrap, and words wider than their column are folded."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(plain(title)) if title else None, title_justify="left", box=box.SIMPLE_HEAD
    )
    for column in columns:
        table.add_column(Text(plain(column)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    stdout().print(table)


def stdout() -> Console:
    """A rich console on stdout, without wrapping surprises in pipes; what it prints is `plain`."""
    from personae.cli.plain_console import open_console

    return open_console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """A rich console on stderr, for progress and remarks; what it prints is `plain`."""
    from personae.cli.plain_console import open_console

    return open_console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
