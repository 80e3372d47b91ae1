"""Ask a character one thing and print its reply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import plain, print_json

if TYPE_CHECKING:
    from personae.data import Persona, Turn

app = typer.Typer(add_completion=False)


@app.command()
def ask(
    card: Annotated[str, typer.Argument(help="A card file, a shipped character, or a stored one.")],
    message: Annotated[str, typer.Argument(help="What you say.")],
    history: Annotated[
        Path | None, typer.Option("--history", help="A dialogue file: what was said before.")
    ] = None,
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="name=value, an option of the method.")
    ] = None,
    user: Annotated[str, typer.Option("--user", help="Your name.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same reply.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """One reply, without a session: nothing is stored."""
    from personae.cli.opening import load_card, open_named_model, open_speaker
    from personae.conversation import checked_message, checked_user
    from personae.data import Scene
    from personae.registry import parse_options
    from personae.settings import load_settings

    persona = load_card(card)
    you = checked_user(user or load_settings().user, persona)
    scene = Scene(persona=persona, user=you)
    if history is not None:
        scene = scene.model_copy(update={"turns": _turns_before(history, persona, you)})
    scene = scene.said(you, checked_message(message))
    lm = open_named_model(model, slots=1, method=method)
    try:
        speaker = open_speaker(lm, method, parse_options(option or []), seed=seed, replayable=True)
        reply = speaker.reply(scene)
    finally:
        lm.close()
    if as_json:
        print_json(reply.to_dict())
    else:
        print(plain(reply.text))


def _turns_before(file: Path, persona: Persona, user: str) -> tuple[Turn, ...]:
    """The first dialogue of the file, its speakers renamed to the persona and the user."""
    from personae.errors import FormatError
    from personae.formats.reading import read_dialogues

    dialogue = next(iter(read_dialogues(file)), None)
    if dialogue is None:
        raise FormatError("This file holds no dialogue.", file=file)
    own = {persona.name, persona.display_name, str(dialogue.labels.get("test_speaker", ""))}
    if not own & set(dialogue.speakers):
        own = {"assistant", "char", "bot"}
    return tuple(
        turn.model_copy(update={"speaker": persona.name if turn.speaker in own else user})
        for turn in dialogue.turns
    )
