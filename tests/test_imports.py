"""What an import loads, and what the package shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import personae

HEAVY = {"numpy", "pydantic", "torch", "transformers", "fastapi", "httpx", "yaml", "onnxruntime",
         "xllamacpp", "tokenizers", "sacrebleu", "jinja2", "sqlite3"}  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """The modules in a new Python after running `code`."""
    tail = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_bare_import_is_light():
    assert not loaded_by("import personae") & HEAVY


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["list", "characters", "--json"]])
def test_looking_around_on_the_command_line_is_light(arguments):
    code = (
        "from personae.cli.app import run\n"
        f"try:\n    run({arguments!r})\nexcept SystemExit as stop:\n    assert not stop.code\n"
    )
    loaded = loaded_by(code)
    # Typer itself takes pydantic where there is one, so that it is not light either.
    assert not loaded & (HEAVY | {"typer"})
    assert "personae.data" not in loaded


def test_the_public_names_are_sorted_and_all_there():
    assert personae.__all__ == sorted(personae._HOMES)
    assert dir(personae) == personae.__all__
    for name in personae.__all__:
        assert getattr(personae, name) is not None


def test_a_name_that_is_not_public_is_missing():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = personae.nonsense
