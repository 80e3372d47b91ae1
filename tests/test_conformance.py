"""The laws that every registered method, step, metric and format keeps."""

from __future__ import annotations

import inspect
import json

import pytest

from personae.data import Sample
from personae.draft import Candidate, Draft, Kit
from personae.errors import CapabilityError, InvalidOption, PersonaeError
from personae.lm.scripted import DEFAULT_CAPABILITIES, ScriptedModel
from personae.registry import build, check_options, entries, find, options_of
from personae.speaker import Speaker

METHODS, STEPS, METRICS, FORMATS, BENCHMARKS = (
    [*entries(kind)] for kind in ("method", "step", "metric", "format", "benchmark")
)
BUILT = [*(("method", n) for n in METHODS), *(("step", n) for n in STEPS),
         *(("metric", n) for n in METRICS)]  # fmt: skip
ALL = [*BUILT, *(("format", name) for name in FORMATS)]


def defaults_of(kind: str, name: str) -> dict:
    return {key: option.default for key, option in options_of(find(kind, name)).items()}


@pytest.mark.parametrize(("kind", "name"), BUILT)
def test_it_builds_with_its_defaults(kind, name):
    options = options_of(find(kind, name))
    assert all(o.default is not inspect.Parameter.empty for o in options.values())
    assert callable(build(kind, name))


@pytest.mark.parametrize(("kind", "name"), BUILT)
def test_its_options_survive_record_and_rebuild(kind, name):
    entry = find(kind, name)
    checked = check_options(entry, defaults_of(kind, name))
    assert check_options(entry, json.loads(json.dumps(checked))) == checked
    assert callable(build(kind, name, checked))


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_it_says_what_it_is_and_where_it_comes_from(kind, name):
    entry = find(kind, name)
    assert entry.summary.strip()
    assert (entry.load().__doc__ or "").startswith(entry.summary)
    if kind in ("method", "step", "metric"):
        assert (entry.factory().__doc__ or "").strip()
    if entry.info.systems and kind == "method":
        assert entry.info.paper
        assert entry.info.deviations
        assert all(f"({system})" in entry.summary for system in entry.info.systems)


@pytest.mark.parametrize(("kind", "name"), BUILT)
def test_its_options_are_keywords_with_types(kind, name):
    for parameter in inspect.signature(find(kind, name).factory()).parameters.values():
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert parameter.annotation is not parameter.empty


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_bytes(name, rich_scene, word_embedder, word_nli):
    def run(seed: int) -> str:
        speaker = Speaker(
            ScriptedModel(), name, embedder=word_embedder, nli=word_nli, replayable=True
        )
        reply = speaker.reply(rich_scene, seed=seed).to_dict()
        assert reply["reply"]
        del reply["timings"]
        return json.dumps(reply, sort_keys=True)

    assert run(7) == run(7)
    assert run(7) != run(8)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_changes_nothing_that_it_was_given(name, rich_scene, word_embedder, word_nli):
    before = rich_scene.to_json()
    options = defaults_of("method", name)
    given = dict(options)
    speaker = Speaker(ScriptedModel(), name, options=options, embedder=word_embedder, nli=word_nli)
    speaker.reply(rich_scene)
    assert rich_scene.to_json() == before
    assert options == given


@pytest.mark.parametrize("name", METHODS)
def test_a_missing_capability_is_refused_with_the_backends_that_would_do(name):
    needs = find("method", name).info.needs
    assert needs
    for missing in needs:
        lm = ScriptedModel(capabilities=DEFAULT_CAPABILITIES - {missing}, name="poor")
        with pytest.raises(CapabilityError, match=rf"{name}.*{missing!r}.*'poor'.*Backends that"):
            Speaker(lm, name)


@pytest.mark.parametrize("name", METHODS)
def test_the_prompt_can_be_had_without_a_reply(name, rich_scene, word_embedder, word_nli):
    lm = ScriptedModel()
    draft = Speaker(lm, name, embedder=word_embedder, nli=word_nli).prompt(rich_scene)
    assert draft.messages or draft.text_prompt
    assert draft.candidates == ()
    assert all(request.schema for request in lm.requests)  # decisions about tools, no reply


@pytest.mark.parametrize("name", METHODS)
def test_who_listens_hears_the_reply(name, rich_scene, word_embedder, word_nli):
    heard: list[str] = []

    def listen(emission):
        if emission.kind == "restart":
            heard.clear()
        elif emission.kind == "text":
            heard.append(emission.text)

    speaker = Speaker(ScriptedModel(), name, embedder=word_embedder, nli=word_nli)
    reply = speaker.reply(rich_scene, emit=listen)
    assert "".join(heard).strip() == reply.text


@pytest.mark.parametrize("name", METHODS)
def test_a_scene_without_turns_gets_a_reply(name, rich_scene, word_embedder, word_nli):
    scene = rich_scene.model_copy(update={"turns": ()})
    assert (
        Speaker(ScriptedModel(["Well met."]), name, embedder=word_embedder, nli=word_nli)
        .reply(scene)
        .text
    )


@pytest.mark.parametrize("name", METHODS)
def test_a_huge_last_message_is_refused_in_one_sentence(name, rich_scene, word_embedder, word_nli):
    speaker = Speaker(ScriptedModel(context_tokens=600), name, embedder=word_embedder, nli=word_nli)
    scene = rich_scene.said("Bo", "word " * 1000)
    with pytest.raises(InvalidOption, match=r"tokens.* Shorten"):
        speaker.reply(scene)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_returns_a_changed_copy(name, rich_scene, word_embedder, word_nli):
    draft = Draft(rich_scene, candidates=(Candidate("Hello."),))
    draft = build("step", "fit-prompt")(draft, Kit(ScriptedModel()))
    before = repr(draft)
    after = build("step", name)(draft, Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli))
    assert isinstance(after, Draft)
    assert repr(draft) == before


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_measures_a_batch_without_changing_it(name, rich_scene, word_embedder, word_nli):
    samples = [
        Sample(id=str(n), scene=rich_scene, reference="two dogs", reply=f"I have {n} dogs",
               reference_log_likelihood=-3.0, reference_tokens=2)
        for n in range(4)
    ]  # fmt: skip
    samples.append(Sample(id="f", scene=rich_scene, reference="x", error="it failed"))
    before = [sample.to_json() for sample in samples]
    scores = build("metric", name)(
        samples, Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    )
    assert scores.name
    assert len(scores.values) == len(samples)
    assert [sample.to_json() for sample in samples] == before
    assert (
        build("metric", name)(
            samples, Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
        ).values
        == scores.values
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_reads_and_recognises(name):
    module = find("format", name).load()
    assert callable(module.read)
    assert callable(module.detects)
    assert module.ENTRY.reads in ("persona", "dialogue", "lorebook")
    assert find("format", name).info == module.ENTRY


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_says_where_its_questions_are_from_and_knows_its_metrics(name):
    try:
        made = build("benchmark", name)
    except PersonaeError as error:
        pytest.skip(f"its data are not here: {error}")
    assert made.source
    assert made.questions
    assert all(find("metric", metric.partition("@")[0]) for metric in made.metrics)
    assert len({one.id for one in made.questions}) == len(made.questions)
    if made.ask == "choose":
        assert all(one.reference in one.options for one in made.questions if one.reference)
