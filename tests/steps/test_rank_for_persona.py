"""rank-for-persona and draw-replies: stored and written replies, the persona's own first."""

from __future__ import annotations

import pytest

from personae.draft import Candidate, Draft, Emission, Kit
from personae.errors import FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker
from personae.steps.draw_replies import draw_replies, read_replies
from personae.steps.rank_for_persona import rank_for_persona

REPLIES = ("I fix bicycles all day.", "My dogs keep me busy.", "It rained in March.")


def ranked(scene, **options) -> list[float]:
    draft = Draft(scene, candidates=tuple(map(Candidate, REPLIES)))
    made = rank_for_persona(**options)(draft, Kit(ScriptedModel()))
    return [one.scores["selection"] for one in made.candidates]


def test_the_persona_changes_the_ranking_and_its_absence_does_not(dialogue_scene):
    asked = "What do you do all day?"
    nobody, owner = dialogue_scene(asked), dialogue_scene(asked, statements=("I own four dogs.",))
    assert ranked(nobody) == ranked(nobody, prompting="none") == ranked(owner, prompting="none")
    for prompting in ("p5", "sop"):
        told, bare = (
            ranked(one, prompting=prompting, ranker="bilinear") for one in (owner, nobody)
        )
        gains = [a - b for a, b in zip(told, bare, strict=True)]
        assert max(gains) == gains[1]


def test_the_cross_encoder_reads_what_was_said_before(dialogue_scene):
    short = dialogue_scene("And you?")
    long = dialogue_scene("My bike is broken again.", "Oh no!", "And you?")
    for ranker in ("zero-shot", "tuned"):
        assert ranked(short, ranker=ranker) != ranked(long, ranker=ranker)
    assert ranked(short, ranker="bilinear") == ranked(long, ranker="bilinear")


def test_tuned_and_zero_shot_differ_with_a_persona_alone(dialogue_scene):
    asked = "What do you do all day?"
    nobody, owner = dialogue_scene(asked), dialogue_scene(asked, statements=("I own four dogs.",))
    assert ranked(nobody) == ranked(nobody, ranker="zero-shot")
    assert ranked(owner) != ranked(owner, ranker="zero-shot")
    assert ranked(owner, prompting="sop") == ranked(owner, prompting="sop", ranker="zero-shot")


def test_replies_come_from_the_personas_lines_and_the_pool(dialogue_scene, tmp_path):
    file = tmp_path / "pool.txt"
    file.write_text("I sail on Sundays.\n\nI sing.\nI sing.\n", encoding="utf-8")
    scene = dialogue_scene("Do you sail?", utterances=("The sea is my home.",))
    made = draw_replies(pool=str(file), number=9)(Draft(scene), Kit(ScriptedModel()))
    texts = [one.text for one in made.candidates]
    assert set(texts) == {"I sail on Sundays.", "I sing.", "The sea is my home."}
    assert len(draw_replies(pool=str(file), number=1)(Draft(scene), Kit(ScriptedModel()))
               .candidates) == 1  # fmt: skip


def test_a_reply_given_before_has_a_fault(dialogue_scene, tmp_path):
    file = tmp_path / "pool.txt"
    file.write_text("I sing.", encoding="utf-8")
    scene = dialogue_scene("Hobbies?", "I sing.", "And what else?")
    (one,) = draw_replies(pool=str(file))(Draft(scene), Kit(ScriptedModel())).candidates
    assert one.detail["faults"] == ["repeats-itself"]


def test_the_shipped_pool_has_many_replies_and_bad_pools_are_refused(tmp_path):
    assert len(read_replies("")) > 60
    with pytest.raises(FormatError):
        draw_replies(pool=str(tmp_path / "absent"))
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(InvalidOption, match="0 replies"):
        draw_replies(pool=str(tmp_path / "empty"))


def test_the_method_shows_the_chosen_reply_alone(dialogue_scene, tmp_path):
    file = tmp_path / "pool.txt"
    file.write_text("\n".join(REPLIES), encoding="utf-8")
    heard: list[Emission] = []
    scene = dialogue_scene("Who keeps you busy?", statements=("I have two dogs.",))
    speaker = Speaker(ScriptedModel(["Hm."]), "p5", options={"pool": str(file), "written": 1})
    reply = speaker.reply(scene, emit=heard.append)
    assert reply.text == "My dogs keep me busy."
    assert [one.text for one in heard] == [reply.text]
    assert {one.made_by for one in reply.draft.candidates} == {"generate", "draw_replies"}


def test_with_nothing_written_the_model_is_not_asked(dialogue_scene):
    lm = ScriptedModel()
    reply = Speaker(lm, "persona-selection", options={"written": 0}).reply(dialogue_scene("Hi!"))
    assert reply.text in read_replies("")
    assert lm.requests == ()
