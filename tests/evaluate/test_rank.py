"""Ranking given replies by a method's own measure."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Scene
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption, PersonaeError, UnknownEntry
from personae.evaluate.rank import needs_model, ranked, ranker_of, read_candidates
from personae.lm.scripted import ScriptedModel

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",))).said("User", "Pets?")


def likes_dogs(request, written):
    dogs = 0.4 if "two dogs" in request.messages[0].content else 0.05
    return {"none": 0.5, "dogs": dogs, "soup": 0.5 - dogs}


def order(method, **options) -> list[str]:
    kit = Kit(ScriptedModel(distributor=likes_dogs))
    found = ranked(SCENE, ["soup", "none", "dogs"], ranker_of(method), options, kit)
    return [one.text for one in found]


def test_the_model_alone_and_the_listener_rank_differently():
    assert order("plain") == ["none", "dogs", "soup"]
    assert order("rsa", alpha=4.0) == ["dogs", "none", "soup"]
    assert order("self-conscious", alpha=0.0) == order("plain")


def test_only_the_persona_ranker_does_without_a_model():
    assert needs_model(ranker_of("self-conscious"))
    assert not needs_model(ranker_of("p5"))


@pytest.mark.parametrize(("method", "options"), [("plain", {"alpha": 2.0}), ("rsa", {"k": 2})])
def test_options_that_are_fixed_or_unknown_are_refused(method, options):
    with pytest.raises(InvalidOption):
        order(method, **options)


def test_a_method_that_does_not_rank_or_does_not_exist_is_refused():
    with pytest.raises(InvalidOption, match="self-conscious, persona-selection, plain"):
        ranker_of("guard")
    with pytest.raises(UnknownEntry):
        ranker_of("nothing")


def test_replies_are_lines_or_json_lines(tmp_path):
    text, rows = tmp_path / "a.txt", tmp_path / "a.jsonl"
    text.write_text(" One.\n\nTwo.\n")
    rows.write_text('"One."\n{"text": "Two.", "more": 1}\n')
    assert read_candidates(text) == read_candidates(rows) == ["One.", "Two."]


@pytest.mark.parametrize("line", ["{", "3", "{}", '{"text": 3}', '""', '{"text": " "}', "[" * 9999])
def test_a_line_that_is_no_reply_is_named(tmp_path, line):
    file = tmp_path / "a.jsonl"
    file.write_text(f'"One."\n{line}\n')
    with pytest.raises(FormatError, match="line 2"):
        read_candidates(file)


@pytest.mark.parametrize("count", [0, 5_001])
def test_no_replies_and_too_many_are_refused(tmp_path, count):
    file = tmp_path / "a.txt"
    file.write_text("x\n" * count)
    with pytest.raises(FormatError, match=f"{count} replies"):
        read_candidates(file)


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.jsonl"]))
def test_any_bytes_give_replies_or_a_sentence(tmp_path_factory, content, name):
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(content)
    with suppress(PersonaeError):
        assert all(text.strip() for text in read_candidates(file))
