"""dialogue_retrieval: USR's DR_c and DR_f on the shipped encoders."""

from __future__ import annotations

import json

import numpy as np
import pytest

from personae.encoders.dialogue_retrieval import (
    CONTEXT,
    FACT,
    SHIPPED,
    Logistic,
    Reply,
    context_features,
    fact_features,
    kept_retrieval,
    open_retrieval,
)
from personae.encoders.ranking import kept_ranker
from personae.errors import EnvironmentFault, FormatError, InvalidOption

TURNS = ("Hi, how are you?", "Great, just walked the dog.", "What breed is your dog?")
FACTS = ("I have a dog.", "I am a nurse.", "I like jazz.")


def test_a_feature_is_what_its_name_says():
    replies = [
        Reply(TURNS, "She is a little poodle.", FACTS),
        Reply(TURNS, "What breed is your dog?", FACTS),
        Reply(TURNS, "I have a dog. I am a nurse. I like jazz.", FACTS),
        Reply(TURNS, "Great, just walked the dog."),
    ]
    columns = context_features(replies, kept_ranker()).T
    seen = dict(zip(CONTEXT, columns, strict=True))
    assert seen["cosine"][1] == pytest.approx(1.0, abs=1e-3)
    assert seen["echoed"].tolist() == [0, 1, 0, 0]
    assert seen["said_before"][3] == 1
    assert seen["recited"].tolist() == [0, 0, 2, 0]
    assert seen["near"][3] == 0
    assert seen["length"][0] == pytest.approx(np.log(6))
    assert seen["ranked"][0] > seen["ranked"][3]


def test_the_facts_alone_are_read_for_dr_f():
    near, far = fact_features(
        [Reply(TURNS, "I work as a nurse.", FACTS), Reply((), "I work as a nurse.", FACTS)],
        kept_ranker().embedder,
    )
    assert near.tolist() == far.tolist()
    assert len(near) == len(FACT)


def test_the_true_reply_is_likelier_than_one_of_another_dialogue():
    retrieval = kept_retrieval()
    true, drawn = retrieval.of_context([
        Reply(TURNS, "She is a little poodle, and very spoiled.", FACTS),
        Reply(TURNS, "My son starts school in September.", FACTS),
    ])  # fmt: skip
    assert 0 <= drawn < true <= 1


def test_who_is_told_nothing_has_no_dr_f_and_an_empty_reply_has_0():
    retrieval = kept_retrieval()
    assert retrieval.of_fact([Reply(TURNS, "Hello.")]) == [None]
    assert retrieval.of_fact([Reply(TURNS, " ?", FACTS)]) == [0.0]
    assert retrieval.of_context([Reply(TURNS, "", FACTS)]) == [0.0]
    assert retrieval.of_context([]) == []


def test_an_echo_a_recital_and_broken_words_are_no_next_turns():
    retrieval = kept_retrieval()
    true, *foils = retrieval.of_context([
        Reply(TURNS, "She is a little poodle, and very spoiled.", FACTS),
        Reply(TURNS, TURNS[-1], FACTS),
        Reply(TURNS, " ".join(FACTS), FACTS),
        Reply(TURNS, "I don't know.", FACTS),
    ])  # fmt: skip
    assert max(foils) < true


def test_one_reply_has_one_chance_whatever_it_is_asked_with():
    retrieval = kept_retrieval()
    replies = [Reply(TURNS[-1:], text, FACTS) for text in ("A poodle.", "Jazz!", "I am a nurse.")]
    together = retrieval.of_context(replies)
    assert [retrieval.of_context([one])[0] for one in replies] == together


def test_a_logistic_is_the_chance_of_its_weighted_features():
    fit = Logistic(("a", "b"), (1.0, -2.0), (0.5, 0.0), (2.0, 1.0), 0.25)
    logit = 1.0 * (1.5 - 0.5) / 2.0 - 2.0 * 0.5 + 0.25
    assert fit.probabilities(np.array([[1.5, 0.5]]))[0] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_one_text_for_a_list_is_refused():
    with pytest.raises(InvalidOption, match="lists of texts"):
        kept_retrieval().of_context([Reply("Hi", "Hello.")])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ranker": 3}, "does not name its ranker"),
        ({"ranker": "another"}, "another ranker"),
        ({"context": {}}, "'context' has not a bias"),
        ({"fact": {"bias": 0, "terms": {}}}, "'fact' has not a bias"),
    ],
)
def test_a_file_that_is_no_weights_is_said_in_a_sentence(tmp_path, change, said):
    file = tmp_path / "weights.json"
    file.write_text(json.dumps(json.loads(SHIPPED.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(FormatError, match=said):
        open_retrieval(file)


def test_numbers_that_are_not_finite_and_missing_files_are_faults(tmp_path):
    value = json.loads(SHIPPED.read_text("utf-8"))
    value["context"]["terms"]["echoed"]["scale"] = 0
    file = tmp_path / "weights.json"
    file.write_text(json.dumps(value), "utf-8")
    with pytest.raises(FormatError, match="scale is 0"):
        open_retrieval(file)
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        open_retrieval(tmp_path / "none.json")
