"""The rules that label the NLI model's training pairs."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "training" / "nli"


def load(name: str):
    """A module of the recipe, which is no package of personae."""
    sys.path.insert(0, str(RECIPE))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(RECIPE))


attributes, rewrite, style, make, corpora, themes, facets = (
    load(f"pairs.{name}")
    for name in ("attributes", "rewrite", "style", "make", "corpora", "themes", "facets")
)
BY_NAME = {a.name: a for a in attributes.attributes()}


def claim(name: str, kind: str, value: str = ""):
    return attributes.Claim(BY_NAME[name], kind, value)


@pytest.mark.parametrize(
    ("name", "said", "stated", "expected"),
    [
        ("job", ("has", "nurse"), ("has", "nurse"), "entailment"),
        ("job", ("has", "nurse"), ("has", "mechanic"), "contradiction"),
        ("job", ("has", "nurse"), ("group", "hospital"), "entailment"),
        ("job", ("has", "mechanic"), ("group", "hospital"), "contradiction"),
        ("job", ("has", "nurse"), ("any",), "entailment"),
        ("job", ("any",), ("has", "nurse"), "neutral"),
        ("job", ("none",), ("has", "nurse"), "contradiction"),
        ("job", ("has", "nurse"), ("lacks", "mechanic"), "entailment"),
        ("job", ("has", "doctor"), ("has", "surgeon"), None),
        ("home", ("has", "houston"), ("group", "texas"), "entailment"),
        ("home", ("has", "houston"), ("group", "usa"), "entailment"),
        ("home", ("has", "texas"), ("has", "houston"), None),
        ("home", ("has", "houston"), ("has", "paris"), "contradiction"),
        ("home", ("has", "paris"), ("group", "usa"), "contradiction"),
        ("age", ("has", "22"), ("group", "twenties"), "entailment"),
        ("age", ("has", "22"), ("has", "40"), "contradiction"),
        ("pet", ("has", "dog"), ("has", "cat"), "neutral"),
        ("pet", ("has", "beagle"), ("group", "dog"), "entailment"),
        ("pet", ("has", "beagle"), ("none",), "contradiction"),
        ("pet", ("no_group", "dog"), ("has", "beagle"), "contradiction"),
        ("pet", ("none",), ("lacks", "beagle"), "entailment"),
        ("likes food", ("lacks", "steak"), ("has", "steak"), "contradiction"),
        ("likes food", ("has", "steak"), ("has", "sushi"), "neutral"),
        ("likes food", ("no_group", "meat"), ("has", "steak"), "contradiction"),
        ("favorite color", ("has", "blue"), ("has", "red"), "contradiction"),
        ("number of kids", ("has", "two"), ("has", "three"), "contradiction"),
        ("number of kids", ("has", "two"), ("any",), "entailment"),
        ("job of mother", ("has", "nurse"), ("has", "teacher"), "contradiction"),
    ],
)
def test_a_pair_of_claims_has_the_label_of_its_attribute(name, said, stated, expected):
    assert attributes.label(claim(name, *said), claim(name, *stated)) == expected


@pytest.mark.parametrize("attribute", BY_NAME.values(), ids=lambda a: a.name)
def test_every_claim_of_an_attribute_can_be_said(attribute):
    rng = random.Random(0)
    for _ in range(60):
        made = make.claim(attribute, rng)
        for form in made.forms():
            text = style.fill(form, made.value, rng)
            assert "{" not in text
            assert text


@pytest.mark.parametrize(
    ("sentence", "allowed"),
    [
        ("I love dogs.", {f"{no} dogs" for no in rewrite.DISLIKES}),
        ("i'm a nurse .", {"i am not a nurse"}),
        ("i do not eat meat", {"i eat meat"}),
        ("I can't swim.", {"i can swim"}),
        ("my hair is red", {"my hair is not red"}),
        ("do you like dogs ?", {None}),
    ],
)
def test_the_opposite_of_a_sentence_cannot_be_true_with_it(sentence, allowed):
    assert {rewrite.opposite(sentence, random.Random(seed)) for seed in range(30)} <= allowed


def test_a_swapped_value_is_another_of_its_kind():
    made = {rewrite.swapped("I have two dogs.", random.Random(seed)) for seed in range(40)}
    assert "i have two dogs" not in made
    assert "i have five dogs" in made


def test_a_question_or_someone_elses_claim_is_not_the_speakers():
    made = {make.others("i have a dog", random.Random(seed)) for seed in range(40)}
    assert "do you have a dog ?" in made
    assert all(not text.startswith("i ") for text in made)


def test_what_a_person_says_stays_whole_among_chatter():
    for seed in range(50):
        text = style.in_chat("i have a dog", ["nice !", "what about you ?"], random.Random(seed))
        assert "dog" in text


def test_themes_have_two_sides_and_implications_have_consequences():
    lines = themes.THEMES.strip().splitlines()
    assert len(lines) > 100
    assert all(line.count("|") == 1 for line in lines)
    assert all(line.count(">") == 1 for line in themes.IMPLIED.strip().splitlines())


@pytest.fixture
def small():
    persona = ["i have two dogs .", "i am a nurse .", "my favorite color is blue ."]
    other = ["i love to surf .", "i live in texas .", "i work at a bank .", "i am a chef ."]
    spoken = [
        ("i work as a nurse in town . do you like music ?", persona),
        ("that is cool . i walk my two dogs every day .", persona),
        ("nice ! i love to surf when it is hot .", other),
        ("i work for the army .", other),
    ]
    noted = [("I just fed my two dogs.", "I have two dogs.")]
    return corpora.Corpora([persona, other] * 2, spoken, noted)


def test_pairs_are_distinct_and_the_same_for_a_seed(small):
    maker = make.Maker(small)
    maker.favorites["color"] = ["my favorite color is blue .", "my favorite color is red ."] * 2
    sources = [make.Maker.attribute, make.Maker.theme, make.Maker.diet, make.Maker.job_field]
    for source in sources:
        one, two = ([source(maker, random.Random(seed)) for seed in range(50)] for _ in range(2))
        assert one == two
        assert {pair.label for pair in one if pair} <= set(make.LABELS)


@pytest.mark.parametrize(
    ("facet", "sentence", "kind"),
    [
        ("job", "I'm a nurse at a clinic.", "hospital"),
        ("job", "i tend bar on the weekends .", "bar"),
        ("job", "i want to work as a nurse .", None),
        ("job", "my mother works as a nurse .", None),
        ("job", "i am a nurse and a mechanic .", None),
        ("together", "i live with my wife .", "married"),
        ("together", "i am single .", "single"),
        ("together", "my brother is married .", None),
        ("school", "i am in high school .", "school pupil"),
        ("school", "i dropped out of college .", "left"),
        ("numbers", "i have three brothers .", "siblings"),
        ("numbers", "i have three dogs .", "pets"),
        ("numbers", "do i have three dogs ?", None),
    ],
)
def test_a_sentence_is_sorted_by_the_one_kind_that_it_shows(facet, sentence, kind):
    found = facets.sort([sentence])[facet]
    assert found == ({kind: [sentence]} if kind else {})


def test_kinds_that_are_near_each_other_make_no_pair():
    by_name = {one.name: one for one in facets.FACETS}
    assert by_name["job"].apart("hospital", "cars")
    assert not by_name["job"].apart("hospital", "science")
    assert not by_name["together"].apart("engaged", "dating")


def test_sentences_of_two_kinds_clash_or_do_not_touch(small):
    said = ["i am a nurse .", "i am a chef .", "i have three brothers .", "i have three dogs ."]
    small.personas.append(said)
    maker = make.Maker(small)
    made = {maker.facet(random.Random(seed)) for seed in range(400)} - {None}
    apart = {pair.source: pair.label for pair in made if pair.source.endswith("apart")}
    assert apart == {"job apart": "contradiction", "numbers apart": "neutral"}


def test_a_reply_is_no_contradiction_of_its_own_persona(small):
    maker = make.Maker(small)
    made = {maker.consistent(random.Random(seed)) for seed in range(60)} - {None}
    assert {pair.label for pair in made} == {"consistent"}
    assert not any(pair.premise.endswith("?") and "." not in pair.premise for pair in made)
    own = {(said, one) for reply, persona in small.spoken for one in persona for said in [reply]}
    assert {(p.premise, p.hypothesis) for p in made} & own


def test_the_halves_share_no_statement():
    generate = load("generate_pairs")
    pair = make.Pair("i am vegan", "I eat steak.", "contradiction", "diet")
    again = make.Pair("i never eat meat", "i eat steak.", "contradiction", "diet")
    assert generate.half_of(pair) == generate.half_of(again)
    kept = [list(generate.wanted([pair, again], half)) for half in ("a", "b", "all")]
    assert sorted(map(len, kept)) == [0, 2, 2]


@pytest.mark.slow
def test_pairs_made_of_the_real_data_are_balanced(dataset_dir):
    data = dataset_dir("dnli-excerpt").parent
    for name in ("msc", "synthetic-persona-chat"):
        dataset_dir(name)
    made = make.pairs(make.Maker(corpora.read(data)), 600, seed=5)
    for label in make.LABELS:
        assert 0.2 < sum(pair.label == label for pair in made) / len(made) < 0.5
