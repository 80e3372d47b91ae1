"""The valence of words by VADER's lexicon (Hutto & Gilbert 2014, MIT), read from its file."""

from __future__ import annotations

from pathlib import Path

from personae.text.parsing import Place, read_text
from personae.text.style_words import words_of

FILE = "vader-lexicon/vader_lexicon.txt"  # below the data folder
MAX_BYTES = 4 * 2**20


def read_valences(file: Path) -> dict[str, float]:
    """Words with their mean valence, -4 to 4. Raises FormatError with the line."""
    found = {}
    for number, line in enumerate(read_text(file, MAX_BYTES).splitlines(), 1):
        word, _, rest = line.partition("\t")
        if not line.strip():
            continue
        try:
            found[word.lower()] = float(rest.partition("\t")[0])
        except ValueError as error:
            raise Place(file, number).fault("This line is no word with its valence.") from error
    if not found:
        raise Place(file).fault("This lexicon has no words.")
    return found


def valence_of(text: str, valences: dict[str, float]) -> dict[str, float]:
    """Shares of the words that are pleasant and unpleasant, and the mean valence of all words."""
    words = words_of(text)
    count = max(1, len(words))
    known = [valences.get(word, 0.0) for word in words]
    return {
        "pleasant words": sum(value > 0 for value in known) / count,
        "unpleasant words": sum(value < 0 for value in known) / count,
        "valence": sum(known) / count,
    }
