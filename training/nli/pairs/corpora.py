"""Persona sentences and replies from the data that may be trained on."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Corpora:
    """`personas`: sentences of one person; `spoken`: (reply, persona) of one speaker; `aligned`:
    (reply, sentence that a person wrote down from it)."""

    personas: list[list[str]] = field(default_factory=list)
    spoken: list[tuple[str, list[str]]] = field(default_factory=list)
    aligned: list[tuple[str, str]] = field(default_factory=list)


def read(data: Path) -> Corpora:
    """All of it; parts that other measurements use as tests are left out."""
    found = Corpora()
    _personachat(data / "dnli-excerpt", found)
    _sessions(data / "msc", found)
    _synthetic(data / "synthetic-persona-chat" / "Synthetic-Persona-Chat_valid.csv", found)
    return found


def _personachat(folder: Path, found: Corpora) -> None:
    def lines(name: str) -> list[str]:
        return (folder / f"{name}-train.txt").read_text("utf-8").splitlines()

    seen = set()
    for persona, reply in zip(lines("per"), lines("tgt"), strict=True):
        sentences = [part.strip() for part in persona.split("</s>") if part.strip()]
        found.spoken.append((reply.strip(), sentences))
        if persona not in seen:
            seen.add(persona)
            found.personas.append(sentences)


def _sessions(folder: Path, found: Corpora) -> None:
    for number in (2, 3, 4, 5):
        for item in json.loads((folder / f"session-{number}-valid.json").read_text("utf-8")):
            personas = [_split(item["meta"][side]) for side in ("user", "assistant")]
            found.personas += personas
            for turn in item["dialogue"]:
                found.spoken += list(zip(turn, personas, strict=False))
    for item in json.loads((folder / "parse-session-1-valid.json").read_text("utf-8")):
        for side, memory in enumerate((item.get("user_memory"), item.get("assistant_memory"))):
            for turn, noted in zip(item["dialogue"], memory or [], strict=False):
                if side < len(turn):
                    found.aligned += [(turn[side], part) for part in _split(noted)]


def _split(sentences: list[str]) -> list[str]:
    return [p.strip() for s in sentences for p in re.split(r"(?<=[.!?])\s+", s) if p.strip()]


def _synthetic(file: Path, found: Corpora) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            personas = [[s.strip() for s in row[f"user {n} personas"].splitlines() if s.strip()]
                        for n in (1, 2)]  # fmt: skip
            found.personas += personas
            for line in row["Best Generated Conversation"].splitlines():
                match = re.match(r"User ([12]): (.+)", line)
                if match:
                    found.spoken.append((match[2].strip(), personas[int(match[1]) - 1]))


def cad(folder: Path, part: str) -> Iterator[tuple[str, str, str]]:
    """Counterfactually augmented SNLI (Kaushik et al. 2020): premise, hypothesis, label."""
    with (folder / "NLI" / "all_combined" / f"{part}.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["gold_label"] in ("entailment", "neutral", "contradiction"):
                yield row["sentence1"], row["sentence2"], row["gold_label"]
