"""What a character says it was told is judged by what it was told."""

import pytest

from personae.encoders.recollection import is_recollection, judge_recollection

MEMORIES = ("I have two dogs.", "My day job is wrestling.")


@pytest.mark.parametrize(
    ("reply", "is_told"),
    [
        ('You told me: "I have two dogs."', True),
        ("You told me that I have two dogs", True),
        ('You told me: "My day job."', True),
        ('You told me: "I have no dogs."', False),
        ('You told me: "I like quantum chromodynamics."', False),
        ('You told me: "I have two dogs." I like quantum chromodynamics.', False),
    ],
)
def test_only_what_a_memory_says_passes(word_nli, reply, is_told):
    judged = judge_recollection(word_nli, reply, MEMORIES)
    assert judged.contradicts(0.5) is not is_told
    assert is_recollection(reply)


def test_the_words_of_a_memory_need_no_model(word_nli):
    judge_recollection(word_nli, 'You told me: "I have two dogs."', MEMORIES)
    assert word_nli.asked == []
    assert not is_recollection("I told you that I have two dogs.")
