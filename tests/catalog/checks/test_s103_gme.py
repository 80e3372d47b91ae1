"""The check of S103 can fail: without grounding, with too much of it, and where none is needed."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s103_gme as s103
from personae.evaluate.minimal_editing import Item

ITEMS = [
    Item((), "well , i have three dogs .", ("i have no dogs .",), ("i have no dogs .",) * 3),
    Item((), "no , i have no dogs .", ("i have no dogs .",), ("i have no dogs .",) * 3),
    Item((), "my dogs bark all night long .", ("i have no dogs .",), ("i have no dogs .",) * 3),
]


def test_the_editor_passes(word_nli):
    evidence = s103.compare(ITEMS, word_nli, s103.editor(word_nli, None))
    assert evidence[-1].startswith("1 of 1 replies")
    assert s103.repair(ITEMS, word_nli)[0].endswith("2 of 3 replies contradicted their persona, 0 "
                                                    "after editing")  # fmt: skip


def test_copying_fails(word_nli):
    with pytest.raises(CheckFailed, match="above copying"):
        s103.compare(ITEMS, word_nli, lambda item, reply, statements: reply)


def test_appending_fails(word_nli):
    def append(item, reply, statements):
        return " ".join((item.statements[0], item.statements[0], item.statements[0]))

    with pytest.raises(CheckFailed, match="tokens are edited"):
        s103.compare(ITEMS, word_nli, append)


def test_editing_what_says_it_already_fails(word_nli):
    real = s103.editor(word_nli, None)

    def eager(item, reply, statements):
        return "i have no dogs ." if reply.startswith("no") else real(item, reply, statements)

    with pytest.raises(CheckFailed, match="0 were kept"):
        s103.compare(ITEMS, word_nli, eager)


def test_a_post_processor_that_does_nothing_fails(word_nli, monkeypatch):
    monkeypatch.setattr(s103, "judge_replies", lambda nli, asked: [_Always()])
    with pytest.raises(CheckFailed, match="3 still do"):
        s103.repair(ITEMS, word_nli)


class _Always:
    def contradicts(self, threshold: float) -> bool:
        return True
