"""Tests of the checks of S044 and S096: they pass on a model that does as told, and can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.checks import s044_interaction as s044
from personae.catalog.checks import s096_personallm as s096
from personae.data import Persona
from personae.formats.questionnaire import load_questionnaire
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.questionnaires.big_five import MARKERS
from personae.questionnaires.types import Answer
from personae.studies import interaction, personallm

SHEET = load_questionnaire("ipip-50")
SCALE_OF = {
    item.text: (scale.id, scale.keys[item.id])
    for scale in SHEET.scales
    for item in SHEET.items
    if item.id in scale.keys
}
# The first of the marker words: a comma follows it in a chat and in a monologue.
HIGH = {trait: words[0].split(", ")[0] for trait, words in MARKERS.items()}
LOW = {trait: words[1].split(", ")[0] for trait, words in MARKERS.items()}


def obedient(request, text):
    """Finds a statement likelier where the prompt has a word of its pole."""
    prompt = request.prompt + " ".join(message.content for message in request.messages)
    trait, sign = SCALE_OF[text.strip()]
    lean = 2 * sign * ((HIGH[trait] in prompt) - (LOW[trait] in prompt))
    return Likelihood((-10.0 + lean,))


def told(request):
    """Writes of what it read, if anything."""
    prompt = " ".join(message.content for message in request.messages)
    return "I read of it. It was a day." if "story of another person" in prompt else "It was a day."


def context(lm: ScriptedModel) -> CheckContext:
    def none():
        raise AssertionError("not needed")

    return CheckContext(lm=lambda: lm, embedder=none, datasets_dir=Path("/nowhere"))


def test_s096_passes_on_a_model_that_does_as_told():
    evidence = s096.check(context(ScriptedModel(scorer=obedient)))
    assert len(evidence) == 4
    assert "gpt-4-0613 (320 agents) E 5.47" in evidence[1]


def test_s096_fails_on_a_model_that_does_not_care():
    with pytest.raises(CheckFailed, match="traits are above"):
        s096.check(context(ScriptedModel(scorer=lambda request, text: Likelihood((-10.0,)))))


def test_s096_fails_where_nobody_is_told_who_they_are(monkeypatch):
    monkeypatch.setattr(personallm, "persona_of", lambda one, words: Persona(name="Kim"))
    with pytest.raises(CheckFailed, match="only 0 traits"):
        s096.check(context(ScriptedModel(scorer=obedient)))


def test_s096_fails_with_one_wrong_key(monkeypatch):
    wrong = {**s096.BFI_KEYS, "E": (1, 6, 11, 16, -21, 26, -31, 36)}
    monkeypatch.setattr(s096, "BFI_KEYS", wrong)
    with pytest.raises(CheckFailed, match="extraversion"):
        s096.scorer_is_golden()


def test_s096_fails_with_another_formula_of_d(monkeypatch):
    real = personallm.compare
    monkeypatch.setattr(
        "personae.studies.personallm.compare",
        lambda a, b: type(real(a, b))(
            real(a, b).d * 0.99, real(a, b).test, real(a, b).first_mean, real(a, b).second_mean,
            real(a, b).first_count, real(a, b).second_count,
        ),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="d of E is"):
        s096.published_effects()


def test_s044_passes_on_a_model_that_does_as_told():
    evidence = s044.check(context(ScriptedModel(told, scorer=obedient)))
    assert "130 published participants" in evidence[1]
    assert "style matching" in evidence[-1]


def test_s044_fails_where_the_profiles_do_not_differ():
    lm = ScriptedModel(told, scorer=lambda request, text: Likelihood((-10.0,)))
    with pytest.raises(CheckFailed, match="hardly differ"):
        s044.check(context(lm))


def test_s044_fails_where_nobody_reads(monkeypatch):
    real = interaction._task
    monkeypatch.setattr(interaction, "_task", lambda setting, read: real(setting, ""))
    with pytest.raises(CheckFailed, match="wrote what it wrote alone"):
        s044.check(context(ScriptedModel(told, scorer=obedient)))


def test_s044_fails_with_one_wrong_key(monkeypatch):
    monkeypatch.setattr(
        s044, "score",
        lambda sheet, answers: s096.score(sheet, [Answer(a.item, 6 - a.value) for a in answers]),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="gives the sums"):
        s044.golden_sums()
