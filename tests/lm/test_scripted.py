from __future__ import annotations

import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import (
    BackendError,
    Cancelled,
    CapabilityError,
    EnvironmentFault,
    FormatError,
    InvalidOption,
)
from personae.lm.scripted import (
    UNLIKELY_NATS,
    CutShort,
    Rule,
    ScriptedModel,
    echo,
    open_scripted,
    parse_script,
)
from personae.lm.types import (
    DistributionModel,
    Generation,
    LanguageModel,
    Likelihood,
    Message,
    Request,
    Sampling,
    ToolCall,
    Usage,
    need_distributions,
)


def asking(text: str = "hello there", **changes) -> Request:
    return replace(Request(messages=(Message("user", text),)), **changes)


def test_it_is_a_language_model():
    assert isinstance(ScriptedModel(), LanguageModel)


def test_a_list_is_said_in_order_and_starts_again():
    model = ScriptedModel(["one", "two"])
    assert [model.generate(asking()).text for _ in range(3)] == ["one", "two", "one"]


def test_an_exhausted_list_raises_where_it_is_told_to():
    model = ScriptedModel(["one"], when_exhausted="raise")
    model.generate(asking())
    with pytest.raises(BackendError, match=r"held 1 replies, and this is request 2"):
        model.generate(asking())


def test_a_callable_sees_the_request():
    model = ScriptedModel(lambda request: request.messages[-1].content.upper())
    assert model.generate(asking("louder")).text == "LOUDER"


def test_an_exception_in_the_list_is_raised_as_it_is():
    error = BackendError("no", failure="rate_limited")
    model = ScriptedModel([error, "fine"])
    with pytest.raises(BackendError) as caught:
        model.generate(asking())
    assert caught.value is error
    assert model.generate(asking()).text == "fine"


def test_a_reply_can_break_off_after_some_words():
    pieces: list[str] = []
    model = ScriptedModel([CutShort("so it", BackendError("cut", failure="cut_stream"))])
    with pytest.raises(BackendError, match="cut"):
        model.generate(asking(), pieces.append)
    assert "".join(pieces) == "so it"


@given(st.text(max_size=60))
def test_streamed_words_join_to_the_very_reply(reply):
    pieces: list[str] = []
    made = ScriptedModel([reply]).generate(
        asking(sampling=Sampling(max_tokens=1000)), pieces.append
    )
    assert "".join(pieces) == made.text == reply.replace("{seed}", "None")


def test_words_count_as_tokens_and_max_tokens_cuts():
    made = ScriptedModel(["a b c d"]).generate(asking(sampling=Sampling(max_tokens=2)))
    assert (made.text, made.finish_reason) == ("a b", "length")
    assert made.usage == Usage(prompt_tokens=4, completion_tokens=2)
    exact = ScriptedModel(["a b"]).generate(asking(sampling=Sampling(max_tokens=2)))
    assert exact.finish_reason == "stop"


def test_the_first_stop_string_ends_the_reply():
    made = ScriptedModel(["I am Ana. User: no. END"]).generate(
        asking(sampling=Sampling(stop=("END", "", "User:")))
    )
    assert (made.text, made.finish_reason) == ("I am Ana. ", "stop")


def test_cancelling_in_the_middle_tells_what_was_said():
    cancel = threading.Event()

    def hear(piece: str) -> None:
        if piece.strip() == "two":
            cancel.set()

    with pytest.raises(Cancelled) as caught:
        ScriptedModel(["one two three four"]).generate(asking(cancel=cancel), hear)
    assert caught.value.text == "one two"


def test_a_slow_model_can_be_cancelled_and_times_out():
    model = ScriptedModel(["word " * 500], delay_s=0.02)
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    with pytest.raises(Cancelled):
        model.generate(asking(cancel=cancel))
    with pytest.raises(BackendError) as caught:
        model.generate(asking(timeout_s=0.1))
    assert caught.value.failure == "timeout"


def test_the_seed_is_echoed_where_the_reply_asks_for_it():
    model = ScriptedModel(["seed {seed}"])
    assert model.generate(asking(sampling=Sampling(seed=42))).text == "seed 42"


def test_every_request_is_recorded_even_from_many_threads():
    model = ScriptedModel(["x"])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: model.generate(asking(str(number))), range(100)))
    assert {request.messages[0].content for request in model.requests} == set(map(str, range(100)))


def test_a_list_is_said_once_by_each_even_from_many_threads():
    model = ScriptedModel([str(number) for number in range(100)], when_exhausted="raise")
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: model.generate(asking()).text, range(100)))
    assert sorted(map(int, said)) == list(range(100))


def test_alone_its_reply_depends_on_prompt_and_seed_alone():
    def said(text: str, seed: int) -> Generation:
        return ScriptedModel().generate(asking(text, sampling=Sampling(seed=seed)))

    assert said("tell me of ships", 1) == said("tell me of ships", 1)
    assert said("tell me of ships", 1).text != said("tell me of ships", 2).text
    assert said("tell me of ships", 1).text != said("tell me of boats", 1).text
    assert "ships" in said("ships", 1).text


