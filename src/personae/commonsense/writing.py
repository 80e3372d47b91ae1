"""Tails written by a language model after the example of near heads, as PeaCoK's few-shot baseline.

Each line of the prompt is a head and one of its facts behind the cue of the relation; the model
completes the line of the new head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.commonsense.facts import TEXT_LIMIT, Graph, Relation
from personae.commonsense.worth import stated
from personae.encoders.kept import kept_vectors
from personae.encoders.types import Embedder
from personae.lm.types import LanguageModel, Request, Sampling, require
from personae.text.quoting import one_line

SHOTS = 5  # near heads that are shown
MAX_TOKENS = 20
WORDS_LIMIT = 14  # of a tail; the model may run on
TEMPERATURE = 0.9
CUES: dict[Relation, str] = {
    "characteristic": "I am",
    "routine_habit": "I regularly",
    "goal_plan": "I want to",
    "experience": "In the past I",
}
_END = re.compile(r"[.!?;\n]")
_LETTER = re.compile(r"[^\W\d_]")


def prompt_for(head: str, relation: Relation, graph: Graph, embedder: Embedder) -> str:
    """The lines of the near heads, and the beginning of the new head's."""
    others = [one for one in graph.heads if stated(one).lower() != stated(head).lower()]
    lines = []
    if others:
        vectors = kept_vectors(embedder, tuple(map(stated, others)))
        near = (-(vectors @ embedder.embed([stated(head)])[0])).argsort(kind="stable")[:SHOTS]
        for number, at in enumerate(near.tolist()):
            facts = graph.of([others[at]], [relation])
            if facts:
                fact = facts[number % len(facts)]
                lines.append(f"{stated(fact.head)} {CUES[relation]} {fact.tail}.")
    # The nearest last: it is what the model follows most.
    return "\n".join([*reversed(lines), f"{one_line(stated(head))} {CUES[relation]}"])


def written(
    lm: LanguageModel,
    head: str,
    relation: Relation,
    graph: Graph,
    embedder: Embedder,
    *,
    count: int,
    seed: int,
) -> list[str]:
    """`count` tails as the model wrote them, in order, those left out that say nothing.

    The first is greedy, the others are drawn. Raises CapabilityError, BackendError.
    """
    require(lm, ("complete",), "kg")
    prompt = prompt_for(head, relation, graph, embedder)
    tails = []
    for number in range(count):
        sampling = Sampling(
            temperature=TEMPERATURE if number else 0.0, max_tokens=MAX_TOKENS, stop=("\n",),
            seed=seed + number,
        )  # fmt: skip
        tails.append(tail_of(lm.generate(Request(prompt=prompt, sampling=sampling)).text))
    return [tail for tail in tails if tail]


def tail_of(text: str) -> str:
    """The phrase that a completion begins with; empty where it is none."""
    phrase = one_line(_END.split(text.strip(), maxsplit=1)[0]).strip(" ,:-\"'")
    words = phrase.split()
    is_phrase = 0 < len(words) <= WORDS_LIMIT and len(phrase) <= TEXT_LIMIT
    return phrase if is_phrase and _LETTER.search(phrase) else ""


def distinct(tails: Sequence[str]) -> list[str]:
    """Tails in order, each once, capitals aside."""
    return list({tail.lower(): tail for tail in reversed(tails)}.values())[::-1]
