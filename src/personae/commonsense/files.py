"""Graphs in files: TSV (PeaCoK's columns), JSON Lines, or an SQLite database.

TSV: `head TAB relation TAB tail`, then a score if there is one; lines that begin with "#" are
remarks. JSON Lines: objects with these keys. Files are read within limits, written whole or not at
all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

from personae.commonsense.facts import FACTS_LIMIT, Fact, Graph, fact_of, graph_of
from personae.errors import FormatError, InvalidOption
from personae.media.atomic_file import write_atomically
from personae.text.parsing import Place, Record, dump_json, json_lines, lines

PEOPLE = Path(__file__).with_name("people.tsv")
DATABASES = (".db", ".sqlite", ".sqlite3")
ENDINGS = (".tsv", ".jsonl", *DATABASES)
LINE_LIMIT_BYTES = 4_096
_TABLE = (
    "CREATE TABLE IF NOT EXISTS facts (head TEXT NOT NULL, relation TEXT NOT NULL, "
    "tail TEXT NOT NULL, score REAL NOT NULL, PRIMARY KEY (head, relation, tail))"
)


@cache
def people() -> Graph:
    """The graph that ships."""
    return read_graph(PEOPLE)


def read_graph(path: str | Path) -> Graph:
    """The graph in a file, by its ending. Raises FormatError, InvalidOption for another ending."""
    file = Path(path).expanduser()
    ending = checked_ending(file)
    reader = _from_tsv if ending == ".tsv" else _from_json if ending == ".jsonl" else _from_database
    graph = graph_of(_limited(reader(file), file))
    if not graph.facts:
        raise FormatError("The graph has no facts.", file=file)
    return graph


def write_graph(graph: Graph, path: str | Path) -> None:
    """Write a graph as its file's ending says. Raises InvalidOption, FormatError."""
    file = Path(path).expanduser()
    ending = checked_ending(file)
    if ending in DATABASES:
        append_facts(file, graph.facts, anew=True)
        return
    row = _tsv_row if ending == ".tsv" else _json_row
    write_atomically(file, "".join(row(fact) + "\n" for fact in graph.facts).encode())


def append_facts(file: Path, facts: Iterable[Fact], *, anew: bool = False) -> None:
    """Put facts into a database, all or none; what is there already gets the new score.

    With `anew` they replace what the database held. Raises FormatError.
    """
    rows = [(fact.head, fact.label, fact.tail, fact.score) for fact in facts]
    try:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(_TABLE)
            if anew:
                database.execute("DELETE FROM facts")
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)
    except sqlite3.Error as error:
        raise FormatError(f"The graph cannot be written: {error}.", file=file) from error


def checked_ending(file: Path) -> str:
    """The ending of a graph's file. Raises InvalidOption for one that is not known."""
    if file.suffix.lower() not in ENDINGS:
        raise InvalidOption(f"{file.name} does not end in {', '.join(ENDINGS)}: which is it?")
    return file.suffix.lower()


def _from_tsv(file: Path) -> Iterator[Fact]:
    for place, line in lines(file, LINE_LIMIT_BYTES):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) not in (3, 4):
            raise place.fault(f"The line has {len(cells)} columns, not 3 or 4.")
        head, relation, tail, *score = cells
        yield _at(place, head, relation, tail, _number(score[0], place) if score else 1.0)


def _from_json(file: Path) -> Iterator[Fact]:
    for place, value in json_lines(file):
        row = Record.of(value, place)
        score = row.fields.get("score", 1.0)
        if isinstance(score, bool) or not isinstance(score, int | float):
            raise place.fault("The field 'score' must be a number.")
        yield _at(place, row.text("head"), row.text("relation"), row.text("tail"), float(score))


def _from_database(file: Path) -> Iterator[Fact]:
    if not file.is_file():
        raise FormatError("There is no such file.", file=file)
    try:
        # Read only: a file that somebody sent is not touched, and no missing one is made.
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            order = "SELECT head, relation, tail, score FROM facts ORDER BY rowid LIMIT ?"
            for number, row in enumerate(database.execute(order, (FACTS_LIMIT + 1,)), 1):
                if not (all(isinstance(cell, str) for cell in row[:3]) and type(row[3]) is float):
                    raise FormatError(f"Row {number} is not three texts and a number.", file=file)
                yield _at(Place(file), *row)
    except sqlite3.Error as error:
        raise FormatError(f"This is not a database of facts: {error}.", file=file) from error


def _at(place: Place, head: str, label: str, tail: str, score: float) -> Fact:
    try:
        return fact_of(head, label, tail, score)
    except FormatError as error:
        raise place.fault(error.reason) from error


def _limited(facts: Iterable[Fact], file: Path) -> Iterator[Fact]:
    for number, fact in enumerate(facts, 1):
        if number > FACTS_LIMIT:
            raise FormatError(f"The graph has more than {FACTS_LIMIT:,} facts.", file=file)
        yield fact


def _number(text: str, place: Place) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise place.fault(f"The score {text[:40]!r} is not a number.") from error


def _tsv_row(fact: Fact) -> str:
    cells = [fact.head, fact.label, fact.tail]
    return "\t".join([*cells, f"{fact.score:g}"] if fact.score != 1 else cells)


def _json_row(fact: Fact) -> str:
    row = {"head": fact.head, "relation": fact.label, "tail": fact.tail, "score": fact.score}
    return dump_json(row)
