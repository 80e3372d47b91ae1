"""PersonaLLM: the published effect sizes, types, agents, and a model that does as it is told."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from personae.data import Scene
from personae.errors import FormatError, InvalidOption
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.questionnaire_asking import Asking, asker
from personae.formats.questionnaire import load_questionnaire
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.questionnaires.big_five import (
    MARKERS,
    TRAITS,
    all_types,
    code_of,
    first_items,
    persona_of,
    traits_of,
    type_of,
    types_of,
)
from personae.questionnaires.types import Answer
from personae.speaker import Speaker
from personae.studies.personallm import (
    ask_types,
    d_by_chance,
    draw_agents,
    effect_sizes,
    published_agents,
    read_scores,
    shuffled,
    write_story,
)

# Computed from the published tables; S096 in the design.
GOLDEN = {
    "gpt-3.5-turbo-0613": {"E": 7.81, "A": 5.93, "C": 1.56, "N": 1.83, "O": 2.90},
    "gpt-4-0613": {"E": 5.47, "A": 4.22, "C": 4.39, "N": 5.17, "O": 6.30},
}


@pytest.mark.parametrize("model", list(GOLDEN))
def test_the_published_effect_sizes_come_out_to_a_hundredth(model):
    found = effect_sizes(published_agents()[model])
    for trait, d in GOLDEN[model].items():
        assert found[trait].d == pytest.approx(d, abs=0.01)
        assert found[trait].test.p < 1e-20


def test_what_ships_is_what_was_published(dataset_dir):
    folder = dataset_dir("personallm-stories") / "scores"
    files = {"gpt-3.5-turbo-0613": "gpt3.5_turbo_0613", "gpt-4-0613": "gpt4_0613"}
    for model, stem in files.items():
        theirs = read_scores(folder / f"{stem}_all_scores.csv")
        ours = published_agents()[model]
        assert [(one.type, dict(one.scores)) for one in theirs] == [
            (one.type, dict(one.scores)) for one in ours
        ]


def test_shuffled_types_leave_nothing_but_noise():
    agents = published_agents()["gpt-4-0613"]
    assert all(abs(one.d) < 0.3 for one in effect_sizes(shuffled(agents, 0)).values())
    by_chance = d_by_chance(agents, 100, 0)
    assert all(0.1 < size < 0.3 for size in by_chance.values())


def test_codes_name_types_and_types_codes():
    assert len({code_of(one) for one in all_types()}) == 32
    assert all(type_of(code_of(one)) == one for one in all_types())
    assert code_of(all_types()[0]) == "extr_agre_cons_neur_open"
    for wrong in ("extr", "extr_intr_cons_neur_open", "a_b_c_d_e"):
        with pytest.raises(InvalidOption, match="is no type"):
            type_of(wrong)


@pytest.mark.parametrize("count", [8, 16, 32])
def test_fractions_are_balanced_in_every_trait_and_pair(count):
    types = types_of(count)
    assert len(types) == count
    for at in range(5):
        assert sum(one[at] for one in types) == count // 2
    for a, b in itertools.combinations(range(5), 2):
        assert sum(one[a] == one[b] for one in types) == count // 2


def test_other_counts_are_refused():
    with pytest.raises(InvalidOption, match="8, 16 and 32"):
        types_of(5)


def test_the_sentence_is_the_published_one():
    assert persona_of(all_types()[-1]).description == (
        "You are a character who is introverted, antagonistic, unconscientious, emotionally "
        "stable, and closed to experience."
    )


def obedient(request, text):
    """Says what fits the marker words of its prompt: by shared keys of the questionnaire."""
    prompt = " ".join(message.content for message in request.messages)
    sheet = load_questionnaire("ipip-50")
    item = next(one for one in sheet.items if one.text == text)
    if "character who" not in prompt:
        return Likelihood((-10.0,))
    for scale in sheet.scales:
        if item.id in scale.keys:
            is_high = MARKERS[scale.id][0] in prompt
            return Likelihood((-10.0 + (1 if is_high else -1) * scale.keys[item.id],))
    raise AssertionError(text)


def test_a_model_that_does_as_told_has_large_effects_and_keeps_its_answers():
    sheet = first_items(load_questionnaire("ipip-50"), 4)
    lm, kept = ScriptedModel(scorer=obedient), AnswerSheet()
    asking = Asking(way="statement")
    speaker = Speaker(lm)
    answers = ask_types(
        sheet, types_of(8), "markers", lambda one: asker(sheet, speaker, one), [asking], kept
    )
    agents = draw_agents(sheet, answers, 10, 0)
    assert len(agents) == 80
    assert all(one.d > 0.8 for one in effect_sizes(agents).values())
    assert draw_agents(sheet, answers, 10, 0) == agents
    assert draw_agents(sheet, answers, 10, 1) != agents
    scored = len(lm.scored)
    ask_types(sheet, types_of(8), "markers", lambda one: asker(sheet, speaker, one), [asking], kept)
    assert len(lm.scored) == scored


def test_the_first_items_of_a_trait_are_of_both_signs():
    sheet = first_items(load_questionnaire("ipip-50"), 4)
    assert len(sheet.items) == 20
    for scale in sheet.scales:
        assert sorted(scale.keys.values()) == [-1, -1, 1, 1]
    assert first_items(sheet, 0) is sheet


def test_a_questionnaire_without_the_traits_is_refused():
    sheet = load_questionnaire("ipip-50")
    assert list(traits_of(sheet)) == list(TRAITS)
    with pytest.raises(InvalidOption, match="no scale for openness"):
        traits_of(replace(sheet, scales=sheet.scales[:-1]))


def test_interviews_are_taken_as_they_are():
    sheet = load_questionnaire("ipip-50")
    told = {all_types()[0]: [Answer(item.id, 2.0) for item in sheet.items]}
    (agent,) = draw_agents(sheet, told, 1, 0)
    assert agent.scores["N"] == pytest.approx((8 * 2 + 2 * 4) / 10)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "no score of a trait"),
        ("trait,run,personality_type,sum_score\n", "no scores"),
        ("trait,run,personality_type,sum_score\nOpenness,1,extr_agre_cons_neur_open,3\n",
         "has 1 traits, not five"),
        ("trait,run,personality_type,sum_score\nCharm,1,x,3\n", "line 2"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused(tmp_path, text, sentence):
    file = tmp_path / "scores.csv"
    file.write_text(text)
    with pytest.raises(FormatError, match=sentence):
        read_scores(file)


def test_a_story_ends_with_a_sentence():
    lm = ScriptedModel(["It rained. We laughed. And then"])
    scene = Scene(persona=persona_of(all_types()[0])).said("User", "Write.")
    assert write_story(Speaker(lm), scene, 50, 1) == "It rained. We laughed."
    assert lm.requests[0].sampling.max_tokens == 50
