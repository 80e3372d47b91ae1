"""Label pairs (persona statement, query): does an answer to the query have to use the statement?

    python training/relevance/pairs.py ../shared/data OUT.jsonl [--part train|valid|test]

Real pairs: where a turn ends in a question and the first clause of the human reply entails a
statement of its speaker, the statement is relevant to the turn; the speaker's other statements are
not where that clause is silent about them. People also say things that nobody asked for: later
clauses, turns without a question and "how are you?" are left out for that reason. The inference
model is ours. Self-made pairs (train only): a statement and the question that asks for it. Every
relevant pair brings the statement of a stranger as an irrelevant one.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from personae.encoders.contradiction import split_clauses
from personae.encoders.nli import OnnxNli, open_nli
from personae.text.questions import question_about

ENTAILED, SILENT = 0.8, 0.2  # entailment at or above: relevant; below: not; between: left out
CHUNK = 512
_GREETING = re.compile(
    r"\bhow (?:are|r|have) (?:you|u|ya)\b|\bhow (?:is|s|'s) (?:it|everything|your day)|"
    r"\bwhat ?'?s (?:up|new)\b|\bhow do you do\b",
    re.IGNORECASE,
)
XPERSONA = {"valid": "En_persona_valid.json", "test": "En_persona_test.json"}


@dataclass(frozen=True)
class Exchange:
    """A query, the human reply to it, and the statements of who replied."""

    query: str
    reply: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """A labelled pair and where it comes from: `reply`, `stranger`, `question`."""

    statement: str
    query: str
    label: int
    source: str


def xpersona(data: Path, part: str) -> Iterator[Exchange]:
    """PersonaChat's validation or test part: for evaluation only."""
    for one in json.loads((data / "xpersona" / XPERSONA[part]).read_text("utf-8")):
        for query, reply in one["dialogue"]:
            if query != "__SILENCE__":
                yield Exchange(query, reply, tuple(one["persona"]))


def personachat(data: Path) -> Iterator[Exchange]:
    """The training triples in RCDG (MIT)."""
    columns = [
        (data / "dnli-excerpt" / f"{name}-train.txt").read_text("utf-8").splitlines()
        for name in ("per", "src", "tgt")
    ]
    for persona, query, reply in zip(*columns, strict=True):
        parts = tuple(part.strip() for part in persona.split("</s>") if part.strip())
        yield Exchange(query.strip(), reply.strip(), parts)


def synthetic(data: Path) -> Iterator[Exchange]:
    """Synthetic-Persona-Chat's validation part (CC BY 4.0)."""
    file = data / "synthetic-persona-chat" / "Synthetic-Persona-Chat_valid.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            personas = [
                tuple(s.strip() for s in row[f"user {n} personas"].splitlines() if s.strip())
                for n in (1, 2)
            ]
            said = re.findall(r"^User ([12]): (.+)$", row["Best Generated Conversation"], re.M)
            for (_, query), (speaker, reply) in pairwise(said):
                yield Exchange(query.strip(), reply.strip(), personas[int(speaker) - 1])


def training_exchanges(data: Path, rng: random.Random, limit: int) -> list[Exchange]:
    """Exchanges of both training sources, none whose reply stands in the evaluation sets."""
    known = {one.reply for part in XPERSONA for one in xpersona(data, part)}
    found = []
    for source in (personachat, synthetic):
        fresh = [one for one in source(data) if one.reply not in known]
        rng.shuffle(fresh)
        found += fresh[:limit]
    return found


def is_question(query: str) -> bool:
    """Whether the turn ends in a question that is no greeting."""
    return query.rstrip().endswith("?") and _GREETING.search(query) is None


def entailments(nli: OnnxNli, exchanges: list[Exchange]) -> Iterator[tuple[Exchange, list[float]]]:
    """Exchanges with a question: how far the reply's first clause entails each statement."""
    asked = [(one, split_clauses(one.reply)) for one in exchanges if is_question(one.query)]
    answered = [(one, said[0]) for one, said in asked if said]
    for start in range(0, len(answered), CHUNK):
        part = answered[start : start + CHUNK]
        pairs = [(clause, stated) for one, clause in part for stated in one.statements]
        rows = iter(nli.classify(pairs)[:, 0].tolist())
        for one, _ in part:
            yield one, [next(rows) for _ in one.statements]


def from_replies(
    found: Iterator[tuple[Exchange, list[float]]], strangers: list[str], rng: random.Random
) -> Iterator[Pair]:
    """The pairs of exchanges of which at least one statement is relevant."""
    for one, entailed in found:
        relevant = [s for s, e in zip(one.statements, entailed, strict=True) if e >= ENTAILED]
        silent = [s for s, e in zip(one.statements, entailed, strict=True) if e < SILENT]
        for statement in relevant:
            yield Pair(statement, one.query, 1, "reply")
            yield Pair(rng.choice(strangers), one.query, 0, "stranger")
        if relevant:
            yield from (Pair(statement, one.query, 0, "reply") for statement in silent)


def from_questions(exchanges: list[Exchange], rng: random.Random) -> Iterator[Pair]:
    """A question for each statement that one can be made of, beside another statement of the
    persona and one of a stranger."""
    personas = list(dict.fromkeys(one.statements for one in exchanges))
    for persona in personas:
        for statement in persona:
            question = question_about(statement)
            if question is None:
                continue
            yield Pair(statement, question, 1, "question")
            stranger = rng.choice(rng.choice(personas))
            others = [s for s in (*persona, stranger) if s != statement]
            yield from (
                Pair(s, question, 0, "question") for s in rng.sample(others, min(2, len(others)))
            )


def main() -> None:
    """Write the pairs of one part as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--part", choices=["train", *XPERSONA], default="train")
    parser.add_argument("--limit", type=int, default=6_000, help="exchanges of each source")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    if options.part == "train":
        exchanges = training_exchanges(options.data, rng, options.limit)
    else:
        exchanges = list(xpersona(options.data, options.part))
        rng.shuffle(exchanges)
        exchanges = exchanges[: options.limit]
    strangers = [statement for one in exchanges for statement in one.statements]
    nli = open_nli(threads=options.threads)
    pairs = list(from_replies(entailments(nli, exchanges), strangers, rng))
    if options.part == "train":
        pairs += from_questions(exchanges, rng)
    pairs = list(dict.fromkeys(pairs))
    lines = (json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in pairs)
    options.out.write_text("".join(lines), encoding="utf-8")
    print(f"{options.out}: {len(pairs)} pairs, {sum(pair.label for pair in pairs)} relevant")


if __name__ == "__main__":
    main()
