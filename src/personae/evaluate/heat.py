"""A heat map as SVG: rows by columns, blue below 0 and orange above, each cell with its number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_LEFT, _TOP, _CELL_WIDTH, _CELL_HEIGHT, _MARGIN = 150, 76, 92, 26, 16
_LOW, _MIDDLE, _HIGH = (0, 114, 178), (255, 255, 255), (213, 94, 0)  # Okabe and Ito


def heat_svg(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Mapping[tuple[str, str], float],
    *,
    title: str,
    note: str = "",
) -> str:
    """An SVG document; the strongest colour is the largest distance from 0. Gaps stay grey."""
    finite = [abs(value) for value in values.values() if math.isfinite(value)]
    largest = max(finite, default=0.0) or 1.0
    width = _LEFT + _CELL_WIDTH * len(columns) + _MARGIN
    height = _TOP + _CELL_HEIGHT * len(rows) + _MARGIN
    body = [
        _text(_MARGIN, 24, title, size=15, anchor="start"),
        _text(_MARGIN, 44, note, size=12, anchor="start"),
        *(
            _text(_LEFT + _CELL_WIDTH * (at + 0.5), _TOP - 8, column)
            for at, column in enumerate(columns)
        ),
    ]
    for down, row in enumerate(rows):
        y = _TOP + _CELL_HEIGHT * down
        body.append(_text(_LEFT - 8, y + 17, row, anchor="end"))
        for across, column in enumerate(columns):
            value = values.get((row, column), math.nan)
            body.append(_cell(_LEFT + _CELL_WIDTH * across, y, value, largest))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *body,
            "</svg>\n",
        ]
    )


def _cell(x: float, y: float, value: float, largest: float) -> str:
    is_known = math.isfinite(value)
    fill = _colour(value / largest) if is_known else "#dddddd"
    shown = f"{value:+.3f}" if is_known else "–"
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{_CELL_WIDTH - 2}" height="{_CELL_HEIGHT - 2}" '
        f'fill="{fill}"/>{_text(x + _CELL_WIDTH / 2, y + 17, shown, size=12)}'
    )


def _colour(share: float) -> str:
    """The colour of −1 to 1, never darker than black text can be read on."""
    end, part = (_HIGH if share > 0 else _LOW), min(1.0, abs(share)) * 0.7
    mixed = (round(a + (b - a) * part) for a, b in zip(_MIDDLE, end, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _text(x: float, y: float, text: str, *, size: int = 13, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
