"""The checks of the three surveys: they pass on the shipped rows and fail on damaged ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from personae.catalog import FOLDER, audit, gaps, taxonomy
from personae.catalog.audit import audit_coverage
from personae.catalog.check import CheckContext, CheckFailed, load_check
from personae.catalog.checks import s057_rpla_survey
from personae.errors import UnknownEntry

Damage = Callable[[str, str, str], None]


def refuse() -> None:
    raise AssertionError("no model was asked for")


CONTEXT = CheckContext(lm=refuse, embedder=refuse, datasets_dir=Path("absent"))  # type: ignore[arg-type]


@pytest.fixture
def all_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows name entries of other folders; whether those exist is `test_catalog`'s question."""
    monkeypatch.setattr(audit, "find", lambda kind, name: None)


@pytest.fixture
def damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Damage:
    """Change one row in a copy of the files, which the audit then counts."""
    shutil.copytree(FOLDER / "systems", tmp_path / "systems")
    monkeypatch.setattr(audit, "FOLDER", tmp_path)

    def change(name: str, old: str, new: str) -> None:
        file = tmp_path / "systems" / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.usefixtures("all_registered")
@pytest.mark.parametrize(
    ("name", "tree"),
    [
        ("s019_two_tales", "two-tales"),
        ("s057_rpla_survey", "rpla"),
        ("s063_proactive_survey", "proactive"),
    ],
)
def test_the_survey_checks_pass_and_name_the_gaps(name: str, tree: str) -> None:
    evidence = load_check(name)(CONTEXT)
    assert evidence[0] == f"125 systems have a leaf of {tree!r}"
    covered = len(taxonomy(tree).leaves) - len(gaps(tree))
    assert evidence[1].startswith(f"{covered} of {len(taxonomy(tree).leaves)} leaves")
    assert all(leaf in evidence[2] for leaf in gaps(tree))


@pytest.mark.usefixtures("all_registered")
def test_a_row_with_a_leaf_that_the_tree_lacks_fails(damage: Damage) -> None:
    damage("S064", "open-domain/target-guided", "open-domain/juggling")
    with pytest.raises(CheckFailed, match="S064"):
        audit_coverage("proactive")


@pytest.mark.usefixtures("all_registered")
def test_a_row_that_is_grouped_elsewhere_than_its_file_says_fails(damage: Damage) -> None:
    damage("S001", "personalization/method/fine-tuning", "personalization/method/retrieval")
    with pytest.raises(CheckFailed, match="S001"):
        audit_coverage("two-tales")


@pytest.mark.usefixtures("all_registered")
def test_a_gap_that_is_none_any_more_fails(damage: Damage) -> None:
    damage("S053", "status: planned", "status: partial\ndemo: personae cts chat graph.json")
    with pytest.raises(CheckFailed, match="The gaps of 'proactive'"):
        audit_coverage("proactive")


def test_a_row_that_claims_what_is_not_registered_fails(
    damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage("S071", "format:dailydialog", "format:weeklydialog")

    def find(kind: str, name: str) -> None:
        if name == "weeklydialog":
            raise UnknownEntry(kind, name, ("dailydialog",))

    monkeypatch.setattr(audit, "find", find)
    with pytest.raises(CheckFailed, match=r"S071 claims 'format:weeklydialog'.*dailydialog"):
        audit_coverage("two-tales")


@pytest.mark.usefixtures("all_registered")
def test_a_matrix_that_miscounts_fails(damage: Damage) -> None:
    damage("S011", "nonparametric/in-context-profile", "nonparametric/memory")
    with pytest.raises(CheckFailed, match="The matrix has"):
        s057_rpla_survey._check_matrix()


@pytest.mark.usefixtures("all_registered")
def test_a_lint_that_says_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s057_rpla_survey, "lint", lambda persona: ())
    with pytest.raises(CheckFailed, match="demographic"):
        load_check("s057_rpla_survey")(CONTEXT)
