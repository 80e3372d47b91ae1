"""`personae systems`: what it prints and how it exits."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from personae.catalog import gaps, system, systems
from personae.catalog.check import CHECKS_PACKAGE, CheckFailed, CheckSkipped
from personae.cli.app import run

Personae = Callable[..., tuple[int, str, str]]

UNCHECKED = next(row.id for row in systems().values() if not row.check)


@pytest.fixture
def personae(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Personae:
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(["systems", *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Put other checks in place of those of some systems: an error is raised, a list returned."""

    def install(outcomes: dict[str, Any]) -> None:
        for name, outcome in outcomes.items():

            def check(context: Any, outcome: Any = outcome) -> list[str]:
                if callable(outcome):
                    return outcome(context)
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome

            module = ModuleType(f"{CHECKS_PACKAGE}.{system(name).check}")
            module.check = check  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


@pytest.mark.parametrize("arguments", [(), ("list",)])
def test_the_list_has_every_system(personae: Personae, arguments: tuple[str, ...]) -> None:
    code, out, err = personae(*arguments)
    assert (code, err) == (0, "")
    assert [row for row in systems() if f" {row} " not in out] == []


def test_the_list_as_json_has_the_filtered_rows(personae: Personae) -> None:
    code, out, _ = personae("list", "--kind", "survey", "--status", "partial", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["id"] for row in rows] == ["S019", "S063"]
    assert rows[0]["title"] == system("S019").title


def test_by_taxonomy_prints_all_three_trees_with_their_gaps(personae: Personae) -> None:
    code, out, _ = personae("list", "--by", "taxonomy")
    assert code == 0
    for survey in ("two-tales", "rpla", "proactive"):
        section = out.partition(f"By {survey}:")[2].partition("\nBy ")[0]
        listed = section.partition("Gaps, leaves without a system that runs:\n")[2].split()
        assert listed == (list(gaps(survey)) or ["none"])


def test_groups_as_json_add_up_to_the_chosen_rows(personae: Personae) -> None:
    code, out, _ = personae("list", "--by", "rpla", "--kind", "survey", "--json")
    (grouping,) = json.loads(out)
    assert code == 0
    named = {name for group in grouping["groups"] for name in group["systems"]}
    cells = {
        name for line in grouping["matrix"].values() for cell in line.values() for name in cell
    }
    assert named == cells == {"S019", "S057", "S063"}


def test_by_status_counts_every_system_once(personae: Personae) -> None:
    _, out, _ = personae("list", "--by", "status", "--json")
    (grouping,) = json.loads(out)
    assert sum(len(group["systems"]) for group in grouping["groups"]) == 125
    assert "gaps" not in grouping


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("list", "--status", "work"), "works"),
        (("list", "--kind", "methods"), "method"),
        (("list", "--by", "taxonomies"), "taxonomy"),
        (("show", "personagim"), "personagym"),
        (("check", "S0019"), "S019"),
    ],
)
def test_an_unknown_name_exits_2_with_the_nearest(
    personae: Personae, arguments: tuple[str, ...], near: str
) -> None:
    code, out, err = personae(*arguments)
    assert (code, out) == (2, "")
    assert f"'{near}'" in err
    assert err.startswith("error: There is no")


def test_show_prints_what_is_known(personae: Personae) -> None:
    code, out, _ = personae("show", "pseudo-dialog-prompting")
    row = system("S046")
    assert code == 0
    for shown in (row.title, row.summary, row.status_note, row.demo, *row.rpla.leaves):
        assert shown in out


def test_show_as_json_is_the_whole_row(personae: Personae) -> None:
    code, out, _ = personae("show", "S110", "--json")
    assert code == 0
    assert json.loads(out) == system("S110").model_dump(mode="json")


