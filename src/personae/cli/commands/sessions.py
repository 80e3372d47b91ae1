"""Stored conversations: list, show, rename, delete, export.

A session is named by its id, by the beginning of its id or title where only one fits, or by
`latest`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.opening import open_default_store
from personae.cli.output import harmless_json, plain, print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.store.sqlite import SqlStore
    from personae.store.types import Session, StoredTurn

app = typer.Typer(add_completion=False)

SessionName = Annotated[
    str, typer.Argument(metavar="SESSION", help="Id, beginning of id or title, or `latest`.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def sessions() -> None:
    """List, show, rename, delete and export stored conversations."""


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the sessions, the last used first."""
    with open_default_store() as store:
        known = store.list_sessions()
    found = known[:limit]
    if as_json:
        print_json([asdict(session) for session in found])
    else:
        print_table(
            ("id", "with", "title", "method", "turns", "last used"),
            [_row(session, known) for session in found],
        )


@app.command()
def show(
    name: SessionName,
    last: Annotated[int, typer.Option(min=1, help="Only so many of the last turns.")] = 1_000_000,
    as_json: AsJson = False,
) -> None:
    """Show a session's turns on its active branch."""
    with open_default_store() as store:
        session = find_session(store, name)
        turns = store.path_to(session.id)[-last:]
    if as_json:
        print_json({**asdict(session), "turns": [asdict(turn) for turn in turns]})
    else:
        _print_turns(session, turns)


@app.command()
def rename(name: SessionName, title: str, as_json: AsJson = False) -> None:
    """Give a session another title."""
    with open_default_store() as store:
        session = find_session(store, name)
        store.rename_session(session.id, title)
        _tell(asdict(store.get_session(session.id)), f"{session.id} is now {title!r}.", as_json)


@app.command()
def delete(
    name: SessionName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a session with all its branches, for good."""
    with open_default_store() as store:
        session = find_session(store, name)
        question = f"Erase {session.title or session.id!r} and its {session.turn_count} turns?"
        if not yes:
            typer.confirm(plain(question), abort=True, err=True)
        turns = store.delete_session(session.id)
        _tell({"id": session.id, "turns": turns}, f"Erased {turns} turns.", as_json)


@app.command()
def export(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SESSION]...", help="All where none is named.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file instead of the output.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, not lines.")] = False,
) -> None:
    """Write sessions as dialogues, one line of JSON each."""
    with open_default_store() as store:
        found = [find_session(store, name) for name in names] if names else store.list_sessions()
        dialogues = [store.dialogue(session.id) for session in found]
    lines = [dialogue.to_json() for dialogue in dialogues]
    text = "[" + ",\n".join(lines) + "]\n" if as_json else "".join(f"{line}\n" for line in lines)
    if out is None:
        print(harmless_json(text), end="")
        return
    from personae.media.atomic_file import write_atomically

    write_atomically(out, text.encode())
    stderr().print(f"Wrote {len(lines)} sessions to {out}.", markup=False)


def find_session(store: SqlStore, name: str) -> Session:
    """The one session that `name` fits. Raises UnknownEntry, InvalidOption."""
    from personae.errors import InvalidOption, UnknownEntry

    known = store.list_sessions()
    if name == "latest" and known:
        return known[0]
    for fits in (
        [session for session in known if session.id == name],
        [session for session in known if name and session.title == name],
        [session for session in known if name and session.id.lower().startswith(name.lower())],
        [session for session in known if name and session.title.startswith(name)],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(session.id for session in fits[:5])
            raise InvalidOption(f"{name!r} fits {len(fits)} sessions: {ids}. Write more of the id.")
    offered = [word for session in known for word in (session.id, session.title) if word]
    raise UnknownEntry("session", name, offered, "See `personae sessions list`.")


def _row(session: Session, known: tuple[Session, ...]) -> tuple[Any, ...]:
    used = session.updated_at.astimezone().strftime("%Y-%m-%d %H:%M")
    title, method, turns = session.title or "-", session.method, session.turn_count
    return (_short_id(session, known), session.persona_name, title, method, turns, used)


def _short_id(session: Session, known: tuple[Session, ...]) -> str:
    """The shortest beginning, of 8 characters or more, that only this session's id has."""
    others = [other.id for other in known if other.id != session.id]
    for length in range(8, len(session.id)):
        if not any(other.startswith(session.id[:length]) for other in others):
            return session.id[:length]
    return session.id


def _print_turns(session: Session, turns: tuple[StoredTurn, ...]) -> None:
    from rich.markup import escape

    from personae.cli.output import stdout

    console = stdout()
    console.print(f"[bold]{escape(session.title or session.id)}[/bold]")
    console.print(
        f"[dim]with {escape(session.persona_name)}, method {escape(session.method)}[/dim]"
    )
    for turn in turns:
        console.print(f"[bold]{escape(turn.speaker)}:[/bold] {escape(turn.text)}")


def _tell(value: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        stderr().print(sentence, markup=False)
