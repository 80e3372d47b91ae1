"""Fixtures that all tests share."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

# Started in the background a shell ignores Ctrl-C, and so would every process that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Each test has its own data, configuration and state; weights are cached once for all."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("PERSONAE_HOME", str(home))
    monkeypatch.setenv("PERSONAE_STORE", "")
    cache = Path(os.environ.get("PERSONAE_TEST_CACHE", Path.home() / ".cache" / "personae-tests"))
    cache.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(cache)


@pytest.fixture
def dataset_dir() -> Callable[[str], Path]:
    """The folder of a shared data set; skips where `PERSONAE_DATA` does not have it."""

    def find(name: str) -> Path:
        root = Path(os.environ.get("PERSONAE_DATA", "../shared/data"))
        if not (root / name).is_dir():
            pytest.skip(f"needs the data set {name!r} under PERSONAE_DATA={root}")
        return root / name

    return find


class WordEmbedder:
    """Unit vectors that count words: texts are similar by the words they share."""

    name = fingerprint = "words"
    dimensions = 64

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]):
        import numpy

        self.asked += texts
        vectors = numpy.zeros((len(texts), self.dimensions), dtype=numpy.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
        lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / numpy.maximum(lengths, 1e-9)


@pytest.fixture
def word_embedder() -> WordEmbedder:
    """An embedder without weights, whose similarities can be worked out by hand."""
    return WordEmbedder()


class WordNli:
    """Contradiction where one side says "no" or "not" of a word that both have, else neutral."""

    name = fingerprint = "word-nli"
    thresholds = {0.02: 0.9, 0.05: 0.8, 0.1: 0.5}  # noqa: RUF012

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def classify(self, pairs: Sequence[tuple[str, str]]):
        import numpy

        self.asked += pairs
        rows = [self._row(*map(self._words, pair)) for pair in pairs]
        return numpy.array(rows, dtype=numpy.float32).reshape(-1, 3)

    @staticmethod
    def _words(text: str) -> set[str]:
        return set(re.findall(r"\w+", text.lower()))

    @staticmethod
    def _row(said: set[str], stated: set[str]) -> tuple[float, float, float]:
        shared = {word for word in said & stated if len(word) > 3}
        if not shared:
            return (0.05, 0.9, 0.05)
        denied = bool(said & {"no", "not"}) != bool(stated & {"no", "not"})
        return (0.02, 0.03, 0.95) if denied else (0.9, 0.05, 0.05)


@pytest.fixture
def word_nli() -> WordNli:
    """An inference model without weights, whose judgements can be worked out by hand."""
    return WordNli()


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The entries of `tests/example_plugin` are there, as if it were installed."""
    from personae import registry

    monkeypatch.syspath_prepend(Path(__file__).parent / "example_plugin")
    monkeypatch.setattr(registry, "_plugin_packages", lambda: (("acme", "personae_shout"),))
    registry.entries.cache_clear()
    yield
    registry.entries.cache_clear()
    for name in [name for name in sys.modules if name.startswith("personae_shout")]:
        del sys.modules[name]


@pytest.fixture
def rich_scene():
    """A scene that uses every field a method may look at."""
    from personae.data import (
        Event,
        Example,
        Lorebook,
        LoreEntry,
        Memory,
        Passage,
        Persona,
        Scene,
        Tool,
        Turn,
    )

    ana = Persona(
        name="Ana Souza",
        id="ana",
        nickname="Ana",
        statements=("I have two dogs.", "I bake bread for {{user}}.", "I live in Porto."),
        description="A baker who talks to {{user}} over the counter.",
        personality="Warm and quick.",
        style="Short sentences.",
        scenario="The bakery at dawn.",
        knowledge=(Passage(text="The oven takes an hour to heat."),),
        utterances=("Bread waits for nobody.", "My dogs run the house.", "Porto is all stairs."),
        greetings=("Good morning, {{user}}!", "You again?"),
        examples=(Example(turns=(("{{user}}", "Hi"), ("{{char}}", "Hello, bread?"))),),
        lorebook=Lorebook(
            entries=(
                LoreEntry(content="Rex is the older dog.", keys=("dogs",), name="dogs"),
                LoreEntry(content="It is 1974.", constant=True, name="year"),
            )
        ),
        tools=(
            Tool(
                name="price_of",
                description="The price of a bread.",
                parameters={
                    "type": "object",
                    "properties": {"bread": {"type": "string", "enum": ["rye", "corn"]}},
                    "required": ["bread"],
                },
                returns={"by": "bread", "cases": {"rye": "2 euro"}, "otherwise": "not sold"},
            ),
        ),
        events=(Event(id="rain", what_happened="Rain drums on the roof.", topics=("rain",)),),
        post_history_instructions="Never mention {{user}}'s debts.",
    )
    return Scene(
        persona=ana,
        user="Bo",
        user_persona=Persona(name="Bo", statements=("Bo is late for work.",)),
        turns=(
            Turn(speaker="Ana Souza", text="Good morning, {{user}}!", labels={"greeting": True}),
            Turn(speaker="Bo", text="Morning. How are the dogs?"),
            Turn(speaker="Ana Souza", text="Asleep, both."),
            Turn(speaker="Bo", text="What does the rye cost, and how are your dogs?"),
        ),
        memories=(Memory(text='Bo once said: "I am allergic to nuts."', id="m1"),),
        now=datetime(2026, 5, 4, 8, 30, tzinfo=UTC),
        session="s1",
    )


