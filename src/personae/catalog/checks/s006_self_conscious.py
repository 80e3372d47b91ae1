"""S006 self-conscious: exact on a toy, greedy at alpha=0, fewer contradictions ranked first.

And the learnt distractors: the right reply is likelier with them than with random ones, on
dialogues of which the memory has seen none.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mean, paired_p
from personae.data import Scene
from personae.decoders.rsa import PriorRule, next_prior, pragmatic_speaker, uniform_prior
from personae.encoders.distractors import open_distractors
from personae.formats.xpersona import read
from personae.lm.names import open_model
from personae.lm.types import DistributionModel, LanguageModel, Request, need_distributions
from personae.load import load_persona
from personae.recipes.distractors import Rewards, rewards_of, texts_of
from personae.recipes.persona_dialogues import seen_by
from personae.speaker import Speaker
from personae.steps.rank_for_listener import Places, mean_log_s1, world_tables

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

# Two personas, not the paper's three: every candidate is decoded once for each.
TRIPLES, WORLD, TOP = 200, 2, 64
ALPHA, BETA = 8.0, 1.0  # the paper's for Dialogue NLI
RETRIEVING_ALPHA = 2.0  # as the memory was trained
DIALOGUES = 500
SLOTS, CONTEXT_TOKENS = 16, 256  # many short texts at once; batches are cheaper than rows
_GREEDY_TOKENS = 16
_ASKED = (("ana", "Do you have any pets?"), ("wenna", "What do you sell?"),
          ("morag", "How old are you?"))  # fmt: skip

# Three personas, five words; S1 of the first with alpha 2, beta 1 and a flat prior, by hand.
TOY = ((0.40, 0.30, 0.15, 0.10, 0.05), (0.40, 0.10, 0.15, 0.30, 0.05),
       (0.40, 0.20, 0.30, 0.05, 0.05))  # fmt: skip
TOY_S1 = (0.3190252, 0.5383550, 0.0672944, 0.0354472, 0.0398782)
TOY_PRIOR = (1 / 2, 1 / 6, 1 / 3)  # after the second word


@dataclass(frozen=True, slots=True)
class Triple:
    """A persona statement of Dialogue NLI, a sentence that entails it, one that contradicts it."""

    statement: str
    entailing: str
    contradicting: str


def check(context: CheckContext) -> list[str]:
    """The toy, three greedy replies, and contradict@1 over 200 triples at alpha 0 and 8."""
    evidence = [check_toy()]
    folder = data_file(context, "dnli-excerpt")
    evidence.append(check_learnt(data_file(context, "xpersona", "En_persona_test.json"), context))
    lm = context.lm()
    evidence.append(check_greedy(lm))
    ranker = open_model(lm.name, slots=SLOTS, context_tokens=CONTEXT_TOKENS)
    try:
        many = need_distributions(ranker, "The ranking")
        return evidence + check_ranking(many, read_triples(folder)[:TRIPLES], context.seed)
    finally:
        ranker.close()


def check_toy() -> str:
    """S1 and the next prior against the numbers worked out by hand, to 1e-6."""
    import numpy as np

    speakers, prior = np.log(np.array(TOY)), uniform_prior(len(TOY))
    spoken = np.exp(pragmatic_speaker(speakers, prior, alpha=2.0, beta=1.0))
    belief = np.exp(next_prior(speakers, prior, 1, alpha=2.0, beta=1.0))
    error = max(np.abs(spoken - TOY_S1).max(), np.abs(belief - TOY_PRIOR).max())
    expect(error < 1e-6, f"S1 of the toy is off by {error:.2g}.")
    return (
        f"S1 and the prior of a toy world (3 personas, 5 words) are those of a hand, to {error:.0e}"
    )


def check_learnt(file: Path, context: CheckContext) -> str:
    """The right reply among 20 with learnt, random, nearest and farthest distractors."""
    memory = open_distractors(context.embedder())
    dialogues = [seen_by(one, "B") for one in islice(read(file), DIALOGUES)]
    others = [one.statements for one in memory.personas]
    texts = list(dict.fromkeys([*texts_of(dialogues), *(t for one in others for t in one)]))
    vectors = dict(zip(texts, memory.embedder.embed(texts), strict=True))
    found = rewards_of(
        dialogues, others, vectors, RETRIEVING_ALPHA, BETA, context.seed, "", lambda *_: None
    )
    return compare_learnt(found, memory.head.apply(found.vectors), context.seed)


def compare_learnt(found: Rewards, votes: NDArray[np.float64], seed: int) -> str:
    """Raise CheckFailed unless the right reply is likelier with the named than random ones.

    What the memory is trained for is asserted, the mean log S1 of the right reply; how often it
    comes first is told.
    """
    import numpy as np

    rows = np.arange(len(votes))
    named = {
        "nearest": found.near.argmax(1), "farthest": found.near.argmin(1),
        "learnt": votes.argmax(1),
    }  # fmt: skip
    shown = [f"none {found.plain.mean():.3f}", f"random {found.hits.mean():.3f}"]
    shown += [f"{name} {found.hits[rows, at].mean():.3f}" for name, at in named.items()]
    worth, by_chance = found.rewards[rows, named["learnt"]], found.rewards.mean(axis=1)
    hits = found.hits[rows, named["learnt"]] - found.hits.mean(axis=1)
    p, p_hits = (paired_p(one.tolist(), seed) for one in (worth - by_chance, hits))
    line = (
        f"{len(votes)} test personas, retrieving speaker, 20 replies: mean log S1 of the right one "
        f"{by_chance.mean():.3f} with random distractors, {worth.mean():.3f} with learnt ones "
        f"(paired p = {p:.4f}); Hits@1 by distractor: {', '.join(shown)} (learnt over random p = "
        f"{p_hits:.4f})"
    )
    expect(p < 0.05, f"{line}; the learnt ones are no better than random ones.")
    return line


def check_greedy(lm: LanguageModel) -> str:
    """With alpha=0 the method decodes what the engine's own greedy decoding does."""
    plain = {"temperature": 0.0, "max_tokens": _GREEDY_TOKENS, "max_sentences": 0}
    own = {"alpha": 0.0, "world": WORLD, "max_tokens": _GREEDY_TOKENS, "max_sentences": 0}
    for name, question in _ASKED:
        scene = Scene(persona=load_persona(name)).said("User", question)
        texts = [
            Speaker(lm, method, options=options, replayable=True).reply(scene).draft.candidates[0]
            for method, options in (("plain", plain), ("self-conscious", own))
        ]
        expect(
            texts[0].raw == texts[1].raw,
            f"alpha=0 says {texts[1].raw!r}, greedy decoding {texts[0].raw!r}.",
        )
    return f"alpha=0: {len(_ASKED)} replies of up to {_GREEDY_TOKENS} tokens are greedy decoding's"


