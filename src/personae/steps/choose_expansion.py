"""Choose the one statement or expansion that the reply is built on (S020)."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.errors import InvalidOption
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill

if TYPE_CHECKING:
    from personae.commonsense.building import Judges
    from personae.commonsense.expanding import Expansion, Prior
    from personae.commonsense.facts import Graph

ENTRY = EntryInfo(systems=("S020",), embedder=True, nli=True)
PriorName = Literal["cosine", "trained"]
STRESS = "Talk about this in your reply:"
TRACED = 8  # the likeliest z that the evidence names
STATEMENTS = 64


def choose_expansion(
    *,
    z: str = "auto",
    sources: str = "rules,graph",
    prior: PriorName = "cosine",
    alone: bool = True,
    stressed: bool = True,
    heard: Count = 1,
    graph: str = "",
) -> Step:
    """Draw up every z (statements, expansions, none), and tell the persona by the chosen one.

    `z`: "auto" is the likeliest under p(z | H), "sample" draws from it by the seed, a number is a
    place in the list, and any other text is that z itself: control by hand. H are the user's last
    `heard` turns. With `alone` the z stands in place of the statements, as COMPAC's generator sees
    it; otherwise it comes last. `stressed` names it once more right before the last message: a
    small model hardly heeds one statement far above. `sources` are expanders (rules, graph, lm).
    The likeliest z and the chosen one stand in the evidence with p(z | H), kind and parent. Raises
    InvalidOption.
    """
    from personae.commonsense.expanding import sources_named
    from personae.commonsense.files import people, read_graph

    expanders = sources_named(sources)
    source = read_graph(graph) if graph else people()

    def step(draft: Draft, kit: Kit) -> Draft:
        if not draft.scene.last_user_text or not draft.scene.persona.statements:
            return draft
        found = _all(draft, kit, expanders, source)
        p = _prior(prior, kit).probabilities(_history(draft, heard), found).tolist()
        at, chosen = _chosen(z, found, p, random.Random(f"{kit.seed}/{z}"))
        told = _told(draft, found, p, at, chosen, alone)
        return _stressed(told, chosen.text) if stressed and chosen.text else told

    return step


def _stressed(draft: Draft, text: str) -> Draft:
    part = PromptPart("z", f"{STRESS} {text}", role="volatile")
    return replace(draft, parts=(*draft.parts, part))


def _all(draft: Draft, kit: Kit, expanders: tuple[str, ...], source: Graph) -> list[Expansion]:
    """The list of z, worked out once for a persona where no language model is asked."""
    from personae.commonsense.building import Judges
    from personae.commonsense.expanding import expansions
    from personae.commonsense.worth import open_fact_worth

    embedder = kit.need_embedder("choose_expansion")
    nli = kit.need_nli("choose_expansion")
    judges = Judges(kit.lm, embedder, nli, open_fact_worth(embedder), source)
    texts = tuple(fill(one, draft.scene) for one in draft.scene.persona.statements[:STATEMENTS])
    if "lm" in expanders:
        return expansions(texts, judges, expanders, kit.seed)
    return list(_kept(texts, expanders, _Judged(judges)))


class _Judged:
    """Judges as a key: what they are by fingerprint, and the graph by identity."""

    def __init__(self, judges: Judges) -> None:
        self.judges = judges
        self._key = (
            judges.embedder.fingerprint, judges.nli.fingerprint, judges.worth.fingerprint,
            id(judges.graph),
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Judged) and other._key == self._key


@lru_cache(maxsize=64)
def _kept(
    texts: tuple[str, ...], expanders: tuple[str, ...], judged: _Judged
) -> tuple[Expansion, ...]:
    from personae.commonsense.expanding import expansions

    return tuple(expansions(texts, judged.judges, expanders))


def _prior(name: PriorName, kit: Kit) -> Prior:
    from personae.commonsense.expanding import open_prior, untrained

    embedder = kit.need_embedder("choose_expansion")
    return open_prior(embedder) if name == "trained" else untrained(embedder)


def _history(draft: Draft, heard: int) -> str:
    said = [turn.text for turn in draft.scene.turns if turn.speaker == draft.scene.user]
    return " ".join(said[-heard:]) or draft.scene.last_user_text


def _chosen(
    z: str, found: list[Expansion], p: list[float], rng: random.Random
) -> tuple[int | None, Expansion]:
    """The place in the list, None where the z was written by hand, and the z."""
    from personae.commonsense.expanding import Expansion

    if z == "auto":
        at = max(range(len(p)), key=lambda one: p[one])
    elif z == "sample":
        [at] = rng.choices(range(len(p)), weights=p)
    elif z.isdecimal():
        at = int(z) if len(z) <= 6 else len(found)
        if at >= len(found):
            raise InvalidOption(f"There is no z {z[:20]}: this persona has 0 to {len(found) - 1}.")
    elif z.strip():
        return None, Expansion(z.strip(), "persona", "", "hand")
    else:
        raise InvalidOption("The z is empty. Give auto, sample, a number, or a sentence.")
    return at, found[at]


def _told(
    draft: Draft,
    found: list[Expansion],
    p: list[float],
    at: int | None,
    chosen: Expansion,
    alone: bool,
) -> Draft:
    persona = draft.scene.persona
    own = () if alone else tuple(one for one in persona.statements if one != chosen.text)
    told = (*own, *([chosen.text] if chosen.text else []))
    order = sorted(range(len(p)), key=lambda one: (-p[one], one))[:TRACED]
    places = [one for one in order if one != at]
    rows = [(at, chosen), *((one, found[one]) for one in places)]
    evidence = tuple(
        Evidence(
            one.text or "(none)", "z", 0.0 if place is None else round(p[place], 4),
            {
                "z": "hand" if place is None else place, "kind": one.kind, "parent": one.parent,
                "made_by": one.source, "chosen": number == 0,
            },
        )
        for number, (place, one) in enumerate(rows)
    )  # fmt: skip
    scene = draft.scene.model_copy(
        update={"persona": persona.model_copy(update={"statements": told})}
    )
    return replace(draft, scene=scene, evidence=(*draft.evidence, *evidence)).noting(z=chosen.text)
