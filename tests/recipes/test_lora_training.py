"""The training loop, on a tiny random model; needs the extra `train`."""

import contextlib
import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("peft", reason="needs the extra train")
pytest.importorskip("transformers", reason="needs the extra train")

from personae.errors import EnvironmentFault, InvalidOption, PersonaeError  # noqa: E402
from personae.recipes import lora_training  # noqa: E402
from personae.recipes.branched_sequence import Branch, branched  # noqa: E402
from personae.recipes.lora_export import save_gguf, save_peft  # noqa: E402
from personae.recipes.lora_training import (  # noqa: E402
    CHECKPOINT,
    Plan,
    _exported,
    contrasted_losses,
    likelihood_losses,
    log_likelihoods,
    require_same_options,
    train,
    unlikelihood_losses,
    with_adapter,
)
from personae.recipes.persona_dialogues import PersonaDialogue  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
DIALOGUE = PersonaDialogue(
    "d",
    ("I have two dogs.",),
    ((False, "Pets?"), (True, "Dogs."), (False, "Job?"), (True, "Nurse.")),
)
BRANCHES = (Branch(1, "Cats.", 0.61), Branch(1, "Dogs.", 1.0), Branch(3, "Cook.", 0.4))


def encode(text):
    return [ord(letter) % 97 for letter in text]


@pytest.fixture
def tiny():
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=97, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=1024,
            attn_implementation="eager",
        )
    )  # fmt: skip
    return model.requires_grad_(False)


def sequences(epoch):
    return [
        branched(
            PersonaDialogue(f"{epoch}-{n}", DIALOGUE.statements, DIALOGUE.turns), BRANCHES, encode
        )
        for n in range(6)
    ]


def weights_of(model):
    return [one.detach().clone() for one in model.parameters() if one.requires_grad]


def no_show(*_):
    return None


def test_a_branch_is_as_likely_as_its_record_alone(tiny, tmp_path):
    model = with_adapter(tiny, Plan(tmp_path, 1))
    torch.nn.init.normal_(weights_of(model)[0])
    together = log_likelihoods(model, [branched(DIALOGUE, BRANCHES, encode)], "float32")
    alone = [
        log_likelihoods(model, [branched(DIALOGUE, [one], encode)], "float32") for one in BRANCHES
    ]
    assert torch.allclose(together, torch.cat(alone), atol=1e-4)


def test_sequences_side_by_side_are_as_likely_as_alone(tiny, tmp_path):
    model = with_adapter(tiny, Plan(tmp_path, 1))
    torch.nn.init.normal_(weights_of(model)[0])
    different = [branched(DIALOGUE, BRANCHES[:n], encode) for n in (1, 3, 2)]
    together = log_likelihoods(model, different, "float32")
    alone = [log_likelihoods(model, [one], "float32") for one in different]
    assert torch.allclose(together, torch.cat(alone), atol=1e-4)


@pytest.mark.parametrize(
    "losses", [likelihood_losses, contrasted_losses(5.0), unlikelihood_losses(1.0)]
)
def test_a_step_costs_the_same_in_parts_and_at_once(tiny, tmp_path, monkeypatch, losses):
    model = with_adapter(tiny, Plan(tmp_path, 1))
    branches = (Branch(1, "Dogs.", 1.0, 0.4), Branch(1, "Cats.", 0.4, 1.0, is_unwanted=True))
    group = [branched(DIALOGUE, branches[:n], encode) for n in (1, 2, 2)]
    parts = [float(one) for one in losses(model, group)]
    assert len(parts) == 3
    monkeypatch.setattr(lora_training, "_together", lambda model, group: [group])
    [whole] = [float(one) for one in losses(model, group)]
    assert whole == pytest.approx(sum(parts), rel=1e-2)


def test_training_makes_the_replies_likelier_within_the_budget(tiny, tmp_path):
    plan = Plan(tmp_path, 16_000, rate=1e-2)
    model = with_adapter(tiny, plan)
    before = float(log_likelihoods(model, [sequences(0)[0]]).sum())
    facts = train(model, sequences, likelihood_losses, plan, no_show)
    assert float(log_likelihoods(model, [sequences(0)[0]]).sum()) > before + 5
    assert 16_000 <= facts["tokens"] < 16_000 + 4 * 700
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["tokens"] == facts["tokens"]


