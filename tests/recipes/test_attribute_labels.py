"""Labels of human replies, and the buckets made of them."""

from __future__ import annotations

import random

import pytest

from personae.recipes.attribute_labels import Label, buckets_of, kept_labels, labels_of
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.text.specificity import specificity_of

TABLE = specificity_of({"dogs": 1, "i": 100, "have": 10})
TURNS = (
    (False, "two dogs"),
    (True, "Two cats?"),
    (True, "Hm."),
    (False, "dogs"),
    (True, "dogs"),
)
DIALOGUE = PersonaDialogue("d", (), TURNS)


def test_every_reply_that_answers_is_labelled(word_embedder):
    first, second = labels_of([DIALOGUE], TABLE, word_embedder)
    assert (first.dialogue, first.position, first.asks) == ("d", 1, True)
    assert first.cosine == pytest.approx(0.5)
    assert (second.position, second.asks, second.nidf, second.cosine) == (4, False, 1.0, 1.0)


def test_buckets_hold_as_many_replies_each():
    labels = [Label("d", at, at % 4 == 0, at / 100, at / 100 - 0.5) for at in range(100)]
    buckets = buckets_of(labels)
    assert buckets.question_share == 0.25
    rng = random.Random(0)
    found = [buckets.controls(one, rng) for one in labels]
    for name in ("specificity", "relatedness"):
        assert [one[name] for one in found] == [at // 10 for at in range(100)]
    pairs = list(zip(found, labels, strict=True))
    assert all(one["question"] > 0 for one, label in pairs if label.asks)
    assert any(one["question"] == 0 for one, label in pairs if not label.asks)


def test_half_of_what_stands_under_a_bucket_of_questions_asks_and_b_tenths_of_bucket_b():
    rng = random.Random(0)
    labels = [Label("d", at, at % 5 == 0, 0.5, 0.5) for at in range(60_000)]
    buckets = buckets_of(labels)
    under: dict[int, list[bool]] = {}
    for label in labels:
        if rng.random() < buckets.question_stands(label):
            under.setdefault(buckets.controls(label, rng)["question"], []).append(label.asks)
    standing = [asks for found in under.values() for asks in found]
    assert sum(standing) / len(standing) == pytest.approx(0.5, abs=0.02)
    for bucket, asked in under.items():
        assert sum(asked) / len(asked) == pytest.approx(bucket / 10, abs=0.05)
        # The contrast needs a bucket to stand as often as the one that mirrors it.
        assert len(asked) == pytest.approx(len(under[10 - bucket]), rel=0.15)


@pytest.mark.parametrize("asks", [True, False])
def test_where_all_replies_are_of_one_kind_no_bucket_of_questions_stands(asks):
    label = Label("d", 1, asks, 0.5, 0.5)
    assert buckets_of([label] * 20).question_stands(label) == 0.0


def test_labels_are_kept_and_not_made_again(tmp_path, monkeypatch, word_embedder):
    monkeypatch.setattr("personae.encoders.embedder.open_embedder", lambda: word_embedder)
    file = tmp_path / "labels.jsonl"
    first = kept_labels([DIALOGUE], file, lambda *_: None)
    word_embedder.asked.clear()
    assert kept_labels([DIALOGUE], file, lambda *_: None) == first
    assert not word_embedder.asked
