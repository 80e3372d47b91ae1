"""What the recipe refuses before anything is trained."""

import pytest

from personae.errors import InvalidOption
from personae.recipes.score_before_speaking import score_before_speaking


@pytest.mark.parametrize("arm", ["plain", "unscored"])
def test_a_contrast_of_scores_needs_an_arm_that_shows_them(arm):
    with pytest.raises(InvalidOption, match=f"arm={arm} shows none: use arm=scored"):
        score_before_speaking(arm=arm, contrast=5.0)
