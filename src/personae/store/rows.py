"""Values to columns and back: text, times and JSON, in forms that every SQLite stores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from personae.errors import InvalidOption, StoreError
from personae.store.types import MAX_NAME_CHARACTERS, ROOT, Session, StoredTurn

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAMAGE = (ValueError, TypeError, OverflowError, RecursionError)

TURN_COLUMNS = "turns.speaker, turns.text, turns.kind, turns.said_at, turns.labels"


def text_column(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, as replacement characters."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def name_column(name: str, what: str) -> str:
    """A short text: a speaker, a title, an id. Raises InvalidOption where it is too long."""
    if len(name) > MAX_NAME_CHARACTERS:
        raise InvalidOption(
            f"The {what} has {len(name):,} characters; at most {MAX_NAME_CHARACTERS:,} are kept."
        )
    return text_column(name)


def time_column(time: datetime) -> int:
    """Microseconds since 1970; a time without a zone is UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def time_of(column: int) -> datetime:
    """The time in UTC, exactly as it was given to `time_column`."""
    return _EPOCH + column * _MICROSECOND


def json_column(value: dict[str, Any], what: str) -> str:
    """One line of JSON. Raises InvalidOption where the value is not JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except _DAMAGE as error:
        raise InvalidOption(f"The {what} cannot be kept as JSON: {error}.") from error
    return json.dumps(value) if _SURROGATE.search(text) else text


def json_of(column: str | None, what: str) -> dict[str, Any]:
    """The object that `json_column` wrote. Raises StoreError where the row is damaged."""
    if not column:
        return {}
    try:
        value = json.loads(column)
    except _DAMAGE as error:
        raise StoreError(f"The stored {what} is damaged: {error}.") from error
    if not isinstance(value, dict):
        raise StoreError(f"The stored {what} is damaged: it is not a JSON object.")
    return value


def turn_of(row: tuple[Any, ...]) -> StoredTurn:
    """A turn from (id, session id, parent id, *TURN_COLUMNS). Raises StoreError where damaged."""
    key, session, parent, speaker, text, kind, said_at, labels = row
    try:
        return StoredTurn(
            key,
            session,
            parent or ROOT,
            speaker,
            text,
            kind,
            time_of(said_at),
            json_of(labels, f"labels of turn {key}") if labels else {},
        )
    except _DAMAGE as error:
        raise StoreError(f"The stored turn {key} is damaged: {error}.") from error


def path_of(session: str, rows: Iterable[tuple[Any, ...]]) -> tuple[StoredTurn, ...]:
    """Turns below each other, from rows of (internal number, id, *TURN_COLUMNS), root first.

    Written out, because a session of 10,000 turns opens twice as fast than by way of `turn_of`.
    """
    path, parent = [], ROOT
    try:
        for _, key, speaker, text, kind, said_at, labels in rows:
            time = _EPOCH + said_at * _MICROSECOND
            kept = json_of(labels, f"labels of turn {key}") if labels else {}
            path.append(StoredTurn(key, session, parent, speaker, text, kind, time, kept))
            parent = key
    except _DAMAGE as error:
        raise StoreError(f"A stored turn of session {session} is damaged: {error}.") from error
    return tuple(path)


SESSION_QUERY = """
    SELECT sessions.key, sessions.owner, personas.key, persona_versions.name,
           sessions.persona_version, sessions.user_name, sessions.method, sessions.model,
           sessions.title, sessions.options, leaf.key, sessions.created_at, sessions.updated_at,
           (SELECT count(*) FROM turns WHERE turns.session_id = sessions.id)
    FROM sessions
    JOIN personas ON personas.id = sessions.persona_id
    JOIN persona_versions ON persona_versions.persona_id = sessions.persona_id
        AND persona_versions.version = sessions.persona_version
    LEFT JOIN turns AS leaf ON leaf.id = sessions.active_leaf
"""


def session_of(row: tuple[Any, ...]) -> Session:
    """A session from a row of SESSION_QUERY. Raises StoreError where the row is damaged."""
    try:
        return Session(
            id=row[0],
            owner=row[1],
            persona_id=row[2],
            persona_name=row[3],
            persona_version=row[4],
            user_name=row[5],
            method=row[6],
            model=row[7],
            title=row[8],
            options=json_of(row[9], f"options of session {row[0]}"),
            active_leaf=row[10] or ROOT,
            created_at=time_of(row[11]),
            updated_at=time_of(row[12]),
            turn_count=row[13],
        )
    except _DAMAGE as error:
        raise StoreError(f"The stored session {row[0]} is damaged: {error}.") from error
