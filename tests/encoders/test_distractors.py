"""The memory of distractors on its shipped weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.encoders import distractors as module
from personae.encoders.distractors import open_distractors, read_distractors
from personae.errors import EnvironmentFault, FormatError, InvalidOption

ANA = ("I have two dogs.", "I work as a nurse.")


@pytest.fixture(scope="module")
def memory():
    return open_distractors()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(module.SHIPPED, tmp_path / "weights"))


def test_it_names_different_people_by_their_votes(memory):
    found = memory.named(ANA, 3)
    votes = memory.votes(ANA)
    assert len({one.name for one in found}) == 3
    assert found[0] == memory.personas[int(votes.argmax())]
    assert votes.shape == (module.DISTRACTORS,)


def test_nobody_with_a_common_statement_is_named(memory):
    first = memory.named(ANA, 1)[0]
    own = (*ANA, first.statements[0].upper())
    assert first not in memory.named(own, module.DISTRACTORS)


@pytest.mark.parametrize("statements", ["I sing.", []])
def test_a_text_or_nothing_is_refused(memory, statements):
    with pytest.raises(InvalidOption, match="list of statements"):
        memory.votes(statements)


def test_a_missing_file_of_personas_is_named(folder):
    (folder / module.PERSONAS).unlink()
    with pytest.raises(EnvironmentFault, match=r"personas\.txt cannot be read"):
        open_distractors(folder=folder)


@pytest.mark.parametrize("content", [b"", b"\xff", b"One.\n\nTwo.\n", b"x\n\n" * 65])
def test_a_file_of_other_personas_is_refused(folder, content):
    with pytest.raises(FormatError, match=r"personas\.txt"):
        read_distractors(content, folder)


@given(st.binary(max_size=300))
def test_any_bytes_give_64_personas_or_a_sentence(content):
    try:
        found = read_distractors(content, Path("weights"))
    except FormatError:
        return
    assert len(found) == module.DISTRACTORS


def test_a_mean_of_vectors_is_a_unit_vector():
    assert np.linalg.norm(module.mean_vector(np.eye(3, dtype=np.float32))) == pytest.approx(1)
    assert not module.mean_vector(np.zeros((2, 3), dtype=np.float32)).any()


def test_the_shipped_memory_comes_with_its_card():
    card = (module.SHIPPED / "card.md").read_text(encoding="utf-8")
    assert "MIT" in card
