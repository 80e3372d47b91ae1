"""Records as branches of one dialogue."""

import pytest

from personae.recipes.branched_sequence import Branch, branched
from personae.recipes.persona_dialogues import PersonaDialogue

DIALOGUE = PersonaDialogue(
    "d",
    ("I have two dogs.",),
    (
        (False, "Hi! Pets?"),
        (True, "Two dogs."),
        (False, "Nice. Job?"),
        (True, "I am a nurse."),
    ),
)


def encode(text):
    """One token a character: what stands where can be read back."""
    return [ord(letter) for letter in text]


def text_seen_by(sequence, index):
    """The text that a token sees, itself included, in the order of positions."""
    seen = [
        at
        for at in range(len(sequence))
        if (sequence.branch[at] == 0 and at < sequence.sees[index])
        or (sequence.branch[at] == sequence.branch[index] and at <= index)
    ]
    seen.sort(key=lambda at: sequence.positions[at])
    assert [sequence.positions[at] for at in seen] == list(range(len(seen)))
    return "".join(chr(sequence.ids[at]) for at in seen)


def test_a_branch_reads_what_its_record_would_read_alone():
    branches = [Branch(1, "Two cats.", 0.61), Branch(3, "I am a nurse.", 1.0)]
    sequence = branched(DIALOGUE, branches, encode, name="Ana")
    ends = [at for at in sequence.learned if at + 1 not in sequence.learned]
    assert text_seen_by(sequence, ends[0]) == (
        "<|im_start|>system\nYour name is Ana. You have two dogs.<|im_end|>\n"
        "<|im_start|>user\nHi! Pets? Score: 0.61<|im_end|>\n"
        "<|im_start|>assistant\nTwo cats.<|im_end|>"
    )
    assert text_seen_by(sequence, ends[1]) == (
        "<|im_start|>system\nYour name is Ana. You have two dogs.<|im_end|>\n"
        "<|im_start|>user\nHi! Pets?<|im_end|>\n<|im_start|>assistant\nTwo dogs.<|im_end|>\n"
        "<|im_start|>user\nNice. Job? Score: 1.0<|im_end|>\n"
        "<|im_start|>assistant\nI am a nurse.<|im_end|>"
    )


def test_only_the_replies_of_branches_are_learned():
    sequence = branched(DIALOGUE, [Branch(1, "Two cats.", 0.5)], encode)
    learned = "".join(chr(sequence.ids[at]) for at in sequence.learned)
    assert learned == "Two cats.<|im_end|>"


def test_what_predicts_a_token_stands_right_before_it_in_its_own_record():
    sequence = branched(DIALOGUE, [Branch(1, "A", 0.5), Branch(1, "B", 0.4)], encode)
    for source, target in zip(sequence.sources, sequence.learned, strict=True):
        assert sequence.positions[source] + 1 == sequence.positions[target]
        assert text_seen_by(sequence, target)[:-1] == text_seen_by(sequence, source)


def test_plain_tuning_learns_the_replies_of_the_dialogue_itself():
    sequence = branched(DIALOGUE, [], encode, learns_trunk=True)
    learned = "".join(chr(sequence.ids[at]) for at in sequence.learned)
    assert learned == "Two dogs.<|im_end|>I am a nurse.<|im_end|>"
    assert "Score" not in "".join(map(chr, sequence.ids))


def test_an_opening_of_ones_own_is_no_reply_and_is_not_learned():
    dialogue = PersonaDialogue("d", (), ((True, "Hello."), (False, "Hi."), (True, "Yes.")))
    assert dialogue.replies == (2,)
    sequence = branched(dialogue, [], encode, learns_trunk=True)
    assert "".join(chr(sequence.ids[at]) for at in sequence.learned) == "Yes.<|im_end|>"
    assert "assistant\nHello.<|im_end|>\n<|im_start|>user\nHi." in "".join(map(chr, sequence.ids))


def test_a_contrast_is_the_same_reply_under_the_other_score():
    sequence = branched(DIALOGUE, [Branch(1, "Two cats.", 0.61, 1.0)], encode)
    ends = [at for at in sequence.learned if at + 1 not in sequence.learned]
    own, other = (text_seen_by(sequence, at) for at in ends)
    assert sequence.branch[ends[0]] == -sequence.branch[ends[1]] > 0
    assert other == own.replace("Score: 0.61", "Score: 1.0") != own


def test_a_text_stands_as_it_is_where_a_score_would():
    sequence = branched(DIALOGUE, [Branch(1, "Cats.", " Question: 7", " Question: 0")], encode)
    ends = [at for at in sequence.learned if at + 1 not in sequence.learned]
    own, other = (text_seen_by(sequence, at) for at in ends)
    assert "Hi! Pets? Question: 7<|im_end|>" in own
    assert other == own.replace("Question: 7", "Question: 0")


@pytest.mark.parametrize("limit", [150, 200, 400])
def test_later_turns_are_left_out_of_a_long_dialogue(limit):
    long = PersonaDialogue("d", (), DIALOGUE.turns * 20)
    sequence = branched(long, [Branch(1, "Two cats.", 0.5)], encode, max_tokens=limit)
    assert 0 < len(sequence) <= limit
