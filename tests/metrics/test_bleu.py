"""bleu equals sacrebleu, on the whole and on resamples."""

from __future__ import annotations

import math
import random

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import InvalidOption
from personae.evaluate.score import NoModel
from personae.metrics.bleu import bleu
from personae.registry import build

SCENE = Scene(persona=Persona(name="Ana"))
KIT = Kit(lm=NoModel())
WORDS = ["i", "you", "like", "have", "two", "dogs", ",", ".", "!", "?", "Really", "music"]


def pairs(count: int, seed: int = 1) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    return [
        (" ".join(rng.choices(WORDS, k=rng.randint(1, 14))),
         " ".join(rng.choices(WORDS, k=rng.randint(1, 14))))
        for _ in range(count)
    ]  # fmt: skip


def samples(couples: list[tuple[str, str]]) -> list[Sample]:
    return [
        Sample(id=str(at), scene=SCENE, reply=reply, reference=gold)
        for at, (reply, gold) in enumerate(couples)
    ]


def expected(couples: list[tuple[str, str]], **options) -> float:
    replies, golds = zip(*couples, strict=True)
    return sacrebleu.BLEU(force=True, **options).corpus_score(list(replies), [list(golds)]).score


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"lowercase": True}, {"lowercase": True}),
        ({"tokenize": "char"}, {"tokenize": "char"}),
        ({"n": 2}, {"max_ngram_order": 2}),
    ],
)
def test_totals_and_resamples_equal_sacrebleu(ours, theirs):
    couples = pairs(60)
    scores = bleu(**ours)(samples(couples), KIT)
    assert scores.total == expected(couples, **theirs) > 0
    drawn = random.Random(2).choices(range(60), k=60)
    assert scores.resample is not None
    assert scores.resample(drawn) == expected([couples[at] for at in drawn], **theirs)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=30), st.text("abc d.", max_size=20)), max_size=6))
def test_any_text_scores_as_in_sacrebleu(couples):
    comparable = [(reply, gold) for reply, gold in couples if gold.strip()]
    scores = bleu()(samples(couples), KIT)
    if comparable:
        assert scores.total == expected(comparable)
        assert scores.resample is not None
        assert scores.resample(scores.applicable) == scores.total
    else:
        assert math.isnan(scores.total)


def test_the_signature_is_recorded_and_failures_do_not_count():
    couples = [("the cat sat on the mat today", "the cat sat on the mat"), ("x", "y")]
    made = [*samples(couples)[:1], Sample(id="f", scene=SCENE, reference="y", error="timeout")]
    scores = bleu()(made, KIT)
    assert scores.values[1] is None
    assert scores.total == expected(couples[:1])
    assert scores.detail["signature"].startswith(
        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:"
    )


def test_a_perfect_reply_is_100():
    assert bleu()(samples([("a b c d e", "a b c d e")]), KIT).total == pytest.approx(100)


def test_a_wrong_tokenizer_is_refused():
    with pytest.raises(InvalidOption, match="tokenize='klingon'"):
        build("metric", "bleu", {"tokenize": "klingon"})


HARD = st.text("ab A.,'-!?/&;:<>0129\n_~\"$ é…", max_size=40)


@settings(max_examples=300)
@given(HARD, HARD, st.booleans())
def test_marks_digits_and_entities_are_parted_as_by_sacrebleu(reply, gold, lowercase):
    sentence = sacrebleu.BLEU(effective_order=True, force=True, lowercase=lowercase)
    scores = bleu(lowercase=lowercase)(samples([(reply, gold)]), KIT)
    if gold.strip():
        assert scores.values == (sentence.sentence_score(reply, [gold]).score,)
