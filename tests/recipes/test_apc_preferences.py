"""Preferences by the APC score, and their loss."""

import json
import math

import pytest

from personae.data import Persona
from personae.errors import FormatError
from personae.lm.scripted import ScriptedModel
from personae.metrics.apc import apc_from_probabilities
from personae.recipes import apc_preferences
from personae.recipes.apc_preferences import (
    Drawn,
    Pair,
    dpo_pairs,
    pairs_from,
    queries_for,
    read_pairs,
    write_pairs,
)
from personae.recipes.persona_dialogues import PersonaDialogue

DIALOGUE = PersonaDialogue(
    "d",
    ("I have two dogs.", "The sea."),
    ((False, "Hi there."), (True, "Hello."), (False, "Any pets?"), (True, "Dogs.")),
)


def test_queries_are_questions_about_statements_then_what_was_really_said():
    assert queries_for(DIALOGUE, 9) == ["Do you have two dogs?", "Hi there.", "Any pets?"]
    assert queries_for(DIALOGUE, 1) == ["Do you have two dogs?"]


def scored(asked, **_):
    """A reply's score is its length in words."""
    return [
        apc_from_probabilities(["s"] * len(reply.split()), [1.0] * len(reply.split()),
                               [(0, 0, 1)] * len(reply.split()))
        for _, _, reply in asked
    ]  # fmt: skip


def test_the_better_reply_is_chosen_where_the_gap_is_wide_enough(monkeypatch):
    monkeypatch.setattr("personae.metrics.apc.apc_scores", scored)
    wide = Drawn(("I bake.", "I sing."), ("I bake.",), "Hi?", ("Yes.", "Bread it is.", "No no."))
    narrow = Drawn(("I bake.",), ("I bake.",), "Hm?", ("One two.", "Two one."))
    (pair,) = pairs_from([wide, narrow], 0.2)
    assert pair == Pair(("I bake.",), "Hi?", "Bread it is.", "Yes.", 2.0)
    assert pairs_from([wide], 2.0) == []


def test_pairs_are_drawn_from_a_model_that_is_told_the_persona(monkeypatch, word_embedder):
    monkeypatch.setattr("personae.metrics.apc.apc_scores", scored)
    monkeypatch.setattr("personae.encoders.embedder.open_embedder", lambda: word_embedder)
    lm = ScriptedModel(["Yes.", "Bread it is."])
    (pair,) = dpo_pairs(Persona(name="B", statements=("I bake.",)), lm, ["Do you bake?"])
    assert (pair.chosen, pair.rejected) == ("Bread it is.", "Yes.")
    assert lm.requests[0].messages[0].content == "You bake."
    assert [one.sampling.temperature for one in lm.requests] == [1.0, 1.0]


def test_pairs_are_read_as_they_were_written(tmp_path):
    pairs = [Pair(("I bake.",), "Hi?", "Bread.", "No.", 0.5), Pair((), "Ço?", "a", "b", 1.0)]
    write_pairs(pairs, tmp_path / "pairs.jsonl")
    assert read_pairs(tmp_path / "pairs.jsonl") == pairs


@pytest.mark.parametrize("line", ["{}", "[]", "no", '{"statements": [1], "query": "a", "chosen": '
                                  '"b", "rejected": "c", "gap": 1}'])  # fmt: skip
def test_what_is_no_pair_is_told_with_its_line(tmp_path, line):
    file = tmp_path / "pairs.jsonl"
    write_pairs([Pair((), "Hi?", "a", "b", 1.0)], file)
    file.write_text(f"{file.read_text()}{line}\n")
    with pytest.raises(FormatError, match="no pair") as told:
        read_pairs(file)
    assert told.value.line == 2


def test_a_file_without_pairs_is_refused(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    for name, why in (("empty.jsonl", "holds no pairs"), ("none.jsonl", "no such file")):
        with pytest.raises(FormatError, match=why):
            read_pairs(tmp_path / name)


@pytest.mark.filterwarnings("ignore")
def test_the_loss_is_that_of_direct_preference_optimisation(tmp_path):
    torch = pytest.importorskip("torch", reason="needs the extra train")
    pytest.importorskip("peft", reason="needs the extra train")
    transformers = pytest.importorskip("transformers", reason="needs the extra train")

    from personae.recipes.apc_preferences import _prepared, preference_losses
    from personae.recipes.lora_training import Plan, train, with_adapter

    torch.manual_seed(3)
    tiny = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=97, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
            attn_implementation="eager",
        )
    ).requires_grad_(False)  # fmt: skip
    plan = Plan(tmp_path, 8_000, rate=1e-2)
    model = with_adapter(tiny, plan)
    pair = Pair(("I have two dogs.",), "Any pets?", "Two dogs.", "Cats only.", 0.9)
    prepared = _prepared(model, pair, lambda text: [ord(one) % 97 for one in text], beta=0.1)
    (before,) = (float(loss) for loss in preference_losses(model, [prepared]))
    # An adapter that does nothing yet has the base's margin: the loss is -log(1/2).
    assert before == pytest.approx(math.log(2), abs=1e-3)
    train(model, lambda epoch: [prepared] * 8, preference_losses, plan, lambda *_: None)
    (after,) = (float(loss) for loss in preference_losses(model, [prepared]))
    assert after < before - 0.05


def test_no_model_is_opened_where_all_pairs_are_there(tmp_path, monkeypatch):
    def opened():
        raise AssertionError("a model was opened")

    monkeypatch.setattr(apc_preferences, "_embedded", opened)
    file = tmp_path / "pairs.jsonl"
    row = {"statements": ["I bake."], "query": "Hi?", "chosen": "a", "rejected": "b", "gap": 0.5}
    file.write_text(f"{json.dumps(row)}\n")
    file.with_suffix(".done").write_text(json.dumps([1, file.stat().st_size]))
    (pair,) = apc_preferences._pairs([DIALOGUE], 1, 0.2, file, 0, lambda *_: None)
    assert pair.statements == ("I bake.",)
