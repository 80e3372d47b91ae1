"""Preferences by the APC score, and their loss."""

import json
import math

import pytest

from personae.recipes import apc_preferences
from personae.recipes.apc_preferences import queries_for
from personae.recipes.persona_dialogues import PersonaDialogue

DIALOGUE = PersonaDialogue(
    "d",
    ("I have two dogs.", "The sea."),
    ((False, "Hi there."), (True, "Hello."), (False, "Any pets?"), (True, "Dogs.")),
)


def test_queries_are_questions_about_statements_then_what_was_really_said():
    assert queries_for(DIALOGUE, 9) == ["Do you have two dogs?", "Hi there.", "Any pets?"]
    assert queries_for(DIALOGUE, 1) == ["Do you have two dogs?"]


@pytest.mark.filterwarnings("ignore")
def test_the_loss_is_that_of_direct_preference_optimisation(tmp_path):
    torch = pytest.importorskip("torch", reason="needs the extra train")
    pytest.importorskip("peft", reason="needs the extra train")
    transformers = pytest.importorskip("transformers", reason="needs the extra train")

    from personae.recipes.apc_preferences import Pair, _prepared, preference_losses
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

    monkeypatch.setattr(apc_preferences, "_sampler", opened)
    file = tmp_path / "pairs.jsonl"
    row = {"statements": ["I bake."], "query": "Hi?", "chosen": "a", "rejected": "b", "gap": 0.5}
    file.write_text(f"{json.dumps(row)}\n")
    file.with_suffix(".done").write_text(json.dumps([1, file.stat().st_size]))
    (pair,) = apc_preferences._pairs([DIALOGUE], 1, 0.2, file, 0, lambda *_: None)
    assert pair.statements == ("I bake.",)