def read_triples(folder: Path) -> list[Triple]:
    """One triple a statement that has both kinds of sentence, the shortest of each; short first."""
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in ("nli-train.txt", "nli-valid.txt"):
        for line in (folder / name).read_text("utf-8").splitlines():
            sentence, statement, label = line.split("</s>")
            said[statement][label].add(sentence)
    found = [
        Triple(statement, *(min(kinds[label], key=_size) for label in ("positive", "negative")))
        for statement, kinds in said.items()
        if kinds["positive"] and kinds["negative"]
    ]
    return sorted(found, key=lambda t: (len(t.entailing) + len(t.contradicting), t.statement))


def check_ranking(lm: DistributionModel, triples: Sequence[Triple], seed: int) -> list[str]:
    """How often the contradicting sentence is ranked above the entailing one, by alpha."""
    places = [triple_places(lm, triples, at, seed) for at in range(len(triples))]
    plain, aware = (contradicting_first(places, alpha, "uniform") for alpha in (0.0, ALPHA))
    learning = mean(contradicting_first(places, ALPHA, "literal"))
    before, after = mean(plain), mean(aware)
    differences = [a - b for a, b in zip(plain, aware, strict=True)]
    p = paired_p(differences, seed)
    line = (
        f"contradict@1 over {len(triples)} Dialogue NLI triples, {WORLD} personas: alpha=0 "
        f"{before:.3f}, alpha={ALPHA:g} {after:.3f} (paired p = {p:.4f}); {learning:.3f} where the "
        "listener's prior learns"
    )
    expect(after < before, f"{line}; fewer were wanted.")
    return [line]


def triple_places(
    lm: DistributionModel, triples: Sequence[Triple], at: int, seed: int
) -> tuple[Places, Places]:
    """Both sentences of a triple under its statement and those of random others."""
    triple = triples[at]
    others = [other.statement for other in triples if other.statement != triple.statement]
    world = [triple.statement, *random.Random(f"{seed}/{at}").sample(others, WORLD - 1)]
    requests = [Request(prompt=f"A fact about me: {text}\nI say:") for text in world]
    texts = [f" {triple.entailing}", f" {triple.contradicting}"]
    entailing, contradicting = world_tables(lm, requests, texts, TOP)
    return entailing, contradicting


def contradicting_first(
    places: Sequence[tuple[Places, Places]], alpha: float, rule: PriorRule
) -> list[float]:
    """For each triple 1 where the contradicting sentence has the higher mean log S1, else 0."""
    return [
        float(mean_log_s1(bad, alpha, BETA, rule) > mean_log_s1(good, alpha, BETA, rule))
        for good, bad in places
    ]


def _size(sentence: str) -> tuple[int, str]:
    return len(sentence), sentence
