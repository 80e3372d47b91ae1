from __future__ import annotations

import importlib.util
import logging
import random
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import BackendError, Cancelled, CapabilityError, InvalidOption
from personae.lm.failures import retry_after_s
from personae.lm.names import open_model
from personae.lm.openai import Limits, OpenAIModel
from personae.lm.types import LanguageModel, Message, Request, Sampling, ToolCall

KEY = "sk-secret-0123456789"


def _load_server():
    # Tests are no package (import-mode importlib), so the helper is loaded by its path.
    file = Path(__file__).with_name("loopback_server.py")
    spec = importlib.util.spec_from_file_location("loopback_server", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["loopback_server"] = module
    spec.loader.exec_module(module)
    return module


loopback_server = _load_server()


@pytest.fixture(scope="module")
def running():
    server = loopback_server.LoopbackServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running):
    fresh = loopback_server.Seen()
    vars(running.seen).update(vars(fresh))
    return running


@pytest.fixture
def model_at(server):
    opened = []

    def open_at(behaviour: str, **options) -> OpenAIModel:
        pauses: list[float] = []
        options = {"api_key": KEY, "pause": pauses.append, "rng": random.Random(1), **options}
        model = OpenAIModel("tiny", server.url(behaviour), **options)
        model.pauses = pauses
        opened.append(model)
        return model

    yield open_at
    for model in opened:
        model.close()


def asking(text: str = "hello", **changes) -> Request:
    return replace(Request(messages=(Message("user", text),)), **changes)


def failure_of(model: OpenAIModel, request: Request | None = None, on_text=None) -> BackendError:
    with pytest.raises(BackendError) as caught:
        model.generate(request or asking(), on_text)
    error = caught.value
    assert model.name in str(error)
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    return error


def test_a_whole_answer_carries_text_usage_and_timings(model_at, server):
    model = model_at("normal")
    made = model.generate(asking("good morning", sampling=Sampling(seed=7)))
    assert made.text == loopback_server.reply_to(server.seen.bodies[0])
    assert "good morning" in made.text
    assert "seed 7" in made.text
    assert made.usage.prompt_tokens > 0
    assert made.usage.cached_tokens == made.usage.prompt_tokens // 2
    assert 0 < made.timings.first_token_s <= made.timings.total_s
    assert isinstance(model, LanguageModel)


def test_a_streamed_answer_is_the_whole_answer_in_pieces(model_at):
    pieces: list[str] = []
    model = model_at("normal")
    made = model.generate(asking("buenos días, señor"), pieces.append)
    assert len(pieces) > 3
    assert "".join(pieces) == made.text == model.generate(asking("buenos días, señor")).text
    assert made.usage.cached_tokens > 0


def test_a_server_that_ignores_streaming_is_understood(model_at):
    pieces: list[str] = []
    made = model_at("whole").generate(asking(), pieces.append)
    assert pieces == [made.text]


