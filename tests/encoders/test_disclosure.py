"""The shipped disclosure head: what tells of the speaker comes before what does not."""

from __future__ import annotations

import pytest

from personae.encoders.disclosure import SURFACE, Disclosure, open_disclosure, sentence_features
from personae.errors import InvalidOption

TELLING = ["I have three cats.", "I work as a nurse in Leeds.", "My brother lives in Spain."]
OTHERS = ["That's awesome!", "What do you do for a living?", "Hello, how are you today?"]


@pytest.fixture(scope="module")
def model() -> Disclosure:
    return open_disclosure()


def test_what_tells_of_the_speaker_is_told_from_what_does_not(model):
    odds = model.disclosure([*TELLING, *OTHERS]).tolist()
    assert min(odds[:3]) > 0.5 > max(odds[3:])


def test_probabilities_are_the_same_in_any_batch(model):
    together = model.disclosure([*TELLING, *OTHERS]).tolist()
    assert [model.disclosure([one])[0] for one in [*TELLING, *OTHERS]] == together
    assert model.disclosure([]).shape == (0,)
    assert model.disclosure([""])[0] < 0.5


def test_one_text_is_refused(model):
    with pytest.raises(InvalidOption, match="list of sentences"):
        model.disclosure("I have three cats.")


def test_the_surface_is_read_where_it_stands():
    import numpy as np

    features = sentence_features(["Well, I love my dog", "You too?"], np.zeros((2, 4), np.float32))
    assert features.shape == (2, 4 + SURFACE)
    assert (features[:, 4:] / 3 > 0).tolist() == [
        [True, True, False, False, True, False, True, False, True, False],
        [False, False, True, True, False, False, False, False, True, True],
    ]
