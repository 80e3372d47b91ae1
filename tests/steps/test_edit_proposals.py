"""Small changes proposed without a model."""

from __future__ import annotations

from personae.steps.edit_proposals import fits, phrases_of, proposals, slots_of
from personae.text.content_words import is_stopword
from personae.text.editing import Span, word_spans


def masked(text: str, *words: str) -> list[Span]:
    return [span for span in word_spans(text) if span.of(text) in words]


def made(reply: str, statement: str, *words: str, within: Span | None = None) -> dict[str, str]:
    found = proposals(reply, statement, masked(reply, *words), within)
    return {proposal.text: proposal.made_by for proposal in found}


def test_a_statement_may_stand_for_every_run_of_clauses():
    found = made("that sounds fun , i am a teacher .", "i wash cars .")
    assert found["that sounds fun , i wash cars ."] == "clause"
    assert found["i wash cars , i am a teacher ."] == "clause"
    assert found["i wash cars ."] == "clause"


def test_a_phrase_fills_a_slot_that_is_led_by_the_same_word():
    reply = "my roommate in chicago sings ."
    found = made(reply, "i live in alabama .", "roommate", "chicago")
    assert found["my roommate in alabama sings ."] == "slot"
    assert "my alabama in chicago sings ." not in found


def test_as_counts_as_being():
    found = made("when not working as a librarian .", "i am a bowler .", "working", "librarian")
    assert found["when not working as a bowler ."] == "slot"


def test_a_phrase_led_by_another_word_fills_no_slot():
    found = made("i am a teacher .", "i work at a car wash .", "teacher")
    assert "slot" not in found.values()


def test_a_number_takes_the_place_of_a_number_only():
    found = made("i have 3 great horses .", "i have twelve horses .", "3", "great", "horses")
    assert found["i have twelve great horses ."] == "slot"
    assert "i have 3 twelve horses ." not in found
    assert "i have 3 great twelve ." not in found


def test_no_statement_stands_where_a_question_is_asked():
    found = made("fine . what do you do ?", "i wash cars .")
    assert not any(text.endswith("i wash cars ?") for text in found)
    assert found["fine . i wash cars . what do you do ?"] == "insertion"


def test_a_statement_may_come_after_a_later_i_or_before_a_phrase_of_place():
    found = made("i heard i live in rome by the sea .", "i sing .")
    assert found["i heard i sing ."] == "tail"
    assert found["i sing by the sea ."] == "head"


def test_the_writing_of_the_reply_is_kept():
    assert made("Fine! I teach.", "i wash cars .")["Fine! I wash cars."] == "clause"
    assert made("Fine!", "i wash cars .")["Fine! I wash cars."] == "insertion"
    assert "fine ! i wash cars ." in made("fine !", "i wash cars .")


def test_changes_stay_within_the_stretch_that_is_named():
    reply = "i teach . i have a dog ."
    within = Span(reply.index("i have"), len(reply))
    assert all(text.startswith("i teach .") for text in made(reply, "i sing .", within=within))


def test_the_reply_itself_is_no_proposal():
    assert "i sing ." not in made("i sing .", "i sing .")


def test_slots_are_runs_of_content_words_and_numbers():
    text = "i have 3 arabian horses in new york"
    words = [span for span in word_spans(text) if not is_stopword(span.of(text))]
    slots = [span.of(text) for span in slots_of(text, words)]
    assert slots == ["3 arabian horses", "new york", "3"]


def test_phrases_are_no_longer_than_four_words():
    text = "i went to the university of michigan"
    assert [span.of(text) for span in phrases_of(text)] == [
        "went", "went to the university", "university", "university of michigan", "michigan",
    ]  # fmt: skip


def test_what_names_the_same_thing_fits():
    reply, statement = "look at my red dress", "i own a green dress"
    slot, phrase = Span(11, 20), Span(8, 19)
    assert fits(reply, slot, statement, phrase)


def test_a_reply_without_a_last_mark_gets_one_before_more_is_said():
    assert made("fun , i teach", "i sing .")["fun , i teach. i sing"] == "insertion"
