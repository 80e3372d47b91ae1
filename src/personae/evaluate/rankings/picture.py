"""A ranking as an SVG document: a row a system, its score as a dot, its interval as a bar."""

from __future__ import annotations

from html import escape

from personae.evaluate.forest import Line, axis_ticks
from personae.evaluate.rankings.ranked import Ranking, Standing

WIDTH, LABELS, RIGHT, ROW, TOP = 720, 210, 90, 28, 34
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # by cluster


def ranking_svg(ranking: Ranking) -> str:
    """The document; systems of one cluster have one colour."""
    lines = [_line(one) for one in ranking.standings]
    ticks, height = axis_ticks(lines), TOP + ROW * len(lines) + 26

    def place(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return LABELS + share * (WIDTH - LABELS - RIGHT)

    body = [f'<text x="12" y="20" font-weight="bold">Ranking by {escape(ranking.method)}</text>']
    for at in ticks:
        x = place(at)
        body.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - 24}" stroke="#ddd"/>'
            f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" font-size="11">'
            f"{at:.6g}</text>"
        )
    for row, (line, standing) in enumerate(zip(lines, ranking.standings, strict=True)):
        y, colour = TOP + ROW * (row + 0.5), _COLOURS[(standing.cluster - 1) % len(_COLOURS)]
        if line.low is not None and line.high is not None:
            body.append(
                f'<line x1="{place(line.low):.1f}" x2="{place(line.high):.1f}" y1="{y}" y2="{y}" '
                f'stroke="{colour}" stroke-width="3" opacity="0.55"/>'
            )
        body.append(
            f'<circle cx="{place(line.value):.1f}" cy="{y}" r="5" fill="{colour}"/>'
            f'<text x="{LABELS - 12}" y="{y + 4}" text-anchor="end">{escape(line.label)}</text>'
            f'<text x="{WIDTH - RIGHT + 14}" y="{y + 4}">{line.value:.3f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="white"/>{"".join(body)}</svg>\n'
    )


def _line(one: Standing) -> Line:
    span = one.interval
    return Line(one.system, one.score, span.low if span else None, span.high if span else None)