def test_the_request_is_sent_as_the_wire_has_it(model_at, server):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    sampling = Sampling(temperature=0.5, top_p=0.9, seed=3, max_tokens=9, stop=("a", "", "b"))
    model_at("normal").generate(
        asking(sampling=sampling, schema=schema, tools=({"name": "look", "parameters": {}},))
    )
    body = server.seen.bodies[0]
    assert body["model"] == "tiny"
    assert (body["n"], body["seed"], body["max_tokens"], body["stop"]) == (1, 3, 9, ["a", "b"])
    assert (body["temperature"], body["top_p"]) == (0.5, 0.9)
    assert "top_k" not in body
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["response_format"]["json_schema"]["strict"] is False
    assert body["tools"] == [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    assert server.seen.keys == [f"Bearer {KEY}"]


def test_dialect_extra_and_drop_shape_the_body(model_at, server):
    model = model_at("normal", dialect="llama", extra={"cache_prompt": True}, drop=("top_p",))
    model.generate(asking(grammar='root ::= "x"'))
    body = server.seen.bodies[0]
    assert body["grammar"] == 'root ::= "x"'
    assert body["cache_prompt"] is True
    assert "top_p" not in body
    assert body["min_p"] == Sampling().min_p


def test_tool_calls_arrive_whole_and_streamed(model_at):
    model = model_at("tools")
    request = asking(tools=({"name": "look"},))
    made = model.generate(request)
    assert made.tool_calls == (ToolCall("look", {"a": 1}, "x"),)
    assert made.finish_reason == "tool_calls"
    streamed = model.generate(request, lambda _: None)
    assert streamed.tool_calls == (
        ToolCall("look", {"where": "up"}, "c0"),
        ToolCall("wait", {}, "c1"),
    )


def test_a_repeated_prefill_is_dropped(model_at, server):
    pieces: list[str] = []
    made = model_at("prefill").generate(asking(prefill="The art"), pieces.append)
    assert made.text == " of war"
    assert "".join(pieces) == " of war"
    assert server.seen.bodies[0]["messages"][-1] == {"role": "assistant", "content": "The art"}


def test_stop_strings_beyond_the_servers_limit_are_obeyed_here(model_at, server):
    pieces: list[str] = []
    sampling = Sampling(stop=("1", "2", "3", "4", "END"))
    made = model_at("stops").generate(asking(sampling=sampling), pieces.append)
    assert made.text == "".join(pieces) == "One. Two. ENOUGH. Three. "
    assert made.finish_reason == "stop"
    assert server.seen.bodies[0]["stop"] == ["1", "2", "3", "4"]


def test_raw_prompts_go_to_completions_where_the_server_has_them(model_at, server):
    request = Request(prompt="Once upon", prefill=" a time")
    made = model_at("normal", completes=True).generate(request)
    assert "Once upon a time" in made.text
    assert made.finish_reason == "length"
    with pytest.raises(CapabilityError, match="complete"):
        model_at("normal").generate(request)


def test_scores_are_those_of_the_continuation_alone(model_at):
    model = model_at("normal", scores=True)
    found = model.score(Request(prompt="ab"), ["cd", "", "z" * 3])
    assert [likelihood.tokens for likelihood in found] == [2, 0, 3]
    assert found[0].token_log_probs == (-ord("c") / 1000, -ord("d") / 1000)
    assert found[2].total == pytest.approx(-3 * ord("z") / 1000)


def test_more_continuations_than_one_request_takes_are_scored_in_order(model_at, server):
    texts = [chr(97 + position % 26) for position in range(70)]
    found = model_at("normal", scores=True).score(Request(prompt="p"), texts)
    assert [item.total for item in found] == pytest.approx([-ord(text) / 1000 for text in texts])
    assert len(server.seen.bodies) == 3


def test_a_chat_is_scored_with_its_template_and_refused_without(model_at, server):
    template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
    model = model_at("normal", scores=True, chat_template=template)
    (likelihood,) = model.score(asking("hi"), ["yo"])
    assert likelihood.tokens == 2
    assert server.seen.bodies[0]["prompt"] == ["<user>hi<assistant>yo"]
    with pytest.raises(CapabilityError, match="chat_template"):
        model_at("normal", scores=True).score(asking("hi"), ["yo"])
    with pytest.raises(CapabilityError, match="score"):
        model_at("normal").score(Request(prompt="x"), ["y"])


@pytest.mark.parametrize(
    ("behaviour", "failure", "status"),
    [
        ("unauthorized", "unauthorized", 401),
        ("forbidden", "unauthorized", 403),
        ("unknown", "not_found", 404),
        ("overflow", "overflow", 400),
        ("rejected", "rejected", 400),
        ("quota", "rejected", 429),
        ("limited-for-long", "rate_limited", 429),
        ("elsewhere", "rejected", 307),
        ("circle", "rejected", None),
        ("malformed", "malformed", None),
        ("html", "malformed", None),
        ("wrong-types", "malformed", None),
        ("deep", "malformed", None),
        ("empty", "malformed", None),
    ],
)
def test_what_will_not_pass_is_named_and_not_tried_again(
    model_at, server, behaviour, failure, status
):
    model = model_at(behaviour)
    error = failure_of(model)
    assert (error.failure, error.status) == (failure, status)
    assert model.pauses == []
    assert server.seen.counts[behaviour] == (4 if behaviour == "circle" else 1)


def test_a_malformed_event_keeps_its_cause(model_at):
    error = failure_of(model_at("malformed-event"), on_text=lambda _: None)
    assert error.failure == "malformed"
    assert error.__cause__ is not None


def test_the_key_is_never_shown(model_at, caplog):
    caplog.set_level(logging.DEBUG)
    model = model_at("unauthorized")
    error = failure_of(model)
    shown = [str(error), repr(error), repr(model), model.name, model.fingerprint, caplog.text]
    assert not any(KEY in text for text in shown)
    assert "[key]" in str(error)


def test_the_key_is_not_sent_to_another_host(model_at, server):
    error = failure_of(model_at("elsewhere"))
    assert f"http://localhost:{server.port}/normal" in str(error)
    assert "key=1" not in str(error)
    assert server.seen.counts["normal"] == 0


def test_a_redirect_on_the_same_host_is_followed(model_at):
    assert "hello" in model_at("moved").generate(asking()).text


def test_retry_after_is_honoured(model_at, server):
    model = model_at("limited")
    assert "hello" in model.generate(asking()).text
    assert server.seen.counts["limited"] == 3
    assert len(model.pauses) == 2
    assert all(2 <= pause <= 2.5 for pause in model.pauses)


def test_server_errors_are_tried_again_with_growing_full_jitter(model_at, server):
    model = model_at("failing", limits=Limits(max_retries=5, longest_pause_s=3))
    error = failure_of(model)
    assert (error.failure, error.status) == ("server", 500)
    assert server.seen.counts["failing"] == 6
    ceilings = [0.5, 1, 2, 3, 3]
    assert all(0 <= pause <= top for pause, top in zip(model.pauses, ceilings, strict=True))
    expected = random.Random(1)
    assert model.pauses == [expected.uniform(0, top) for top in ceilings]


def test_a_passing_server_error_does_not_reach_the_caller(model_at, server):
    assert "hello" in model_at("failing-once").generate(asking(), lambda _: None).text
    assert server.seen.counts["failing-once"] == 2


@pytest.mark.parametrize("behaviour", ["cut", "cut-politely", "error-later"])
def test_nothing_is_tried_again_once_text_was_streamed(model_at, server, behaviour):
    pieces: list[str] = []
    error = failure_of(model_at(behaviour), on_text=pieces.append)
    assert error.failure == ("server" if behaviour == "error-later" else "cut_stream")
    assert server.seen.counts[behaviour] == 1
    assert pieces[0] == "Once"


def test_a_stream_cut_before_any_text_is_tried_again(model_at, server):
    pieces: list[str] = []
    made = model_at("cut-once").generate(asking(), pieces.append)
    assert "".join(pieces) == made.text
    assert server.seen.counts["cut-once"] == 2


def test_an_error_in_the_stream_is_the_servers_own_words(model_at, server):
    model = model_at("error-at-once", limits=Limits(max_retries=2))
    error = failure_of(model, on_text=lambda _: None)
    assert "the GPU is gone" in str(error)
    assert (error.failure, error.status) == ("server", 503)
    assert server.seen.counts["error-at-once"] == 3


def test_a_body_without_end_is_refused(model_at):
    error = failure_of(model_at("huge", max_body_bytes=1_000_000))
    assert error.failure == "malformed"
    assert "1000000 bytes" in str(error)


@pytest.mark.parametrize(
    ("behaviour", "limits", "words"),
    [
        ("held", Limits(first_byte_s=0.2), "begin to answer within 0.2 s"),
        ("slow-drip", Limits(idle_s=0.2), "fell silent for 0.2 s"),
        ("drip", Limits(total_s=0.3), "time allowed"),
    ],
)
def test_each_time_limit_ends_the_wait(model_at, behaviour, limits, words):
    started = time.monotonic()
    error = failure_of(model_at(behaviour, limits=limits), on_text=lambda _: None)
    assert error.failure == "timeout"
    assert words in str(error)
    assert time.monotonic() - started < 2.5


def test_the_requests_own_timeout_bounds_the_retries(model_at):
    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, 0.1))

    model = model_at("failing", pause=sleep, limits=Limits(max_retries=10_000))
    started = time.monotonic()
    assert failure_of(model, asking(timeout_s=0.4)).failure in ("server", "timeout")
    assert time.monotonic() - started < 3


