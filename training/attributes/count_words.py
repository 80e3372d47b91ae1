"""Count in how many turns each word stands: the table of `personae.text.specificity`.

    python training/attributes/count_words.py ../shared/data/synthetic-persona-chat/\
Synthetic-Persona-Chat_valid.csv src/personae/text/word_counts.txt

Words of fewer than three turns are left out: such counts say little.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from personae.formats.synthetic_persona_chat import read
from personae.text.attributes import attribute_words

LEAST_TURNS = 3


def main() -> None:
    """Read the CSV named first, write the table named second."""
    source, target = map(Path, sys.argv[1:3])
    counts: Counter[str] = Counter()
    turns = 0
    for dialogue in read(source):
        for turn in dialogue.turns:
            turns += 1
            counts.update(set(attribute_words(turn.text)))
    kept = sorted((word, count) for word, count in counts.items() if count >= LEAST_TURNS)
    lines = [f"{word} {count}" for word, count in kept]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{turns} turns, {len(counts)} words, {len(kept)} kept")


if __name__ == "__main__":
    main()
