"""Profiles of a story: merged from summaries, or taken along; answers that were kept."""

from __future__ import annotations

import pytest

from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.memory.profiling import asking, calls_of, kept_answers, profile_of

STORY = tuple(f"Ana did thing {n}." for n in range(6))


class Asked:
    """Answers with a number, and remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str, max_tokens: int) -> str:
        self.texts.append(text)
        return f"Ana is number {len(self.texts)}. She is kind."


def test_summaries_are_merged_four_at_a_time_until_one_is_left():
    ask = Asked()
    made = profile_of("Ana", STORY, ask)
    # Six summaries, two merged ones, one.
    assert (made.calls, calls_of(6, "merge")) == (9, 9)
    assert made.lines == ("Ana is number 9.", "She is kind.")
    assert "Ana is number 7." in ask.texts[8]
    assert "Ana is number 8." in ask.texts[8]


def test_an_updated_profile_is_taken_along_from_piece_to_piece():
    ask = Asked()
    made = profile_of("Ana", STORY, ask, way="update")
    assert made.calls == calls_of(6, "update") == 6
    assert "Nothing yet." in ask.texts[0]
    assert "Ana is number 5." in ask.texts[5]
    assert "thing 5" in ask.texts[5]


def test_an_empty_answer_leaves_the_profile_as_it_was():
    answers = iter(["Ana is very tall.", "", ""])
    made = profile_of("Ana", STORY[:3], lambda text, most: next(answers), way="update")
    assert made.lines == ("Ana is very tall.",)


def test_pieces_without_the_character_are_not_read_and_none_gives_no_lines():
    ask = Asked()
    assert profile_of("Ana", ("Bo ran.", "Ana ran."), ask).calls == 1
    assert profile_of("Cleo", STORY, ask).lines == ()


def test_the_same_sentence_stands_once_and_twelve_are_kept():
    text = "Ana is kind. " * 3 + " ".join(f"Ana has {n} dogs." for n in range(20))
    assert len(profile_of("Ana", ("Ana.",), lambda *_: text).lines) == 12


def test_progress_is_told():
    seen: list[tuple[int, int]] = []
    profile_of("Ana", STORY[:2], Asked(), on_call=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_kept_answers_are_not_asked_again_even_after_a_kill(tmp_path):
    file = tmp_path / "answers.jsonl"
    first = Asked()
    kept_answers(first, file, "m")("What?", 5)
    with file.open("a") as half:
        half.write('["answer-')
    again = Asked()
    asked = kept_answers(again, file, "m")
    assert asked("What?", 5).startswith("Ana is number 1")
    assert again.texts == []
    assert kept_answers(again, file, "other model")("What?", 5)
    assert len(again.texts) == 1
    assert kept_answers(again, file, "other model")("What?", 5)
    assert len(again.texts) == 1


def test_a_model_answers_in_whole_sentences():
    lm = ScriptedModel(["Ana is kind. She ran to the"])
    assert asking(lm, seed=3)("Who?", 9) == "Ana is kind."
    with pytest.raises(CapabilityError, match="Making a profile"):
        asking(ScriptedModel(["x"], capabilities=("complete",)))