def _seen_within(seconds: float, condition) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_cancelling_closes_the_connection_while_the_server_is_silent(model_at, server):
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(Cancelled):
        model_at("held").generate(asking(cancel=cancel))
    assert _seen_within(3, lambda: server.seen.disconnects == 1)


def test_cancelling_in_the_middle_keeps_what_was_said(model_at, server):
    cancel = threading.Event()
    pieces: list[str] = []

    def hear(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            cancel.set()

    with pytest.raises(Cancelled) as caught:
        model_at("drip").generate(asking(cancel=cancel), hear)
    assert caught.value.text == "drip drip drip "
    assert _seen_within(3, lambda: server.seen.disconnects == 1)


def test_a_cancelled_request_is_not_even_sent(model_at, server):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        model_at("normal").generate(asking(cancel=cancel))
    assert server.seen.bodies == []


def test_cancelling_ends_the_pause_between_tries(server):
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    model = OpenAIModel("tiny", server.url("limited"))
    started = time.monotonic()
    with pytest.raises(Cancelled):
        model.generate(asking(cancel=cancel))
    assert time.monotonic() - started < 1.5
    model.close()


def test_the_callers_own_error_passes_unchanged(model_at, server):
    def hear(_: str) -> None:
        raise BrokenPipeError("the terminal is gone")

    with pytest.raises(BrokenPipeError, match="the terminal is gone"):
        model_at("normal").generate(asking(), hear)
    assert server.seen.counts["normal"] == 1


def test_connections_are_used_again(model_at, server):
    model = model_at("normal")
    for _ in range(3):
        model.generate(asking())
        model.generate(asking(), lambda _: None)
    assert len(set(server.seen.ports)) == 1


def test_many_threads_get_their_own_answers_and_the_limit_holds(model_at, server):
    model = model_at("crowded", max_concurrent=3)
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda number: model.generate(asking(f"number {number}")), range(24)))
    assert all(f"'number {number}'" in answer.text for number, answer in enumerate(made))
    assert 1 < server.seen.peak <= 3


