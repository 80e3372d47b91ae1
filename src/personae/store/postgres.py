"""The store in a PostgreSQL database with pgvector: `open_postgres(address)`."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from personae.errors import EnvironmentFault, StoreError
from personae.store.connection import Connection, Cursor
from personae.store.ids import Clock, now
from personae.store.migrations import Migration
from personae.store.postgres_migrations import POSTGRES_MIGRATIONS, SCHEMA
from personae.store.postgres_vectors import open_vectors, vector_text
from personae.store.postgres_words import PostgresWords
from personae.store.sqlite import BUSY_TIMEOUT_S, SqlStore

if TYPE_CHECKING:
    import psycopg

CONNECT_TIMEOUT_S = 10
_LOCK = 0x70657273  # "pers": the advisory lock that lets one writer in at a time, as in SQLite
# PostgreSQL's text holds no character 0; this one is of no text, and stands before its stand-ins.
_MARK = "\U0010ffff"
_ELSEWHERE = "set PERSONAE_STORE to another store"


def open_postgres(
    address: str, *, clock: Clock = now, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> SqlStore:
    """Open the store at an address such as `postgresql://user@host/name`; its schema is made.

    A password belongs into `~/.pgpass` or PGPASSWORD. `busy_timeout_s` is how long to wait for
    another process that writes. Raises StoreError, EnvironmentFault without psycopg.
    """
    database = PostgresDatabase(address, busy_timeout_s)
    return SqlStore(database, open_vectors(database), clock)


class PostgresDatabase:
    """A connection that many threads share; a lost one is made anew for the next transaction."""

    def __init__(
        self,
        address: str,
        busy_timeout_s: float,
        migrations: tuple[Migration, ...] = POSTGRES_MIGRATIONS,
    ) -> None:
        self._driver = _driver()
        self._address = address
        self._busy_timeout_s = busy_timeout_s
        self.where = self._shown(address)
        self.lock = threading.RLock()
        self.words = PostgresWords()
        self._closed = False
        with self._sentences():
            self._connection = self._connect()
            try:
                _migrate(self._connection, self.where, migrations)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `SqlDatabase.reading`."""
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        with self._transaction(begin) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `SqlDatabase.writing`."""
        # READ COMMITTED: what was written while we waited for the lock must be seen.
        begin = f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK})"
        with self._transaction(begin) as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self.lock, self._sentences():
            if self._closed:
                raise StoreError(f"The database {self.where} was closed.")
            if self._connection.closed:
                self._connection = self._connect()
            try:
                self._connection.execute(begin)
                yield _Connection(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._take_back()
                raise

    def _take_back(self) -> None:
        """Roll back; a connection that cannot is given up."""
        try:
            self._connection.execute("ROLLBACK")
        except self._driver.Error:
            self._connection.close()

    def erase_traces(self) -> None:
        """Nothing: the server overwrites what was deleted when it vacuums (docs/store.md)."""

    def compact(self) -> None:
        """Write all tables anew without what was deleted; others wait meanwhile."""
        with self.lock, self._sentences():
            for (table,) in self._connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (SCHEMA,)
            ).fetchall():
                self._connection.execute(f'VACUUM (FULL, ANALYZE) {SCHEMA}."{table}"')

    def problems(self) -> tuple[str, ...]:
        """Indexes that the server itself holds for invalid; empty when all is well."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid "
                "AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = "
                "CAST(? AS regnamespace))",
                (SCHEMA,),
            ).fetchall()
        return tuple(f"the index {name} is not valid" for (name,) in rows)

    def size_bytes(self) -> int:
        """See `SqlDatabase.size_bytes`."""
        with self.reading() as connection:
            (size,) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = CAST(? AS regnamespace)",
                (SCHEMA,),
            ).fetchone()
        return int(size)

    vector_select = "vector_send(vector)"

    def vector_bytes(self, selected: bytes) -> bytes:
        """See `SqlDatabase.vector_bytes`: pgvector sends two counts, then big-endian float32."""
        import numpy as np

        return np.frombuffer(selected, ">f4", offset=4).astype("<f4").tobytes()

    def vector_column(self, vector: bytes) -> str:
        """See `SqlDatabase.vector_column`."""
        import numpy as np

        return vector_text(np.frombuffer(vector, "<f4"))

    def begin_loading(self, connection: Connection) -> None:
        """See `SqlDatabase.begin_loading`."""
        connection.execute("SET CONSTRAINTS ALL DEFERRED")

    def end_loading(self, connection: Connection, tables: Sequence[str]) -> None:
        """See `SqlDatabase.end_loading`."""
        for table in tables:
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"coalesce(max(id), 0) + 1, false) FROM {table}"
            )
            connection.execute(f"ANALYZE {table}")  # or the planner would not know what is there

    def close(self) -> None:
        """See `SqlDatabase.close`."""
        with self.lock:
            self._closed = True
            self._connection.close()

    def _connect(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = self._driver.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="personae",
            cursor_factory=self._driver.ClientCursor,
        )
        try:
            _keep_any_text(connection)
            wait_ms = max(1, round(self._busy_timeout_s * 1000))
            connection.execute(
                f"SET lock_timeout = {wait_ms}; SET client_min_messages = warning; "
                f"SET search_path = {SCHEMA}, public, pg_catalog"
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def _shown(self, address: str) -> str:
        """The address without its password. Raises StoreError where it is none."""
        from psycopg.conninfo import conninfo_to_dict

        try:
            parts = conninfo_to_dict(address)
        except self._driver.Error as error:
            raise StoreError(
                f"The store's address cannot be read ({_first_line(error)}). "
                "Write postgresql://user@host/name."
            ) from error
        user = f"{parts['user']}@" if parts.get("user") else ""
        return f"postgresql://{user}{parts.get('host') or ''}/{parts.get('dbname') or ''}"

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turn PostgreSQL's errors into a StoreError that says what to do."""
        try:
            yield
        except self._driver.Error as error:
            raise StoreError(_sentence(self.where, error)) from error


class _Cursor:
    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    @property
    def lastrowid(self) -> int | None:
        row = self._cursor.connection.execute("SELECT lastval()").fetchone()
        return None if row is None else int(row[0])

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchmany(self, size: int, /) -> list[Any]:
        return self._cursor.fetchmany(size)

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)


