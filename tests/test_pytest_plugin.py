"""The pytest plug-in in a pytest of its own: a character that keeps to its card, one that lies."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]
CARD = """name: Ana
statements:
  - I have two dogs.
  - I work at night.
  - I live in Porto.
"""
TRUE = """
- {when: dogs, reply: "Yes, I have two dogs."}
- {when: night, reply: "I work at night."}
- {when: live, reply: "I live in Porto."}
"""
FALSE = TRUE.replace("Yes, I have two dogs.", "It is late. I do not have any dogs at all.")
TEST = """
def test_ana(assert_in_character):
    assert_in_character("ana.yaml")
"""
INI = "[pytest]\npersonae_model = scripted:script.yaml\npersonae_method = plain\n"


@pytest.fixture
def project(pytester: pytest.Pytester):
    """A folder with a card, a scripted model, a test and pytest.ini."""

    def make(script: str, test: str = TEST, ini: str = INI) -> pytest.Pytester:
        (pytester.path / "ana.yaml").write_text(CARD)
        (pytester.path / "script.yaml").write_text(script)
        (pytester.path / "pytest.ini").write_text(ini)
        pytester.makepyfile(test_ana=test)
        return pytester

    return make


def outcome(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    known = {point.name for point in entry_points(group="pytest11")}
    loaded = () if "personae" in known else ("-p", "personae.pytest_plugin")
    return pytester.runpytest_subprocess(*loaded, "-p", "no:cacheprovider", *words, timeout=120)


def test_a_character_that_keeps_to_its_card_passes(project):
    outcome(project(TRUE)).assert_outcomes(passed=1)


def test_a_character_that_contradicts_its_card_fails_with_reply_and_statement(project):
    found = outcome(project(FALSE))
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([
        "*Ana: 1 of 3 replies are out of character (plain on scripted:script.yaml, judged by *",
        "*asked:       Do you have two dogs?",
        "*replied:     It is late. I do not have any dogs at all.",
        "*contradicts: I have two dogs.",
        "*with:        I do not have any dogs at all.",
        "*contradiction 0.9*, allowed up to 0.7*",
    ])  # fmt: skip
    assert "Traceback" not in found.stdout.str()


def test_settings_come_from_the_command_line_and_from_the_test(project):
    pytester = project(FALSE)
    outcome(pytester, "--personae-allowed", "0.5").assert_outcomes(passed=1)
    outcome(pytester, "--personae-threshold", "1").assert_outcomes(passed=1)
    # One of three questions, and it is the one about the dogs.
    outcome(pytester, "--personae-limit", "1").assert_outcomes(failed=1)
    asked = TEST.replace('"ana.yaml"', '"ana.yaml", questions=["Where do you live?"], limit=1')
    outcome(project(FALSE, asked)).assert_outcomes(passed=1)


def test_a_silent_and_an_echoing_character_fail(project):
    found = outcome(project('- {when: "live", reply: "Do you live in Porto?"}\n- "..."\n'))
    found.assert_outcomes(failed=1)
    shown = found.stdout.str()
    assert "3 of 3 replies are out of character" in shown
    assert "The reply says nothing." in shown
    assert "The reply is the question." in shown


def test_what_cannot_be_asked_fails_with_one_sentence(project):
    found = outcome(project(TRUE, TEST.replace("ana.yaml", "anna")))
    found.assert_outcomes(failed=1)
    assert "There is no character named 'anna'" in found.stdout.str()
    failing = outcome(project("- {error: timeout}\n"))
    failing.assert_outcomes(failed=1)
    assert "the model fails (timeout)" in failing.stdout.str()


def test_a_setting_that_is_no_number_is_said(project):
    found = outcome(project(TRUE), "--personae-limit", "many")
    assert "personae_limit = 'many' is no number" in found.stdout.str()


def test_the_function_is_there_without_the_fixture(project):
    test = """
    from personae import Persona, open_model
    from personae.pytest_plugin import assert_in_character

    def test_bo():
        bo = Persona(name="Bo", statements=("I have a cat.",))
        with open("bo.yaml", "w") as file:
            file.write("- I have a cat and she is asleep.")
        found = assert_in_character(bo, "scripted:bo.yaml", method="plain")
        assert [one.question for one in found.replies] == ["Do you have a cat?"]
    """
    outcome(project(TRUE, test)).assert_outcomes(passed=1)


def test_the_package_announces_the_plug_in():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert declared["project"]["entry-points"]["pytest11"] == {"personae": "personae.pytest_plugin"}
