"""Sequences for the role's generator; the loss itself is tested with the training loop."""

from __future__ import annotations

import re

from personae.formats.role_file import open_role
from personae.formats.role_turns import LabelledTurn
from personae.recipes.role_generator import parts_of, role_sequences

ROLE = open_role("phone-companion")
KNEE = (("user", "My knee hurts."),)


KNOWN: dict[str, int] = {}


def encode(text):
    """A token a word."""
    return [KNOWN.setdefault(word, len(KNOWN)) for word in re.findall(r"<.+?>|\w+|\S", text)]


def told(sequence, kind):
    """The tokens of the branches that are wanted or unwanted."""
    wanted = sorted({sequence.branch[i] for i in sequence.learned})
    return [
        [sequence.ids[i] for i in sequence.learned if sequence.branch[i] == number]
        for number in wanted
        if (number in sequence.unwanted) == (kind == "unwanted")
    ]


def test_replies_to_one_message_share_a_sequence_and_are_told_apart():
    turns = [
        LabelledTurn("a", KNEE, "Poor you.", False),
        LabelledTurn("a", KNEE, "Mine too.", True, "identity"),
        LabelledTurn("b", (), "Hello.", False),
        LabelledTurn("c", (*KNEE, ("char", "Poor you."), ("user", "Yes.")), "Rest.", False),
    ]
    first, second = role_sequences(ROLE, turns, encode)
    assert told(first, "wanted") == [encode("Poor you.<|im_end|>")]
    assert told(first, "unwanted") == [encode("Mine too.<|im_end|>")]
    assert told(second, "wanted") == [encode("Rest.<|im_end|>")]
    assert told(second, "unwanted") == []
    outline = encode("Marion is a computer voice")
    assert any(first.ids[at : at + len(outline)] == outline for at in range(len(first)))


def test_a_reply_that_opens_the_call_is_left_out():
    assert role_sequences(ROLE, [LabelledTurn("b", (), "Hello.", False)], encode) == []


def test_the_validation_part_is_of_the_training_part_and_shares_no_dialogue_with_what_is_learned():
    turns = [
        LabelledTurn(f"g{n}", KNEE, f"{n} {m}.", False, part="test" if n % 3 == 0 else "train")
        for n in range(12) for m in range(2)
    ]  # fmt: skip
    test, validation = (parts_of(turns, held, 0) for held in ("test", "validation"))
    assert {one.part for one in test["held"]} == {"test"}
    assert len(test["train"]) == 16
    assert {one.part for one in validation["held"]} == {"train"}
    assert len(validation["held"]) == 4
    groups = [{one.group for one in validation[name]} for name in ("train", "held")]
    assert not groups[0] & groups[1]
