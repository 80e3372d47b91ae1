"""Which function a turn asks for, by the similarity of sentence vectors.

A small language model that must write a call under a schema nearly always writes one; an embedder
tells a request from small talk far better (figures in `call_tools`). Every function is written out
as texts, one for each value that its first enumerated parameter may have, and the turn is compared
with all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from personae.data import JsonObject, Tool
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

MAX_VALUES = 200  # of one parameter; the rest can still be written by the model
MIN_CLAUSE_WORDS = 3
_WORD = re.compile(r"\w+")
_AND = re.compile(r"\s*[,;:]\s*(?:and|or)\s+|\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SimilarCall:
    """A function that a turn asks for. `arguments` is None where the model has to write them."""

    tool: Tool
    arguments: JsonObject | None
    similarity: float


def similar_calls(
    heard: str,
    tools: Sequence[Tool],
    embedder: Embedder,
    *,
    min_similarity: float,
    max_calls: int,
    name: str = "",
) -> list[SimilarCall]:
    """The calls that `heard` asks for, most similar first; none where nothing is similar enough.

    The turn as a whole gives the first; each of its clauses may give another. The character's
    `name` is left out of all texts: addressing her by name is not asking for what she does.
    """
    options = [option for tool in tools for option in _options(tool)]
    clauses = [without_name(clause, name) for clause in _clauses(heard)]
    clauses = [clause for clause in clauses if clause]
    if not options or not clauses:
        return []
    texts = [without_name(text, name) for _, _, text in options]
    products = embedder.embed(clauses) @ embedder.embed(texts).T
    found: list[SimilarCall] = []
    for row in products:
        best = int(row.argmax())
        tool, arguments, _ = options[best]
        call = SimilarCall(tool, arguments, round(float(row[best]), 4))
        chosen = [(other.tool.name, other.arguments) for other in found]
        if call.similarity >= min_similarity and (tool.name, arguments) not in chosen:
            found.append(call)
    return sorted(found, key=lambda call: -call.similarity)[:max_calls]


def without_name(text: str, name: str) -> str:
    """`text` without the character's name, as words."""
    names = {word.lower() for word in _WORD.findall(name)}
    kept = [
        word
        for word in text.split()
        if not names.issuperset(_WORD.findall(word.lower())[:1]) or not _WORD.search(word)
    ]
    return " ".join(kept)


def _clauses(heard: str) -> list[str]:
    """The turn, then its clauses where there are several."""
    parts = [part for sentence in split_sentences(heard) for part in _AND.split(sentence)]
    long_enough = [part for part in parts if len(part.split()) >= MIN_CLAUSE_WORDS]
    return [heard, *long_enough] if len(long_enough) > 1 else [heard]


def _options(tool: Tool) -> Iterator[tuple[Tool, JsonObject | None, str]]:
    """(tool, arguments, text) for each value of its first enumerated parameter, or once."""
    properties = tool.parameters.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = tool.parameters.get("required")
    needed = {str(key) for key in required} if isinstance(required, list) else set()
    for key, schema in properties.items():
        values = _values(schema)
        if values:
            about = f"{tool.description} {schema.get('description', '')}".strip()
            for value in values:
                yield tool, {key: value} if needed <= {key} else None, f"{about} {value}"
            return
    readable = f"{tool.name.replace('_', ' ')}. {tool.description}".strip()
    yield tool, None if needed else {}, readable


def _values(schema: Any) -> list[str]:
    values = schema.get("enum") if isinstance(schema, dict) else None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return []
    return values[:MAX_VALUES]
