"""What characters remember: learn, list, search, show, add, edit, forget, export, import, audit.

A memory is named by its id, or by the beginning of its id where only one fits.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.opening import open_default_store
from personae.cli.output import harmless_json, plain, print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from personae.data import Memory
    from personae.lm.types import LanguageModel
    from personae.memory.events import Events, Summarise
    from personae.memory.keeping import Keeper
    from personae.store.sqlite import SqlStore

app = typer.Typer(add_completion=False)

MemoryName = Annotated[str, typer.Argument(metavar="MEMORY", help="Id, or its beginning.")]
Holder = Annotated[str, typer.Option("--holder", help="The character who remembers.")]
Subject = Annotated[str, typer.Option("--subject", help="Whom it is about.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SHORT_ID = 12


@app.callback()
def memory() -> None:
    """See, correct and erase what characters remember."""


@app.command("list")
def list_(
    holder: Holder = "",
    subject: Subject = "",
    past: Annotated[bool, typer.Option("--past", help="Also what no longer holds.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List memories, the last said first."""
    from personae.store.memory_types import Scope

    scope = Scope(holder=holder or None, subject=subject or None, past=past)
    with open_default_store() as store:
        found = store.memories(scope, limit=limit)
    if as_json:
        print_json([one.to_dict() for one in found])
    else:
        _print(found)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words, or a question.")],
    holder: Holder = "",
    subject: Subject = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find what bears on a query, by words and by meaning, as a chat does."""
    from personae.encoders.embedder import open_embedder
    from personae.memory.recalling import recalled
    from personae.store.memory_types import Scope

    scope = Scope(holder=holder or None, subject=subject or None)
    with open_default_store() as store:
        found = recalled(store, open_embedder(), query, scope, k=limit)
    if as_json:
        print_json(
            [{**one.memory.to_dict(), "score": one.score, "ranks": one.ranks} for one in found]
        )
        return
    print_table(
        ("id", "score", "found by", "text"),
        [
            (
                one.memory.id[:SHORT_ID], f"{one.score:.3f}",
                ", ".join(f"{way} {rank}" for way, rank in one.ranks.items()), one.memory.text,
            )
            for one in found
        ],
    )  # fmt: skip


@app.command()
def show(name: MemoryName, as_json: AsJson = False) -> None:
    """Show one memory, where it comes from, and what happened to it."""
    with open_default_store() as store:
        found = _find(store, name)
        events = store.memory_events(found.id)
    if as_json:
        print_json({**found.to_dict(), "events": [asdict(one) for one in events]})
        return
    for field, value in found.to_dict().items():
        print(plain(f"{field}: {', '.join(value) if isinstance(value, list) else value}"))
    for one in events:
        cause = f" ({one.cause})" if one.cause else ""
        print(plain(f"{one.at.astimezone():%Y-%m-%d %H:%M} {one.event}{cause}: {one.text}"))


@app.command()
def add(
    text: Annotated[str, typer.Argument(help="A sentence that holds.")],
    holder: Holder = "",
    subject: Subject = "",
    as_json: AsJson = False,
) -> None:
    """Keep a memory; what it repeats, refines or contradicts is dealt with as in a chat."""
    from personae.data import Memory
    from personae.errors import InvalidOption

    if not text.strip():
        raise InvalidOption("The memory is empty. Write a sentence.")
    with open_default_store() as store:
        kept = _keeper(store).keep(Memory(text=text, holder=holder, subject=subject))
    if as_json:
        print_json(
            {
                "outcome": kept.outcome,
                "memory": kept.memory.to_dict(),
                "others": [one.to_dict() for one in kept.others],
            }
        )
        return
    others = "".join(f"\n  {one.id[:SHORT_ID]}  {one.text}" for one in kept.others)
    stderr().print(f"{kept.outcome}: {kept.memory.id}{others}", markup=False)


@app.command()
def learn(
    session: Annotated[str, typer.Argument(help="Id, beginning of id or title, or `latest`.")],
    as_json: AsJson = False,
) -> None:
    """Remember what people told the character in a session; what was learned already repeats."""
    from personae.cli.commands.sessions import find_session
    from personae.encoders.disclosure import open_disclosure
    from personae.memory.remembering import Remembering

    with open_default_store() as store:
        found = find_session(store, session)
        turns = [turn for turn in store.path_to(found.id) if turn.speaker != found.persona_name]
        keeper = _keeper(store)
        kept = Remembering(keeper, open_disclosure(keeper.embedder)).learn(
            turns, holder=found.persona_name, heard=found.user_name
        )
    if as_json:
        print_json([{"outcome": one.outcome, **one.memory.to_dict()} for one in kept])
        return
    print_table(
        ("", "memory", "text"),
        [(one.outcome, one.memory.id[:SHORT_ID], one.memory.text) for one in kept],
    )
    stderr().print(f"{len(turns)} turns told {len(kept)} new things.", markup=False)


@app.command()
def events(
    query: Annotated[str, typer.Argument(help="What the session was about.")],
    holder: Holder = "",
    as_json: AsJson = False,
) -> None:
    """Find sessions that are over by their topics and their age, with the parts of the score."""
    from datetime import UTC, datetime

    from personae.store.memory_types import Scope

    with open_default_store() as store:
        scope = Scope(holder=holder or None)
        found = _events(store).search(query, scope, datetime.now(UTC))
    if as_json:
        print_json(
            [
                {
                    **one.memory.to_dict(),
                    "score": one.score, "overlap": one.overlap, "recency": one.recency,
                }
                for one in found
            ]
        )  # fmt: skip
        return
    print_table(
        ("id", "score", "overlap", "recency", "text"),
        [
            (
                one.memory.id[:SHORT_ID], f"{one.score:.3f}", f"{one.overlap:.3f}",
                f"{one.recency:.3f}", one.memory.text,
            )
            for one in found
        ],
    )  # fmt: skip


@app.command()
def close(
    session: Annotated[str, typer.Argument(help="Id, beginning of id or title, or `latest`.")],
    model: Annotated[str, typer.Option("--model", help="Let this model write summaries.")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep a summary of a session that is over (of each part between pauses of over an hour)."""
    from personae.cli.commands.sessions import find_session
    from personae.memory.events import summary_by

    with open_default_store() as store:
        found = find_session(store, session)
        path = store.path_to(found.id)
        with _asked(model) as lm:
            kept = _events(store, summary_by(lm) if lm else None).close(
                path, holder=found.persona_name, heard=found.user_name
            )
    if as_json:
        print_json([one.to_dict() for one in kept])
    else:
        print_table(("memory", "text"), [(one.id[:SHORT_ID], one.text) for one in kept])


