"""deflanderized (S015): tools first, plain short answers, no taglines."""

from __future__ import annotations

import json

import pytest

from personae.draft import Candidate
from personae.lm.scripted import ScriptedModel
from personae.methods.deflanderized import _without_taglines, holds_tagline, style_guide
from personae.speaker import Speaker

CALL = json.dumps({"calls": [{"name": "price_of", "arguments": {"bread": "rye"}}]})


def reply_to(scene, *replies: str, **options):
    lm = ScriptedModel([CALL, *replies])
    return Speaker(lm, "deflanderize", options=options).reply(scene), lm


@pytest.mark.parametrize(
    "text", ["May your ovens stay hot!", "Safe travels, friend.", "Feel free to ask.",
             "I'm here to help."],
)  # fmt: skip
def test_closing_phrases_are_taglines(text):
    assert holds_tagline(text)
    assert not holds_tagline("The rye costs two euro.")


def test_the_tool_is_called_before_the_answer_and_its_result_shown(rich_scene):
    reply, lm = reply_to(rich_scene, "Two euro.")
    assert lm.requests[0].schema
    assert "price_of(rye)" in lm.requests[1].messages[-2].content
    assert reply.text == "Two euro."
    assert reply.draft.notes["tool_calls"][0]["result"] == "2 euro"


def test_the_style_guide_stands_in_the_prompt(rich_scene):
    _, lm = reply_to(rich_scene, "Two euro.")
    assert style_guide(rich_scene.persona) in lm.requests[1].messages[0].content


def test_sentences_with_a_tagline_are_dropped_and_noted(rich_scene):
    reply, _ = reply_to(rich_scene, "It is two euro. Safe travels, friend!")
    assert reply.text == "It is two euro."
    assert reply.to_dict()["candidates"][0]["taglines"] == ["Safe travels, friend!"]


def test_a_reply_of_taglines_alone_stays_with_a_fault():
    candidate = _without_taglines(Candidate("Safe travels, friend!"))
    assert candidate.text == "Safe travels, friend!"
    assert candidate.detail["faults"] == ["tagline"]


def test_the_ablation_has_tools_but_neither_guide_nor_filter(rich_scene):
    said = "It is two euro. Safe travels, friend!"
    reply, lm = reply_to(rich_scene, said, deflanderize=False)
    assert reply.text == said
    assert "Do not over-act" not in lm.requests[1].messages[0].content
    assert reply.draft.notes["tool_calls"]


def test_at_most_two_sentences_are_said(rich_scene):
    reply, _ = reply_to(rich_scene, "One thing. Two things. Three things.")
    assert reply.text == "One thing. Two things."