def test_alone_it_obeys_a_schema():
    schema = {
        "type": "object",
        "properties": {
            "verdict": {"enum": ["yes", "no"]},
            "score": {"type": "integer", "minimum": 1, "maximum": 5},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "reasons": {"type": "array", "items": {"type": "string"}, "minItems": 2},
            "sure": {"type": ["boolean", "null"]},
        },
    }
    for seed in range(20):
        value = json.loads(echo(asking(schema=schema, sampling=Sampling(seed=seed))))
        assert value["verdict"] in ("yes", "no")
        assert 1 <= value["score"] <= 5
        assert 0 <= value["share"] <= 1
        assert len(value["reasons"]) == 2
        assert isinstance(value["sure"], bool)


def test_pseudo_likelihoods_are_stable_and_depend_on_the_prompt():
    model = ScriptedModel()
    first = model.score(asking("a"), ["yes sir", "no", ""])
    assert first == ScriptedModel().score(asking("a"), ["yes sir", "no", ""])
    assert [likelihood.tokens for likelihood in first] == [2, 1, 0]
    assert all(-8 <= value < 0 for likelihood in first for value in likelihood.token_log_probs)
    assert first != model.score(asking("b"), ["yes sir", "no", ""])
    assert model.scored[0] == (asking("a"), ("yes sir", "no", ""))


def test_a_scorer_replaces_the_pseudo_likelihoods():
    model = ScriptedModel(scorer=lambda _, text: -float(len(text)))
    assert model.score(asking(), ["ab", "abc"]) == (Likelihood((-2.0,)), Likelihood((-3.0,)))


def test_capabilities_are_refused_where_they_are_taken_away():
    model = ScriptedModel(["x"], capabilities=("chat",))
    with pytest.raises(CapabilityError, match="score"):
        model.score(asking(), ["a"])
    with pytest.raises(CapabilityError, match="complete"):
        model.generate(Request(prompt="x"))
    assert len(model.requests) == 1


def test_a_prompt_beyond_the_context_overflows():
    model = ScriptedModel(["x"], context_tokens=5)
    with pytest.raises(BackendError) as caught:
        model.generate(asking("one two three four five"))
    assert caught.value.failure == "overflow"


def test_the_fingerprint_follows_the_script():
    assert ScriptedModel(["a"]).fingerprint == ScriptedModel(["a"]).fingerprint
    assert ScriptedModel(["a"]).fingerprint != ScriptedModel(["b"]).fingerprint
    assert ScriptedModel().fingerprint == ScriptedModel().fingerprint
    assert ScriptedModel(lambda _: "a").fingerprint != ScriptedModel(lambda _: "a").fingerprint
    assert ScriptedModel(lambda _: "a", fingerprint="f").fingerprint == "f"


@pytest.mark.parametrize("options", [{"replies": "text"}, {"replies": []},
                                     {"replies": ["a"], "when_exhausted": "stop"}])  # fmt: skip
def test_wrong_options_are_refused(options):
    with pytest.raises(InvalidOption):
        ScriptedModel(**options)


SCRIPT = """
when_exhausted: raise
context_tokens: 50
replies:
  - when: "(?i)name"
    reply: [I am Ana., Ana again.]
  - when: weather
    tool_calls: {name: look, arguments: {where: up}}
  - when: boom
    error: rate_limited
    retry_after_s: 3
  - when: half
    reply: So it
    error: cut_stream
  - Anything else.
"""


def test_a_script_file_answers_by_pattern(tmp_path):
    file = tmp_path / "script.yaml"
    file.write_text(SCRIPT, encoding="utf-8")
    model = open_scripted(file)
    assert model.name == f"scripted:{file}"
    assert model.context_tokens == 50
    assert model.generate(asking("Your NAME?")).text == "I am Ana."
    assert model.generate(asking("hm")).text == "Anything else."
    assert model.generate(asking("name")).text == "Ana again."
    with pytest.raises(BackendError, match="exhausted"):
        model.generate(asking("name"))
    called = model.generate(asking("weather"))
    assert called.tool_calls == (ToolCall("look", {"where": "up"}, "call_1"),)
    assert called.finish_reason == "tool_calls"
    with pytest.raises(BackendError) as caught:
        model.generate(asking("boom"))
    assert (caught.value.failure, caught.value.retry_after_s) == ("rate_limited", 3)
    pieces: list[str] = []
    with pytest.raises(BackendError) as caught:
        model.generate(asking("half"), pieces.append)
    assert (caught.value.failure, pieces) == ("cut_stream", ["So", " it"])


def test_options_given_by_hand_win_over_the_file(tmp_path):
    file = tmp_path / "script.yaml"
    file.write_text(SCRIPT, encoding="utf-8")
    assert open_scripted(file, context_tokens=9).context_tokens == 9


def test_a_message_that_no_pattern_matches_is_an_error_that_says_so():
    model = ScriptedModel(parse_script("- {when: a, reply: b}")["replies"])
    with pytest.raises(BackendError, match="no pattern matches"):
        model.generate(asking("xyz"))