def test_passing_checks_exit_0_with_the_ledger(personae: Personae, checks) -> None:
    checks({"S019": ["125 rows"], "S063": CheckSkipped("no graph here")})
    code, out, err = personae("check", "two-tales", "S063", "S019")
    assert code == 0
    assert "S019 two-tales (partial): passed" in out
    assert "\n    125 rows\n" in out
    assert "S063 skipped: no graph here" in out
    assert "2 checks: 1 passed, 0 failed, 1 skipped." in out
    assert "1/2 S019" in err


def test_a_failed_check_exits_1_and_the_ledger_is_still_whole(personae: Personae, checks) -> None:
    checks({"S019": CheckFailed("124 rows"), "S063": ["6 leaves"]})
    code, out, err = personae("check", "S019", "S063", "--json")
    assert code == 1
    assert [(row["id"], row["result"]) for row in json.loads(out)] == [
        ("S019", "failed"),
        ("S063", "passed"),
    ]
    assert json.loads(out)[0]["evidence"] == ["124 rows"]
    assert "1 of 2 checks failed: S019." in err


def test_without_names_all_rows_with_a_check_are_run(personae: Personae, checks) -> None:
    checked = [row.id for row in systems().values() if row.check]
    checks({name: ["ok"] for name in checked})
    code, out, _ = personae("check", "--json")
    assert code == 0
    assert [row["id"] for row in json.loads(out)] == checked


def test_a_row_without_a_check_cannot_be_checked(personae: Personae) -> None:
    code, _, err = personae("check", UNCHECKED, "S019")
    assert code == 2
    assert f"{UNCHECKED} cannot be checked" in err


def test_a_check_gets_the_model_that_was_named(personae: Personae, checks) -> None:
    pytest.importorskip("personae.lm.names")
    checks({"S019": lambda context: [context.lm().name, str(context.lm() is context.lm())]})
    code, out, _ = personae("check", "S019", "--model", "scripted", "--json")
    assert code == 0
    assert json.loads(out)[0]["evidence"] == ["scripted", "True"]


def test_an_unknown_model_ends_the_command_with_exit_2(personae: Personae, checks) -> None:
    pytest.importorskip("personae.lm.names")
    checks({"S019": lambda context: [context.lm().name]})
    code, _, err = personae("check", "S019", "--model", "clockwork:9")
    assert code == 2
    assert "clockwork" in err


def test_a_branch_of_a_surveys_tree_lists_what_is_below_it(personae: Personae):
    _, whole, _ = personae("list", "--branch", "personalization/method/prompting", "--json")
    _, short, _ = personae("list", "--branch", "personalization/prompting", "--json")
    found = {row["id"] for row in json.loads(whole)}
    assert json.loads(whole) == json.loads(short)
    prompting = {"profile", "retrieval", "vanilla"}
    assert found == {
        row.id
        for row in systems().values()
        if any(
            leaf.startswith("personalization/method/prompting/")
            and leaf.rpartition("/")[2] in prompting
            for leaf in row.two_tales
        )
    }
    assert found


def test_an_unknown_branch_is_one_sentence_with_the_nearest(personae: Personae):
    code, out, err = personae("list", "--branch", "personalization/promting")
    assert (code, out) == (2, "")
    assert "'personalization/method/prompting'" in err


def test_two_parts_are_all_checks_once(personae: Personae, checks) -> None:
    checked = [row.id for row in systems().values() if row.check]
    checks({name: ["ok"] for name in checked})
    halves = []
    for part in ("1/2", "2/2"):
        _, out, _ = personae("check", "--json", "--part", part)
        halves.append([row["id"] for row in json.loads(out)])
    assert sorted([*halves[0], *halves[1]]) == sorted(checked)
    assert abs(len(halves[0]) - len(halves[1])) <= 1


@pytest.mark.parametrize("part", ["0/2", "3/2", "half", "1"])
def test_a_part_that_is_none_is_said_in_a_sentence(personae: Personae, part: str) -> None:
    code, _, err = personae("check", "--part", part)
    assert code == 2
    assert "write it as 1/2" in err
