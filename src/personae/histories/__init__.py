"""Histories of made-up users whose tastes change, and questions about them (PersonaMem, S040).

Written for this project, Apache-2.0: fourteen topics with eight things to like in each, of which
cliché gives two each to the old, the young, women and men, and which are handed out by chance;
dated events; sessions with an assistant; seven types of questions. No model is asked, and the seed
decides everything.
"""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parent / "topics.txt"