class _Connection:
    """A psycopg connection that takes our statements."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.driver = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor:
        return _Cursor(self.driver.execute(in_psycopgs_words(sql), parameters))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        cursor = self.driver.cursor()
        rows = list(parameters)  # first: reading them may run statements of its own
        cursor.executemany(in_psycopgs_words(sql), rows)
        return _Cursor(cursor)


@lru_cache(maxsize=512)
def in_psycopgs_words(sql: str) -> str:
    """The statement with psycopg's mark for a value; ours holds no `?` within quotes."""
    return sql.replace("%", "%%").replace("?", "%s")


def escaped(text: str) -> str:
    """The text without the character 0, in a form that `unescaped` undoes."""
    if "\0" not in text and _MARK not in text:
        return text
    return text.replace(_MARK, _MARK + "1").replace("\0", _MARK + "0")


def unescaped(text: str) -> str:
    """The text that was `escaped`."""
    return re.sub(_MARK + "([01])", lambda found: "\0" if found[1] == "0" else _MARK, text)


def _keep_any_text(connection: psycopg.Connection[Any]) -> None:
    """Have all texts escaped on their way in, and unescaped on their way out."""
    from psycopg.types.string import StrDumperUnknown, TextLoader

    class AnyTextDumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(escaped(obj))

    class AnyTextLoader(TextLoader):
        def load(self, data: Any) -> bytes | str:
            text = super().load(data)
            return unescaped(text) if isinstance(text, str) and _MARK in text else text

    connection.adapters.register_dumper(str, AnyTextDumper)
    connection.adapters.register_loader("text", AnyTextLoader)


def _migrate(
    connection: psycopg.Connection[Any], where: str, migrations: tuple[Migration, ...]
) -> None:
    """Bring the schema up to date in one transaction. Raises StoreError."""
    (encoding,) = connection.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise StoreError(
            f"The database {where} is in {encoding}, which cannot hold all texts. "
            "Make one with `createdb --encoding UTF8 --template template0`."
        )
    if _applied(connection) == len(migrations):  # the usual case waits for nobody
        return
    with connection.transaction():
        connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        done = _applied(connection)  # again: another process may have been faster
        if done > len(migrations):
            raise StoreError(
                f"{where} was written by a newer personae (schema {done}; this one knows up to "
                f"{len(migrations)}). Upgrade with `pip install --upgrade personae`, or "
                f"{_ELSEWHERE}."
            )
        if done == 0:
            _begin(connection, where)
        for number, migration in enumerate(migrations[done:], done + 1):
            for statement in migration.statements:
                connection.execute(statement.replace("%", "%%"))
            connection.execute(
                "INSERT INTO migrations VALUES (%s, %s, now())", (number, migration.name)
            )


def _begin(connection: psycopg.Connection[Any], where: str) -> None:
    """Make our schema in a database that has none, and bring in pgvector."""
    import psycopg

    tables = connection.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s", (SCHEMA,)
    ).fetchone()
    if tables and tables[0]:
        raise StoreError(f"The schema {SCHEMA!r} in {where} is of another program; {_ELSEWHERE}.")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
        raise StoreError(
            f"The server of {where} has not the extension pgvector. Install it there "
            "(docs/store.md says how), and try again."
        ) from error
    connection.execute(
        "CREATE TABLE migrations (number bigint PRIMARY KEY, name text NOT NULL, "
        "applied_at timestamptz NOT NULL)"
    )


def _applied(connection: psycopg.Connection[Any]) -> int:
    """The number of the last migration; 0 before the first."""
    found = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.migrations",)).fetchone()
    if found is None or found[0] is None:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
    return int(row[0]) if row else 0


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise EnvironmentFault(
            "A store in PostgreSQL needs psycopg. Run `pip install 'personae[postgres]'`."
        ) from error
    return psycopg


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _sentence(where: str, error: psycopg.Error) -> str:
    state, told = error.sqlstate or "", _first_line(error)
    known = {
        "55P03": f"The database {where} is locked by another program; wait, and try again.",
        "25006": f"The database {where} is read-only; {_ELSEWHERE}.",
        "53100": f"The server's disk is full, so {where} could not be written; free some space "
        "and try again: nothing is half-written.",
        "53300": f"The server of {where} has no connection left; close some, and try again.",
        "42501": f"The database {where} may not be used so ({told}); ask for the right, or "
        f"{_ELSEWHERE}.",
        "XX001": f"The database {where} is damaged ({told}); restore it from a backup.",
    }
    if state in known:
        return known[state]
    if not state and "FATAL:" in told:  # while connecting psycopg has no code, but words
        told = told.rpartition("FATAL:")[2].strip()
        return (
            f"The server of {where} refuses the connection ({told}); a password belongs into "
            f"~/.pgpass, `createdb` makes a database, or {_ELSEWHERE}."
        )
    if not state or state.startswith(("08", "57P")):
        return (
            f"The database {where} cannot be reached ({told}); start its server and try again, "
            f"or {_ELSEWHERE}."
        )
    return f"The database {where} failed: {told}."
