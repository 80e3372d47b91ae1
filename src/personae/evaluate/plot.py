"""A plot of points with intervals as SVG, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 24, 48, 60
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to compare: its place, and the interval of its height where one is known."""

    label: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None


def plot_svg(points: Sequence[Point], *, title: str, x_label: str, y_label: str) -> str:
    """An SVG document; both axes begin at 0."""
    across = _Axis(max((p.x for p in points), default=0.0), _LEFT, WIDTH - _RIGHT)
    tops = [value for p in points for value in (p.y, p.high) if value is not None]
    up = _Axis(max(tops, default=0.0), HEIGHT - _BOTTOM, _TOP)
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    body = [
        _text(_LEFT, 24, title, size=15, anchor="start"),
        *(_tick_across(across, value) for value in across.ticks),
        *(_tick_up(up, value) for value in up.ticks),
        _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 14, x_label),
        f'<g transform="rotate(-90 18 {middle:.0f})">{_text(18, middle, y_label)}</g>',
        *(
            _mark(point, across, up, _COLOURS[at % len(_COLOURS)])
            for at, point in enumerate(points)
        ),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            *body,
            "</svg>\n",
        ]
    )


class _Axis:
    """An axis from 0 to a round number above `largest`, between two places on the page."""

    def __init__(self, largest: float, start: float, end: float) -> None:
        rough = (largest or 1.0) * 1.15 / _TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        self.step = power * min(n for n in (1, 2, 2.5, 5, 10) if n * power >= rough - 1e-12)
        self.ticks = [self.step * number for number in range(_TICKS + 1)]
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        return self._start + (self._end - self._start) * value / self.ticks[-1]

    def told(self, value: float) -> str:
        return f"{value:.{max(0, 1 - math.floor(math.log10(self.step)))}f}"


def _tick_across(axis: _Axis, value: float) -> str:
    x = axis.at(value)
    return _line(x, _TOP, x, HEIGHT - _BOTTOM, "#dddddd") + _text(
        x, HEIGHT - _BOTTOM + 18, axis.told(value)
    )


def _tick_up(axis: _Axis, value: float) -> str:
    y = axis.at(value)
    return _line(_LEFT, y, WIDTH - _RIGHT, y, "#dddddd") + _text(
        _LEFT - 8, y + 4, axis.told(value), anchor="end"
    )


def _mark(point: Point, across: _Axis, up: _Axis, colour: str) -> str:
    x, y = across.at(point.x), up.at(point.y)
    bar = ""
    if point.low is not None and point.high is not None:
        bar = _line(x, up.at(point.low), x, up.at(point.high), colour, width=2)
    is_right = x > (WIDTH + _LEFT) * 0.7
    label = _text(
        x - 10 if is_right else x + 10, y - 8, point.label, anchor="end" if is_right else "start"
    )
    return f'{bar}<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{colour}"/>{label}'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )


def _text(x: float, y: float, text: str, *, size: int = 13, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
