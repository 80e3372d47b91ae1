"""Behaviour chains to ask for: of made-up novels, of Othello, of traits, or of a file (S007)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from personae.benchmarks.decision_items import MADE, OTHELLO, source_of
from personae.formats.behaviorchain import BehaviorChain, Node, Profile, read_chains
from personae.formats.reading import find_data
from personae.novels import Novel, Split, made_novels, words
from personae.novels.plays import Play, othello
from personae.novels.traits import behaviours

TRAITS = "traits"
TRAIT_NODES, TRAITS_EACH = 10, 3
NEW_NAMES = (
    "Alex", "Sam", "Taylor", "Jordan", "Casey", "Morgan", "Riley", "Jamie", "Drew", "Jesse",
    "Skyler", "Quinn", "Blake", "Kerry", "Adrian", "Cameron", "Devon", "Finley", "Harley",
    "Marley", "Peyton", "Reese", "Sidney", "Terry", "Tracy", "Charlie", "Dallas", "Emery",
)  # fmt: skip


def chains_of(
    data: str, *, chains: int = 30, split: Split = "test", seed: int = 0
) -> list[BehaviorChain]:
    """The chains of `made` novels, of `traits`, of `othello`, or of a file.

    Raises FormatError, EnvironmentFault.
    """
    if data == MADE:
        novels = made_novels(chains, seed=seed, split=split)
        return [chain_of(novel, seed) for novel in novels]
    if data == TRAITS:
        return [trait_chain(f"traits-{seed}-{at}") for at in range(chains)]
    if data == OTHELLO:
        return list(play_chains(othello(), seed))
    return list(read_chains(find_data(data)))


def chain_source(data: str) -> str:
    """Where the chains are from, in words."""
    if data == TRAITS:
        return "made-up chains of this project (Apache-2.0) whose right option names a trait"
    return source_of(data)


def chain_of(novel: Novel, seed: int = 0) -> BehaviorChain:
    """The decisions of a novel in a row.

    A node's context is what the last decision was, what was planted since, and the scenario: what
    a summary that is told what matters would keep.
    """
    profile = Profile(
        novel.name, traits=novel.description, relationships=tuple((who, "") for who in novel.people)
    )
    nodes, told, before = list[Node](), set[int](), ""
    for number, one in enumerate(novel.decisions):
        since = [
            (novel_place(novel, other.evidence), at, other.evidence)
            for at, other in enumerate(novel.decisions)
            if at not in told and novel_place(novel, other.evidence) < one.before
        ]
        told |= {at for _, at, _ in since}
        planted = [text for _, _, text in sorted(since)]
        context = " ".join(filter(None, [before, *planted, one.scenario]))
        nodes.append(_shuffled(Node(context, one.options, 0), f"{novel.id}/{number}/{seed}"))
        before = one.options[0]
    return BehaviorChain(novel.id, profile, (), tuple(nodes), "personae")


def novel_place(novel: Novel, passage: str) -> int:
    """The event that a passage stands in."""
    return next(at for at, event in enumerate(novel.events) if passage in event)


def play_chains(play: Play, seed: int = 0) -> Iterator[BehaviorChain]:
    """A chain for each role: its decisions, with what it did before each."""
    names = [role.name for role in play.roles]
    for role in play.roles:
        others = tuple((name, "") for name in names if name != role.name)
        profile = Profile(role.name, traits=role.description, relationships=others)
        nodes, before = list[Node](), ""
        for number, one in enumerate(role.moments):
            context = " ".join(filter(None, [before, one.scenario]))
            node = Node(context, one.options, 0)
            nodes.append(_shuffled(node, f"{play.title}/{role.name}/{number}/{seed}"))
            before = f"{one.question} {one.options[0]}"
        yield BehaviorChain(f"{play.title}: {role.name}", profile, (), tuple(nodes))


def trait_chain(name: str) -> BehaviorChain:
    """A chain of ten nodes whose right option repeats a trait word of the profile."""
    rng = random.Random(f"chains/{name}")
    known = behaviours()
    own = rng.sample(sorted(known), TRAITS_EACH)
    others = [trait for trait in sorted(known) if trait not in own]
    who = rng.choice(words()[rng.choice(("she", "he"))])
    profile = Profile(who, traits=tuple(f"{who} is {trait}." for trait in own))
    nodes = []
    for number in range(TRAIT_NODES):
        scene = rng.choice(_MOMENTS).format(name=who, friend=rng.choice(words()["she"]))
        shown = [rng.choice(own), *rng.sample(others, 3)]
        options = tuple(f"{who} {rng.choice(known[trait])}." for trait in shown)
        nodes.append(_shuffled(Node(scene, options, 0), f"{name}/{number}"))
    return BehaviorChain(name, profile, (), tuple(nodes), "personae")


_MOMENTS = (
    "The carriage stood in the ford and the water was rising.",
    "{friend} had broken the one good jug and stood there with the handle.",
    "There were eleven people in the shelter, and bread for six.",
    "At the gate a soldier asked for papers that nobody had.",
    "{friend} said before the whole table that {name} had got it wrong.",
    "The letter that everyone had waited for lay there, sealed.",
    "In the fog they came to a place where the road parted.",
    "A purse lay on the step of the inn, and the street was empty.",
    "The boat would take one more, and {friend} was as tired as {name}.",
    "They had been waiting for the doctor since noon.",
    "A stranger sat down at the table and began to tell of the war.",
    "The roof was leaking over the bed of the old man.",
)


def renamed(chain: BehaviorChain, seed: int = 0) -> BehaviorChain:
    """The chain with other names for its people, so that nobody is known from the book.

    Each word of a name of the profile is exchanged, as a word. (The published code exchanges
    letters anywhere, and draws anew for each question.)
    """
    rng = random.Random(f"names/{seed}/{chain.title}")
    parts = dict.fromkeys(part for name in chain.profile.names for part in name.split())
    held = " ".join([*chain.profile.lines, *(node.context for node in chain.nodes)])
    free = [name for name in NEW_NAMES if not re.search(rf"\b{name}\b", held)]
    drawn = rng.sample(free, min(len(parts), len(free)))
    names = dict(zip(parts, drawn, strict=False))
    return _mapped(chain, names) if names else chain


def _mapped(chain: BehaviorChain, names: Mapping[str, str]) -> BehaviorChain:
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")

    def other(text: str) -> str:
        return pattern.sub(lambda found: names[found[1]], text)

    who = chain.profile
    profile = Profile(
        other(who.name), tuple(map(other, who.traits)), tuple(map(other, who.goals)),
        tuple(map(other, who.events)),
        tuple((other(name), other(text)) for name, text in who.relationships),
        tuple((name, other(text)) for name, text in who.details),
    )  # fmt: skip
    nodes = tuple(
        Node(other(node.context), tuple(map(other, node.options)), node.right)
        for node in chain.nodes
    )
    return replace(chain, profile=profile, nodes=nodes, history=tuple(map(other, chain.history)))


def _shuffled(node: Node, key: str) -> Node:
    order: Sequence[int] = random.Random(f"options/{key}").sample(
        range(len(node.options)), len(node.options)
    )
    options = tuple(node.options[at] for at in order)
    return Node(node.context, options, list(order).index(node.right))
