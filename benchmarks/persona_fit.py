"""Does the judge of PersonaScore put a reply in character above anybody's, and another's below?

    python benchmarks/persona_fit.py

50 triples (`persona_fit.jsonl`), written by hand before the judge was fitted: to one question, what
the persona would say, what anybody could say, and what the persona would not. Beside the judge:
each of its features alone, and length.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.persona_fit import FEATURES, fit_features, open_persona_fit
from personae.text.one_line_persona import first_person_statements

FILE = Path(__file__).parent / "persona_fit.jsonl"
REPLIES = ("in_character", "generic", "out_of_character")
Row = tuple[float, float, float]


def main() -> None:
    """Print, by judge, how many triples are in order, and how many pairs."""
    triples = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    asked = [
        (one[reply], first_person_statements(one["persona"]))
        for one in triples
        for reply in REPLIES
    ]
    found = [row or {} for row in fit_features(asked, nli=open_nli(), embedder=open_embedder())]
    judge = open_persona_fit()
    judges: dict[str, Callable[[int], float]] = {
        "judge": lambda at: judge(found[at]),
        **{name: (lambda at, name=name: found[at][name]) for name in FEATURES},
        "length": lambda at: float(len(asked[at][0].split())),
    }
    for name in ("clash", "net_clash"):
        judges[name] = lambda at, name=name: -found[at][name]
    print(f"{'':16}in order  in > generic  generic > out  in > out")
    for name, value in judges.items():
        rows = [(value(3 * at), value(3 * at + 1), value(3 * at + 2)) for at in range(len(triples))]
        print(f"{name:16}{'':2}" + "".join(f"{part:12.2f}" for part in shares(rows)))
    if_wrong = [
        one for at, one in enumerate(triples)
        if not judge(found[3 * at]) > judge(found[3 * at + 1]) > judge(found[3 * at + 2])
    ]  # fmt: skip
    for one in if_wrong:
        print(f"  wrong: {one['task']}: {one['question']}")


def shares(rows: list[Row]) -> tuple[float, float, float, float]:
    """Of triples in order, and of the three pairs in order."""
    count = len(rows)
    return (
        sum(a > b > c for a, b, c in rows) / count,
        sum(a > b for a, b, _ in rows) / count,
        sum(b > c for _, b, c in rows) / count,
        sum(a > c for a, _, c in rows) / count,
    )


if __name__ == "__main__":
    main()
