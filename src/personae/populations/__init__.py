"""Synthetic people of a population: shares of its attributes, what contradicts what, preferences.

All written for this project (CC0): `tables.json` from public knowledge of surveys, approximate.
`people` draws people from them, `preferences` says which of two answers each likes better.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def shipped(name: str) -> dict[str, Any]:
    """One of the shipped files: `tables`, `traits` or `preferences`."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
