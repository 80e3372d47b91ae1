"""S007 BehaviorChain: the measures of chains, a file and back, and a picker by the profile.

Chains whose right option names a trait of the profile; the made ones and Othello, which are harder,
are in docs/decisions.md.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from personae.benchmarks.chain_items import chains_of
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean
from personae.encoders.types import Embedder
from personae.formats.behaviorchain import BehaviorChain, read_chains, write_chains
from personae.metrics.chains import accuracy_of, consecutive_of, longest_of

CHAINS = 60
PICKED = 0.6
# What was right in a chain, CAM, longest run.
GOLDEN = (
    ((True, True, True, True), 1.0, 1.0),
    ((True, False, True, False), 0.2, 0.25),
    ((True, True, False, False), 0.3, 0.5),
)


def check(context: CheckContext) -> list[str]:
    """Golden values, the format, and the picker beside chance."""
    return [
        measured(),
        round_trip(chains_of("made", chains=5, seed=context.seed)),
        picked(chains_of("traits", chains=CHAINS, seed=context.seed), context.embedder(),
               context.seed),
    ]  # fmt: skip


def measured() -> str:
    """Raise CheckFailed unless CAM and the longest run have the values worked out by hand."""
    for rights, cam, longest in GOLDEN:
        found = consecutive_of(rights), longest_of(rights)
        right = abs(found[0] - cam) < 1e-9 and abs(found[1] - longest) < 1e-9
        expect(right, f"CAM and longest run of {rights} are {found}, not {(cam, longest)}.")
    return "CAM 1.0, 0.2, 0.3 and longest runs 1.0, 0.25, 0.5 of the three chains worked by hand"


def round_trip(chains: Sequence[BehaviorChain]) -> str:
    """Raise CheckFailed unless a file of chains is read as it was written."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chains.jsonl"
        write_chains(chains, file)
        expect(list(read_chains(file)) == list(chains), "Chains are read otherwise than written.")
    return f"{len(chains)} chains written and read again"


def picked(chains: Sequence[BehaviorChain], embedder: Embedder, seed: int) -> str:
    """Raise CheckFailed unless the option nearest to the profile is the right one often enough."""
    near = [rights_of(chain, embedder) for chain in chains]
    rng = random.Random(f"s007/{seed}")
    guessed = [[rng.randrange(4) == node.right for node in chain.nodes] for chain in chains]
    share, chance = (mean([accuracy_of(one) for one in some]) for some in (near, guessed))
    cam, cam_by_chance = (mean([consecutive_of(one) for one in some]) for some in (near, guessed))
    line = (
        f"{len(chains)} chains of ten: nearest to the profile {share:.3f} right (CAM {cam:.3f}), "
        f"by chance {chance:.3f} (CAM {cam_by_chance:.3f})"
    )
    expect(share >= PICKED, f"{line}; it was to be at least {PICKED}.")
    return line


def rights_of(chain: BehaviorChain, embedder: Embedder) -> list[bool]:
    """Of each node whether the option nearest to a line of the profile is the right one."""
    lines = embedder.embed(list(chain.profile.lines))
    return [
        int((embedder.embed(list(node.options)) @ lines.T).max(axis=1).argmax()) == node.right
        for node in chain.nodes
    ]
