"""The matcher that orders memories."""

import numpy as np
import pytest

from personae.encoders.memory_match import open_memory_match
from personae.errors import EnvironmentFault, InvalidOption


@pytest.fixture(scope="module")
def matcher():
    return open_memory_match()


def test_what_fits_the_message_comes_first(matcher):
    facts = ["I live in Oslo.", "I have two dogs.", "I work as a baker."]
    scores = matcher.match("Do you have any pets?", facts)
    assert scores.argmax() == 1
    assert (np.abs(scores) <= 1).all()
    assert matcher.match("Hello.", []).shape == (0,)


def test_one_text_is_no_list(matcher):
    with pytest.raises(InvalidOption):
        matcher.match("Hello.", "I live in Oslo.")


def test_missing_weights_are_told(tmp_path):
    with pytest.raises(EnvironmentFault):
        open_memory_match(folder=tmp_path)