def test_rules_can_be_given_in_python():
    import re

    model = ScriptedModel([Rule(("yes",), re.compile("sure")), "no"])
    assert [model.generate(asking(text)).text for text in ("sure?", "hm")] == ["yes", "no"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "not a list"),
        ("replies: []", "at least one"),
        ("reply: x", "no key 'reply'"),
        ("delay_s: 1", "no `replies`"),
        ("- 7", "Reply 1 is neither"),
        ("- no", "quote it"),
        ("- {reply: yes}", "quote it"),
        ("- {rply: x}", "unknown key 'rply'"),
        ("- {when: '(', reply: x}", "regular expression"),
        ("- {when: x}", "no `reply`"),
        ("- {error: tired}", "'tired' is not one of: refused"),
        ("- {tool_calls: look}", "a tool call is a mapping"),
        ("- {tool_calls: {name: a, arguments: {d: 2026-01-01}}}", "plain JSON"),
        ("{replies: [a], delay_s: .nan}", "is not a number"),
        ("{replies: [a], context_tokens: 0}", "is not a number"),
        ("{replies: [a], capabilities: [fly]}", "'fly' is not one of"),
        ("{replies: [a], when_exhausted: no}", "is not one of: cycle, raise"),
        ("a: b: c", "line 1: This is not YAML"),
        ("- a\n- 'b", "This is not YAML"),
        ("- &x [a]\n- *x", "aliases"),
        ("[" * 60, "nests deeper"),
        ("- !!python/object:os.system x", "This is not YAML"),
        ("- 2026-99-99", "This is not YAML"),
        ("- ? 0x" + "f" * 9000 + "\n  : 1", "unknown key"),
        ("- \x00", "This is not YAML"),
    ],
)
def test_a_broken_script_is_told_in_one_sentence(script, words):
    with pytest.raises(FormatError) as caught:
        parse_script(script, file="s.yaml")
    assert words in str(caught.value)
    assert "s.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_huge_or_no_text_is_refused(tmp_path):
    with pytest.raises(EnvironmentFault, match="no script"):
        open_scripted(tmp_path / "none.yaml")
    file = tmp_path / "script.yaml"
    file.write_bytes(b"- caf\xe9")
    with pytest.raises(FormatError, match="UTF-8"):
        open_scripted(file)
    file.write_bytes(b"- a\n" * 300_000)
    with pytest.raises(FormatError, match="larger"):
        open_scripted(file)


@given(st.text(alphabet="-[]{}:, \n'\"&*!|>%@ab1.when reply error", max_size=60))
def test_no_text_can_raise_anything_but_a_format_error(text):
    with suppress(FormatError):
        ScriptedModel(**parse_script(text))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["when", "reply", "error", "tool_calls", "retry_after_s", "replies"]
                ),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_no_value_can_raise_anything_but_a_format_error(value):
    with suppress(FormatError):
        ScriptedModel(**parse_script(json.dumps(value)))


def test_distributions_are_the_distributors_and_words_are_tokens():
    model = ScriptedModel(
        distributor=lambda request, written: (
            {"yes": 0.25, "no": 0.5, "": 0.25} if not written else {"": 1.0}
        )
    )
    assert isinstance(model, DistributionModel)
    (first,) = model.next_tokens([asking()], (), top=2)
    assert model.detokenize(first.ids[:1]) == "no"
    assert [math.exp(value) for value in first.log_probs] == pytest.approx([0.5, 0.25])
    assert first.ends == (False, True)
    (then,) = model.next_tokens([asking()], first.ids[:1], top=2)
    assert then.ends == (True,)


def test_a_forced_word_is_always_among_those_listed():
    model = ScriptedModel(distributor=lambda request, written: {"yes": 0.6, "no": 0.4})
    tokens = model.tokenize("no maybe")
    first, second = model.forced_tokens(asking(), tokens, top=1)
    assert model.detokenize(first.ids) == "yes no"
    assert first.log_probs[1] == pytest.approx(math.log(0.4))
    assert model.detokenize(second.ids) == "yes maybe"
    assert second.log_probs[1] == UNLIKELY_NATS


def test_without_a_distributor_distributions_depend_on_prompt_and_text_alone():
    one, other = ScriptedModel(), ScriptedModel()
    other.tokenize("some other words first")

    def said(model: ScriptedModel) -> list[str]:
        (found,) = model.next_tokens([asking("hello there")], (), top=3)
        return [model.detokenize([token]) for token in found.ids]

    assert said(one) == said(other)
    assert one.fingerprint == other.fingerprint
    told = ScriptedModel(distributor=lambda request, written: {"": 1.0})
    assert told.fingerprint != one.fingerprint


def test_a_model_without_distributions_refuses_them():
    model = ScriptedModel(capabilities=("chat",))
    with pytest.raises(CapabilityError, match=r"'distribution'.*embedded"):
        model.next_tokens([asking()], (), top=2)
    with pytest.raises(CapabilityError, match=r"The ranking.*'distribution'"):
        need_distributions(model, "The ranking")
    assert need_distributions(ScriptedModel(), "The ranking").tokenize("a b a") == (0, 1, 0)
