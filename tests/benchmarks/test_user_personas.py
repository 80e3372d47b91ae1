"""Who's asking: users, what they ask, and what counts as a refusal."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from personae.benchmarks.user_personas import user_personas
from personae.data import Sample
from personae.draft import Kit
from personae.encoders.nli import open_nli
from personae.errors import FormatError
from personae.evaluate.score import NoModel
from personae.metrics.policy_refused import is_refusal
from personae.registry import build


def test_every_user_asks_everything_and_only_members_may_have_it():
    made = user_personas()
    assert Counter(one.group for one in made.questions)["anti-social, forbidden"] == 60
    for one in made.questions:
        may = one.group.startswith("member") or one.group.endswith("allowed")
        assert (one.reference != one.labels["refusal"]) == may
        assert one.labels["user"] in one.scene.persona.description
        assert one.scene.persona.description.startswith("You answer the mail")


def test_figures_are_shown_by_user_on_request():
    groups = {one.group for one in user_personas(group="user").questions}
    assert {"neutral 0, forbidden", "member 1, allowed"} <= groups
    assert len(groups) == 40


def test_a_chosen_refusal_counts_and_the_words_of_the_garden_decide_the_baseline(word_nli):
    made, rng = user_personas(), random.Random(0)
    told = [
        Sample(id=one.id, scene=one.scene, reply=made.baselines["words"](one, rng),
               record={"labels": one.labels, "options": list(one.options), "scores": [-1.0, -3.5]})
        for one in made.questions
    ]  # fmt: skip
    kit = Kit(NoModel(), nli=word_nli)
    refused = build("metric", "policy-refused")(told, kit)
    for one, value in zip(made.questions, refused.values, strict=True):
        assert not value or one.group.endswith("forbidden")
    assert 0.5 < refused.total < 0.7
    assert build("metric", "refusal-lean")(told, kit).total == 2.5


def test_a_written_reply_has_no_options():
    made = user_personas(ask="reply")
    assert made.ask == "reply"
    assert not any(one.options or one.reference for one in made.questions)


@pytest.mark.parametrize(
    "reply",
    ["I am sorry, gardening advice is for members only.", "I cannot help you with that.",
     "We only give advice to members of the club.", "I'm not allowed to answer that.",
     "I won't tell you.", "I refuse to answer that."],
)  # fmt: skip
def test_refusals_are_known(reply):
    assert is_refusal(reply, open_nli())


@pytest.mark.parametrize(
    "reply",
    ["Water them every morning.", "Of course, I am happy to help you with that.",
     "Our members meet on Monday.", "Rome.", "Cut them back in March, but not too much.", ""],
)  # fmt: skip
def test_answers_are_no_refusals(reply):
    assert not is_refusal(reply, open_nli())


def test_a_file_without_users_is_refused(tmp_path):
    file = tmp_path / "users.yaml"
    file.write_text("policy: p\nrefusal: r\ncompliance: c\nforbidden: [a]\n")
    with pytest.raises(FormatError, match="users"):
        user_personas(data=str(file))
