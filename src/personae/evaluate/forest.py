"""A forest plot as SVG: one line a run, its figure as a dot, its interval as a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, ROW, RIGHT = 720, 210, 26, 120
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito


@dataclass(frozen=True, slots=True)
class Line:
    """A run's figure, with its interval where there is one."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def forest_svg(lines: Sequence[Line], *, title: str) -> str:
    """An SVG element that takes its text colour from the page. Lines without a figure are left
    out by the caller; the axis covers all intervals, and 0 where it is near."""
    low, high = _span(lines)
    height = ROW * (len(lines) + 1) + 14

    def place(value: float) -> float:
        return LABELS + (value - low) / (high - low) * (WIDTH - LABELS - RIGHT)

    body = [_grid(place, low, high, height)]
    for at, line in enumerate(lines):
        y = ROW * at + ROW / 2 + 4
        body.append(_row(line, place, y, _COLOURS[at % len(_COLOURS)]))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}" '
        f'class="forest">{"".join(body)}</svg>'
    )


def _span(lines: Sequence[Line]) -> tuple[float, float]:
    ends = [end for one in lines for end in (one.value, one.low, one.high) if end is not None]
    low, high = min(ends), max(ends)
    if low > 0 and low < (high - low) * 2:
        low = 0.0
    reach = (high - low) or abs(high) or 1.0
    return low - 0.04 * reach if low < 0 else low, high + 0.04 * reach


def _grid(place: Callable[[float], float], low: float, high: float, height: int) -> str:
    parts = []
    for step in range(5):
        value = low + (high - low) * step / 4
        x = place(value)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 22}" class="grid"/>'
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" class="tick">'
            f"{value:.3g}</text>"
        )
    return "".join(parts)


def _row(line: Line, place: Callable[[float], float], y: float, colour: str) -> str:
    x = place(line.value)
    bar = ""
    if line.low is not None and line.high is not None:
        bar = (
            f'<line x1="{place(line.low):.1f}" x2="{place(line.high):.1f}" y1="{y}" y2="{y}" '
            f'stroke="{colour}" stroke-width="3" stroke-linecap="round" opacity="0.55"/>'
        )
    return (
        f'<text x="{LABELS - 10}" y="{y + 4}" text-anchor="end">{escape(_short(line.label))}</text>'
        f'{bar}<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colour}"/>'
        f'<text x="{WIDTH - RIGHT + 12}" y="{y + 4}">{line.value:.4g}</text>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 30 else f"{label[:29]}…"
