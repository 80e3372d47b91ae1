"""What the reranker of a role learns, from numbers that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from personae.encoders.role_selection import Mix
from personae.formats.role_turns import LabelledTurn
from personae.recipes.role_selection import (
    NEGATIVES,
    Pool,
    lists_of,
    measured_selection,
    right_ones,
    taught,
)

MESSAGES, GOOD, BAD = 12, 2, 2


def pool(*, one_sided=0):
    """Each message has a direction of its own; its replies lie there, and those out are marked."""
    turns, heard, replies, out = [], [], [], []
    for message in range(MESSAGES):
        own = np.eye(MESSAGES)[message]
        for number in range(GOOD + BAD):
            is_out = number >= GOOD
            if is_out and message < one_sided:
                continue
            before = (("user", f"Message {message}"),)
            turns.append(LabelledTurn(f"g{message}", before, f"{message} {number}", is_out))
            heard.append(own)
            replies.append(own)
            out.append(0.9 if is_out else 0.1)
    vectors = np.array(heard), np.array(replies)
    return Pool(tuple(turns), vectors[0], *vectors, np.array(out))


def test_a_list_has_the_right_reply_then_its_hard_negatives_and_no_other_right_one():
    some = pool()
    lists = lists_of(some, 0, 2, hard=True)
    assert lists.shape == (2 * MESSAGES * GOOD, NEGATIVES + 1, 3)
    # Like the message are the right reply and the two of the same message that are out of bounds.
    assert (lists[:, :, 0].sum(axis=1) == 1 + BAD).all()
    assert np.allclose(lists[:, 1 : 1 + BAD, 2], np.log(0.1))
    in_bounds = lists_of(some, 0, 1, hard=False)
    assert np.allclose(in_bounds[:, :, 2], np.log(0.9))
    assert (in_bounds[:, 1:, 0] == 0).all()
    assert (lists_of(some, 0, 2, hard=True) == lists).all()


def test_messages_with_replies_of_one_side_teach_nothing():
    some = pool(one_sided=3)
    assert {some.turns[at].before for at in right_ones(some)} == {
        (("user", f"Message {number}"),) for number in range(3, MESSAGES)
    }
    assert taught(lists_of(pool(one_sided=MESSAGES), 0, 1, hard=True)) is None


def test_what_is_learned_puts_first_what_fits_and_is_in_bounds():
    some = pool()
    mix = taught(lists_of(some, 0, 2, hard=True))
    assert mix is not None
    assert mix.selection + mix.cosine == pytest.approx(1)
    assert mix.in_bounds > 0
    told = measured_selection(some, mix, 0.5, 1)
    name = "hits@1/20 among hard negatives"
    assert told["trained"][name] == 1.0
    assert told["untrained"][name] == 0.0  # a tie with the replies out of bounds is no hit
    assert told["untrained, behind the classifier"][name] == 1.0
    assert told["trained"]["out of bounds first of all"] == 0.0


def test_where_the_classifier_is_wrong_the_mix_says_so_and_none_is_made():
    some = pool()
    turned = Pool(some.turns, some.wanted, some.heard, some.replies, 1 - some.out)
    assert taught(lists_of(turned, 0, 2, hard=True)) is None


def test_the_measure_of_a_mix_that_ignores_the_bounds_is_that_of_the_untrained_score():
    told = measured_selection(pool(), Mix(1.0, 0.0, 0.0), 0.5, 0)
    assert told["trained"] == told["untrained"]
    assert told["replies"] == MESSAGES * GOOD
