"""A forest plot for a page: one row a run, its figure as a dot, its interval as a bar.

Rows are HTML and only the marks are SVG, placed in percent: text keeps its size on a narrow screen,
where a label stands above its row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LABELS = 5  # at most so many steps on the axis
_ROW, _MARGIN = 26, 3.0  # pixels; percent left free on both sides, for dots and numbers
STYLE = """
.forest{display:grid;grid-template-columns:minmax(0,12rem) 1fr 10.5rem;
column-gap:.8rem;align-items:center;line-height:1.2}
.forest .who{text-align:right;overflow-wrap:anywhere}
.forest .value small{opacity:.7;white-space:nowrap}
.forest svg{width:100%;height:26px;display:block;overflow:visible;fill:currentColor}
.forest .grid{stroke:currentColor;opacity:.15}
.forest .tick{opacity:.7;font-size:12px}
@media(max-width:40rem){.forest{grid-template-columns:1fr 9rem}
.forest .who{grid-column:1/-1;text-align:left;margin-top:.3rem}
.forest .gap{display:none}.forest .value{font-size:.85rem}}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A run's figure, with its interval where there is one."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def forest_plot(lines: Sequence[Line], *, title: str) -> str:
    """An HTML element that takes its text colour from the page; it needs `STYLE`.

    Lines without a figure are left out by the caller; the axis covers all intervals, and 0 where
    it is near.
    """
    ticks = axis_ticks(lines)

    def place(value: float) -> str:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return f"{_MARGIN + share * (100 - 2 * _MARGIN):.2f}%"

    grid = "".join(
        f'<line x1="{place(at)}" x2="{place(at)}" y1="0" y2="{_ROW}" class="grid"/>' for at in ticks
    )
    rows = "".join(
        _row(line, place, grid, _COLOURS[at % len(_COLOURS)]) for at, line in enumerate(lines)
    )
    numbers = "".join(
        f'<text x="{place(at)}" y="14" text-anchor="middle" class="tick">{at:.6g}</text>'
        for at in ticks
    )
    return (
        f'<div class="forest" role="img" aria-label="{escape(title, quote=True)}">{rows}'
        f'<span class="gap"></span><svg>{numbers}</svg><span class="gap"></span></div>'
    )


def axis_ticks(lines: Sequence[Line]) -> list[float]:
    """Round numbers, evenly spaced, from below all ends to above them; 0 is in where it is near."""
    ends = [end for one in lines for end in (one.value, one.low, one.high) if end is not None]
    low, high = min(ends), max(ends)
    if 0 < low < (high - low) * 2:
        low = 0.0
    if high - low <= abs(high) * 1e-9:
        low, high = low - (abs(low) or 1.0) / 10, high + (abs(high) or 1.0) / 10
    step = _step((high - low) / _LABELS)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, last + 1)]


def _step(rough: float) -> float:
    """The next larger round number: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(size * power for size in _STEPS if size * power >= rough * (1 - 1e-9))


def _row(line: Line, place: Callable[[float], str], grid: str, colour: str) -> str:
    middle, bar, span = _ROW / 2, "", ""
    if line.low is not None and line.high is not None:
        bar = (
            f'<line x1="{place(line.low)}" x2="{place(line.high)}" y1="{middle}" y2="{middle}" '
            f'stroke="{colour}" stroke-width="4" stroke-linecap="round" opacity="0.6"/>'
        )
        span = f" <small>[{line.low:.3g}, {line.high:.3g}]</small>"
    return (
        f'<span class="who">{escape(line.label)}</span>'
        f'<svg>{grid}{bar}<circle cx="{place(line.value)}" cy="{middle}" r="5.5" '
        f'fill="{colour}"/></svg>'
        f'<span class="value">{line.value:.3g}{span}</span>'
    )
