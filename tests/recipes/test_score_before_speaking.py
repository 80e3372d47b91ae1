"""What the recipe refuses before anything is trained."""

import pytest

from personae.errors import InvalidOption
from personae.recipes.masked_substitution import Substitution
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.recipes.score_before_speaking import _sequence, score_before_speaking


@pytest.mark.parametrize("arm", ["plain", "unscored"])
def test_a_contrast_of_scores_needs_an_arm_that_shows_them(arm):
    with pytest.raises(InvalidOption, match=f"arm={arm} shows none: use arm=scored"):
        score_before_speaking(arm=arm, contrast=5.0)


def other_scores(against):
    """The scores of the human replies' and the copy's contrast."""
    dialogue = PersonaDialogue(
        "d", ("I have two dogs.",),
        ((False, "Pets?"), (True, "Two dogs."), (False, "Job?"), (True, "A nurse.")),
    )  # fmt: skip
    copies = [Substitution("d", 1, "dogs", "cats", "Two cats.", 0.7)]
    found = _sequence(dialogue, copies, lambda text: [text] if text else [], "scored", against, "0")
    texts = [str(one) for one in found.ids]
    return [one.split("Score: ")[1].split("<")[0] for one in texts if "Score: " in one]


def test_a_human_reply_is_told_from_its_copys_score_or_from_a_drawn_one():
    assert other_scores(None) == ["1.0", "0.7", "1.0"]
    assert other_scores("copy") == ["1.0", "0.7", "0.7", "1.0", "1.0"]
    first, drawn, copy, high, second, also_drawn = other_scores("drawn")
    assert (first, copy, high, second) == ("1.0", "0.7", "1.0", "1.0")
    assert 0.5 <= float(drawn) <= 0.9
    assert 0.5 <= float(also_drawn) <= 0.9
    assert drawn != also_drawn
