"""PersonaChat and ConvAI2 as ParlAI text: persona lines, then `N utterance<TAB>reply…`.

A line number that does not grow begins the next dialogue. "A" asks and "B" answers; `your persona`
lines tell B's persona, `partner's persona` lines A's. `__SILENCE__` stands for a turn that nobody
took and is dropped. As in ParlAI, `\\n` (two characters) is a line break inside a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from personae.data import Dialogue, JsonObject, Persona, Turn
from personae.errors import FormatError
from personae.formats.sides import both_sides
from personae.registry import EntryInfo
from personae.text.parsing import Place, lines

ENTRY = EntryInfo(aka=("personachat", "convai2"), reads="dialogue", extensions=(".txt",))

SILENCE = "__SILENCE__"
_NUMBERED = re.compile(r"(\d{1,9}) (.*)", re.DOTALL)
_PERSONA = re.compile(r"(your|partner's) persona: ?(.*)")
_SIDE_OF = {"your": "B", "partner's": "A"}


@dataclass(slots=True)
class _Episode:
    """The dialogue being read: mutable, seen only by `read`."""

    last_number: int = 0
    statements: dict[str, list[str]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)


def detects(head: bytes, path: Path) -> bool:
    """Whether the first line is numbered and is a persona line or has a reply after a tab."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode("utf-8", "ignore")
    found = _NUMBERED.fullmatch(first.rstrip("\r"))
    return bool(found and ("\t" in found[2] or _PERSONA.match(found[2])))


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues, as a stream; rewards and candidates are labels of B's turns."""
    episode, position = _Episode(), 0
    for place, line in lines(source):
        if not line.strip():
            continue
        found = _NUMBERED.fullmatch(line)
        if not found:
            raise place.fault(f"{line[:40]!r} does not begin with a line number and a space.")
        number = int(found[1])
        if number <= episode.last_number:
            yield from _told(_dialogue(episode, f"{source.stem}-{position}"))
            episode, position = _Episode(), position + 1
        episode.last_number = number
        _take(episode, found[2].split("\t"), place)
    if episode.last_number:
        yield from _told(_dialogue(episode, f"{source.stem}-{position}"))


def _told(dialogue: Dialogue) -> Iterator[Dialogue]:
    """The dialogue, unless numbered lines said nothing at all."""
    if dialogue.turns or dialogue.personas:
        yield dialogue


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """Write two-sided dialogues; only utterances are kept, and tabs in them become spaces.

    Raises FormatError for a dialogue with more than two speakers.
    """
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in dialogues:
            for number, line in enumerate(_lines_of(dialogue), start=1):
                file.write(f"{number} {line}\n")


def _take(episode: _Episode, columns: list[str], place: Place) -> None:
    said = columns[0].replace("\\n", "\n").split("\n")
    while said and (found := _PERSONA.fullmatch(said[0])):
        episode.statements.setdefault(_SIDE_OF[found[1]], []).append(found[2].strip())
        said.pop(0)
    _add_turn(episode, "A", "\n".join(said), {})
    if len(columns) > 1:
        _add_turn(episode, "B", columns[1].replace("\\n", "\n"), _reply_labels(columns, place))


def _add_turn(episode: _Episode, speaker: str, text: str, labels: JsonObject) -> None:
    text = text.strip()
    if text and text != SILENCE:
        episode.turns.append(Turn(speaker=speaker, text=text, labels=labels))


def _reply_labels(columns: list[str], place: Place) -> JsonObject:
    labels: JsonObject = {}
    if len(columns) > 2 and columns[2].strip():
        try:
            labels["reward"] = float(columns[2])
        except ValueError as error:
            raise place.fault(f"The reward {columns[2][:40]!r} is not a number.") from error
    if len(columns) > 3 and columns[3]:
        labels["candidates"] = [part.replace("\\n", "\n") for part in columns[3].split("|")]
    return labels


def _dialogue(episode: _Episode, name: str) -> Dialogue:
    return Dialogue(
        id=name,
        turns=tuple(episode.turns),
        personas={
            side: Persona(name=side, statements=tuple(statements))
            for side, statements in episode.statements.items()
        },
        labels={"test_speaker": "B"},
    )


def _lines_of(dialogue: Dialogue) -> Iterator[str]:
    asking, answering = both_sides(dialogue, "ParlAI text")
    for word, side in (("partner's", asking), ("your", answering)):
        persona = dialogue.personas.get(side)
        for statement in persona.statements if persona else ():
            yield f"{word} persona: {_one_field(statement)}"
    waiting = ""
    for turn in dialogue.turns:
        if turn.kind != "utterance":
            continue
        if turn.speaker == answering:
            yield f"{waiting or SILENCE}\t{_one_field(turn.text)}{_extra_columns(turn, dialogue)}"
            waiting = ""
            continue
        if waiting:
            yield waiting
        waiting = _one_field(turn.text)
    if waiting:
        yield waiting


def _extra_columns(turn: Turn, dialogue: Dialogue) -> str:
    reward, candidates = turn.labels.get("reward"), turn.labels.get("candidates")
    if not isinstance(candidates, list) and reward is None:
        return ""
    columns = ["" if reward is None else str(reward)]
    if isinstance(candidates, list):
        if any("|" in str(candidate) for candidate in candidates):
            raise FormatError(
                f"A candidate of the dialogue {dialogue.id!r} holds '|', which separates "
                "candidates in ParlAI text."
            )
        columns.append("|".join(_one_field(str(candidate)) for candidate in candidates))
    return "".join(f"\t{column}" for column in columns)


def _one_field(text: str) -> str:
    return text.replace("\t", " ").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
