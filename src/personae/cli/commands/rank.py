"""Rank given replies by how well they suit a persona and a dialogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table

if TYPE_CHECKING:
    from personae.data import Dialogue, Scene, Turn
    from personae.draft import Kit
    from personae.evaluate.rank import Ranker

app = typer.Typer(add_completion=False)


@app.command()
def rank(
    candidates: Annotated[
        Path, typer.Argument(help="The replies: one a line, or .jsonl (texts or {text}).")
    ],
    persona: Annotated[
        str, typer.Option("--persona", help="A card; not given, the persona of the dialogue.")
    ] = "",
    message: Annotated[str, typer.Option("--message", help="What is answered.")] = "",
    history: Annotated[
        Path | None, typer.Option("--history", help="A dialogue file: what was said before.")
    ] = None,
    row: Annotated[int, typer.Option("--row", min=0, help="Which dialogue of the file.")] = 0,
    method: Annotated[
        str, typer.Option("--method", help="self-conscious, persona-selection or plain.")
    ] = "persona-selection",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="name=value, an option of its ranking.")
    ] = None,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws random distractors.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank replies by the listener (S006), by the persona ranker (S022), or by likelihood.

    A dialogue that ends with the persona's own turn is ranked up to it: that reply is not read.
    """
    from personae.evaluate.rank import ranked, ranker_of, read_candidates
    from personae.registry import parse_options

    ranker = ranker_of(method)
    texts = read_candidates(candidates)
    scene = _scene(persona, message, history, row)
    kit = _kit(ranker, model, seed)
    try:
        found = ranked(scene, texts, ranker, parse_options(option or []), kit)
    finally:
        kit.lm.close()
    if as_json:
        rows = [{"text": one.text, "score": one.scores[ranker.score]} for one in found]
        print_json({"method": method, "score": ranker.score, "ranked": rows})
        return
    print_table(
        ("rank", ranker.score, "reply"),
        [(at, f"{one.scores[ranker.score]:.4f}", one.text) for at, one in enumerate(found, 1)],
    )


def _scene(card: str, message: str, history: Path | None, row: int) -> Scene:
    """The scene up to what is answered. Raises InvalidOption where one of its parts is missing."""
    from personae.cli.opening import load_card
    from personae.conversation import checked_message
    from personae.data import Scene
    from personae.errors import InvalidOption

    dialogue = None if history is None else _dialogue(history, row)
    if not card and dialogue is None:
        raise InvalidOption("Say who replies: --persona ana, or --history FILE with a persona.")
    own = "" if dialogue is None else _own_name(dialogue)
    if not card and (dialogue is None or own not in dialogue.personas):
        raise InvalidOption("The dialogue has no persona of its own; give one with --persona.")
    known = load_card(card) if card or dialogue is None else dialogue.personas[own]
    turns = () if dialogue is None else _turns(dialogue, own, known.name)
    scene = Scene(persona=known, turns=turns)
    if message:
        scene = scene.said(scene.user, checked_message(message))
    if not scene.last_user_text:
        raise InvalidOption('Say what is answered: --message "Do you have any pets?"')
    return scene


def _dialogue(file: Path, row: int) -> Dialogue:
    from itertools import islice

    from personae.errors import FormatError
    from personae.formats.reading import find_data, read_dialogues

    found = next(islice(read_dialogues(find_data(file)), row, None), None)
    if found is None:
        raise FormatError(f"The file has no dialogue {row} (the first is 0).", file=file)
    return found


def _own_name(dialogue: Dialogue) -> str:
    """The side that replies: the data set's, or the one that has a persona, or an assistant."""
    labelled = str(dialogue.labels.get("test_speaker", ""))
    named = [labelled, *dialogue.personas, "assistant", "char", "bot", *dialogue.speakers[1:2]]
    return next((name for name in named if name in dialogue.speakers), "")


def _turns(dialogue: Dialogue, own: str, name: str) -> tuple[Turn, ...]:
    """The turns up to the last of the other side, the speakers renamed to persona and user."""
    from personae.data import Scene

    user = Scene.model_fields["user"].default
    turns = [
        turn.model_copy(update={"speaker": name if turn.speaker == own else user})
        for turn in dialogue.turns
    ]
    while turns and turns[-1].speaker == name:
        turns.pop()
    return tuple(turns)


def _kit(ranker: Ranker, model: str, seed: int) -> Kit:
    """The language model where the ranker asks it, else one that is never asked."""
    from personae.cli.opening import embedder_for, open_named_model
    from personae.draft import Kit
    from personae.evaluate.rank import needs_model
    from personae.lm.names import open_model
    from personae.registry import find

    lm = open_named_model(model, slots=4) if needs_model(ranker) else open_model("scripted")
    return Kit(lm, seed=seed, embedder=embedder_for(find("step", ranker.step)), replayable=True)
