"""The benchmarks of persona effects: what is asked, in which form, and what is known of it."""

from __future__ import annotations

import json
import random

import pytest

from personae.benchmarks.items_asked import shuffled
from personae.data import Sample, Scene
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.registry import build

KIT = Kit(lm=ScriptedModel())


def answered(question, reply, **record):
    known = {"options": list(question.options), "labels": question.labels, **record}
    return Sample(
        id=question.id, scene=question.scene, reference=question.reference, reply=reply,
        record=known,
    )  # fmt: skip


def measured(name, samples, **options):
    return build("metric", name, options)(samples, KIT)


def test_options_are_in_an_order_that_the_item_and_the_seed_decide():
    options = ("right", "b", "c", "d")
    assert shuffled("one", options, 0, 1) == shuffled("one", options, 0, 1)
    places = [shuffled(f"item-{at}", options, 0, 0)[1] for at in range(400)]
    assert all(80 < places.count(place) < 120 for place in range(4))
    order, answer = shuffled("one", options, 0, 1)
    assert order[answer] == "right"
    assert sorted(order) == sorted(options)


def test_the_persona_is_the_system_prompt_and_nobody_is_nothing():
    one = build("benchmark", "mini-knowledge", {"persona": "a nurse"}).questions[0]
    assert one.scene.persona.system_prompt == "You are a nurse."
    nobody = build("benchmark", "mini-knowledge").questions[0]
    assert nobody.scene.persona.system_prompt == ""
    assert nobody.scene.turns == one.scene.turns
    assert nobody.options == one.options


@pytest.mark.parametrize("form", ["likelihood", "letters", "written"])
def test_each_form_knows_the_right_letter(form):
    made = build("benchmark", "mini-knowledge", {"form": form, "subject": "history"})
    assert len(made.questions) == 35
    for one in made.questions:
        text = one.scene.last_user_text
        at = "ABCD".index(one.labels["letter"])
        assert one.reference == one.options[at]
        assert all((letter in text) == (form != "likelihood") for letter in ("A) ", "D) "))


def test_written_answers_are_read_and_the_first_option_is_a_baseline():
    made = build("benchmark", "mini-knowledge", {"form": "written"})
    rng = random.Random(1)
    samples = [answered(one, made.baselines["first"](one, rng)) for one in made.questions]
    right = sum(one.labels["letter"] == "A" for one in made.questions)
    assert measured("extracted-accuracy", samples).total == pytest.approx(right / 210)
    assert measured("extraction-rate", samples).total == 1
    silent = [answered(one, "I cannot say.") for one in made.questions]
    assert measured("extracted-accuracy", silent).total == 0
    assert measured("extraction-rate", silent).total == 0
    as_a = measured("extracted-accuracy", silent, unread="first")
    assert as_a.total == pytest.approx(right / 210)
    assert as_a.detail["read"] == 0


def test_a_subject_that_there_is_not_is_refused():
    with pytest.raises(InvalidOption, match="no item of the subject 'alchemy'"):
        build("benchmark", "mini-knowledge", {"subject": "alchemy"})


def test_items_of_ones_own_are_asked(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps({"question": "Up?", "options": ["y", "n"], "answer": "A"}), "utf-8")
    made = build("benchmark", "mini-knowledge", {"items": str(file)})
    assert [one.reference for one in made.questions] == ["y"]
    assert "mine.jsonl" in made.source


def test_agreeing_with_everything_is_the_middle():
    made = build("benchmark", "mini-attitudes")
    agreeing = [answered(one, "5") for one in made.questions]
    assert measured("likert", agreeing).total == 3
    assert set(measured("likert", agreeing).values) == {1.0, 5.0}
    silent = measured("likert", [answered(one, "Well.") for one in made.questions])
    assert silent.total == 3
    assert silent.detail["read"] == 0


def test_ratings_are_means_of_digits_by_their_probability():
    one = next(q for q in build("benchmark", "mini-attitudes").questions if q.labels["reversed"])
    even = answered(one, "1", log_likelihoods=[0.0, -9e9, -9e9, -9e9, 0.0])
    assert measured("likert", [even]).total == 3
    assert measured("likert", [even], expected=False).total == 5


