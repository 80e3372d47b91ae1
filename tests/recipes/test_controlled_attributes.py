"""What conditional training writes into its sequences."""

from __future__ import annotations

from collections import defaultdict

import pytest

from personae.recipes.attribute_labels import Label, buckets_of
from personae.recipes.controlled_attributes import Examples
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.text.controlled_prompt import CONTROLS, with_controls

SHIFT = "<|im_end|>\n<|im_start|>assistant\n"

DIALOGUES = [
    PersonaDialogue(f"d{number}", ("I bake.",), ((False, "Hi."), (True, f"Bread {number}?")))
    for number in range(40)
]
LABELS = [Label(one.id, 1, at % 4 == 0, at / 40, at / 40) for at, one in enumerate(DIALOGUES)]


def encode(text):
    """One token a character: what stands where can be read back."""
    return [ord(letter) for letter in text]


def examples(is_contrasted=True, seed=0):
    return Examples(DIALOGUES, LABELS, buckets_of(LABELS), is_contrasted, seed)


def named(name):
    return f" {name.capitalize()}: "


def written(sequence, sign=1):
    """What stands after the user's turn in each branch, and the branch's reply."""
    found = defaultdict(str)
    for token, of in zip(sequence.ids, sequence.branch, strict=True):
        if of * sign > 0:
            found[abs(of)] += chr(token)
    parts = {number: text.partition(SHIFT) for number, text in found.items()}
    return {number: (asked, reply) for number, (asked, _, reply) in parts.items()}


def drawn(**options):
    """All branches of some epochs: what is asked, what the contrast asks, and the reply's label."""
    made = examples(**options)
    for epoch in range(20):
        for sequence, label in zip(made.of_epoch(epoch, encode), LABELS, strict=True):
            other = written(sequence, -1)
            for number, (asked, reply) in written(sequence).items():
                assert reply == other.get(number, ("", reply))[1]
                yield asked, other.get(number, (None, ""))[0], label


def test_each_control_stands_with_some_replies_and_is_that_of_the_reply():
    rows = list(drawn())
    for name, count in CONTROLS.items():
        standing = [asked for asked, _, _ in rows if named(name) in asked]
        assert 0 < len(standing) < len(rows)
        assert len({asked for asked in standing if asked.count(":") == 1}) == count
    lowest = [asked for asked, _, label in rows if label is LABELS[0]]
    assert any(with_controls("", {"specificity": 0}) in asked for asked in lowest)
    assert not any(with_controls("", {"specificity": 9}) in asked for asked in lowest)


def test_a_contrast_mirrors_questions_alone_or_else_all_that_stands():
    asked = {(own, other) for own, other, _ in drawn() if other is not None}
    texts = [with_controls("", {"question": at}) for at in range(11)]
    assert {pair for pair in asked if pair[0] in texts} == {
        (text, texts[10 - at]) for at, text in enumerate(texts) if at != 5
    }
    both = with_controls("", {"specificity": 0, "relatedness": 0})
    assert dict(asked)[both] == with_controls("", {"specificity": 9, "relatedness": 9})
    beside = with_controls("", {"question": 10, "specificity": 0})
    assert dict(asked)[beside] == with_controls("", {"question": 0, "specificity": 0})


def test_what_stands_without_the_control_of_questions_asks_as_often_as_all():
    without = [label.asks for asked, _, label in drawn() if named("question") not in asked]
    assert sum(without) / len(without) == pytest.approx(0.25, abs=0.05)


def test_without_contrast_there_is_none_and_only_replies_are_learned():
    sequences = [one for one in examples(is_contrasted=False).of_epoch(0, encode) if one.targets]
    assert sequences
    for sequence in sequences:
        assert not written(sequence, -1)
        learned = "".join(chr(sequence.ids[at]) for at in sequence.learned)
        assert learned.startswith("Bread")
        assert "Question" not in learned


def test_an_epoch_is_repeatable_and_the_next_one_is_drawn_anew():
    ids = [[one.ids for one in examples().of_epoch(epoch, encode)] for epoch in (0, 0, 1)]
    assert ids[0] == ids[1] != ids[2]
