"""Choose when a clause counts as a repeat of a statement, which no contradiction is made of.

    python training/nli/repeats.py ../shared/data [--judge second] [--json report.json]

About three minutes of one core.

For each rule: its threshold for 5 % of human gold replies (as `calibrate.py`), and at that
threshold how often a persona's own statements are flagged against the persona, how often sentences
that entail one of its statements (Dialogue NLI), and how many contradictions are found. `excused`
are contradictions of Dialogue NLI, put to a real persona that holds the contradicted statement, in
which the rule passes over some clause, of those that are flagged without it. DNLI's training part
is there to choose by, its valid part to report.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from calibrate import gold_replies, threshold
from numpy.typing import NDArray

from evaluate import auroc, dnli
from personae.encoders.contradiction import judge_replies
from personae.encoders.nli import JUDGES, OnnxNli, open_nli
from personae.text.faults import words_of
from personae.text.written import as_written

SHARE = 0.05
# None: no rule; above 1 only the same words count.
RULES = (None, 1.01, 0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6)
PARTS = ("train", "valid")
EVERY_PERSONA = 3  # of those whose own statements are judged
BATCH_PAIRS = 4_096
Asked = list[tuple[str, Sequence[str]]]


class Remembering:
    """An `Nli` that runs each pair once, however many rules ask for it."""

    def __init__(self, nli: OnnxNli) -> None:
        self.nli, self.known = nli, dict[tuple[str, str], NDArray[np.float32]]()
        self.name, self.fingerprint, self.thresholds = nli.name, nli.fingerprint, nli.thresholds

    def classify(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self.known]
        for start in range(0, len(fresh), BATCH_PAIRS):
            some = fresh[start : start + BATCH_PAIRS]
            self.known.update(zip(some, self.nli.classify(some), strict=True))
        return np.array([self.known[pair] for pair in pairs], np.float32).reshape(-1, 3)


def plain(text: str) -> str:
    """A text by its words alone."""
    return " ".join(words_of(as_written(text)))


def personas(data: Path) -> list[tuple[str, ...]]:
    """The different personas of XPersona's English parts."""
    files = [data / "xpersona" / f"En_persona_{part}.json" for part in ("valid", "test")]
    found = [one["persona"] for file in files for one in json.loads(file.read_text("utf-8"))]
    return list(dict.fromkeys(map(tuple, found)))


def put_to_personas(data: Path, part: str) -> dict[int, Asked]:
    """Pairs of Dialogue NLI by label, the statement in the midst of a persona that holds it."""
    holder = {plain(one): whole for whole in personas(data) for one in whole}
    found: dict[int, Asked] = {0: [], 1: [], 2: []}
    for said, stated, label in dnli(data, part):
        if plain(stated) in holder:
            found[label].append((said, holder[plain(stated)]))
    return found


def scores(nli: Remembering, asked: Asked, rule: float | None) -> NDArray[np.float64]:
    """The contradiction of each reply."""
    return np.array([one.contradiction for one in judge_replies(nli, asked, repeats=rule)])


def figures(nli: Remembering, data: Path, part: str) -> list[dict[str, Any]]:
    """A row for each rule."""
    dialogues = gold_replies(data)
    fit: Asked = [pair for dialogue in dialogues[::2] for pair in dialogue]
    check: Asked = [pair for dialogue in dialogues[1::2] for pair in dialogue]
    own: Asked = [(one, whole) for whole in personas(data)[::EVERY_PERSONA] for one in whole]
    put = put_to_personas(data, part)
    alone: Asked = [(said, [stated]) for said, stated, _ in dnli(data, part)]
    gold = np.array([label for *_, label in dnli(data, part)])
    found = []
    for rule in RULES:
        limit = threshold(judge_replies(nli, fit, repeats=rule), SHARE)
        single = scores(nli, alone, rule)
        bare, ruled = (scores(nli, put[2], one) for one in (None, rule))
        flagged = bare > (found[0]["threshold"] if found else limit)
        excused = int((flagged & (ruled < bare)).sum())
        found.append(
            {
                "rule": "none" if rule is None else "words" if rule > 1 else f"words or {rule}",
                "threshold": round(limit, 6),
                "gold flagged, other half": share_above(scores(nli, check, rule), limit),
                "own statements flagged": share_above(scores(nli, own, rule), limit),
                "entailing flagged": share_above(scores(nli, put[0], rule), limit),
                "contradicting found": share_above(ruled, limit),
                "excused": round(excused / max(1, int(flagged.sum())), 4),
                "DNLI AUROC": round(auroc(single.astype(np.float32), gold == 2), 4),
                "DNLI found": share_above(single[gold == 2], limit),
                "DNLI others flagged": share_above(single[gold != 2], limit),
            }
        )
    counts = {"own": len(own), **{f"label {key}": len(value) for key, value in put.items()}}
    return [{"counts": counts}, *found]


def share_above(values: NDArray[np.float64], limit: float) -> float:
    """The share of the values above a limit."""
    return round(float((values > limit).mean()), 4)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--judge", choices=sorted(JUDGES), default="first")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    nli = Remembering(open_nli(name=options.judge, threads=options.threads))
    found = {part: figures(nli, options.data, part) for part in PARTS}
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for part, (counts, *rows) in found.items():
        print(f"Dialogue NLI {part}:", json.dumps(counts))
        print("\t".join(rows[0]))
        for row in rows:
            print("\t".join(str(value) for value in row.values()))


if __name__ == "__main__":
    main()
