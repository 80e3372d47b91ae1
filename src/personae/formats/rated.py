"""Replies that people have graded: USR's PersonaChat and Topical-Chat, and GRADE's three sets.

Files of other people: the ratings are read, never shipped. `usr-personachat` and `grade-human`
state no license and are evaluated on only; `usr-topicalchat` is MIT: `personae train usr` fits it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from personae.data import Persona, Sample, Scene, Turn
from personae.errors import FormatError
from personae.formats.reading import find_data
from personae.text.parsing import Place, parse_json, read_bytes
from personae.text.sentences import split_sentences
from personae.text.written import as_statement, as_written

SPEAKER, PARTNER = "B", "A"
GOLD = "Original Ground Truth"
MAX_BYTES = 64 << 20
# Contexts of USR's PersonaChat file whose dialogues the ranker was trained on (XPersona's English
# valid part holds them): `tests/formats/test_rated.py` finds them anew where the data are there.
TRAINED_ON = frozenset({17, 27, 29})
_PERSONA = "your persona:"
_NO_FACT = "_nofact"
_GRADE = {"grade-convai2": "convai2", "grade-dailydialog": "dailydialog_EVAL",
          "grade-empathetic": "empatheticdialogues"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RatedReply:
    """A reply with what people say of it. `context` names the scene that several systems share.

    `ratings` has one overall grade an annotator, or their mean alone where no more is known.
    """

    sample: Sample
    system: str
    context: str
    ratings: tuple[float, ...]

    @property
    def rating(self) -> float:
        """The mean grade."""
        return sum(self.ratings) / len(self.ratings)


def rated_replies(name: str) -> list[RatedReply]:
    """The replies of a set of `SETS`, in its order. Raises FormatError where it cannot be read."""
    return SETS[name]()


def read_usr(file: Path, without: frozenset[int] = frozenset()) -> list[RatedReply]:
    """USR's PersonaChat file, less the contexts at the positions `without`."""
    rows = [(at, one) for at, one in enumerate(_rows(file)) if at not in without]
    return [reply for at, row in rows for reply in _usr_row(file, at, row)]


def read_topical(file: Path) -> list[RatedReply]:
    """USR's Topical-Chat file as UniEval has it: mean grades; six systems a context, in order."""
    rows = _rows(file)
    shared = groupby(enumerate(rows), lambda row: _text(file, row[1], "source"))
    found = []
    for number, (source, group) in enumerate(shared):
        members = list(group)
        gold = _gold([row for _, row in members], "system_id")
        fact = as_written(_text(file, members[0][1], "context"))
        statements = () if _NO_FACT in fact else tuple(split_sentences(fact))
        scene = _scene(source.strip().split("\n"), statements)
        for at, row in members:
            system = _text(file, row, "system_id")
            found.append(
                _rated(f"topical-{at}", scene, _text(file, row, "system_output"), system,
                       f"topical-{number}", [_grade(file, row)],
                       "" if system == GOLD else str(gold.get("system_output", "")))
            )  # fmt: skip
    return found


def read_grade(file: Path, dataset: str) -> list[RatedReply]:
    """One of the three sets of GRADE's file: ten grades a reply, no persona, no gold reply."""
    found = []
    for row in _rows(file):
        if row.get("Dataset") != dataset:
            continue
        context = _text(file, row, "Context")
        found.append(
            _rated(f"grade-{row.get('ID')}", _scene(context.split("|||"), ()),
                   _text(file, row, "Response"), _text(file, row, "DialogModel"),
                   context, _grades(file, row))
        )  # fmt: skip
    if not found:
        raise FormatError(f"There are no replies of {dataset!r}.", file=file)
    return found


def _usr_row(file: Path, at: int, row: dict[str, Any]) -> Iterator[RatedReply]:
    statements = tuple(
        as_statement(line.removeprefix(_PERSONA))
        for line in _text(file, row, "fact").splitlines()
        if line.removeprefix(_PERSONA).strip()
    )
    scene = _scene(_text(file, row, "context").strip().split("\n"), statements)
    replies = row.get("responses")
    if not isinstance(replies, list) or not all(isinstance(one, dict) for one in replies):
        raise FormatError(f"The context {at} has no list of responses.", file=file)
    gold = _gold(replies, "model")
    for number, one in enumerate(replies):
        system = _text(file, one, "model")
        yield _rated(
            f"personachat-{at}-{number}", scene, _text(file, one, "response"), system,
            f"personachat-{at}", _numbers(file, one.get("Overall")),
            "" if system == GOLD else str(gold.get("response", "")),
        )  # fmt: skip


def _gold(rows: Sequence[dict[str, Any]], key: str) -> dict[str, Any]:
    """The row of what was really said, an empty one where there is none."""
    return next((one for one in rows if one.get(key) == GOLD), {})


def _scene(lines: Sequence[str], statements: tuple[str, ...]) -> Scene:
    """The moment before the reply: whoever spoke last is the partner."""
    texts = [as_written(line) for line in lines if line.strip()]
    turns = tuple(
        Turn(speaker=PARTNER if (len(texts) - at) % 2 else SPEAKER, text=text)
        for at, text in enumerate(texts)
    )
    return Scene(persona=Persona(name=SPEAKER, statements=statements), turns=turns, user=PARTNER)


def _rated(
    name: str, scene: Scene, reply: str, system: str, context: str, ratings: Sequence[float],
    gold: str = "",
) -> RatedReply:  # fmt: skip
    sample = Sample(id=name, scene=scene, reply=as_written(reply), reference=as_written(gold))
    return RatedReply(sample, system, context, tuple(ratings))


def _rows(file: Path) -> list[dict[str, Any]]:
    value = parse_json(read_bytes(file, MAX_BYTES), Place(file))
    if not isinstance(value, list) or not value or not all(isinstance(o, dict) for o in value):
        raise FormatError("The file is not a list of objects, one a graded reply.", file=file)
    return value


def _text(file: Path, row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise FormatError(f"An object has no text {key!r}.", file=file)
    return value


def _grade(file: Path, row: dict[str, Any]) -> float:
    scores = row.get("scores")
    return _numbers(file, [scores.get("overall") if isinstance(scores, dict) else None])[0]


def _grades(file: Path, row: dict[str, Any]) -> tuple[float, ...]:
    try:
        given = ast.literal_eval(_text(file, row, "HumanScores"))
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise FormatError("HumanScores is not a list of numbers.", file=file) from error
    return _numbers(file, given)


def _numbers(file: Path, given: Any) -> tuple[float, ...]:
    fine = isinstance(given, list) and given and all(
        type(one) in (int, float) and 0 <= one <= 100 for one in given
    )  # fmt: skip
    if not fine:
        raise FormatError("The grades of a reply are not a list of numbers.", file=file)
    return tuple(float(one) for one in given)


SETS: dict[str, Callable[[], list[RatedReply]]] = {
    "usr-personachat": lambda: read_usr(find_data("usr-personachat/pc_usr_data.json"), TRAINED_ON),
    "usr-topicalchat": lambda: read_topical(find_data("usr-topicalchat/topical_chat.json")),
    **{
        name: lambda dataset=dataset: read_grade(  # type: ignore[misc]
            find_data("grade-human/human_judgement.json"), dataset
        )
        for name, dataset in _GRADE.items()
    },
}
