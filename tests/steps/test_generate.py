"""generate: clean replies, retries, streaming, seeds, cancelling."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from personae.draft import Draft, Emission, Kit, PromptPart
from personae.errors import BackendError, Cancelled, CapabilityError
from personae.lm.scripted import CutShort, ScriptedModel
from personae.lm.types import Message, Sampling
from personae.steps.generate import generate


def draft_of(scene, **sampling) -> Draft:
    return Draft(scene, messages=(Message("user", "Hi."),), sampling=Sampling(**sampling))


@pytest.fixture
def draft(dialogue_scene):
    return draft_of(dialogue_scene("My own words.", "What now?"))


def heard_of(draft: Draft, model: ScriptedModel, **options) -> tuple[Draft, list[Emission]]:
    heard: list[Emission] = []
    return generate(**options)(draft, Kit(model, emit=heard.append)), heard


def test_a_clean_reply_is_written_once(draft):
    model = ScriptedModel(["Ana: I am baking.\nBo: And me?"])
    done, heard = heard_of(draft, model)
    (candidate,) = done.candidates
    assert candidate.text == "I am baking."
    assert candidate.detail == {"seed": 0, "finish": "stop", "attempts": 1}
    assert "".join(e.text for e in heard if e.kind == "text") == "I am baking."
    assert len(model.requests) == 1
    assert done.usage.completion_tokens > 0
    assert done.notes["prompt"] == "user: Hi.\nassistant:"


@pytest.mark.parametrize(
    "faulty", ["...", "My own words!", "what NOW", "I follow rules one two three four five six."]
)
def test_a_faulty_reply_is_written_anew_with_another_seed(draft, faulty):
    rules = PromptPart("rules", "The rules one two three four five six. Follow rules one two three"
                       " four five six.")  # fmt: skip
    model = ScriptedModel([faulty, "Fine."])
    done, heard = heard_of(replace(draft, parts=(rules,)), model)
    assert done.candidates[0].text == "Fine."
    assert done.candidates[0].detail["attempts"] == 2
    assert [request.sampling.seed for request in model.requests] == [0, 7919]
    after = [e.kind for e in heard].index("restart")
    assert "".join(e.text for e in heard[after:]) == "Fine."


def test_where_every_attempt_fails_the_least_faulty_stays(draft):
    model = ScriptedModel(["...", "My own words.", "..."])
    done, _ = heard_of(draft, model)
    assert done.candidates[0].detail["attempts"] == 3
    assert len(done.candidates[0].detail["faults"]) == 1
    assert len(model.requests) == 3


def test_a_reply_ends_early_where_its_sentences_are_complete(draft):
    class Endless(ScriptedModel):
        said = 0

        def generate(self, request, on_text=None):
            for number in range(1000):
                self.said = number
                if on_text("Bread is baked here. "):
                    break
            return replace(super().generate(request, None), text="", finish_reason="stop")

    model = Endless(["-"])
    done, _ = heard_of(draft, model, max_sentences=2)
    assert done.candidates[0].text == "Bread is baked here. Bread is baked here."
    assert model.said < 5


def test_a_reply_that_is_cut_short_ends_at_its_last_whole_sentence(dialogue_scene):
    model = ScriptedModel(["I bake. I also sweep the"])
    done, _ = heard_of(draft_of(dialogue_scene("Hi."), max_tokens=5), model)
    assert done.candidates[0].text == "I bake."
    assert done.candidates[0].detail["finish"] == "length"


def test_stop_strings_reach_the_model(dialogue_scene):
    done, _ = heard_of(draft_of(dialogue_scene("Hi."), stop=(" and",)), ScriptedModel(["A and B."]))
    assert done.candidates[0].text == "A"


def test_candidates_have_seeds_of_their_own_and_only_the_first_is_shown(draft):
    model = ScriptedModel(["Number {seed}."])
    done, heard = heard_of(draft, model, candidates=4, attempts=3)
    texts = [candidate.text for candidate in done.candidates]
    assert len(set(texts)) == 4
    assert "".join(e.text for e in heard) == texts[0]


def test_seeds_of_candidates_and_attempts_never_meet(draft):
    model = ScriptedModel(["..."])
    heard_of(draft, model, candidates=5, attempts=4)
    seeds = [request.sampling.seed for request in model.requests]
    assert len(seeds) == len(set(seeds)) == 20


def test_cancelling_stops_at_once(draft):
    cancel = threading.Event()
    heard: list[str] = []

    def hear(emission: Emission) -> None:
        heard.append(emission.text)
        cancel.set()

    model = ScriptedModel(["one two three four five six seven eight nine ten eleven twelve"])
    with pytest.raises(Cancelled):
        generate()(draft, Kit(model, emit=hear, cancel=cancel))
    assert len(" ".join(heard).split()) < 12
    assert len(model.requests) == 1


def test_a_failing_model_is_not_asked_again(draft):
    model = ScriptedModel([CutShort("I am", BackendError("gone", failure="server"))])
    with pytest.raises(BackendError, match="gone"):
        heard_of(draft, model)
    assert len(model.requests) == 1


def test_raw_text_needs_a_model_that_completes(draft):
    with pytest.raises(CapabilityError, match="'complete'"):
        heard_of(replace(draft, text_prompt="Ana:"), ScriptedModel(capabilities=["chat"]))


def test_a_raw_text_prompt_is_used_instead_of_messages(draft):
    model = ScriptedModel(["Fine."])
    done, _ = heard_of(replace(draft, text_prompt="Bo: Hi.\nAna:"), model)
    assert model.requests[0].prompt == "Bo: Hi.\nAna:"
    assert model.requests[0].messages == ()
    assert done.notes["prompt"] == "Bo: Hi.\nAna:"
