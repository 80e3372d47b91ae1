"""Settings: environment, project file, user file, default."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.errors import FormatError, InvalidOption
from personae.settings import DEFAULT_METHOD, DEFAULT_MODEL, load_settings


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty home and project folder, with no variable set."""
    for name in ("MODEL", "METHOD", "OFFLINE", "STORE", "USER", "DATA"):
        monkeypatch.delenv(f"PERSONAE_{name}", raising=False)
    home, project = tmp_path / "home", tmp_path / "project"
    (home / "config").mkdir(parents=True)
    project.mkdir()
    monkeypatch.setenv("PERSONAE_HOME", str(home))
    monkeypatch.chdir(project)
    return home, project


def test_without_anything_the_defaults_hold(place):
    home, _ = place
    found = load_settings()
    assert (found.model, found.method, found.user) == (DEFAULT_MODEL, DEFAULT_METHOD, "You")
    assert found.offline is False
    assert found.datasets_dir == Path("../shared/data")
    assert found.database == home / "data" / "personae.db"
    assert not (home / "data").exists()


def test_a_store_elsewhere_takes_the_place_of_the_database(place, monkeypatch):
    home, project = place
    assert load_settings().store_address == home / "data" / "personae.db"
    (project / "personae.toml").write_text('store = "postgresql:///file"\n')
    assert load_settings().store_address == "postgresql:///file"
    monkeypatch.setenv("PERSONAE_STORE", "sqlite:/x.db")
    assert load_settings().store_address == "sqlite:/x.db"


def test_environment_goes_before_project_before_user(place, monkeypatch):
    home, project = place
    (home / "config" / "config.toml").write_text('model = "a"\nuser = "Cy"\nmethod = "m1"\n')
    (project / "personae.toml").write_text('model = "b"\nmethod = "m2"\n')
    monkeypatch.setenv("PERSONAE_MODEL", "c")
    found = load_settings()
    assert (found.model, found.method, found.user) == ("c", "m2", "Cy")
    monkeypatch.setenv("PERSONAE_MODEL", "")
    assert load_settings().model == "b"


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("TRUE", True), ("yes", True),
                                                ("0", False), ("no", False)])  # fmt: skip
def test_offline_is_a_yes_or_no(place, monkeypatch, text, expected):
    monkeypatch.setenv("PERSONAE_OFFLINE", text)
    assert load_settings().offline is expected


def test_offline_may_be_a_boolean_in_a_file(place):
    (place[1] / "personae.toml").write_text("offline = true\n")
    assert load_settings().offline is True


def test_a_home_may_begin_with_a_tilde(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place[0]))
    monkeypatch.setenv("PERSONAE_HOME", "~/p")
    assert load_settings().state_dir == place[0] / "p" / "state"


def test_the_home_of_nobody_is_refused(place, monkeypatch):
    monkeypatch.setenv("PERSONAE_HOME", "~nobody-here/p")
    with pytest.raises(InvalidOption, match=r"'~nobody-here/p'.*Write the whole path"):
        load_settings()


def test_without_a_home_the_folders_are_those_of_the_desktop(place, monkeypatch, tmp_path):
    monkeypatch.delenv("PERSONAE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    from personae.settings import _folders

    _folders.cache_clear()
    assert load_settings().data_dir == tmp_path / "xdg" / "personae"
    _folders.cache_clear()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"model = ", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"modle = 'x'", "no setting 'modle'. Settings: data, method, model"),
        (b"model = 5", "setting model is not a text"),
        (b"model = ['a']", "setting model is not a text"),
        (b"[model]\nname = 'x'", "setting model is not a text"),
        (b"x = " + b"[" * 100_000, "cannot be read"),
        (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_a_configuration_that_is_wrong_is_named(place, content, fault):
    (place[1] / "personae.toml").write_bytes(content)
    with pytest.raises(FormatError, match=fault) as caught:
        load_settings()
    assert str(caught.value).startswith("personae.toml: ")


def test_a_configuration_that_is_a_folder_is_named(place):
    (place[1] / "personae.toml").mkdir()
    with pytest.raises(FormatError, match="cannot be read"):
        load_settings()


@settings(max_examples=80, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
def test_any_file_is_settings_or_one_sentence(place, content):
    (place[1] / "personae.toml").write_bytes(content)
    try:
        load_settings()
    except FormatError as error:
        told = str(error)
    else:
        told = "personae.toml"
    assert told.startswith("personae.toml")
