"""Rank given replies to a scene by a method's own measure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.draft import Candidate, Draft, Kit, Step, chain
from personae.errors import FormatError, InvalidOption
from personae.registry import build, find
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.text.parsing import read_text

if TYPE_CHECKING:
    from personae.data import Scene

CANDIDATES_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Ranker:
    """The step that scores candidates, its fixed options, and the score's name."""

    step: str
    score: str
    fixed: Mapping[str, Any]


# By the method that decodes or chooses so; `plain` is the model's own mean log-likelihood.
RANKERS = {
    "self-conscious": Ranker("rank-for-listener", "pragmatic", {}),
    "persona-selection": Ranker("rank-for-persona", "selection", {}),
    "plain": Ranker("rank-for-listener", "pragmatic", {"alpha": 0.0, "world": 1}),
}


def ranker_of(method: str) -> Ranker:
    """The ranker of a method, by its name or short name. Raises UnknownEntry, InvalidOption."""
    name = find("method", method).name
    if name not in RANKERS:
        raise InvalidOption(f"The method {name!r} does not rank; these do: {', '.join(RANKERS)}.")
    return RANKERS[name]


def needs_model(ranker: Ranker) -> bool:
    """Whether the ranker asks the language model."""
    return bool(find("step", ranker.step).info.needs)


def ranked(
    scene: Scene, texts: Sequence[str], ranker: Ranker, options: Mapping[str, Any], kit: Kit
) -> list[Candidate]:
    """The texts as candidates, the best first; equal ones stay in their order.

    Raises InvalidOption for options that the ranker's step does not have or that are fixed.
    """
    taken = sorted(set(options) & set(ranker.fixed))
    if taken:
        raise InvalidOption(f"This method ranks with a fixed {' and '.join(taken)}.")
    step: Step = build("step", ranker.step, {**ranker.fixed, **options})
    told = [describe_persona(detail="brief"), fit_prompt()] if needs_model(ranker) else []
    candidates = tuple(Candidate(text, made_by="given") for text in texts)
    draft = chain(*told, step)(Draft(scene, candidates=candidates), kit)
    return sorted(draft.candidates, key=lambda one: -one.scores[ranker.score])


def read_candidates(file: Path) -> list[str]:
    """The replies of a file: one a line, or JSON lines of texts or of objects with `text`.

    Raises FormatError for an empty file, too many replies, or a bad line.
    """
    lines = read_text(file).split("\n")
    is_json = file.suffix.lower() == ".jsonl"
    texts = [
        _of_json(line, file, number) if is_json else line.strip()
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not 1 <= len(texts) <= CANDIDATES_LIMIT:
        raise FormatError(
            f"The file has {len(texts)} replies, not 1 to {CANDIDATES_LIMIT}.", file=file
        )
    return texts


def _of_json(line: str, file: Path, number: int) -> str:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError("The line is not JSON.", file=file, line=number) from error
    text = given.get("text") if isinstance(given, dict) else given
    if not isinstance(text, str) or not text.strip():
        raise FormatError(
            'The line is neither a text nor an object with a "text".', file=file, line=number
        )
    return text.strip()
