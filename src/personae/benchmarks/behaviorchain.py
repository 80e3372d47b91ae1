"""BehaviorChain: what does the character do next, and for how long is that foreseen? (S007)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from personae.benchmarks.chain_items import chain_source, chains_of, renamed
from personae.benchmarks.lifechoice import nearest_to_profile
from personae.benchmarks.types import Ask, Benchmark, Question, by_chance, echo, first_option
from personae.data import Persona, Scene
from personae.draft import Count
from personae.formats.behaviorchain import QUESTION, BehaviorChain
from personae.novels import Split
from personae.registry import EntryInfo
from personae.text.quoting import marked

ENTRY = EntryInfo(
    systems=("S007",),
    embedder=True,
    paper="How Far are LLMs from Being Our Digital Twins? A Benchmark for Persona-Based Behavior "
    "Chain Simulation",
    deviations="The data is withheld: chains are of our made-up novels, of Othello, or of a file "
    "in the published format. The profile is never cut; of what happened the last words are kept.",
)

VERSION = "1"
CHAIN_METRICS = ("chain-accuracy", "chain-cam", "chain-max")
_WRITE = "Say in one sentence what you did."


def behaviorchain(
    *,
    data: str = "made",
    task: Literal["multi_choice", "generation"] = "multi_choice",
    names: Literal["kept", "new"] = "new",
    chains: Count = 30,
    split: Split = "test",
    keep_words: Count = 700,
    seed: int = 0,
    choose_by: Literal["mean", "total", "calibrated"] = "mean",
) -> Benchmark:
    """Chains of behaviours: each node is asked after the profile and all contexts so far.

    `data` is `made`, `traits` (easy: the right option names a trait), `othello`, or a file.
    `names=new` exchanges the people's names, so that no book is recognised. `keep_words` of what
    happened are shown, the last ones (the paper keeps 16,300 tokens). `generation` has the
    behaviour written, and judges it by the nearest option. Use `chains`, not a limit: a chain
    asked in part has no value. Raises FormatError, EnvironmentFault.
    """
    found = chains_of(data, chains=chains, split=split, seed=seed)
    held = [renamed(one, seed) if names == "new" else one for one in found[:chains]]
    questions = tuple(q for one in held for q in _questions(one, task, keep_words))
    ask: Ask = "choose" if task == "multi_choice" else "reply"
    measured = "choice-accuracy" if task == "multi_choice" else "behaviour-match"
    baselines = {"chance": by_chance, "first": first_option, "nearest": nearest_to_profile}
    if task == "generation":
        baselines["echo"] = echo
    return Benchmark(
        version=VERSION,
        ask=ask,
        questions=questions,
        metrics=(*CHAIN_METRICS, measured),
        source=chain_source(data),
        baselines=baselines,
        choose_by=choose_by,
    )


def _questions(chain: BehaviorChain, task: str, keep_words: int) -> Iterator[Question]:
    """A question a node; what was done before is told in the next node's context."""
    persona = Persona(name=chain.profile.name, statements=chain.profile.lines)
    happened = " ".join(chain.history)
    for number, node in enumerate(chain.nodes):
        happened = f"{happened} {node.context}".strip()
        text = f"{marked(last_words(happened, keep_words))}\n{QUESTION.format(name=persona.name)}"
        if task == "generation":
            text = f"{text} {_WRITE}"
        yield Question(
            id=f"{chain.title}/{number:02d}",
            scene=Scene(persona=persona, user="Narrator").said("Narrator", text),
            reference=node.behavior,
            options=node.options,
            labels={
                "chain": chain.title, "node": number, "chain_length": len(chain.nodes),
                "task": task,
            },
        )  # fmt: skip


def last_words(text: str, count: int) -> str:
    """The last words of a text, as they stand there."""
    words = text.split()
    return text if len(words) <= count else f"… {' '.join(words[-count:])}"
