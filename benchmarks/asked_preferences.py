"""Does the passive user of PREFDISCO know what it is asked about?

    python benchmarks/asked_preferences.py

68 questions (`asked_preferences.jsonl`), written before any was tried, that are not among the
examples which the user knows. Beside the nearest example by the embedder: the nearest by shared
words, and always `other`. The threshold is chosen on the examples, each left out in turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy

from personae.benchmarks.passive_user import OTHER, THRESHOLD, asked_about, examples, nearest
from personae.encoders.embedder import open_embedder
from personae.text.tfidf import tfidf_scores

FILE = Path(__file__).parent / "asked_preferences.jsonl"
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


def main() -> None:
    """Print, by way of recognising, how many questions it gets right."""
    known = examples()
    vectors = open_embedder().embed([text for text, _ in known])
    names = [name for _, name in known]
    for least in THRESHOLDS:
        right = sum(
            nearest(text, names[:at] + names[at + 1 :], numpy.delete(vectors, at, axis=0), least)
            == name
            for at, (text, name) in enumerate(known)
        )
        chosen = " (chosen)" if least == THRESHOLD else ""
        print(f"examples, each left out, threshold {least}: {right} of {len(known)}{chosen}")
    asked = [
        (text, one["asks"])
        for one in map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
        for text in one["questions"]
    ]
    texts = [text for text, _ in known]

    def by_words(question: str) -> str:
        scores = tfidf_scores(question, texts)
        return names[scores.index(max(scores))] if max(scores) else OTHER

    ways: dict[str, Callable[[str], str]] = {
        "nearest by meaning": asked_about, "nearest by words": by_words, "other": lambda _: OTHER,
    }  # fmt: skip
    for way, of in ways.items():
        right = [of(text) == name for text, name in asked]
        false = sum(of(text) != OTHER for text, name in asked if name == OTHER)
        others = sum(name == OTHER for _, name in asked)
        print(f"{way}: {sum(right)} of {len(asked)}; answers {false} of {others} that ask nothing")
    for text, name in asked:
        if asked_about(text) != name:
            print(f"  {name}: {text} -> {asked_about(text)}")


if __name__ == "__main__":
    main()
