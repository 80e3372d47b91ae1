"""Consoles that take out of all they print what a terminal would obey, but for their own styles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from personae.cli.output import plain


def open_console(**options: Any) -> Console:
    """A rich console with these options that prints strangers' texts safely, wherever from."""
    console = Console(**options)
    console.push_render_hook(_PlainHook())
    return console


@dataclass(frozen=True, slots=True)
class _Plain:
    """Something to print, without its control characters."""

    inner: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in console.render(self.inner, options):
            yield part if part.control else Segment(plain(part.text), part.style)


class _PlainHook(RenderHook):
    """Rich's way to see all that is printed; Rich wants a subclass."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Plain(one) for one in renderables]
