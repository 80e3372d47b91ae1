"""A store by its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from personae.errors import StoreError
from personae.store.opening import existing, is_postgres, open_address, sqlite_path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("sqlite:a/b.db", "a/b.db"), ("sqlite:/a/b.db", "/a/b.db"), ("sqlite:///a/b.db", "/a/b.db"),
        ("a/b.db", "a/b.db"), (Path("sqlite:x"), "sqlite:x"), ("SQLite:x.db", "x.db"),
        ("sqlite:~/x.db", str(Path.home() / "x.db")),
    ],
)  # fmt: skip
def test_a_file_is_named_with_or_without_its_scheme(address, path):
    assert not is_postgres(address)
    assert sqlite_path(address) == Path(path)


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite:", "sqlite://", "http:x"])
def test_what_is_no_store_is_one_sentence(address):
    with pytest.raises(StoreError, match="Write sqlite:PATH or postgresql://") as caught:
        open_address(address)
    assert "\n" not in str(caught.value)


def test_a_file_that_must_be_there_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="There is no store at"):
        existing(f"sqlite:{tmp_path / 'x.db'}")
    open_address(tmp_path / "x.db").close()
    assert existing(str(tmp_path / "x.db"))