@app.command()
def consolidate(
    holder: Annotated[str, typer.Argument(help="The character who remembers.")],
    model: Annotated[str, typer.Option("--model", help="Let this model choose and write.")] = "",
    as_json: AsJson = False,
) -> None:
    """Settle contradictions: what changed between sessions becomes one sentence, none is lost."""
    from personae.encoders.nli import open_nli
    from personae.errors import UnknownEntry
    from personae.memory.refining import consolidated, over_time, strategist_by

    with open_default_store() as store:

        def said(turn_id: str) -> str:
            try:
                return store.get_turn(turn_id).text
            except UnknownEntry:
                return ""

        with _asked(model) as lm:
            strategist = strategist_by(lm, said) if lm else over_time
            steps = consolidated(_keeper(store), open_nli(), strategist, holder=holder)
    if as_json:
        print_json(
            [
                {
                    "strategy": one.choice.strategy,
                    "contradiction": one.contradiction,
                    "before": [each.to_dict() for each in one.before],
                    "after": [each.to_dict() for each in one.after],
                }
                for one in steps
            ]
        )
        return
    rows = [
        (one.choice.strategy, f"{one.contradiction:.2f}", *(each.text for each in one.before))
        for one in steps
    ]
    print_table(("", "contradiction", "older", "newer"), rows)


@app.command()
def edit(name: MemoryName, text: str, as_json: AsJson = False) -> None:
    """Change what a memory says; its history keeps what it said."""
    with open_default_store() as store:
        revised = _keeper(store, judged=False).revise(_find(store, name).id, text)
    if as_json:
        print_json(revised.to_dict())
    else:
        stderr().print(f"{revised.id} now says: {revised.text}", markup=False)


