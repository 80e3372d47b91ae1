"""Does the better module make the better system? Pairs where it does not, and Kendall's τ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from personae.errors import FormatError
from personae.formats.yaml_text import parse_yaml_text
from personae.metrics.correlation import kendall
from personae.text.parsing import Place, Record, read_text

PUBLISHED = Path(__file__).parent / "published.yaml"
MAX_TABLE_BYTES, MAX_DEPTH = 2**20, 16
MAX_FIGURE = 10**9  # a whole number of a file may be too large for a float


@dataclass(frozen=True, slots=True)
class Entry:
    """A module's own figure, and the success of a system with it; both better when higher."""

    module: str
    component: float
    success: float


@dataclass(frozen=True, slots=True)
class Inversion:
    """`better` has the higher figure as a module, and yet the less successful system."""

    better: Entry
    worse: Entry


@dataclass(frozen=True, slots=True)
class Comparison:
    """The systems that differ in one place of the pipeline; `tau` is nan where it has no sense."""

    slot: str
    metric: str
    entries: tuple[Entry, ...]
    inversions: tuple[Inversion, ...]
    tau: float


def compared(slot: str, metric: str, entries: Sequence[Entry]) -> Comparison:
    """The inversions and τ of the entries."""
    return Comparison(
        slot, metric, tuple(entries), tuple(inversions(entries)),
        kendall([one.component for one in entries], [one.success for one in entries]),
    )  # fmt: skip


def inversions(entries: Sequence[Entry]) -> list[Inversion]:
    """Every pair in which the better module makes the worse system; equals are none."""
    found = []
    for pair in combinations(entries, 2):
        worse, better = sorted(pair, key=lambda one: one.component)
        if better.component > worse.component and better.success < worse.success:
            found.append(Inversion(better, worse))
    return found


def read_tables(file: Path = PUBLISHED) -> dict[str, list[Comparison]]:
    """Published tables: by table a list of slots, each with module → [its figure, success].

    Raises FormatError for anything else.
    """
    text = read_text(file, MAX_TABLE_BYTES)
    value, _ = parse_yaml_text(text, file, what="table", max_depth=MAX_DEPTH)
    top = Record.of(value, Place(file), "file of tables")
    return {
        str(name): [
            _slot(str(slot), Record.of(one, top.place, f"slot {slot!r}"))
            for slot, one in Record.of(table, top.place, f"table {name!r}").fields.items()
        ]
        for name, table in top.fields.items()
    }


def _slot(name: str, record: Record) -> Comparison:
    rows: Mapping[str, object] = record.record("systems").fields
    entries = []
    for module, row in rows.items():
        if not isinstance(row, list) or [_is_figure(one) for one in row] != [True, True]:
            raise record.place.fault(f"{module!r} needs two numbers: its figure, and success.")
        entries.append(Entry(str(module), float(row[0]), float(row[1])))
    if len(entries) < 2:
        raise FormatError(f"The slot {name!r} has fewer than two modules.", file=record.place.file)
    return compared(name, record.text("metric", "figure"), entries)


def _is_figure(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_FIGURE
