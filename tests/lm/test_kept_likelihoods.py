"""kept_likelihoods: a likelihood is asked once, even by the next process."""

from __future__ import annotations

import pytest

from personae.lm.kept_likelihoods import kept_likelihoods
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message, Request

ASKED = Request(messages=(Message("user", "Hello?"),))


def test_a_likelihood_is_asked_once_and_is_the_same(tmp_path):
    file = tmp_path / "new" / "likelihoods.jsonl"
    model = ScriptedModel()
    first = kept_likelihoods(model, file).score(ASKED, ["Hi.", "No."])
    assert [one.total for one in first] == pytest.approx(
        [one.total for one in ScriptedModel().score(ASKED, ["Hi.", "No."])], abs=1e-3
    )
    again = kept_likelihoods(model, file)
    assert again.score(ASKED, ["No.", "Hi."]) == (first[1], first[0])
    assert len(model.scored) == 1
    again.score(ASKED, ["Hi.", "Well."])
    assert model.scored[-1][1] == ("Well.",)


def test_another_prompt_and_another_model_are_asked_anew(tmp_path):
    file = tmp_path / "likelihoods.jsonl"
    kept_likelihoods(ScriptedModel(), file).score(ASKED, ["Hi."])
    other = Request(messages=(Message("user", "Bye."),))
    model = ScriptedModel()
    kept_likelihoods(model, file).score(other, ["Hi."])
    stranger = ScriptedModel(fingerprint="another")
    kept_likelihoods(stranger, file).score(ASKED, ["Hi."])
    assert len(model.scored) == len(stranger.scored) == 1


def test_a_damaged_file_loses_only_its_damaged_lines(tmp_path):
    file = tmp_path / "likelihoods.jsonl"
    kept_likelihoods(ScriptedModel(), file).score(ASKED, ["Hi."])
    file.write_text('{"no": 1}\n[3, 4]\n["k", "x"]\n' + file.read_text() + '["cut off', "utf-8")
    model = ScriptedModel()
    kept = kept_likelihoods(model, file)
    kept.score(ASKED, ["Hi."])
    assert model.scored == ()
    kept.score(ASKED, ["New."])
    assert kept_likelihoods(model, file).known.keys() == kept.known.keys()


def test_all_else_is_the_models(tmp_path):
    model = ScriptedModel(["Yes."])
    kept = kept_likelihoods(model, tmp_path / "l.jsonl")
    assert (kept.name, kept.capabilities) == (model.name, model.capabilities)
    assert kept.generate(ASKED).text == "Yes."
    assert kept.count_tokens("a b") == 2
    words = kept.tokenize("a b")
    assert kept.detokenize(words) == "a b"
    assert kept.next_tokens([ASKED], (), 3) == model.next_tokens([ASKED], (), 3)
    assert kept.forced_tokens(ASKED, words, 3) == model.forced_tokens(ASKED, words, 3)