def test_a_contrast_teaches_what_the_score_says(tiny, tmp_path):
    def told(epoch):
        branches = (Branch(1, "Dogs.", 1.0, 0.4), Branch(1, "Cats.", 0.4, 1.0))
        return [branched(DIALOGUE, branches, encode)] * 4

    def margins(model):
        sequence = told(0)[0]
        each = log_likelihoods(model, [sequence])
        at = torch.tensor([sequence.branch[i] for i in sequence.learned])
        return [float(each[at == n].sum() - each[at == -n].sum()) for n in (1, 2)]

    plan = Plan(tmp_path, 90_000, rate=1e-2)
    model = with_adapter(tiny, plan)
    train(model, told, contrasted_losses(5.0), plan, no_show)
    assert min(margins(model)) > 1


def test_a_contrast_of_weight_0_is_the_likelihood_of_the_branches(tiny, tmp_path):
    model = with_adapter(tiny, Plan(tmp_path, 1))
    plain = branched(DIALOGUE, [Branch(1, "Cats.", 0.6)], encode)
    doubled = branched(DIALOGUE, [Branch(1, "Cats.", 0.6, 1.0)], encode)
    expected = next(likelihood_losses(model, [plain]))
    assert torch.allclose(next(contrasted_losses(0.0)(model, [doubled])), expected, atol=1e-2)


def test_a_training_goes_on_from_what_another_left(tiny, tmp_path):
    plan = Plan(tmp_path, 4_000, rate=1e-2)
    model = with_adapter(tiny, plan)
    train(model, sequences, likelihood_losses, plan, no_show)
    save_peft(model, tmp_path / "peft")
    left = weights_of(model)
    again = with_adapter(model.unload(), Plan(tmp_path / "next", 1), str(tmp_path))
    assert all(torch.equal(one, other) for one, other in zip(left, weights_of(again), strict=True))


def test_a_training_goes_on_from_an_exported_adapter(tiny, tmp_path):
    model = with_adapter(tiny, Plan(tmp_path, 1, rank=4, alpha=8))
    for weight in model.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight)
    save_peft(model, tmp_path / "peft")
    save_gguf(tmp_path / "peft", tmp_path / "adapter.gguf", tiny.config, {})
    left = weights_of(model)
    again = with_adapter(model.unload(), Plan(tmp_path, 1), str(tmp_path / "adapter.gguf"))
    assert again.peft_config["default"].lora_alpha == 8
    for one, other in zip(left, weights_of(again), strict=True):
        assert torch.allclose(one, other, atol=2e-3)


def test_a_shipped_adapter_is_found_by_its_name():
    assert _exported("plain-tuning").parent.name == "plain_tuning"


def test_a_checkpoint_of_other_options_is_not_gone_on_from(tmp_path):
    require_same_options(tmp_path, {"rate": 1e-3, "seed": 0}, True)
    require_same_options(tmp_path, {"rate": 1e-2, "seed": 0}, True)
    (tmp_path / CHECKPOINT).touch()
    with pytest.raises(InvalidOption, match=r"a training with rate=0\.01: ask for that"):
        require_same_options(tmp_path, {"rate": 1e-3, "seed": 0}, True)
    require_same_options(tmp_path, {"rate": 1e-2, "seed": 0, "newer": 1}, True)
    require_same_options(tmp_path, {"rate": 1e-3, "seed": 0}, False)
    require_same_options(tmp_path, {"rate": 1e-3, "seed": 0}, True)


def test_going_on_from_no_training_is_said_in_a_sentence(tiny, tmp_path):
    with pytest.raises(EnvironmentFault, match="no trained adapter in"):
        with_adapter(tiny, Plan(tmp_path, 1), str(tmp_path / "nothing"))


