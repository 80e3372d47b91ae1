"""Dialogues for a role: what is asked, what is kept, what is dropped, and going on."""

from __future__ import annotations

import json

import pytest

from personae.data import Role
from personae.errors import FormatError, InvalidOption, PersonaeError
from personae.formats.reading import read_dialogues
from personae.formats.role_file import open_role
from personae.lm.scripted import DEFAULT_CAPABILITIES, ScriptedModel
from personae.recipes.role_collection import (
    Collecting,
    collect,
    collection_request,
    sifted,
)

ROLE = open_role("phone-companion")
USER = "Mrs Hall"
GOOD = (
    "Marion: Hello, how was breakfast?\nMrs Hall: I had eggs.\n"
    "Marion: Eggs are filling.\nMrs Hall: They are.\nMarion: What comes next?"
)


def sift(text, **options):
    return sifted(text, ROLE, ROLE.dialogues[:1], USER, id="x", **options)


def talker(request):
    """A dialogue that depends on the seed, in the names that the prompt uses."""
    number = request.sampling.seed
    user = next(w for w in request.prompt.splitlines() if ": " in w and not w.startswith("Marion"))
    user = user.partition(":")[0]
    return f" Day {number}.\n{user}: Yes {number}.\nMarion: Well {number}.\n{user}: So {number}."


def test_a_sound_dialogue_is_kept_whole_under_neutral_names():
    made = sift(GOOD)
    assert made.dialogue is not None
    assert (made.cut, made.dropped) == ("", "")
    assert [turn.speaker for turn in made.dialogue.turns] == ["char", "user"] * 2 + ["char"]
    assert made.dialogue.labels["test_speaker"] == "char"


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("Mrs Hall: Tea.\nMarion: Eggs are filling.", "repeats-itself"),
        ("Mrs Hall: Tea.\nMarion: tea", "echoes"),
        ("Mrs Hall: Tea.\nMarion: " + "so it goes " * 4, "loops"),
        ("Doctor: Next!", "other-speaker"),
        ("Marion: Well.", "speaks-twice"),
        ("Mrs Hall: Tea.\nMarion: " + ROLE.outline.replace("{{char}}", "Marion"), "leaks-prompt"),
    ],
)
def test_a_fault_cuts_the_dialogue_before_it(line, cut):
    made = sift(f"{GOOD}\n{line}\nMarion: And on.")
    assert made.cut == cut
    assert made.dialogue is not None
    assert made.dialogue.turns[-1].text == "What comes next?"


def test_too_little_and_copies_of_the_example_are_dropped():
    assert sift("Marion: Hello.\nMrs Hall: Yes.\nDoctor: No.").dropped == "too-short"
    copied = "\n".join(f"{who}: {said}" for who, said in ROLE.dialogues[0].turns)
    copied = copied.replace("{{char}}", "Marion").replace("{{user}}", USER)
    assert sift(copied).dropped == "copies"
    half = copied.splitlines()[:2] + GOOD.splitlines()[2:] + ["Mrs Hall: It is."]
    assert sift("\n".join(half)).dialogue is not None


def test_the_prompt_is_outline_example_and_label_or_a_chat():
    lm = ScriptedModel()
    request = collection_request(ROLE, lm, ROLE.dialogues[:2], USER, Collecting(), seed=4)
    assert request.prompt.startswith("Marion is a computer voice")
    assert "Call 2:\nMarion: Hello, Marion speaking." in request.prompt
    assert request.prompt.endswith("Call 3:\nMarion:")
    assert "{{" not in request.prompt
    chat = ScriptedModel(capabilities=DEFAULT_CAPABILITIES - {"complete"})
    request = collection_request(ROLE, chat, ROLE.dialogues[:1], USER, Collecting(), seed=4)
    assert request.prompt == ""
    assert USER in request.messages[0].content
    assert request.prefill == "Marion:"


def test_an_interrupted_collection_goes_on_with_the_same_dialogues(tmp_path):
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    how = Collecting(seed=3)
    collect(ROLE, ScriptedModel(talker, name="t"), whole, 7, how, lambda _: None)

    def stop(state):
        if state.kept >= 3:
            raise KeyboardInterrupt

    talking = ScriptedModel(talker, name="t")
    with pytest.raises(KeyboardInterrupt):
        collect(ROLE, talking, parts, 7, how, stop)
    with parts.open("a") as file:
        file.write('{"half a li')
    state = collect(ROLE, talking, parts, 7, how, lambda _: None)
    assert parts.read_text() == whole.read_text()
    assert (state.kept, state.tried) == (7, 7)
    assert len({one.id for one in read_dialogues(parts, "dialogues")}) == 7
    collect(ROLE, talking, parts, 9, how, lambda _: None)
    assert len([*read_dialogues(parts, "dialogues")]) == 9


def test_what_is_dropped_is_counted_by_reason(tmp_path):
    texts = iter([" Hm.\nDoctor: Next!"] * 2)

    def first_bad(request):
        return next(texts, None) or talker(request)

    state = collect(ROLE, ScriptedModel(first_bad), tmp_path / "d", 2, Collecting(), lambda _: None)
    assert state.facts()["dropped"] == {"too-short": 2}
    assert state.facts()["cut"] == {"other-speaker": 2}


def test_the_same_dialogue_is_kept_once_and_hopeless_models_end(tmp_path):
    def same(request):
        user = next(n for n in request.prompt.split("\n") if n.startswith("Mr")).partition(":")[0]
        return f" One.\n{user}: Two.\nMarion: Three.\n{user}: Four."

    with pytest.raises(PersonaeError, match=r"only 1 could be kept \(doubled 39\)"):
        collect(ROLE, ScriptedModel(same), tmp_path / "d", 2, Collecting(), lambda _: None)


def test_another_collection_is_not_mixed_in(tmp_path):
    lm, out = ScriptedModel(talker), tmp_path / "d.jsonl"
    collect(ROLE, lm, out, 2, Collecting(), lambda _: None)
    with pytest.raises(InvalidOption, match="another seed"):
        collect(ROLE, lm, out, 4, Collecting(seed=1), lambda _: None)
    collect(ROLE, lm, out, 2, Collecting(seed=1), lambda _: None, resume=False)
    assert all("-1-" in one.id for one in read_dialogues(out, "dialogues"))
    (tmp_path / "e.jsonl").write_text("mine")
    with pytest.raises(InvalidOption, match="no collection wrote it"):
        collect(ROLE, lm, tmp_path / "e.jsonl", 2, Collecting(), lambda _: None)
    (tmp_path / "d.jsonl.state").write_text("[]")
    with pytest.raises(FormatError, match="no state"):
        collect(ROLE, lm, out, 2, Collecting(), lambda _: None)
    with pytest.raises(FormatError, match="cannot be written"):
        collect(ROLE, lm, tmp_path / "none" / "x", 2, Collecting(), lambda _: None)


def test_a_role_without_examples_is_refused(tmp_path):
    value = json.loads(ROLE.to_json()) | {"dialogues": []}
    with pytest.raises(InvalidOption, match="no example dialogues"):
        collect(
            Role.from_dict(value), ScriptedModel(), tmp_path / "d", 1, Collecting(), lambda _: None
        )
