"""`personae data make novels | profile | chain`: stories, and what is made of a story."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, stderr
from personae.cli.targets import refuse_existing
from personae.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from personae.memory.profiling import Ask, OnCall

FORMATS = ("lifechoice", "behaviorchain", "text")
OutOption = Annotated[Path, typer.Option("--out", help="The file to write.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NameOption = Annotated[str, typer.Option("--name", help="The character, as the story names it.")]
ModelOption = Annotated[str, typer.Option("--model", help="See `personae models`.")]


def make_novels(
    out: OutOption,
    number: Annotated[int, typer.Option("--n", min=1, max=10_000, help="Novels.")] = 30,
    to: Annotated[
        str, typer.Option("--to", help="lifechoice, behaviorchain or text.")
    ] = "lifechoice",
    split: Annotated[str, typer.Option("--split", help="Motifs: valid, test, or all.")] = "all",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make novels, ten decisions each, as LifeChoice items (S085), chains (S007), or to read."""
    from personae.benchmarks.chain_items import chains_of
    from personae.benchmarks.decision_items import MADE, decisions_of
    from personae.formats.behaviorchain import write_chains
    from personae.formats.lifechoice import write_decisions
    from personae.novels import made_novels, split_named

    if to not in FORMATS:
        raise InvalidOption(f"Novels cannot be written as {to!r}; only as {', '.join(FORMATS)}.")
    refuse_existing(out, force)
    part = split_named(split)
    if to == "lifechoice":
        count = write_decisions(decisions_of(MADE, novels=number, split=part, seed=seed), out)
    elif to == "text":
        novels = made_novels(number, seed=seed, split=part)
        out.write_text("\n\n".join("\n".join(one.events) for one in novels), "utf-8")
        count = number
    else:
        count = write_chains(chains_of(MADE, chains=number, split=part, seed=seed), out)
    _tell({"novels": number, "items": count, "format": to, "target": str(out)}, as_json)


def make_profile(
    story: Annotated[Path, typer.Argument(metavar="STORY", help="A text file.")],
    name: NameOption,
    out: OutOption,
    way: Annotated[
        str, typer.Option("--way", help="merge: summaries of summaries; update: piece by piece.")
    ] = "merge",
    model: ModelOption = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have a model describe a character of a story; OUT is a card whose statements it wrote.

    What was answered is kept beside OUT until it is written: the same command goes on there.
    """
    from personae.formats.personae_card import write
    from personae.memory.profiling import WAYS, profile_of
    from personae.steps.recall_by_points import story_pieces

    if way not in WAYS:
        raise InvalidOption(f"There is no way {way!r} to a profile; there are {', '.join(WAYS)}.")
    refuse_existing(out, force)
    pieces = story_pieces(str(story))
    kept, ask, close = _asking(out, model, seed)
    try:
        made = profile_of(name, pieces, ask, way=way, on_call=_shower("calls"))
    finally:
        close()
    if not made.lines:
        raise InvalidOption(f"The story {story} tells nothing of {name!r}; is the name spelt so?")
    from personae.data import Persona

    write([Persona(name=name, statements=made.lines)], out)
    kept.unlink(missing_ok=True)
    _tell({"name": name, "statements": len(made.lines), "calls": made.calls, "target": str(out)},
          as_json)  # fmt: skip


def make_chain(
    story: Annotated[Path, typer.Argument(metavar="STORY", help="A text file.")],
    name: NameOption,
    out: OutOption,
    model: ModelOption = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have a model make a behaviour chain of a story (S007): profile, behaviours, other options.

    The first half of the story makes the profile, the second the chain. Resumable as `profile`.
    """
    from personae.formats.behaviorchain import write_chains
    from personae.memory.chain_making import made_chain
    from personae.steps.recall_by_points import story_pieces

    refuse_existing(out, force)
    pieces = story_pieces(str(story))
    kept, ask, close = _asking(out, model, seed)
    try:
        chain = made_chain(story.stem, name, pieces, ask, seed=seed, on_call=_shower("pieces"))
    finally:
        close()
    write_chains([chain], out)
    kept.unlink(missing_ok=True)
    _tell({"name": name, "nodes": len(chain.nodes), "target": str(out)}, as_json)


def _asking(out: Path, model: str, seed: int) -> tuple[Path, Ask, Callable[[], None]]:
    """Where answers are kept, who is asked, and what ends it."""
    from personae.cli.opening import open_named_model
    from personae.memory.profiling import asking, kept_answers

    lm = open_named_model(model, slots=1)
    kept = out.with_name(f".{out.name}.answers.jsonl")
    return kept, kept_answers(asking(lm, seed=seed), kept, f"{lm.fingerprint}/{seed}"), lm.close


def _shower(what: str) -> OnCall:
    def show(done: int, total: int) -> None:
        stderr().print(f"{done} of {total} {what}", highlight=False)

    return show


def _tell(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        stderr().print(", ".join(f"{key}: {value}" for key, value in facts.items()), markup=False)
