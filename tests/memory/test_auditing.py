"""An audit finds what is wrong, and nothing in what is right."""

from personae.data import Memory
from personae.memory.auditing import audited


def memory(text, **changes):
    return Memory(text=text, **{"subject": "Bo", "provenance": ("t",), **changes})


def test_each_fault_is_found_once(word_embedder, word_nli):
    memories = [
        memory("Bo likes dogs walks.", id="1"),
        memory("bo likes dogs walks", id="2"),
        memory("Bo does not like dogs walks.", id="3"),
        memory("Tea is green.", id="4", subject="", provenance=()),
        memory("Harbours smell.", id="5", provenance=("gone",)),
        memory("All in all, dogs walks.", id="6", kind="summary", sources=("1",), provenance=()),
    ]
    found = audited(memories, word_embedder, word_nli, lambda turn: turn == "t")
    told = {(one.fault, one.memory.id, one.other.id if one.other else "") for one in found}
    assert told == {
        ("duplicate", "2", "1"), ("contradiction", "3", "1"), ("contradiction", "3", "2"),
        ("no provenance", "4", ""), ("no subject", "4", ""), ("lost turn", "5", ""),
    }  # fmt: skip


def test_nothing_is_found_in_nothing(word_embedder, word_nli):
    assert audited([], word_embedder, word_nli, lambda turn: True) == []
