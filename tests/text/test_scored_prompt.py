"""The prompts of Score Before You Speak."""

from personae.text.scored_prompt import told_persona, with_score


def test_the_persona_is_told_as_you():
    assert told_persona(["I have two dogs.", "My name is long."], "Ana") == (
        "Your name is Ana. You have two dogs. Your name is long."
    )
    assert told_persona([]) == ""


def test_scores_are_written_as_in_training():
    assert with_score("Hi!", 1) == "Hi! Score: 1.0"
    assert with_score("Hi!", 0.87) == "Hi! Score: 0.87"
    assert with_score("Hi!", 0.9) == "Hi! Score: 0.9"
    assert with_score("Hi!", None) == "Hi!"
