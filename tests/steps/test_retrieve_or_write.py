"""retrieve-or-write: stored where it fits, written where it does not, in bounds where it can be."""

from __future__ import annotations

import json

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import FormatError, InvalidOption, UnknownEntry
from personae.formats.role_file import open_role
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker
from personae.steps.retrieve_or_write import retrieve_or_write, stored_replies

BAD = "I had soup with my husband at home."
GOOD = "I am only a voice, so please ask your doctor."
RULES = open_role("phone-companion").rules
MARION = Persona(name="Marion")


def scene(*heard):
    told = Scene(persona=MARION)
    for number, text in enumerate(heard):
        told = told.said(("User", "Marion")[number % 2], text)
    return told


def speaker(lm, **options):
    return Speaker(lm, "retrieve-fail-generate", options=options)


def test_infinite_theta_always_writes_and_minus_infinity_always_retrieves():
    texts = {one.reply for one in stored_replies("phone-companion", "")}
    for heard in ("My knee hurts.", "xyzzy", "Do you eat plums?"):
        lm = ScriptedModel([GOOD])
        reply = speaker(lm, theta=float("inf")).reply(scene(heard))
        assert reply.text == GOOD
        assert reply.draft.notes["made_by"] == "generate"
        lm = ScriptedModel([GOOD])
        reply = speaker(lm, theta=float("-inf")).reply(scene(heard))
        assert reply.text in texts
        assert reply.draft.notes["made_by"] == "retrieve"
        assert lm.requests == ()


def test_what_fits_is_retrieved_and_the_evidence_says_what_it_answered():
    lm = ScriptedModel([GOOD])
    reply = speaker(lm, theta=0.5).reply(scene("My knee is swollen and it hurts on the stairs."))
    assert reply.draft.notes["made_by"] == "retrieve"
    (evidence,) = reply.draft.evidence
    assert evidence.source == "stored reply"
    assert "knee" in evidence.detail["answered"]
    assert evidence.score >= 0.5


def test_while_the_classifier_fires_the_model_writes_anew():
    lm = ScriptedModel([BAD, BAD, GOOD])
    reply = speaker(lm, theta=float("inf")).reply(scene("What did you eat?"))
    assert reply.text == GOOD
    assert len(lm.requests) == 3
    assert len({request.sampling.seed for request in lm.requests}) == 3
    refused = [one for one in reply.draft.evidence if one.source == "rule"]
    assert [one.detail["refused"] for one in refused] == [BAD, BAD]
    assert refused[0].detail["category"] == "identity"
    assert reply.draft.usage.completion_tokens >= 2 * len(BAD.split())


def test_where_all_attempts_fail_a_reply_that_keeps_the_rule_is_said():
    heard = []
    reply = speaker(ScriptedModel([BAD]), theta=float("inf"), attempts=2).reply(
        scene("What did you eat?"), emit=heard.append
    )
    kept = {text for rule in RULES if rule.category == "identity" for text in rule.in_bounds}
    assert reply.text in kept
    assert reply.draft.notes["made_by"] == "fall_back"
    assert [one.text for one in heard] == [reply.text]
    again = scene("What did you eat?", reply.text, "And what else?")
    second = speaker(ScriptedModel([BAD]), theta=float("inf"), attempts=1).reply(again)
    assert second.text in kept - {reply.text}


def test_without_a_fall_back_the_least_bad_stays_with_its_fault():
    options = {"theta": float("inf"), "attempts": 2, "fall_back": False}
    reply = speaker(ScriptedModel([BAD]), **options).reply(scene("Lunch?"))
    assert reply.text == BAD
    (candidate,) = reply.draft.candidates
    assert candidate.detail["faults"] == ["out-of-bounds"]


def test_a_threshold_of_1_is_the_plain_prompt():
    lm = ScriptedModel([BAD])
    reply = speaker(lm, theta=float("inf"), threshold=1).reply(scene("Lunch?"))
    assert reply.text == BAD
    assert len(lm.requests) == 1
    system = lm.requests[0].messages[0].content
    assert system.startswith("Marion is a computer voice")
    assert "- I cannot visit, bring, send" in system
    quiet = ScriptedModel([BAD])
    speaker(quiet, theta=float("inf"), threshold=1, rules=False).reply(scene("Lunch?"))
    assert "cannot visit" not in quiet.requests[0].messages[0].content


def test_openings_are_for_the_first_turn_alone():
    first = speaker(ScriptedModel(), theta=float("-inf")).reply(scene())
    openings = {one.reply for one in stored_replies("phone-companion", "") if one.is_opening}
    assert first.text in {text.replace("{{char}}", "Marion") for text in openings}
    later = speaker(ScriptedModel(), theta=float("-inf")).reply(scene("Good morning."))
    assert later.text not in openings


def test_a_store_of_ones_own_is_used_without_what_is_out_of_bounds(tmp_path):
    file = tmp_path / "store.jsonl"
    row = {"id": "a", "before": [["user", "Do you sail?"]],
           "in_bounds": ["I am a computer, so I cannot sail."],
           "out_of_bounds": [["identity", "I sail on Sundays."]]}  # fmt: skip
    held = {"id": "b", "part": "test", "before": [], "in_bounds": ["Held out."],
            "out_of_bounds": []}  # fmt: skip
    file.write_text(f"{json.dumps(row)}\n{json.dumps(held)}\n")
    texts = {one.reply for one in stored_replies("phone-companion", str(file))}
    assert "I am a computer, so I cannot sail." in texts
    assert not {"I sail on Sundays.", "Held out."} & texts
    reply = speaker(ScriptedModel(), theta=0.5, store=str(file)).reply(scene("Do you sail?"))
    assert reply.text == "I am a computer, so I cannot sail."


def test_bad_options_are_refused_at_once(tmp_path):
    with pytest.raises(UnknownEntry):
        retrieve_or_write(role="phone")
    with pytest.raises(FormatError):
        retrieve_or_write(store=str(tmp_path / "none.jsonl"))
    draft = Draft(scene("Hi"))
    with pytest.raises(InvalidOption, match="no out-of-bounds classifier"):
        retrieve_or_write(bounds=str(tmp_path / "none"))(draft, Kit(ScriptedModel()))
