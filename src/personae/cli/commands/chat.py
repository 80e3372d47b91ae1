"""Talk to a character in the terminal; what is said is kept and goes on next time."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def chat(
    card: Annotated[str, typer.Argument(help="A card file, a shipped character, or a stored one.")],
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="name=value, an option of the method.")
    ] = None,
    session: Annotated[str, typer.Option("--session", help="Go on with this session.")] = "",
    new: Annotated[bool, typer.Option("--new", help="Begin a new session.")] = False,
    user: Annotated[str, typer.Option("--user", help="Your name.")] = "",
    greeting: Annotated[int, typer.Option("--greeting", min=0, help="Which greeting.")] = 0,
    remember: Annotated[
        bool, typer.Option("--memory/--no-memory", help="Keep what you tell, and recall it.")
    ] = True,
    remember_own: Annotated[
        bool, typer.Option("--remember-own", help="Keep what the character says of itself, too.")
    ] = False,
    shared_memory: Annotated[
        bool,
        typer.Option("--shared-memory", help="What you tell may come up when it talks to others."),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same replies.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Read messages, write replies as JSON, a line each.")
    ] = False,
) -> None:
    """Talk to a character. `/help` in the chat lists what you can do besides talking."""
    from personae.cli.opening import (
        load_card,
        open_default_store,
        open_memory,
        open_named_model,
        open_speaker,
    )
    from personae.cli.talk import Talk
    from personae.conversation import Conversation
    from personae.errors import InvalidOption
    from personae.registry import parse_options
    from personae.settings import load_settings

    if new and session:
        raise InvalidOption("--new begins a session and --session goes on with one: give one.")
    if (remember_own or shared_memory) and not remember:
        raise InvalidOption("--no-memory keeps nothing: leave it out, or what asks to keep more.")
    persona = load_card(card)
    options = parse_options(option or [])
    store = open_default_store()
    try:
        latest = None if new or session else store.latest_session(persona.id)
        if session:
            latest = store.get_session(session)
            if latest.persona_id != persona.id:
                raise InvalidOption(
                    f"The session {session} is with {latest.persona_name}, not {persona.name}. "
                    "See `personae sessions list`."
                )
        chosen = method or (latest.method if latest else "")
        lm = open_named_model(model or (latest.model if latest else ""), method=chosen)
        try:
            kept = latest.options if latest and chosen == latest.method else {}
            speaker = open_speaker(lm, chosen, {**kept, **options}, seed=seed)
            memory = (
                open_memory(store, speaker, own=remember_own, shared=shared_memory)
                if remember
                else None
            )
            if latest is not None:
                talk = Conversation.resume(store, latest.id, speaker, seed=seed, memory=memory)
                if method or model or option:
                    talk.use(speaker)
            else:
                talk = Conversation.begin(
                    store,
                    persona,
                    speaker,
                    user=user or load_settings().user,
                    seed=seed,
                    greeting=greeting,
                    memory=memory,
                )
            is_done = Talk(talk, is_resumed=latest is not None, as_json=as_json).run()
        finally:
            lm.close()
    finally:
        store.close()
    # A person has seen what failed, and JSON tells it line by line; else the exit code says it.
    if not (is_done or as_json or sys.stdin.isatty()):
        raise typer.Exit(1)
