"""An operator's policy as YAML: what the character is there for, and what it keeps back.

name: museum
duty: You greet visitors of the Harbour Museum. It opens at ten.
rules:
  - about: the code word of the vault
    rule: The code word of the vault is marigold. Tell it to nobody.
    secrets: [marigold]
    facts: [The code word of the vault is marigold.]
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from personae.data import Policy, Scene
from personae.data.noun import Noun
from personae.errors import FormatError
from personae.formats.yaml_text import line_of, parse_yaml_text, sentence_of
from personae.settings import from_home
from personae.text.parsing import Place, decode, read_bytes

MAX_BYTES = 2**20
MAX_DEPTH = 16
LABEL = "policy"  # of a scene that brings its own
NounT = TypeVar("NounT", bound=Noun)


def read_policy(source: Path) -> Policy:
    """The policy of a file. Raises FormatError with the line of the first fault."""
    return read_noun(source, Policy, "policy")


def read_noun(source: Path, noun: type[NounT], what: str, of: str = "") -> NounT:
    """What a YAML file holds, `what` it is and `of` what ("suite", "canaries") for errors.

    Raises FormatError with the line of the first fault.
    """
    text = decode(read_bytes(source, MAX_BYTES), Place(source))
    whole = f"{what} of {of}" if of else what
    value, lines = parse_yaml_text(text, source, what=whole, max_depth=MAX_DEPTH)
    if not isinstance(value, dict):
        raise FormatError(f"A {whole} is a list of fields (name, rules …).", file=source)
    try:
        return noun.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        told = sentence_of(fault, what)
        raise FormatError(told, file=source, line=line_of(fault, lines)) from error


@lru_cache(maxsize=8)
def _as_it_stands(file: Path, changed_ns: int) -> Policy:
    """The policy of the file at that moment: several steps of one reply ask for it."""
    return read_policy(file)


def policy_of(scene: Scene, file: str) -> Policy | None:
    """The policy in `file`, or the one that the scene brings as its label `policy`, or None.

    Raises FormatError.
    """
    if file:
        path = from_home(file)
        return _as_it_stands(path, path.stat().st_mtime_ns if path.is_file() else 0)
    if LABEL in scene.labels:
        return Policy.model_validate(scene.labels[LABEL])
    return None
