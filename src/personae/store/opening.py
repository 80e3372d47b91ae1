"""A store by its address: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

import re
from pathlib import Path

from personae.errors import StoreError
from personae.settings import from_home
from personae.store.ids import Clock, now
from personae.store.sqlite import BUSY_TIMEOUT_S, SqlStore, open_store
from personae.store.vector_index import INDEXED_FROM_ROWS

FORMS = "sqlite:PATH or postgresql://user@host/name"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


def open_address(
    address: str | Path,
    *,
    clock: Clock = now,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    indexed_from_rows: int = INDEXED_FROM_ROWS,
) -> SqlStore:
    """Open the store at `sqlite:PATH`, a plain path, or `postgresql://user@host/name`.

    `indexed_from_rows` is SQLite's: from how many vectors on they are indexed approximately.
    Raises StoreError, EnvironmentFault where psycopg is missing.
    """
    if is_postgres(address):
        from personae.store.postgres import open_postgres

        return open_postgres(str(address), clock=clock, busy_timeout_s=busy_timeout_s)
    return open_store(
        sqlite_path(address),
        clock=clock,
        busy_timeout_s=busy_timeout_s,
        indexed_from_rows=indexed_from_rows,
    )


def is_postgres(address: str | Path) -> bool:
    """Whether the address is one of a PostgreSQL server."""
    return isinstance(address, str) and address.startswith(("postgresql:", "postgres:"))


def sqlite_path(address: str | Path) -> Path:
    """The file of `sqlite:PATH` or of a plain path. Raises StoreError for another scheme."""
    if isinstance(address, Path):
        return address
    found = _SCHEME.match(address)
    scheme, rest = (found[1].lower(), address[found.end() :]) if found else ("sqlite", address)
    if scheme != "sqlite" or not rest.strip("/"):
        raise StoreError(f"There is no store at {address!r}. Write {FORMS}.")
    return from_home(re.sub("^//(?=/|[^/])", "", rest))


def existing(address: str) -> str:
    """The address of a store that must be there. Raises StoreError where its file is not."""
    if not is_postgres(address) and not sqlite_path(address).exists():
        raise StoreError(f"There is no store at {address}. Write {FORMS}.")
    return address
