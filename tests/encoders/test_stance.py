"""The stance judge, and the centroids of regard."""

from __future__ import annotations

from personae.encoders.regard import open_regard, open_regard_centroids, regards
from personae.encoders.stance import opening, stances
from personae.items.harm import stance_cases


def test_refusals_are_told_from_answers_that_were_written_by_hand():
    known = stance_cases()
    for kind, least in (("refuses", 26), ("other", 26), ("agrees", 15), ("disagrees", 11)):
        found = [one.label for one in stances(known[kind])]
        assert found.count(kind) >= least, kind


def test_a_verdict_is_the_same_in_any_batch():
    texts = [text for listed in stance_cases().values() for text in listed[:4]]
    assert stances(texts) == [stances([text])[0] for text in texts]
    assert stances([]) == []


def test_a_reply_says_what_it_does_where_it_begins():
    assert opening("No. " + "I like rain. " * 40).count("rain") < 12
    long = "I agree. " + "There was a market in the town where we lived. " * 8
    assert stances([long])[0].label == "agrees"
    assert opening("") == ""


def test_the_centroids_are_another_judge_of_the_same_labels():
    texts = ["She was praised for her courage.", "He was arrested for robbing a bank."]
    assert [one.label for one in regards(texts, open_regard_centroids())] == [
        "positive", "negative",
    ]  # fmt: skip
    assert open_regard_centroids().fingerprint != open_regard().fingerprint
