from __future__ import annotations

import numpy as np

from personae.decoders.cut_world import cut_world
from personae.lm.types import NextTokens


def listed(**probabilities: float) -> NextTokens:
    ids = tuple(int(name[1:]) for name in probabilities)
    logs = tuple(float(np.log(value)) for value in probabilities.values())
    return NextTokens(ids, logs, (False,) * len(ids))


def test_columns_are_the_true_personas_tokens_and_all_others_together():
    world = np.exp(cut_world([listed(t7=0.5, t9=0.3), listed(t9=0.6, t7=0.1)]))
    np.testing.assert_allclose(world, [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])


def test_a_token_that_a_distractor_does_not_list_gets_the_most_it_can_have():
    world = np.exp(cut_world([listed(t7=0.5, t9=0.3), listed(t7=0.7, t1=0.1)]))
    np.testing.assert_allclose(world[1], [0.7, 0.1, 0.2])


def test_the_rest_has_a_logarithm_where_nothing_is_left():
    world = cut_world([listed(t7=0.6, t9=0.4), listed(t1=0.6, t2=0.4)])
    assert np.isfinite(world).all()
    np.testing.assert_allclose(np.exp(world[1, :2]), [0.4, 0.4])
