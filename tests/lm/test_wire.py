from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message, Request, Sampling, ToolCall, Usage
from personae.lm.wire import (
    DIALECTS,
    Answer,
    PrefillCutter,
    SseParser,
    StopCutter,
    chat_body,
    check_request,
    completion_body,
    fault_of,
    is_strict,
    message_json,
    parse_object,
    parse_scores,
    render_chat,
)

LINE = st.text(
    alphabet=st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=12
)
ENDINGS = st.sampled_from(["\n", "\r", "\r\n"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def events_of(chunks: list[bytes]) -> list[str]:
    parser = SseParser()
    found = [event for chunk in chunks for event in parser.feed(chunk)]
    return found + parser.close()


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


EVENT = st.tuples(st.lists(LINE, min_size=1, max_size=3), ENDINGS, st.booleans())


@given(st.lists(EVENT, max_size=5), st.lists(st.integers(0, 200), max_size=20))
def test_events_survive_any_line_ending_and_any_chunk_boundary(events, cuts):
    text = ""
    for lines, ending, commented in events:
        shown = [f"data: {line}" for line in lines] + ["id: 7", ""]
        text += ending.join([": a comment", *shown] if commented else shown) + ending
    expected = ["\n".join(lines) for lines, _, _ in events]
    assert events_of(pieces_of(text.encode(), cuts)) == expected


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=20))
@example(b"data: a\r\n\r\ndata: b\r\r\n", [8])
@example(b"\xef\xbb\xbfdata: x\n\n", [1, 2])
def test_arbitrary_bytes_give_the_same_events_however_they_are_cut(data, cuts):
    assert events_of(pieces_of(data, cuts)) == events_of([data] if data else [])


def test_several_data_lines_join_and_other_fields_are_skipped():
    text = b": ping\nevent: x\ndata: one\ndata:two\ndata\nretry: 1\n\n\ndata: [DONE]"
    assert events_of([text]) == ["one\ntwo\n", "[DONE]"]


def test_a_byte_order_mark_and_broken_utf8_do_no_harm():
    assert events_of([b"\xef\xbb\xbfdata: caf\xc3", b"\xa9 \xff\n\n"]) == ["café \ufffd"]


@pytest.mark.parametrize("chunk", [b"x" * 10, b"data: y"])
def test_a_line_without_end_is_refused(chunk):
    parser = SseParser(max_line_bytes=100)
    with pytest.raises(FormatError, match="100 bytes"):
        list(map(parser.feed, [chunk] * 100))


def test_an_event_without_end_is_refused():
    parser = SseParser(max_event_bytes=100)
    with pytest.raises(FormatError, match="An event exceeds 100 bytes"):
        list(map(parser.feed, [b"data: 0123456789\n"] * 100))


@given(st.dictionaries(st.sampled_from(["choices", "usage", "timings", "error"]), JSON) | JSON)
@example({"choices": [{"delta": {"tool_calls": [{"function": {"name": "x"}, "index": 10**9}]}}]})
@example({"choices": [{"message": {"content": {}}}]})
def test_no_answer_can_raise_anything_but_a_format_error(value):
    if not isinstance(value, dict):
        return
    answer = Answer()
    with suppress(FormatError):
        fault_of(value)
        answer.add(value)
        answer.generation(answer.text)


CHOICE_KEYS = st.sampled_from(["delta", "message", "text", "finish_reason", "index"])
MESSAGE = st.dictionaries(st.sampled_from(["content", "refusal", "tool_calls", "role"]), JSON)


@given(st.lists(st.dictionaries(CHOICE_KEYS, JSON | MESSAGE), max_size=3))
def test_no_choice_can_raise_anything_but_a_format_error(choices):
    answer = Answer()
    with suppress(FormatError):
        answer.add({"choices": choices})
        answer.generation(answer.text)


@given(st.binary(max_size=60) | st.just(b"[" * 100_000) | st.just(b"1" * 5000))
def test_no_bytes_can_raise_anything_but_a_format_error(data):
    with suppress(FormatError):
        assert isinstance(parse_object(data), dict)


@given(JSON, st.integers(0, 9))
def test_no_scores_can_raise_anything_but_a_format_error(value, start):
    for logprobs in (value, {"token_logprobs": value, "text_offset": value}):
        with pytest.raises(FormatError):
            parse_scores({"choices": [{"logprobs": logprobs}] * 2}, start, [start])
        with suppress(FormatError):
            parse_scores({"choices": [{"logprobs": logprobs}]}, start, [start + 3])
        with suppress(FormatError):
            parse_scores({"choices": [{"index": value, "logprobs": logprobs}]}, start, [start])


def test_a_token_across_the_border_belongs_to_the_continuation():
    logprobs = {"token_logprobs": [None, -1.0, -2.0, -4.0, -8.0], "text_offset": [0, 2, 4, 6, 8]}
    (found,) = parse_scores({"choices": [{"logprobs": logprobs}]}, 5, [8])
    assert found.token_log_probs == (-2.0, -4.0)


def test_huge_numbers_are_no_log_probabilities():
    logprobs = {"token_logprobs": [10**400], "text_offset": [0]}
    with pytest.raises(FormatError):
        parse_scores({"choices": [{"logprobs": logprobs}]}, 0, [1])


TEXTS = st.text(alphabet="ab<|>\n", max_size=30)