@dataclass(frozen=True)
class Place:
    """Where a test keeps its stores: a file of its own, or the one database of the test server."""

    address: str | Path

    def open(self, **options: Any):
        """A store here; what was kept before is still there."""
        from personae.store.opening import open_address

        return open_address(self.address, **options)

    def empty(self) -> Place:
        """The same place without anything in it."""
        if isinstance(self.address, Path):
            for found in self.address.parent.glob(f"{self.address.name}*"):
                shutil.rmtree(found) if found.is_dir() else found.unlink()
        else:
            empty_postgres(self.address)
        return self


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place for stores, once for each database that personae can keep them in."""
    if request.param == "sqlite":
        return Place(tmp_path / "data" / "personae.db")
    return Place(request.getfixturevalue("postgres_address")).empty()


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database of a real server, which is started once for all tests.

    Skips where there is no server to start, or it lacks pgvector; PERSONAE_TEST_POSTGRES=required
    fails instead.
    """
    fault = postgres_lacks()
    if fault and os.environ.get("PERSONAE_TEST_POSTGRES") == "required":
        pytest.fail(fault)
    if fault:
        pytest.skip(fault)
    folder = Path(tempfile.mkdtemp(prefix="personae-pg-", dir="/tmp"))  # a socket's path is short
    run = functools.partial(subprocess.run, check=True, capture_output=True, text=True, cwd="/")
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        os.chown(folder, 65534, 65534)
        run = functools.partial(run, user=65534, group=65534, extra_groups=[])
    programs, data = postgres_programs(), folder / "data"
    settings = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c autovacuum=off"
    options = f"-k {folder} {settings} -c shared_buffers=32MB -c max_connections=40"
    login = ["-U", "personae", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    run([programs / "initdb", "-D", data, *login])
    # Not captured: the server would inherit the pipe, and we would wait for its end.
    quiet = {"capture_output": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    start = ["start", "-s", "-w", "-l", folder / "log", "-o", options]
    run([programs / "pg_ctl", "-D", data, *start], **quiet)
    try:
        yield f"postgresql://personae@/postgres?host={folder}"
    finally:
        run([programs / "pg_ctl", "-D", data, "stop", "-s", "-m", "immediate"])
        shutil.rmtree(folder)


def postgres_programs() -> Path | None:
    """The folder of the newest server that is installed here."""
    asked = os.environ.get("PERSONAE_TEST_POSTGRES_BIN")
    folders = [Path(asked)] if asked else sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def postgres_lacks() -> str:
    """Why the tests on PostgreSQL cannot run here; empty where they can."""
    programs = postgres_programs()
    if programs is None:
        return "needs a PostgreSQL server (scripts/postgres installs one)"
    if importlib.util.find_spec("psycopg") is None:
        return "needs psycopg (pip install 'personae[postgres]')"
    shared = subprocess.run(
        [programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not (Path(shared) / "extension" / "vector.control").exists():
        return f"needs pgvector in {shared} (scripts/postgres installs it)"
    return ""


def empty_postgres(address: str) -> None:
    """Delete all rows of ours."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute(
            "SELECT string_agg('personae.' || tablename, ', ') FROM pg_tables "
            "WHERE schemaname = 'personae' AND tablename <> 'migrations'"
        ).fetchone()
        if found and found[0]:
            connection.execute(f"TRUNCATE {found[0]} RESTART IDENTITY")


@pytest.fixture
def emptied() -> Callable[[str], None]:
    """Deletes all that stores have put into a PostgreSQL database."""
    return empty_postgres


@pytest.fixture
def new_database(postgres_address):
    """Makes databases that have nothing in them, and drops them in the end."""
    import psycopg

    made = []
    with psycopg.connect(postgres_address, autocommit=True) as connection:

        def create(options=""):
            name = f"new{os.getpid()}_{len(made)}"
            connection.execute(f"CREATE DATABASE {name} {options}")
            made.append(name)
            return postgres_address.replace("/postgres?", f"/{name}?")

        yield create
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