@app.command()
def forget(
    names: Annotated[list[str], typer.Argument(metavar="MEMORY...", help="Ids, or beginnings.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase memories for good, with their history, their vectors, and what was made of them.

    The turns in which they were said are conversations, which `personae sessions delete` erases.
    """
    with open_default_store() as store:
        found = [_find(store, name) for name in names]
        told = "\n".join(f"  {one.text}" for one in found)
        if not yes:
            typer.confirm(plain(f"Erase for good?\n{told}\n"), abort=True, err=True)
        gone = store.forget_memories([one.id for one in found])
        turns = sorted({turn for one in found for turn in one.provenance})
    if as_json:
        print_json({"forgotten": gone, "said_in_turns": turns})
        return
    still = f" Their turns are still stored: {', '.join(turns)}." if turns else ""
    stderr().print(f"Forgot {len(gone)} memories.{still}", markup=False)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="A file instead of the output.")] = None,
    holder: Holder = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, not lines.")] = False,
) -> None:
    """Write memories, also those that no longer hold, one line of JSON each, the oldest first."""
    from personae.store.memory_types import Scope

    with open_default_store() as store:
        found = store.memories(Scope(holder=holder or None, past=True))[::-1]
    lines = [one.to_json() for one in found]
    text = "[" + ",\n".join(lines) + "]\n" if as_json else "".join(f"{line}\n" for line in lines)
    if out is None:
        print(harmless_json(text), end="")
        return
    from personae.media.atomic_file import write_atomically

    write_atomically(out, text.encode())
    stderr().print(f"Wrote {len(found)} memories to {out}.", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `personae memory export` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Keep the memories of an export as they are: all of them, or none where one is broken."""
    from personae.encoders.embedder import open_embedder
    from personae.memory.telling import told

    memories = _read(file)
    embedder = open_embedder()
    with open_default_store() as store:
        kept = store.keep_memories(
            memories,
            vectors=embedder.embed([told(one) for one in memories]) if memories else None,
            fingerprint=embedder.fingerprint,
            cause=f"imported from {file.name}",
        )
        with stderr().status("Indexing") as status:
            store.index_memories(
                progress=lambda done, of: status.update(f"Indexed {done:,} of {of:,} memories")
            )
    if as_json:
        print_json({"imported": [one.id for one in kept]})
    else:
        stderr().print(f"Imported {len(kept)} memories.", markup=False)


@app.command()
def audit(holder: Holder = "", as_json: AsJson = False) -> None:
    """Find duplicates, contradictions, and memories without a source or a subject.

    Exits with 1 where something was found.
    """
    from personae.encoders.embedder import open_embedder
    from personae.encoders.nli import open_nli
    from personae.errors import UnknownEntry
    from personae.memory.auditing import audited
    from personae.store.memory_types import Scope

    with open_default_store() as store:

        def has_turn(turn: str) -> bool:
            try:
                store.get_turn(turn)
            except UnknownEntry:
                return False
            return True

        held = store.memories(Scope(holder=holder or None))[::-1]
        found = audited(held, open_embedder(), open_nli(), has_turn)
    if as_json:
        print_json([_finding(one) for one in found])
    else:
        print_table(
            ("fault", "memory", "text", "with", "detail"),
            [
                (
                    one.fault, one.memory.id[:SHORT_ID], one.memory.text,
                    one.other.text if one.other else "", one.detail,
                )
                for one in found
            ],
        )  # fmt: skip
        stderr().print(f"{len(held)} memories, {len(found)} findings.", markup=False)
    raise typer.Exit(1 if found else 0)


@contextmanager
def _asked(model: str) -> Iterator[LanguageModel | None]:
    """The model of `--model` while it is needed; None where none was named."""
    from personae.cli.opening import open_named_model

    lm = open_named_model(model) if model else None
    try:
        yield lm
    finally:
        if lm is not None:
            lm.close()


def _events(store: SqlStore, summarise: Summarise | None = None) -> Events:
    from personae.encoders.disclosure import open_disclosure
    from personae.memory.events import Events, told_most

    disclosure = open_disclosure()
    return Events(store, disclosure.embedder, summarise or told_most(disclosure))


def _keeper(store: SqlStore, *, judged: bool = True) -> Keeper:
    from personae.cli.opening import updates_for
    from personae.encoders.embedder import open_embedder
    from personae.encoders.nli import open_nli
    from personae.memory.keeping import Keeper

    embedder = open_embedder()
    if not judged:
        return Keeper(store, embedder)
    nli = open_nli()
    return Keeper(store, embedder, nli, updates=updates_for(nli, embedder))


def _find(store: SqlStore, name: str) -> Memory:
    """The one memory that `name` fits. Raises UnknownEntry, InvalidOption."""
    from personae.errors import InvalidOption, UnknownEntry

    fits = store.memory_ids(name, limit=6)
    if not name or not fits:
        raise UnknownEntry("memory", name, store.memory_ids(""), "See `personae memory list`.")
    if len(fits) > 1 and fits[0] != name:
        ids = ", ".join(fits)
        raise InvalidOption(f"{name!r} fits several memories: {ids}. Write more of the id.")
    return store.get_memory(fits[0])


def _read(file: Path) -> list[Memory]:
    """The memories of an export. Raises FormatError with the line."""
    from personae.data import Memory
    from personae.errors import FormatError
    from personae.text.parsing import json_records

    found = []
    for record in json_records(file):
        try:
            found.append(Memory.from_dict(record.fields))
        except FormatError as error:
            raise record.place.fault(str(error)) from error
    return found


def _print(found: tuple[Memory, ...]) -> None:
    print_table(
        ("id", "said", "holder", "about", "kind", "text"),
        [
            (
                one.id[:SHORT_ID], f"{one.said_at.astimezone():%Y-%m-%d}" if one.said_at else "",
                one.holder or "-", one.subject or "-", one.kind, one.text,
            )
            for one in found
        ],
    )  # fmt: skip


def _finding(one: Any) -> dict[str, Any]:
    other = None if one.other is None else one.other.to_dict()
    return {
        "fault": one.fault, "memory": one.memory.to_dict(), "other": other, "detail": one.detail,
    }  # fmt: skip
