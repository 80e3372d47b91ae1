"""Whom should the imagined listener take the persona for? Distractors compared (S006).

    python benchmarks/listener.py [--part valid|test] [--turns N] [--replies N] [--arms A,B]

How often the right reply is ranked first among N by the embedded model's mean log S1, on turns of
XPersona: random, nearest, farthest, learnt personas, and other contexts, in a world of `--world`.
The tables of a turn are computed once, so that all arms and alphas see the same numbers. `valid` is
the 100 dialogues that nothing is trained on, `test` the test part.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from personae.catalog.check_methods import mcnemar
from personae.data import Persona, Scene, Turn
from personae.draft import Draft, Kit, chain
from personae.encoders.embedder import open_embedder
from personae.evaluate.selection import TEST, VALID, Choice, read_choices
from personae.lm.embedded import open_embedded
from personae.lm.types import need_distributions
from personae.recipes.persona_dialogues import DEVELOPMENT
from personae.settings import load_settings
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.listener_world import Contrast, Distractors, distractors_for, requests_of
from personae.steps.rank_for_listener import Places, mean_log_s1, world_tables
from personae.text.written import as_statement, as_written

ARMS: dict[str, tuple[Distractors, Contrast]] = {
    "random": ("random", "personas"),
    "nearest": ("nearest", "personas"),
    "farthest": ("farthest", "personas"),
    "learnt": ("learnt", "personas"),
    "random contexts": ("random", "contexts"),
    "nearest contexts": ("nearest", "contexts"),
}
TOP, BETA = 64, 1.0


def scene_of(choice: Choice, at: int) -> Scene:
    """The choice as a scene; personas of a file have no names, so each gets a number."""
    persona = Persona(
        name="B", id=f"turn-{at}", statements=tuple(map(as_statement, choice.persona))
    )
    speakers = ["User", "B"] if len(choice.turns) % 2 else ["B", "User"]
    turns = [
        Turn(speaker=speakers[i % 2], text=as_written(text)) for i, text in enumerate(choice.turns)
    ]
    return Scene(persona=persona, turns=tuple(turns))


def arms_of(
    choice: Choice, at: int, kit: Kit, names: Sequence[str], world: int
) -> dict[str, list[Places]]:
    """For each arm the tables of all replies in its world, the true one first."""
    draft = chain(describe_persona(detail="brief"), fit_prompt())(Draft(scene_of(choice, at)), kit)
    requests, rows = requests_of(draft, kit, ()), {}
    for name in names:
        rule, contrast = ARMS[name]
        others = distractors_for(draft, kit, rule, world - 1, "", contrast)
        made = requests_of(draft, kit, others)[1:]
        rows[name] = [0, *range(len(requests), len(requests) + len(made))]
        requests += made
    lm = need_distributions(kit.lm, "benchmarks/listener.py")
    tables = world_tables(lm, requests, [as_written(text) for text in choice.replies], TOP)
    return {
        name: [[(column, table[some]) for column, table in places] for places in tables]
        for name, some in rows.items()
    }


def is_first(tables: Sequence[Places], alpha: float, is_learning: bool) -> bool:
    """Whether the right reply, the first, has the highest mean log S1."""
    rule = "literal" if is_learning else "uniform"
    scores = [mean_log_s1(places, alpha, BETA, rule) for places in tables]
    return scores[0] > max(scores[1:])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["valid", "test"], default="test")
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--replies", type=int, default=10, help="of which one is right")
    parser.add_argument("--alphas", default="0,1,2,4,8")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--world", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    is_test = options.part == "test"
    kept = slice(None) if is_test else slice(DEVELOPMENT)
    file = load_settings().datasets_dir / (TEST if is_test else VALID)
    alphas = [float(alpha) for alpha in options.alphas.split(",")]
    lm = open_embedded(slots=16, context_tokens=1024)
    kit = Kit(lm, seed=options.seed, embedder=open_embedder())
    names = options.arms.split(",")
    hits: dict[str, list[bool]] = {}
    for at, choice in enumerate(read_choices(file, options.turns, options.seed, kept)):
        some = Choice(choice.turns, choice.replies[: options.replies], choice.persona)
        for name, tables in arms_of(some, at, kit, names, options.world).items():
            for alpha in alphas:
                for is_learning in (False, True):
                    key = f"{name}, alpha {alpha:g}{', learning' if is_learning else ''}"
                    hits.setdefault(key, []).append(is_first(tables, alpha, is_learning))
        print(f"\r{at + 1} of {options.turns}", end="", flush=True)
    base = hits[f"{names[0]}, alpha {alphas[0]:g}"]
    rows = {name: (sum(one) / len(one), mcnemar(one, base)) for name, one in hits.items()}
    print(f"\n| arm | right reply first, {len(base)} turns | p over the first |")
    print("| --- | --- | --- |")
    for name, (share, p) in rows.items():
        print(f"| {name} | {share:.3f} | {p:.3f} |")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
