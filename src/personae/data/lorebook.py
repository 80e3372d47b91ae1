"""Lorebook: passages that enter the prompt when their keys occur in the recent turns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from personae.data.noun import JsonObject, Noun


class LoreEntry(Noun):
    """One entry, as Character Card V2/V3 define it (decorators are parsed out of the content)."""

    content: str
    keys: tuple[str, ...] = ()
    secondary_keys: tuple[str, ...] = ()
    name: str = ""
    comment: str = ""
    id: str = ""
    enabled: bool = True
    constant: bool = False
    selective: bool = False
    use_regex: bool = False
    case_sensitive: bool = False
    insertion_order: float = 0
    priority: float = 0
    position: Literal["before_char", "after_char"] = "before_char"
    decorators: tuple[tuple[str, str], ...] = ()  # (name, value), fallbacks resolved
    extensions: JsonObject = Field(default_factory=dict)


class Lorebook(Noun):
    """A set of entries. `scan_depth` counts turns, `token_budget` tokens; None means unlimited."""

    entries: tuple[LoreEntry, ...] = ()
    name: str = ""
    description: str = ""
    scan_depth: int | None = None
    token_budget: int | None = None
    recursive_scanning: bool = False
    extensions: JsonObject = Field(default_factory=dict)
