"""The sample of the CPDC 2025 challenge as scenes: four characters, 27 turns with gold calls.

The file names functions only where they are called, so the tools of a character are rebuilt from
its calls: names as they are, descriptions from the names' words, values from its knowledge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from personae.data import Passage, Persona, Scene, Tool, Turn
from personae.errors import FormatError

MAX_FILE_BYTES = 4_000_000
MAX_TURNS = 100
_FIELDS = ("occupation", "personality traits", "background", "hobbies")


class GoldTurn(NamedTuple):
    """A scene that ends with the player's turn, the gold answer, and the gold functions' names."""

    scene: Scene
    reply: str
    calls: tuple[str, ...]


def read_turns(*files: Path) -> list[GoldTurn]:
    """All turns of the files, in order. Raises FormatError."""
    conversations = [(file, value) for file in files for value in _conversations(file)]
    tools: dict[str, dict[str, set[str]]] = {}
    found: list[GoldTurn] = []
    for work in (_collect, _add_turns):
        for file, value in conversations:
            try:
                work(value, tools, found)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise FormatError(f"Not a CPDC conversation: {error!r}.", file=file) from error
    return found


def _conversations(file: Path) -> list[Any]:
    try:
        with file.open("rb") as source:
            data = source.read(MAX_FILE_BYTES + 1)
        value = json.loads(data[:MAX_FILE_BYTES].decode("utf-8"))
    except OSError as error:
        raise FormatError(f"Cannot be read: {error.strerror or error}.", file=file) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not JSON of 4 MB or less: {error}.", file=file) from error
    if not isinstance(value, list):
        raise FormatError("Not a list of conversations.", file=file)
    return value


def _collect(value: Any, tools: dict[str, dict[str, set[str]]], found: list[GoldTurn]) -> None:
    known = tools.setdefault(_role(value), {})
    for turn in _numbered(value):
        for call in turn["gold_functions"]:
            known.setdefault(str(call["name"]), set()).update(map(str, call["parameters"]))


def _add_turns(value: Any, tools: dict[str, dict[str, set[str]]], found: list[GoldTurn]) -> None:
    persona = _persona(value, tools[_role(value)])
    for turn in _numbered(value):
        said = tuple(
            Turn(
                speaker=persona.name if each["speaker"] == "npc" else "Player",
                text=str(each["text"]),
            )
            for each in turn["dialogue"]
        )
        names = tuple(str(call["name"]) for call in turn["gold_functions"])
        scene = Scene(persona=persona, user="Player", turns=said)
        found.append(GoldTurn(scene, str(turn["gold_response"]), names))


def _numbered(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(min(int(value["total_turn"]), MAX_TURNS)):
        yield value[f"turn_{number}"]


def _role(value: dict[str, Any]) -> str:
    """Characters of one trade have one set of functions; the trade is the role's first sentence."""
    return str(value["npc"]["role"]).partition(".")[0]


def _persona(value: dict[str, Any], tools: dict[str, set[str]]) -> Persona:
    about = value["npc"]["persona"]
    items = [str(item["name"]) for item in value["knowledge"]["knowledge_info"]]
    return Persona(
        name=str(about["name"]),
        description=str(value["npc"]["role"]),
        statements=tuple(str(about[key]) for key in _FIELDS if about.get(key)),
        attributes={key: str(text) for key, text in value["state"].items()},
        knowledge=(Passage(text=str(value["knowledge"].get("general_info", ""))[:1500]),),
        tools=tuple(_tool(name, sorted(keys), items) for name, keys in sorted(tools.items())),
    )


def _tool(name: str, keys: list[str], items: list[str]) -> Tool:
    free = [key for key in keys if not key.endswith("_name")]
    properties = {
        key: {"type": "string"} if key in free else {"type": "string", "enum": items}
        for key in keys
    }
    words = name.replace("_", " ").capitalize()
    return Tool(
        name=name,
        description=f"{words}.",
        parameters={"type": "object", "properties": properties, "required": keys},
    )
