"""The weights of statements, as shipped."""

from __future__ import annotations

import numpy as np
import pytest

from personae.encoders import statement_weights as module
from personae.encoders.statement_weights import open_statement_weights
from personae.errors import InvalidOption

PERSONA = ("I work as a nurse.", "I have two dogs.", "I live in Oslo.")


@pytest.fixture(scope="module")
def weights():
    return open_statement_weights()


def test_the_statement_that_is_asked_for_weighs_most(weights):
    for message, best in (
        ("Do you have any pets?", 1), ("What do you do for a living?", 0), ("Where do you live?", 2)
    ):  # fmt: skip
        found = weights.prior(message, PERSONA)
        assert found.argmax() == best
        assert found.sum() == pytest.approx(1)


def test_the_reply_decides_where_the_message_does_not(weights):
    found = weights.posterior("My dogs are called Rex and Bo.", PERSONA)
    assert found.argmax() == 1
    assert found[1] > weights.prior("Tell me more.", PERSONA)[1]


def test_one_statement_has_all_the_weight_and_none_has_none(weights):
    assert weights.prior("Hi", PERSONA[:1]) == pytest.approx([1.0])
    assert weights.prior("Hi", ()).shape == (0,)


def test_the_order_of_the_statements_does_not_matter(weights):
    found = weights.prior("Any pets?", PERSONA)
    assert np.allclose(weights.prior("Any pets?", PERSONA[::-1])[::-1], found, atol=1e-6)


def test_a_text_for_the_statements_is_refused(weights):
    with pytest.raises(InvalidOption, match="list of texts"):
        weights.prior("Hi", "I sing.")


def test_the_shipped_weights_come_with_their_card():
    assert "Apache-2.0" in (module.SHIPPED / "card.md").read_text(encoding="utf-8")
