"""DailyDialog: JSON Lines with named labels, or the original `__eou__` text with its label files.

Speakers are "A" and "B" in turn. Turns have `labels["act"]` and `labels["emotion"]`, dialogues
`labels["topic"]`, all as names; the original files' numbers are translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.registry import EntryInfo
from personae.text.parsing import Place, Record, dump_json, head_keys, json_records, lines

ENTRY = EntryInfo(
    systems=("S071",),
    aka=("daily-dialog",),
    paper="DailyDialog (Li et al., 2017)",
    reads="dialogue",
    extensions=(".json", ".jsonl", ".txt"),
)

ACTS = ("inform", "question", "directive", "commissive")  # 1 … 4
EMOTIONS = (
    "no_emotion",
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
)  # fmt: skip  0 … 6
TOPICS = (
    "ordinary_life",
    "school_life",
    "culture_and_education",
    "attitude_and_emotion",
    "relationship",
    "tourism",
    "health",
    "work",
    "politics",
    "finance",
)  # fmt: skip  1 … 10
END_OF_UTTERANCE = "__eou__"
_TEXT_FILE = "dialogues_text.txt"
_MISSPELT = {"culture_and_educastion": "culture_and_education"}
_FOLDS = {"train": "train", "validation": "validation", "valid": "validation", "test": "test"}


def detects(head: bytes, path: Path) -> bool:
    """Whether the first record has topic and dialogue, or the text is split by `__eou__`."""
    if path.is_dir():
        return (path / _TEXT_FILE).is_file()
    return {"topic", "dialogue"} <= head_keys(head) or END_OF_UTTERANCE.encode() in head


def read(source: Path) -> Iterator[Dialogue]:
    """The dialogues, as a stream, from JSON Lines, an `__eou__` file, or the folder of one.

    Raises FormatError with the line where utterances and labels differ in number.
    """
    text_file = source / _TEXT_FILE if source.is_dir() else source
    if text_file.suffix == ".txt":
        yield from _read_original(text_file)
        return
    for position, record in enumerate(json_records(source)):
        yield _from_record(record, f"{source.stem}-{position}")


def write(dialogues: Iterable[Dialogue], target: Path) -> None:
    """JSON Lines of {fold, topic, dialogue: [{emotion, act, text}]}; only utterances are kept."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in dialogues:
            row: dict[str, Any] = {"fold": dialogue.labels.get("fold", "")}
            said = [turn for turn in dialogue.turns if turn.kind == "utterance"]
            row["topic"] = dialogue.labels.get("topic", "")
            row["dialogue"] = [
                {key: turn.labels[key] for key in ("emotion", "act") if key in turn.labels}
                | {"text": turn.text}
                for turn in said
            ]
            file.write(dump_json(row) + "\n")


def write_original(dialogues: Iterable[Dialogue], folder: Path) -> None:
    """The original four files. Raises FormatError for a label without a number of its own."""
    names = [_TEXT_FILE, *(f"dialogues_{kind}.txt" for kind in ("act", "emotion", "topic"))]
    with ExitStack() as stack:
        text, acts, emotions, topics = (
            stack.enter_context((folder / name).open("w", encoding="utf-8", newline="\n"))
            for name in names
        )
        for dialogue in dialogues:
            said = [turn for turn in dialogue.turns if turn.kind == "utterance"]
            flat = [" ".join(turn.text.split()) for turn in said]
            text.write("".join(f"{each} {END_OF_UTTERANCE} " for each in flat).rstrip() + "\n")
            acts.write(_numbers([turn.labels.get("act") for turn in said], ACTS, 1) + "\n")
            emotions.write(
                _numbers([turn.labels.get("emotion") for turn in said], EMOTIONS, 0) + "\n"
            )
            topics.write(_numbers([dialogue.labels.get("topic")], TOPICS, 1) + "\n")


def _from_record(record: Record, name: str) -> Dialogue:
    turns = []
    for position, said in enumerate(record.records("dialogue", required=True)):
        labels = _texts(said, "act", "emotion")
        turns.append(Turn(speaker="AB"[position % 2], text=said.text("text"), labels=labels))
    known = _texts(record, "fold", "topic").items()
    labels = {key: _MISSPELT.get(value, value) for key, value in known if value}
    return Dialogue(id=name, turns=tuple(turns), language="en", labels=labels)


def _texts(record: Record, *keys: str) -> dict[str, str]:
    return {key: record.text(key) for key in keys if key in record.fields}


def _read_original(text_file: Path) -> Iterator[Dialogue]:
    fold = next((_FOLDS[word] for word in re.split(r"[_.]", text_file.name) if word in _FOLDS), "")
    acts = _label_lines(text_file, "act", ACTS, 1)
    emotions = _label_lines(text_file, "emotion", EMOTIONS, 0)
    topics = _label_lines(text_file, "topic", TOPICS, 1)
    for position, (place, line) in enumerate(lines(text_file)):
        said = [part.strip() for part in line.split(END_OF_UTTERANCE)]
        if said and not said[-1]:
            said.pop()
        counts = (
            ("act", _next_labels(acts, len(said), "acts", place)),
            ("emotion", _next_labels(emotions, len(said), "emotions", place)),
        )
        topic = _next_labels(topics, 1, "topics", place)
        labels = {"fold": fold} if fold else {}
        yield Dialogue(
            id=f"{text_file.stem}-{position}",
            turns=tuple(
                Turn(
                    speaker="AB"[number % 2],
                    text=text,
                    labels={kind: names[number] for kind, names in counts if names is not None},
                )
                for number, text in enumerate(said)
            ),
            language="en",
            labels=labels | ({"topic": topic[0]} if topic else {}),
        )
    for kind, rows in (("acts", acts), ("emotions", emotions), ("topics", topics)):
        if rows is not None and (extra := next(rows, None)):
            raise extra[0].fault(f"This line of {kind} has no dialogue in {text_file.name}.")


_LabelLines = Iterator[tuple[Place, list[str]]]


def _label_lines(
    text_file: Path, kind: str, names: Sequence[str], first: int
) -> _LabelLines | None:
    """The label names of each line of the file beside, or None where there is no such file."""
    name = text_file.name
    stem, _, fold = name.removesuffix(".txt").rpartition("_")
    beside = f"{stem}_{kind}.txt" if fold == "text" else f"{stem}_{kind}_{fold}.txt"
    file = text_file.with_name(beside)
    if not stem or not file.is_file():
        return None

    def named() -> _LabelLines:
        for place, line in lines(file):
            yield place, [_label(number, names, first, place) for number in line.split()]

    return named()


def _label(number: str, names: Sequence[str], first: int, place: Place) -> str:
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        raise place.fault(f"{number[:20]!r} is not a label number.")
    if not first <= int(number) < first + len(names):
        raise place.fault(f"The label {number} is not in {first} … {first + len(names) - 1}.")
    return names[int(number) - first]


def _next_labels(
    rows: _LabelLines | None, wanted: int, kind: str, place: Place
) -> list[str] | None:
    if rows is None:
        return None
    found = next(rows, None)
    if found is None:
        raise place.fault(f"There is no line of {kind} for this dialogue.")
    if len(found[1]) != wanted:
        raise found[0].fault(
            f"{len(found[1])} {kind} stand where {wanted} are needed by line {place.line} of "
            f"{place.file.name if place.file else 'the text'}."
        )
    return found[1]


def _numbers(labels: Sequence[object], names: Sequence[str], first: int) -> str:
    for label in labels:
        if label not in names:
            raise FormatError(f"The label {label!r} is none of {', '.join(names)}.")
    return " ".join(str(names.index(str(label)) + first) for label in labels)
