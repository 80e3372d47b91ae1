"""What conditional training writes into its sequences."""

from __future__ import annotations

from personae.recipes.attribute_labels import Label, buckets_of
from personae.recipes.controlled_attributes import Examples
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.text.controlled_prompt import CONTROLS

DIALOGUES = [
    PersonaDialogue(f"d{number}", ("I bake.",), ((False, "Hi."), (True, f"Bread {number}?")))
    for number in range(40)
]
LABELS = [Label(one.id, 1, at % 2 == 0, at / 40, at / 40) for at, one in enumerate(DIALOGUES)]


def encode(text):
    """One token a character: what stands where can be read back."""
    return [ord(letter) for letter in text]


def examples(is_contrasted=True, seed=0):
    return Examples(DIALOGUES, LABELS, buckets_of(LABELS), is_contrasted, seed)


def branch_text(sequence, sign):
    return "".join(
        chr(token) for token, of in zip(sequence.ids, sequence.branch, strict=True) if of * sign > 0
    )


def test_each_control_stands_with_some_replies_and_is_that_of_the_reply():
    sequences = examples().of_epoch(0, encode)
    texts = [branch_text(one, 1) for one in sequences]
    for name in CONTROLS:
        assert 0 < sum(f" {name.capitalize()}: " in text for text in texts) < len(texts)
    specific = next(text for text in reversed(texts) if "Specificity" in text)
    assert "Specificity: 9" in specific  # of the last quarter of rising labels


def test_a_contrast_is_the_reply_under_the_controls_of_another():
    contrasted = [
        (branch_text(one, 1), branch_text(one, -1)) for one in examples().of_epoch(0, encode)
    ]
    differing = [(own, other) for own, other in contrasted if other]
    assert len(differing) > len(contrasted) / 2
    for own, other in differing:
        assert own.partition("<|im_end|>")[0] != other.partition("<|im_end|>")[0]
        assert own.partition("<|im_end|>")[2] == other.partition("<|im_end|>")[2]


def test_without_contrast_there_is_none_and_only_replies_are_learned():
    for sequence in examples(is_contrasted=False).of_epoch(0, encode):
        assert not branch_text(sequence, -1)
        learned = "".join(chr(sequence.ids[at]) for at in sequence.learned)
        assert learned.startswith("Bread")
        assert "Question" not in learned


def test_an_epoch_is_repeatable_and_the_next_one_is_drawn_anew():
    ids = [[one.ids for one in examples().of_epoch(epoch, encode)] for epoch in (0, 0, 1)]
    assert ids[0] == ids[1] != ids[2]
