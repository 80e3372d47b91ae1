"""The registry: names from files, options from signatures, extensions by entry point."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import registry
from personae.errors import FormatError, InvalidOption, PersonaeError, UnknownEntry
from personae.registry import (
    FOLDERS,
    KINDS,
    build,
    check_options,
    entries,
    find,
    options_of,
    parse_options,
)

EXAMPLE = Path(__file__).parent / "example_plugin"
PACKAGE = Path(registry.__file__).parent


def test_every_file_with_an_entry_is_registered_under_its_name():
    for kind in KINDS:
        files = (PACKAGE / FOLDERS[kind]).glob("*.py")
        declared = {f.stem.replace("_", "-") for f in files if "\nENTRY = " in f.read_text()}
        assert declared == {name for name in entries(kind) if "/" not in name}


def test_names_are_sorted_and_summaries_are_sentences():
    methods = entries("method")
    assert list(methods) == sorted(methods)
    assert all(entry.summary.endswith((".", "…")) for entry in methods.values())


def test_an_entry_is_found_by_its_short_name_in_any_case():
    assert find("method", "FSB").name == "few-shot-skills"


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(UnknownEntry, match="Did you mean 'plain'"):
        find("method", "plian")
    with pytest.raises(UnknownEntry, match="no kind named 'wizard'"):
        entries("wizard")


def test_short_names_are_unique_within_a_kind():
    for kind in KINDS:
        names = [*entries(kind), *(a.lower() for e in entries(kind).values() for a in e.info.aka)]
        assert len(names) == len(set(names)), kind


def test_options_come_from_the_signature():
    options = options_of(find("method", "plain"))
    assert 0 <= options["temperature"].default <= 1
    assert options["temperature"].type_name == "float"
    assert "'full'" in options["detail"].type_name.split(" | ")
    assert options["history_turns"].type_name == "int | None"


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"temprature": 1}, "has no option 'temprature'. Its options: detail, temperature"),
        ({"temperature": "hot"}, "temperature='hot' .* does not fit float"),
        ({"temperature": -1}, "greater than or equal to 0"),
        ({"max_tokens": 0}, "greater than or equal to 1"),
        ({"max_tokens": 10**12}, "less than or equal to"),
        ({"detail": "all"}, "Input should be .* or 'full'"),
        ({"history_turns": 1.5}, "does not fit int"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(options, fault):
    with pytest.raises(InvalidOption, match=fault):
        build("method", "plain", options)


def test_a_huge_option_value_makes_a_short_message():
    with pytest.raises(InvalidOption) as caught:
        build("method", "plain", {"temperature": "x" * 100_000})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("pairs", "parsed"),
    [
        (["k=5"], {"k": 5}),
        (["style=warm"], {"style": "warm"}),
        (["a-b=true", "c=[1, 2]", "d=1=2"], {"a_b": True, "c": [1, 2], "d": "1=2"}),
        (["x="], {"x": ""}),
        (["x=" + "[" * 100_000], {"x": "[" * 100_000}),
    ],
)
def test_options_are_read_from_pairs(pairs, parsed):
    assert parse_options(pairs) == parsed


@pytest.mark.parametrize("pair", ["", "k", "=5", "  =5"])
def test_what_is_not_a_pair_is_refused(pair):
    with pytest.raises(InvalidOption, match="name=value"):
        parse_options([pair])


@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_pairs_are_options_or_one_sentence(pairs):
    with suppress(InvalidOption):
        assert all(name and "-" not in name for name in parse_options(pairs))


def test_values_of_json_fit_the_types_of_the_options():
    entry = find("method", "plain")
    given = {"temperature": 0, "max_tokens": "12", "history_turns": None}
    assert check_options(entry, given) == {
        "temperature": 0.0,
        "max_tokens": 12,
        "history_turns": None,
    }


@pytest.fixture
def extension(tmp_path, monkeypatch):
    """Announces a package `acme_broken` with the given method file as the extension `acme`."""
    registry.entries.cache_clear()

    def announce(source: str) -> None:
        folder = tmp_path / "acme_broken" / "methods"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        (folder / "__init__.py").touch()
        (folder / "odd.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(registry, "_plugin_packages", lambda: (("acme", "acme_broken"),))

    yield announce
    registry.entries.cache_clear()
    for name in [name for name in sys.modules if name.startswith("acme_broken")]:
        del sys.modules[name]


def test_an_extension_that_does_not_parse_is_named_with_its_line(extension):
    extension("x = 1\nENTRY = EntryInfo(\n")
    with pytest.raises(FormatError, match=r"odd.py, line 2: Not Python"):
        entries("method")


@pytest.mark.parametrize("arguments", ["aka=tuple(x)", "colour='red'"])
def test_an_entry_that_is_not_literal_is_named_with_its_line(extension, arguments):
    extension(f'"""Odd."""\n\nENTRY = EntryInfo({arguments})\n')
    with pytest.raises(FormatError, match=r"odd.py, line 3: ENTRY is not"):
        entries("method")


def test_an_extension_that_does_not_import_is_one_sentence(extension):
    extension("import no_such_thing\nENTRY = EntryInfo()\n")
    with pytest.raises(PersonaeError, match=r"cannot be imported from .*no_such_thing"):
        build("method", "acme/odd")


def test_an_extension_without_its_factory_is_one_sentence(extension):
    extension("from personae.registry import EntryInfo\nENTRY = EntryInfo()\n")
    with pytest.raises(PersonaeError, match=r"must define `odd\(\.\.\.\)`"):
        build("method", "acme/odd")


def test_an_extension_that_is_gone_is_no_extension(monkeypatch):
    registry.entries.cache_clear()
    monkeypatch.setattr(registry, "_plugin_packages", lambda: (("a", "gone.sub"), ("b", "gone")))
    assert "plain" in entries("method")
    registry.entries.cache_clear()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The example extension, installed beside the environment as pip would lay it out."""
    site = tmp_path_factory.mktemp("site")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    shutil.copytree(EXAMPLE / "personae_shout", site / "personae_shout")
    info = site / f"personae_shout-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
        for group, named in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(points))

    def personae(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from personae.cli import main; main()", *arguments],
            env={**os.environ, "PYTHONPATH": str(site), "PERSONAE_HOME": str(site / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return personae


def test_an_installed_extension_is_listed_with_its_prefix(installed):
    listed = json.loads(installed("list", "methods", "--json"))
    assert {"acme/shout", "plain"} <= {row["name"] for row in listed}
    (shout,) = [row for row in listed if row["name"] == "acme/shout"]
    assert shout["summary"] == "The plain reply, shouted."
    assert "acme/exclamations" in installed("list", "metrics")


def test_an_installed_method_replies(installed):
    arguments = ("ask", "ana", "Hello there", "--model", "scripted", "--json")
    plain = json.loads(installed(*arguments))
    loud = json.loads(installed(*arguments, "--method", "acme/shout", "--option", "marks=2"))
    assert loud["method"] == "acme/shout"
    assert loud["reply"] == plain["reply"].rstrip(".!?").upper() + "!!"