@given(TEXTS, st.lists(TEXTS, max_size=4), st.lists(st.integers(0, 30), max_size=8))
def test_a_stop_string_cuts_at_the_same_place_however_the_text_comes(text, stops, cuts):
    cutter = StopCutter(stops)
    whole = text.encode()
    said = "".join(cutter.feed(piece.decode()) for piece in pieces_of(whole, cuts))
    said += cutter.close()
    found = [text.find(stop) for stop in stops if stop and stop in text]
    # A later stop that ends first may be met first: then the cut is there, never further on.
    assert text.startswith(said)
    assert cutter.stopped == bool(found)
    assert not any(stop in said for stop in stops if stop)
    assert said == text if not found else len(said) >= min(found)


def test_text_is_held_back_only_while_it_may_become_a_stop_string():
    cutter = StopCutter(["User:"])
    assert cutter.feed("Hi Us") == "Hi "
    assert cutter.feed("ually U") == "Usually "
    assert cutter.feed("ser: no") == ""
    assert cutter.stopped
    assert cutter.close() == ""


@given(st.text(min_size=4, max_size=9), st.text(max_size=9), st.booleans(), st.integers(1, 5))
def test_a_repeated_prefill_goes_and_all_else_stays(prefill, rest, repeats, step):
    if rest.startswith(prefill):
        return
    text = prefill + rest if repeats else rest
    cutter = PrefillCutter(prefill)
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    assert "".join(map(cutter.feed, pieces)) + cutter.close() == rest


def test_a_message_goes_out_with_its_calls_and_without_an_illegal_name():
    calls = (ToolCall("look", {"at": "ñ"}, "c1"),)
    said = message_json(Message("assistant", "", name="Ana María", tool_calls=calls))
    assert "name" not in said
    assert json.loads(said["tool_calls"][0]["function"]["arguments"]) == {"at": "ñ"}
    answer = message_json(Message("tool", "nothing", name="look", tool_call_id="c1"))
    assert answer == {
        "role": "tool", "content": "nothing", "name": "look", "tool_call_id": "c1",
    }  # fmt: skip


def test_vllm_is_told_to_go_on_with_a_prefill():
    request = Request(messages=(Message("user", "hi"),), prefill="Ana:")
    body = chat_body(request, "m", DIALECTS["vllm"])
    assert body["continue_final_message"] is True
    assert body["add_generation_prompt"] is False
    assert "continue_final_message" not in chat_body(request, "m", DIALECTS["openai"])
    raw = completion_body(Request(prompt="Once", prefill=" upon"), "m", DIALECTS["vllm"])
    assert raw["prompt"] == "Once upon"


def test_strict_schemas_are_told_from_loose_ones():
    inner = {"type": "object", "properties": {}, "additionalProperties": False}
    strict = {
        "type": "object", "properties": {"a": inner}, "required": ["a"],
        "additionalProperties": False,
    }  # fmt: skip
    assert is_strict(strict)
    assert not is_strict({**strict, "required": []})
    assert not is_strict({**strict, "properties": {"a": {"type": "object"}}})
    assert not is_strict({"type": "array", "items": {"type": "object"}})


def test_usage_with_wrong_types_counts_nothing():
    answer = Answer()
    answer.add({"usage": {"prompt_tokens": "5", "completion_tokens": True}, "choices": []})
    assert answer.usage == Usage()
    answer.add({"usage": {"prompt_tokens": 5}, "timings": {"cache_n": 4}})
    assert answer.usage == Usage(5, 0, 4)


def test_a_refusal_is_told_as_content_filter():
    answer = Answer()
    answer.add({"choices": [{"message": {"content": None, "refusal": "I cannot."}}]})
    made = answer.generation(answer.text)
    assert (made.text, made.finish_reason) == ("I cannot.", "content_filter")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"error": "model not found"}, "model not found"),
        ({"error": {"message": "bad", "code": 400}}, "bad"),
        ({"object": "error", "message": "vllm says no", "code": 404}, "vllm says no"),
        ({"detail": "Not Found"}, "Not Found"),
    ],
)
def test_errors_are_found_in_every_shape(value, message):
    assert fault_of(value).message == message
    assert fault_of({"choices": [], "error": None}) is None


def test_impossible_requests_are_refused():
    model = ScriptedModel(["x"], capabilities=("chat", "score"))
    chat = (Message("user", "hi"),)
    with pytest.raises(InvalidOption, match="empty"):
        check_request(model, Request())
    with pytest.raises(InvalidOption, match="only one"):
        check_request(model, Request(chat, schema={}, grammar="root ::= x"))
    with pytest.raises(InvalidOption, match="max_tokens"):
        check_request(model, Request(chat, sampling=Sampling(max_tokens=0)))
    for request, word in (
        (Request(prompt="x"), "complete"), (Request(chat, schema={}), "schema"),
        (Request(chat, grammar="x"), "grammar"), (Request(chat, tools=({},)), "tools"),
    ):  # fmt: skip
        with pytest.raises(CapabilityError, match=word):
            check_request(model, request)
    check_request(model, Request(chat), "score")


def test_a_chat_template_is_rendered_in_a_sandbox():
    request = Request((Message("user", "hi"),), prefill="Well")
    template = "{{ bos_token }}{% for m in messages %}[{{ m.content }}]{% endfor %}"
    assert render_chat(template, request, bos_token="<s>") == "<s>[hi]Well"
    for broken in (
        "{% for %}", "{{ ''.__class__.__mro__ }}", "{{ raise_exception('no tools') }}",
        "{{ 1 / 0 }}", "{{ range(10**9) | list }}", "{{ messages[0].content + 1 }}",
    ):  # fmt: skip
        with pytest.raises(InvalidOption):
            render_chat(broken, request)
