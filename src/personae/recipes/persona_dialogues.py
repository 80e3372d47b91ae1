"""The dialogues with personas that recipes may train on, in one order, spelled as people write."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from personae.data import Dialogue
from personae.errors import EnvironmentFault
from personae.formats.reading import read_dialogues
from personae.formats.written import written
from personae.media.atomic_file import write_atomically
from personae.text.written import as_statement, as_written

# How many dialogues of XPersona's English valid part are kept for development.
DEVELOPMENT = 100
# Half of the dialogues name the persona, so that the adapter knows both; the names mean nothing.
NAMES = (
    "Ana", "Ben", "Chloe", "David", "Emma", "Finn", "Grace", "Hugo", "Iris", "Jack", "Kate", "Leo",
    "Mia", "Noah", "Olive", "Paul", "Rosa", "Sam", "Tara", "Will",
)  # fmt: skip
_SPC = "synthetic-persona-chat/Synthetic-Persona-Chat_valid.csv"
_XPERSONA = "xpersona/En_persona_valid.json"
_TRIPLES = "dnli-excerpt/{}-train.txt"
_BREAK = "</s>"


@dataclass(frozen=True, slots=True)
class PersonaDialogue:
    """A dialogue seen from one side: what it is, and who said what (`own` or not)."""

    id: str
    statements: tuple[str, ...]
    turns: tuple[tuple[bool, str], ...]

    @property
    def replies(self) -> tuple[int, ...]:
        """Positions of own turns that answer something."""
        return tuple(
            at for at, (own, _) in enumerate(self.turns) if own and at and not self.turns[at - 1][0]
        )


def training_dialogues(data: Path, seed: int = 0) -> list[PersonaDialogue]:
    """PersonaChat (training triples, XPersona's English valid part) and Synthetic-Persona-Chat.

    Shuffled by `seed`. Raises EnvironmentFault when a data set is missing.
    """
    found = [*_triples(data), *list(_xpersona(data))[DEVELOPMENT:], *_synthetic(data)]
    random.Random(seed).shuffle(found)
    return found


def development_dialogues(data: Path) -> list[PersonaDialogue]:
    """Dialogues that no recipe trains on, and that are not the test part."""
    return list(_xpersona(data))[:DEVELOPMENT]


def save(dialogues: Iterable[PersonaDialogue], target: Path) -> None:
    """JSON lines, replaced in one step."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in dialogues)
    write_atomically(target, "".join(lines).encode())


def load(source: Path) -> list[PersonaDialogue]:
    """What `save` wrote."""
    return [
        PersonaDialogue(
            row["id"], tuple(row["statements"]), tuple((own, text) for own, text in row["turns"])
        )
        for row in map(json.loads, filter(None, source.read_text("utf-8").split("\n")))
    ]


def _xpersona(data: Path) -> Iterator[PersonaDialogue]:
    for dialogue in read_dialogues(_existing(data / _XPERSONA), "xpersona"):
        yield seen_by(dialogue, "B")


def _synthetic(data: Path) -> Iterator[PersonaDialogue]:
    for dialogue in read_dialogues(_existing(data / _SPC), "synthetic-persona-chat"):
        if dialogue.personas["User 2"].statements:
            yield seen_by(dialogue, "User 2")


def _triples(data: Path) -> Iterator[PersonaDialogue]:
    """Consecutive triples of one persona are the turns of one dialogue."""
    columns = [
        _existing(data / _TRIPLES.format(name)).read_text("utf-8").splitlines()
        for name in ("per", "src", "tgt")
    ]
    before, turns, number = "", list[tuple[bool, str]](), 0
    for persona, said, reply in zip(*columns, strict=True):
        if persona != before and turns:
            yield _from_triples(number, before, turns)
            turns, number = [], number + 1
        before = persona
        turns += [(False, as_written(said)), (True, as_written(reply))]
    yield _from_triples(number, before, turns)


def _from_triples(number: int, persona: str, turns: list[tuple[bool, str]]) -> PersonaDialogue:
    return PersonaDialogue(
        f"triples-{number}", tuple(map(as_statement, persona.split(_BREAK))), tuple(turns)
    )


def seen_by(dialogue: Dialogue, speaker: str) -> PersonaDialogue:
    """A dialogue from the side of one speaker, spelled as people write."""
    dialogue = written(dialogue)
    turns = tuple(
        (turn.speaker == speaker, turn.text) for turn in dialogue.turns if turn.kind == "utterance"
    )
    return PersonaDialogue(dialogue.id, dialogue.personas[speaker].statements, turns)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise EnvironmentFault(
            f"The training data {file} is not here.", remedy="export PERSONAE_DATA=FOLDER"
        )
    return file
