"""Fixing a turn: what is kept, what is refused, and what the role has learned afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Scene
from personae.encoders import embedder as embedder_module
from personae.encoders import nli as nli_module
from personae.encoders.heads import shipped_embedder
from personae.encoders.role_bounds import open_role_bounds
from personae.errors import FormatError, InvalidOption
from personae.formats.role_file import open_role
from personae.formats.role_turns import read_labelled
from personae.lm.scripted import ScriptedModel
from personae.recipes import role_bounds as recipe_module
from personae.recipes.role_bounds import role_bounds
from personae.recipes.role_fixes import checked_fix, fixes_file, keep_fix
from personae.speaker import Speaker

HEARD = "Do you ever polish your trombone?"
BEFORE = (("char", "Hello."), ("user", HEARD))
BAD, GOOD = "Every evening, the brass shines.", "A voice has no trombone, but does yours shine?"


def test_a_fix_is_read_as_a_turn_of_each_side_after_the_same_words(tmp_path):
    file = fixes_file(tmp_path, "phone companion/../x")
    assert file.parent == tmp_path / "roles"
    assert keep_fix(file, checked_fix("t1", BEFORE, BAD, f"  {GOOD}\n", "identity")) == 1
    good, bad = read_labelled(file)
    assert (good.reply, good.is_out, good.part) == (GOOD, False, "train")
    assert (bad.reply, bad.is_out, bad.category) == (BAD, True, "identity")
    assert good.before == bad.before == BEFORE


def test_a_turn_that_is_fixed_again_has_one_line(tmp_path):
    file = tmp_path / "f.jsonl"
    keep_fix(file, checked_fix("t1", BEFORE, BAD, "First try."))
    keep_fix(file, checked_fix("t2", BEFORE, BAD, "Another turn."))
    assert keep_fix(file, checked_fix("t1", BEFORE, BAD, GOOD)) == 2
    assert [one.reply for one in read_labelled(file) if not one.is_out] == ["Another turn.", GOOD]


@pytest.mark.parametrize(
    ("good", "category", "said"),
    [
        ("", "", "Say what should have been said"),
        ("  …\n", "", "Say what should have been said"),
        (BAD.upper(), "", "That is what was said"),
        ("x " * 2_001, "", "at most 4,000 characters"),
        ("I am a voice.", "manners", "'manners' is no category: identity"),
        ("Hello.", "", "repeats itself"),
        (HEARD, "", "echoes"),
        ("so it goes " * 4, "", "loops"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(good, category, said):
    with pytest.raises(InvalidOption, match=said):
        checked_fix("t", BEFORE, BAD, good, category)


def test_a_file_of_something_else_stays_as_it_was(tmp_path):
    file = tmp_path / "f.jsonl"
    file.write_text('{"id": "a", "before": 3}\n')
    with pytest.raises(FormatError, match="before"):
        keep_fix(file, checked_fix("t", BEFORE, BAD, GOOD))
    assert file.read_text() == '{"id": "a", "before": 3}\n'


@given(bad=st.text(max_size=40), good=st.text(max_size=40), heard=st.text(max_size=40))
def test_whatever_is_typed_is_refused_or_read_back(tmp_path_factory, bad, good, heard):
    file = Path(tmp_path_factory.mktemp("fixes")) / "f.jsonl"
    try:
        fix = checked_fix("t", (("user", heard),), bad, good)
    except InvalidOption:
        return
    keep_fix(file, fix)
    assert [(one.reply, one.is_out) for one in read_labelled(file)] == [
        (fix.good, False), (bad, True),
    ]  # fmt: skip


SAID_OFTEN = ("How did you sleep?", "Have you eaten?", "That sounds nice.", "Please rest a little.")
NEVER_SAID = ("I ate soup.", "I will visit you.", "I have a husband.", "My back hurts.")
FIRST, SECOND, UNSEEN = (
    f"{text} my brass trombone."
    for text in ("Have you eaten,", "That sounds nice,", "Please rest a little,")
)


def contrast(number, part):
    return {
        "id": f"g{number}", "part": part, "before": [["user", f"Message {number}."]],
        "in_bounds": [f"{text} {number}" for text in SAID_OFTEN],
        "out_of_bounds": [["identity", f"{text} {number}"] for text in NEVER_SAID],
    }  # fmt: skip


@pytest.fixture
def taught(tmp_path, monkeypatch, word_embedder, word_nli):
    """Trains on what is labelled and fixed; gives the classifier, and what is said to a message."""
    shipped_embedder()  # the selection head's, opened before the other takes its place
    monkeypatch.setattr(word_embedder, "dimensions", 384, raising=False)
    monkeypatch.setattr(recipe_module, "PENALTIES", (1.0,))  # each costs seconds
    monkeypatch.setattr(embedder_module, "open_embedder", lambda: word_embedder)
    monkeypatch.setattr(nli_module, "open_nli", lambda: word_nli)
    rows = [contrast(number, "test" if number % 3 == 0 else "train") for number in range(12)]
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def train(fixes):
        files = f"{labelled},{fixes}" if fixes else str(labelled)
        work = tmp_path / ("after" if fixes else "before")
        made = role_bounds(labelled=files, folds=2)(tmp_path, work, lambda *_: None, False)
        judge = open_role_bounds(open_role("phone-companion"), word_embedder, word_nli, made.folder)
        options = {"bounds": str(made.folder), "store": files}
        return judge, lambda lm: speaker(lm, nli=word_nli, embedder=word_embedder, **options)

    return train


def speaker(lm, *, nli=None, embedder=None, **options):
    return Speaker(lm, "retrieve-fail-generate", options=options, embedder=embedder, nli=nli)


SCENE = Scene(persona=Persona(name="Marion")).said("Marion", "Hello.").said("User", HEARD)


def test_after_fixes_and_a_training_bad_turns_are_out_and_the_better_one_is_said(taught, tmp_path):
    def is_out(judge):
        return [one.probability >= judge.threshold for one in judge.judge([FIRST, UNSEEN])]

    judge, speaking = taught(None)
    assert is_out(judge) == [False, False]
    lm = ScriptedModel([FIRST, "Have you eaten?"])
    assert speaking(lm).reply(SCENE).text == FIRST
    fixes = tmp_path / "fixes.jsonl"
    keep_fix(fixes, checked_fix("1", BEFORE, FIRST, GOOD, "identity"))
    other = (("user", "Are you well?"),)
    keep_fix(fixes, checked_fix("2", other, SECOND, "I am only a voice.", "identity"))
    judge, speaking = taught(fixes)
    assert is_out(judge) == [True, True]  # the second was not fixed: it is like those that were
    said = speaking(lm).reply(SCENE)
    assert (said.text, said.draft.notes["made_by"]) == (GOOD, "retrieve")


def test_what_was_fixed_is_not_said_again_even_before_the_training(tmp_path):
    bad, better = "Have you eaten well today?", "Tell me of the trombone."
    plain = {"theta": float("inf")}
    assert speaker(ScriptedModel([bad, better]), **plain).reply(SCENE).text == bad
    fixes = tmp_path / "fixes.jsonl"
    keep_fix(fixes, checked_fix("1", BEFORE, bad, GOOD))
    said = speaker(ScriptedModel([bad, better]), store=f"shipped,{fixes}", **plain).reply(SCENE)
    assert said.text == better
    assert said.draft.evidence[0].detail["refused"] == bad
    now = speaker(ScriptedModel([bad]), store=f"shipped,{fixes}").reply(SCENE)
    assert (now.text, now.draft.notes["made_by"]) == (GOOD, "retrieve")