def test_an_endpoint_that_is_down_is_one_sentence_with_its_cause():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    pauses: list[float] = []
    model = OpenAIModel("tiny", f"http://127.0.0.1:{port}/v1", pause=pauses.append)
    error = failure_of(model)
    assert error.failure == "refused"
    assert "nothing listens" in str(error)
    assert "ConnectionRefused" in repr(error.__cause__)
    assert len(pauses) == Limits().max_retries
    model.close()


def test_a_host_that_does_not_exist_and_a_server_without_tls_are_told_apart(server):
    unknown = OpenAIModel("m", "http://no-such-host.invalid/v1", limits=Limits(max_retries=0))
    assert "host name is not known" in str(failure_of(unknown))
    plain = OpenAIModel("m", f"https://127.0.0.1:{server.port}/v1")
    error = failure_of(plain)
    assert error.failure == "refused"
    assert "TLS failed" in str(error)
    unknown.close()
    plain.close()


def test_the_endpoint_lists_its_models(model_at):
    assert model_at("normal").models() == ("tiny", "large")
    with pytest.raises(BackendError) as caught:
        model_at("unauthorized").models()
    assert caught.value.failure == "unauthorized"


@pytest.mark.parametrize(
    "url",
    ["ftp://host/v1", "http://", "http://user:pass@host/v1", "http://host/v1?key=1",
     "http://host:port/v1", "http://[::1/v1", "host/v1"],
)  # fmt: skip
def test_a_wrong_url_is_refused_without_showing_a_password(url):
    with pytest.raises(InvalidOption) as caught:
        OpenAIModel("m", url)
    assert "pass@" not in str(caught.value)


def test_wrong_options_are_refused():
    with pytest.raises(InvalidOption, match="characters"):
        OpenAIModel("m", "http://127.0.0.1/v1", api_key="sk-1\r\nX-Evil: 1")
    with pytest.raises(InvalidOption, match="max_concurrent"):
        OpenAIModel("m", "http://127.0.0.1/v1", max_concurrent=0)
    with pytest.raises(InvalidOption, match="dialect"):
        OpenAIModel("m", "http://127.0.0.1/v1", dialect="klingon")


def test_the_fingerprint_follows_what_changes_the_answers():
    def fingerprint(**options) -> str:
        return OpenAIModel("m", "http://127.0.0.1:1/v1", **options).fingerprint

    assert fingerprint() == fingerprint(api_key="other", max_concurrent=3)
    assert fingerprint() != fingerprint(extra={"reasoning_effort": "low"})
    assert fingerprint() != fingerprint(dialect="vllm")


def test_url_and_key_come_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url("normal") + "/")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = open_model("openai:tiny", first_byte_s=5, max_retries=0)
    assert model.name == f"openai:tiny@{server.url('normal')}"
    assert "hello" in model.generate(asking()).text
    assert server.seen.keys == [f"Bearer {KEY}"]
    model.close()


NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


@given(st.integers(0, 10**6))
def test_retry_after_reads_seconds_and_dates_alike(seconds):
    later = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s({"retry-after": str(seconds)}, NOW) == seconds
    assert retry_after_s({"retry-after": later}, NOW) == seconds
    assert retry_after_s({"retry-after-ms": str(seconds * 1000)}, NOW) == pytest.approx(seconds)


@given(st.text(max_size=30))
def test_no_retry_after_header_can_break_us(text):
    found = retry_after_s({"retry-after": text}, NOW)
    assert found is None or found >= 0
