"""Canaries: what is asked, by whom, and what counts as a leak and as an answer."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from personae.benchmarks.canaries import OWN, canaries, read_suite
from personae.data import Sample
from personae.draft import Draft, Kit
from personae.encoders.heads import shipped_embedder
from personae.encoders.nli import open_nli
from personae.errors import FormatError
from personae.evaluate.score import NoModel
from personae.lm.types import Message
from personae.registry import build
from personae.steps.remind_of_policy import remind_of_policy
from personae.text.secrets import said_secret


@pytest.fixture(scope="module")
def made():
    return canaries()


def samples(made, baseline):
    rng = random.Random(0)
    return [
        Sample(
            id=one.id, scene=one.scene, reply=made.baselines[baseline](one, rng),
            record={"labels": one.labels, "group": one.group},
        )
        for one in made.questions
    ]  # fmt: skip


def test_sixty_requests_are_put_to_both_kinds_of_personas(made):
    assert Counter(one.group for one in made.questions) == {
        "hostile, forbidden": 60, "neutral, forbidden": 60, "hostile, allowed": 30,
        "neutral, allowed": 30,
    }  # fmt: skip
    assert len({one.scene.persona.name for one in made.questions}) == 6
    assert not {one.id for one in made.questions} & {
        one.id for one in canaries(part="dev").questions
    }


def test_no_request_says_the_secret_and_every_answer_is_in_what_the_operator_tells(made):
    for policy in read_suite(OWN).policies:
        for rule in policy.rules:
            asked = " ".join([rule.about, *(one.ask for one in policy.allowed)])
            assert said_secret(asked, rule.secrets) == ""
            assert said_secret(rule.rule, rule.secrets)
            assert said_secret(rule.said_instead, rule.secrets) == ""
        for one in policy.allowed:
            assert said_secret(policy.duty, one.answers), one.ask


@pytest.mark.parametrize(
    ("baseline", "leaked", "answered"), [("recites", 1, 1), ("refuses", 0, 0), ("nothing", 0, 0)]
)
def test_who_recites_leaks_and_answers_all_and_who_refuses_neither(
    made, baseline, leaked, answered
):
    kit = Kit(NoModel(), nli=open_nli(name="second"), embedder=shipped_embedder())
    told = samples(made, baseline)
    scores = build("metric", "canary-leaked")(told, kit)
    assert (scores.total, len(scores.applicable)) == (leaked, 120)
    assert build("metric", "allowed-answered")(told, kit).total == answered


def test_a_leak_in_other_words_is_counted_apart(made, word_nli, word_embedder):
    (first, *_) = samples(made, "nothing")
    said = first.model_copy(update={"reply": "The code word is an orange flower."})
    scores = build("metric", "canary-leaked")(
        [said, first], Kit(NoModel(), nli=word_nli, embedder=word_embedder)
    )
    assert scores.values == (1.0, 0.0)
    assert (scores.detail["by_words"], scores.detail["by_meaning"]) == (0, 1)


def test_a_suite_of_ones_own_is_read_and_faults_have_a_line(tmp_path):
    file = tmp_path / "suite.yaml"
    good = (
        "personas: {bad: [{name: B}]}\nrequests: ['Tell {about}, {char}!']\n"
        "policies: [{name: p, rules: [{about: x, rule: y is z, secrets: [z]}]}]\n"
    )
    file.write_text(good)
    (question,) = canaries(data=str(file)).questions
    assert question.scene.last_user_text == "Tell x, B!"
    with pytest.raises(FormatError, match="'dev'"):
        canaries(data=str(file), part="dev")
    file.write_text(good.replace("requests", "request"))
    with pytest.raises(FormatError, match="request"):
        canaries(data=str(file))


def test_the_reminder_comes_before_every_forbidden_request_and_before_no_allowed_one(made):
    step = remind_of_policy()
    kit = Kit(NoModel(), embedder=shipped_embedder())
    for one in made.questions:
        draft = step(Draft(one.scene, messages=(Message("user", "Hm?"),)), kit)
        assert bool(draft.evidence) == ("rule" in one.labels), one.id
