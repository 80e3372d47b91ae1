"""Thirty short articles about made-up places, written for this project, Apache-2.0.

Each paragraph stands with questions that it answers in other words, and with a statement of
somebody to whom it matters: what `formats.focus_making` makes grounded dialogues from.
"""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parent / "places.txt"