def test_a_training_that_was_cut_off_ends_as_if_it_had_not(tiny, tmp_path):
    def trained(folder, *, stop_at=None):
        plan = Plan(folder, 8_000, checkpoint_tokens=1, resume=True)
        model = with_adapter(tiny, plan)

        def show(done, of, loss):
            if stop_at is not None and done > stop_at:
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt):
            train(model, sequences, likelihood_losses, plan, show)
        found = weights_of(model)
        model.unload()
        return found

    whole = trained(tmp_path / "whole")
    trained(tmp_path / "cut", stop_at=3_000)
    resumed = trained(tmp_path / "cut")
    assert all(torch.equal(one, other) for one, other in zip(whole, resumed, strict=True))


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_state(tiny, tmp_path):
    plan = Plan(tmp_path, 20_000, checkpoint_tokens=3_000)
    model = with_adapter(tiny, plan)

    def spoil(done, of, loss):
        if done > 4_000:
            next(p for p in model.parameters() if p.requires_grad).data.fill_(float("nan"))

    with pytest.raises(PersonaeError, match="last good state"):
        train(model, sequences, likelihood_losses, plan, spoil)
    kept = torch.load(tmp_path / CHECKPOINT, weights_only=True)["weights"]
    assert all(torch.isfinite(one).all() for one in kept)


def test_an_adapter_is_written_for_peft_and_for_llama_cpp(tiny, tmp_path):
    from gguf import GGUFReader
    from safetensors.numpy import load_file

    model = with_adapter(tiny, Plan(tmp_path, 1, rank=4))
    for one in model.parameters():
        if one.requires_grad:
            torch.nn.init.normal_(one)
    save_peft(model, tmp_path / "peft")
    save_gguf(tmp_path / "peft", tmp_path / "adapter.gguf", tiny.config, {"recipe": "test"})
    reader = GGUFReader(tmp_path / "adapter.gguf")
    written = {one.name: one.data for one in reader.tensors}
    kept = load_file(str(tmp_path / "peft" / "adapter_model.safetensors"))
    assert len(written) == len(kept) == 2 * 7 * 2
    prefix = "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight"
    # Head 0 has eight rows: llama.cpp turns rows 0 and 1 where transformers turns 0 and 4.
    rows = kept[prefix].astype("float16")
    assert (written["blk.1.attn_q.weight.lora_b"][:4] == rows[[0, 4, 1, 5]]).all()
    plain = kept["base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"].astype("float16")
    assert (written["blk.1.ffn_down.weight.lora_a"] == plain).all()


def unlikely(epoch, is_unwanted=True):
    branches = (Branch(1, "Dogs.", None), Branch(1, "Cats!", None, is_unwanted=is_unwanted))
    return [branched(DIALOGUE, branches, encode)] * 4


def shares(model):
    """Mean log-likelihood of the wanted reply's tokens, mean probability of the unwanted one's."""
    sequence = unlikely(0)[0]
    each = log_likelihoods(model, [sequence]).detach()
    unwanted = torch.tensor([sequence.branch[i] in sequence.unwanted for i in sequence.learned])
    return float(each[~unwanted].mean()), float(each[unwanted].exp().mean())


def test_unlikelihood_takes_back_a_reply_that_was_learned_and_keeps_the_other(tiny, tmp_path):
    with torch.no_grad():  # as it is initialised, it can make no token likely
        tiny.lm_head.weight.mul_(30)
    plan = Plan(tmp_path / "both", 24_000, rate=1e-2)
    model = with_adapter(tiny, plan)
    train(model, lambda epoch: unlikely(epoch, False), likelihood_losses, plan, no_show)
    learned = shares(model)
    assert learned[1] > 0.3
    plan = Plan(tmp_path / "one", 8_000, rate=3e-3)
    train(model, unlikely, unlikelihood_losses(1.0), plan, no_show)
    found = shares(model)
    assert found[1] < learned[1] - 0.05
    assert found[0] > learned[0] - 0.1


def test_unlikelihood_of_weight_0_is_the_likelihood_of_the_wanted_branches(tiny, tmp_path):
    model = with_adapter(tiny, Plan(tmp_path, 1))
    both = unlikely(0)[0]
    alone = branched(DIALOGUE, [Branch(1, "Dogs.", None)], encode)
    expected = next(likelihood_losses(model, [alone]))
    assert both.unwanted == {2}
    assert torch.allclose(next(unlikelihood_losses(0.0)(model, [both])), expected, atol=1e-2)
    heavier = next(unlikelihood_losses(1.0)(model, [both]))
    expected = -torch.log1p(-log_likelihoods(model, [both])[-len("Cats!<|im_end|>") :].exp()).mean()
    assert torch.allclose(heavier - next(unlikelihood_losses(0.0)(model, [both])), expected,
                          atol=1e-3)  # fmt: skip