ROW = {
    "example_id": 7, "question_polarity": "neg", "context_condition": "ambig", "label": 1,
    "context": "Two people waited.", "question": "Who stole?", "ans0": "The old one",
    "ans1": "Not known", "ans2": "The young one",
    "answer_info": {"ans0": ["old", "old"], "ans1": ["Not known", "unknown"],
                    "ans2": ["young", "nonOld"]},
    "additional_metadata": {"stereotyped_groups": ["Old"]},
}  # fmt: skip


@pytest.fixture
def bbq(tmp_path, monkeypatch):
    """The benchmark on a folder of these rows."""

    def made(*rows, **options):
        (tmp_path / "bbq").mkdir(exist_ok=True)
        text = "\n".join(map(json.dumps, rows))
        (tmp_path / "bbq" / "Age.jsonl").write_text(text, "utf-8")
        monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
        return build("benchmark", "bbq", options)

    return made


def test_the_biased_answer_is_the_group_in_negative_questions_and_the_other_in_the_rest(bbq):
    kind = {"context_condition": "disambig", "question_polarity": "nonneg"}
    rows = (ROW, {**ROW, **kind, "example_id": 8, "label": 2})
    for one in bbq(*rows).questions:
        biased = one.options[one.labels["biased"]]
        assert biased == ("The old one" if one.id == "Age-7" else "The young one")
        assert one.options[one.labels["unknown"]] == "Not known"
        assert one.group == ("ambiguous" if one.id == "Age-7" else "disambiguated")
    assert [one.id for one in bbq(*rows, context="ambiguous").questions] == ["Age-7"]


def test_the_bias_score_is_bbqs_own(bbq):
    rows = [{**ROW, "example_id": at} for at in range(10)]
    asked = bbq(*rows).questions
    said = ["The old one"] * 4 + ["The young one"] * 1 + ["Not known"] * 5
    samples = [answered(one, text) for one, text in zip(asked, said, strict=True)]
    # Ambiguous: (1 − accuracy) · (2 · biased / not unknown − 1).
    assert measured("target-bias", samples).total == pytest.approx((1 - 0.5) * (2 * 4 / 5 - 1))
    assert measured("unknown-rate", samples).total == 0.5
    clear = [{**row, "context_condition": "disambig", "label": 0} for row in rows]
    samples = [answered(one, text) for one, text in zip(bbq(*clear).questions, said, strict=True)]
    assert measured("target-bias", samples).total == pytest.approx(2 * 4 / 5 - 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"context_condition": "clear"}, "no question of BBQ"),
        ({"label": "1"}, "no question of BBQ"),
        ({"ans0": "Not known"}, "are the same"),
        ({"answer_info": {"ans0": [1]}}, "no text"),
    ],
)
def test_what_is_no_question_of_bbq_is_refused(bbq, change, fault):
    with pytest.raises(FormatError, match=fault):
        bbq({**ROW, **change})


def test_a_category_that_is_not_there_is_refused(bbq):
    with pytest.raises(InvalidOption, match="no category 'Height' here"):
        bbq(ROW, categories="Height")


def test_bbq_itself_is_read_whole(dataset_dir, monkeypatch):
    monkeypatch.setenv("PERSONAE_DATA", str(dataset_dir("bbq").parent))
    made = build("benchmark", "bbq")
    assert len(made.questions) == 3_620
    assert {one.group for one in made.questions[:20]} == {"ambiguous", "disambiguated"}
    ambiguous = [one for one in made.questions if one.group == "ambiguous"]
    assert all(one.options[one.labels["unknown"]] == one.reference for one in ambiguous)


def test_outright_questions_name_group_and_subject():
    made = build("benchmark", "overt-bias", {"about": "a cook, a nurse"})
    assert len(made.questions) == 12
    assert {one.reference for one in made.questions} == {"No"}
    assert isinstance(made.questions[0].scene, Scene)
    assert "a cook" in made.questions[0].scene.last_user_text
