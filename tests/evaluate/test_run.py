"""Runs are resumable, reproducible, and survive failures, interrupts and SIGKILL.

Run as a script (`python test_run.py OUT`), this file makes the run that is killed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from personae.data import Dialogue, Persona, Sample, Scene, Turn
from personae.errors import (
    BackendError,
    CapabilityError,
    FormatError,
    InvalidOption,
    PersonaeError,
)
from personae.evaluate.record import only_writer, read_run, read_samples
from personae.evaluate.replies_only import RepliesOnly
from personae.evaluate.run import reply_run
from personae.evaluate.types import RunSettings, RunState
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood, Message, Request, Sampling

SETTINGS = RunSettings(
    data_path="made-up.txt",
    data_sha256="0" * 64,
    data_format="parlai",
    method="plain",
    model="scripted",
    fingerprint="scripted-1",
    options={"style": "warm"},
    seed=7,
)


def dialogues(count: int = 15) -> list[Dialogue]:
    """Each has four turns of "B"."""
    return [
        Dialogue(
            id=f"talk-{at}",
            turns=tuple(
                Turn(speaker="AB"[turn % 2], text=f"Turn {turn} of talk {at}, naïve 猫 “ok”.")
                for turn in range(8)
            ),
            personas={"B": Persona(name="B", statements=(f"I am number {at}.",))},
        )
        for at in range(count)
    ]


@dataclass
class Said:
    text: str
    usage: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        return {
            "reply": self.text,
            "method": "plain",
            "model": "scripted",
            "candidates": [{"text": self.text, "scores": {}}],
            "evidence": [],
            "usage": self.usage,
            "timings": {"total_s": time.monotonic(), "first_token_s": 0.0},
        }


class Speaker:
    """The shape of `personae.speaker.Speaker`, on a scripted model."""

    def __init__(self, lm: ScriptedModel, before: Callable[[Scene], None] | None = None) -> None:
        self.lm, self.before, self.lock = lm, before, threading.Lock()
        self.asked: list[Scene] = []

    def reply(self, scene, *, seed=None, cancel=None) -> Said:
        with self.lock:
            self.asked.append(scene)
            position = len(self.asked)
        if self.before is not None:
            self.before(scene)
        made = self.lm.generate(self._request(scene, seed, cancel))
        usage = {
            "prompt_tokens": made.usage.prompt_tokens,
            "completion_tokens": made.usage.completion_tokens,
            "cached_tokens": position,
        }
        return Said(made.text, usage)

    def score_reference(self, scene, reference) -> Likelihood | None:
        if "score" not in self.lm.capabilities:
            return None
        return self.lm.score(self._request(scene, 0, None), [reference])[0]

    def _request(self, scene, seed, cancel) -> Request:
        messages = (
            Message("system", " ".join(scene.persona.statements)),
            Message("user", scene.last_user_text),
        )
        return Request(messages=messages, sampling=Sampling(seed=seed), cancel=cancel)


def made(out: Path, **options) -> RunState:
    """A run over fifteen dialogues, 60 test turns."""
    speaker = options.pop("speaker", None) or Speaker(ScriptedModel())
    settings = options.pop("settings", SETTINGS)
    return reply_run(dialogues(), speaker, out, settings, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """The samples of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    assert made(out) == RunState(total=60, done=60, failed=0, resumed=0)
    return (out / "samples.jsonl").read_bytes()


def test_every_test_turn_has_a_sample_in_the_order_of_the_data(whole, tmp_path):
    (tmp_path / "samples.jsonl").write_bytes(whole)
    samples = read_samples(tmp_path)
    assert [sample.id for sample in samples[:5]] == [
        "talk-0:1", "talk-0:3", "talk-0:5", "talk-0:7", "talk-1:1",
    ]  # fmt: skip
    assert samples[1].reference == "Turn 3 of talk 0, naïve 猫 “ok”."
    assert [turn.text[:6] for turn in samples[1].scene.turns] == ["Turn 0", "Turn 1", "Turn 2"]
    assert all(sample.reply and not sample.error for sample in samples)
    assert all(sample.reference_log_likelihood is not None for sample in samples)
    assert len({sample.reply for sample in samples}) > 30
    assert samples[0].record["candidates"] == [{"text": samples[0].reply, "scores": {}}]


@pytest.mark.parametrize("workers", [1, 3, 16])
def test_the_samples_do_not_depend_on_the_number_of_workers(workers, whole, tmp_path):
    made(tmp_path, workers=workers)
    assert (tmp_path / "samples.jsonl").read_bytes() == whole


def test_another_seed_gives_other_replies(whole, tmp_path):
    made(tmp_path, settings=replace(SETTINGS, seed=8))
    assert (tmp_path / "samples.jsonl").read_bytes() != whole


def test_timings_are_kept_apart(tmp_path):
    made(tmp_path)
    timings = [json.loads(line) for line in (tmp_path / "timings.jsonl").read_text().splitlines()]
    assert {timing["id"] for timing in timings} == {s.id for s in read_samples(tmp_path)}
    assert all(timing["cached_tokens"] > 0 < timing["total_s"] for timing in timings)
    samples = (tmp_path / "samples.jsonl").read_text()
    assert "timings" not in samples
    assert "cached_tokens" not in samples


def test_a_run_killed_in_the_middle_resumes_to_the_same_file(whole, tmp_path):
    out = tmp_path / "run"
    process = subprocess.Popen([sys.executable, __file__, str(out)])
    samples = out / "samples.jsonl"
    deadline = time.monotonic() + 30
    while not (samples.exists() and samples.read_bytes().count(b"\n") >= 16):
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = samples.read_bytes()
    assert 16 <= kept.count(b"\n") < 60
    # Whatever the kill left, also leave what a cut in the middle of a line and a word leaves.
    samples.write_bytes(kept[: kept.rindex(b"\n") + 1] + whole[:777])
    speaker = Speaker(ScriptedModel())
    state = made(out, speaker=speaker)
    assert state.resumed == kept.count(b"\n")
    assert len(speaker.asked) == 60 - state.resumed
    assert samples.read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 2, 300, 2000])
def test_a_torn_last_line_is_asked_for_again(cut, whole, tmp_path):
    made(tmp_path)
    (tmp_path / "samples.jsonl").write_bytes(whole[:-cut])
    (tmp_path / "timings.jsonl").write_bytes(b'{"id": "talk-0:1"}\n{"id"')
    state = made(tmp_path)
    assert state.resumed == whole[:-cut].count(b"\n") < 60
    assert (tmp_path / "samples.jsonl").read_bytes() == whole
    timings = (tmp_path / "timings.jsonl").read_text().splitlines()
    assert len([json.loads(line)["id"] for line in timings]) == 1 + 60 - state.resumed


def test_a_finished_run_is_left_alone(whole, tmp_path):
    made(tmp_path)
    before = (tmp_path / "samples.jsonl").stat()
    speaker = Speaker(ScriptedModel())
    assert made(tmp_path, speaker=speaker) == RunState(total=60, done=60, failed=0, resumed=60)
    after = (tmp_path / "samples.jsonl").stat()
    assert speaker.asked == []
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"seed": 8}, "seed is 7 there and 8 now"),
        ({"method": "few-shot"}, "method"),
        ({"options": {"style": "cold"}}, "options"),
        ({"model": "other"}, "model"),
        ({"fingerprint": "other"}, "model fingerprint"),
        ({"data_sha256": "1" * 64}, "data sha256"),
        ({"data_format": "msc"}, "data format"),
        ({"limit": 60}, "limit is null there and 60 now"),
    ],
)
def test_changed_settings_are_refused_with_the_key(changed, key, whole, tmp_path):
    made(tmp_path)
    with pytest.raises(InvalidOption, match=key):
        made(tmp_path, settings=replace(SETTINGS, **changed))
    assert (tmp_path / "samples.jsonl").read_bytes() == whole


def test_data_that_only_moved_are_the_same_data(tmp_path):
    made(tmp_path)
    assert made(tmp_path, settings=replace(SETTINGS, data_path="elsewhere")).resumed == 60


def test_restart_begins_anew(tmp_path):
    made(tmp_path)
    state = made(tmp_path, settings=replace(SETTINGS, seed=8), restart=True)
    assert state.resumed == 0
    assert read_run(tmp_path)["seed"] == 8


def test_the_record_tells_how_to_make_the_run_again(tmp_path):
    made(tmp_path)
    record = read_run(tmp_path)
    assert record["data"] == {"path": "made-up.txt", "sha256": "0" * 64, "format": "parlai"}
    assert record["model"] == {"name": "scripted", "fingerprint": "scripted-1"}
    assert (record["method"], record["options"]) == ("plain", {"style": "warm"})
    assert (record["seed"], record["limit"], record["samples"]) == (7, None, 60)
    assert {"personae", "git", "python", "platform", "started_at"} <= record.keys()


def test_no_secret_reaches_the_disk(tmp_path):
    secret = "s3cr3t"

    def fail(scene: Scene) -> None:
        raise BackendError(f"http://u:{secret}@host/v1?key={secret} is down", failure="server")

    settings = replace(
        SETTINGS,
        model=f"openai:m@https://user:{secret}@host/v1?api={secret}",
        options={"api_key": secret, "max_tokens": 40},
    )
    made(tmp_path, settings=settings, speaker=Speaker(ScriptedModel(), fail))
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert secret not in written
    assert read_run(tmp_path)["options"]["max_tokens"] == 40
    assert read_run(tmp_path)["model"]["name"] == "openai:m@https://host/v1"
    assert "http://host/v1 is down" in read_samples(tmp_path)[0].error


def fails_on(number: int, error: Exception) -> Callable[[Scene], None]:
    def before(scene: Scene) -> None:
        if scene.persona.statements == (f"I am number {number}.",):
            raise error

    return before


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (BackendError("It took too long.", failure="timeout"), "It took too long."),
        (ValueError("a bug"), "ValueError: a bug"),
        (ValueError("half a pair \ud83d"), "ValueError: half a pair ?"),
    ],
)
def test_a_failed_reply_is_a_record_and_asked_for_again_later(error, text, whole, tmp_path):
    state = made(tmp_path, speaker=Speaker(ScriptedModel(), fails_on(3, error)))
    assert (state.done, state.failed) == (60, 4)
    failed = [sample for sample in read_samples(tmp_path) if sample.error]
    assert [sample.id for sample in failed] == [f"talk-3:{at}" for at in (1, 3, 5, 7)]
    assert {(sample.error, sample.reply) for sample in failed} == {(text, "")}
    again = made(tmp_path)
    assert (again.resumed, again.failed) == (56, 0)
    assert (tmp_path / "samples.jsonl").read_bytes() == whole


def test_half_a_character_in_a_reply_becomes_a_question_mark(tmp_path):
    model = ScriptedModel(lambda request: "well \ud83d")
    assert made(tmp_path, speaker=Speaker(model)).failed == 0
    assert read_samples(tmp_path)[0].reply == "well ?"


def test_half_a_character_in_a_file_is_refused(tmp_path):
    scene = Scene(persona=Persona(name="B"))
    line = Sample(id="a", scene=scene, reply="HALF").to_json()
    whole_pair, half = line.replace("HALF", "\\ud83d\\ude00"), line.replace("HALF", "\\uD83D")
    (tmp_path / "samples.jsonl").write_text(f"{whole_pair}\n{half}\n")
    with pytest.raises(FormatError, match="line 2: The text holds half a surrogate pair"):
        read_samples(tmp_path)


def test_a_reply_stays_where_only_its_likelihood_failed(tmp_path):
    def scorer(request: Request, text: str) -> Likelihood:
        raise BackendError("The prompt is too long.", failure="overflow")

    state = made(tmp_path, speaker=Speaker(ScriptedModel(scorer=scorer)))
    assert state.failed == 0
    sample = read_samples(tmp_path)[0]
    assert sample.reply
    assert sample.reference_log_likelihood is None
    assert sample.record["reference_error"] == "The prompt is too long."


def test_a_model_that_cannot_score_gives_samples_without_likelihood(tmp_path):
    made(tmp_path, speaker=Speaker(ScriptedModel(capabilities=["chat"])))
    samples = read_samples(tmp_path)
    assert all(s.reference_log_likelihood is None and s.reply for s in samples)


@pytest.mark.parametrize("failure", ["refused", "unauthorized"])
def test_a_server_that_is_not_there_stops_the_run_with_one_sentence(failure, whole, tmp_path):
    def before(scene: Scene) -> None:
        if int(scene.persona.statements[0].split()[-1][:-1]) >= 5:
            raise BackendError("Nobody answers at localhost.", failure=failure)

    speaker = Speaker(ScriptedModel(), before)
    with pytest.raises(BackendError, match="10 failures in a row: Nobody answers") as caught:
        made(tmp_path, speaker=speaker, workers=2)
    assert caught.value.failure == failure
    assert "20 of 60 replies" in str(caught.value)
    assert len(speaker.asked) < 40
    assert made(tmp_path).resumed == 20
    assert (tmp_path / "samples.jsonl").read_bytes() == whole


def test_failures_that_are_not_in_a_row_do_not_stop_the_run(tmp_path):
    def before(scene: Scene) -> None:
        if not scene.turns[-1].text.startswith("Turn 0"):
            raise BackendError("Nobody answers.", failure="refused")

    state = made(tmp_path, speaker=Speaker(ScriptedModel(), before), workers=1)
    assert (state.done, state.failed) == (60, 45)


def test_a_request_that_is_wrong_for_all_stops_at_once(tmp_path):
    speaker = Speaker(ScriptedModel(), fails_on(0, CapabilityError("It needs logits.")))
    with pytest.raises(CapabilityError, match="It needs logits"):
        made(tmp_path, speaker=speaker)
    assert len(speaker.asked) < 60


def test_an_interrupt_keeps_what_is_done_and_cancels_the_rest(whole, tmp_path):
    def interrupt(state: RunState) -> None:
        if state.done == 20:
            raise KeyboardInterrupt

    state = made(tmp_path, on_progress=interrupt, workers=2)
    assert state.interrupted
    assert not state.complete
    kept = (tmp_path / "samples.jsonl").read_bytes()
    assert kept.endswith(b"\n")
    assert 20 <= kept.count(b"\n") < 30
    assert made(tmp_path).resumed == kept.count(b"\n")
    assert (tmp_path / "samples.jsonl").read_bytes() == whole


def test_progress_counts_from_what_is_there(tmp_path):
    seen: list[RunState] = []
    made(tmp_path, on_progress=seen.append)
    assert [state.done for state in seen] == list(range(61))
    seen.clear()
    made(tmp_path, on_progress=seen.append)
    assert [(state.done, state.resumed) for state in seen] == [(60, 60)]


def test_the_limit_counts_test_turns(whole, tmp_path):
    made(tmp_path, settings=replace(SETTINGS, limit=7))
    lines = (tmp_path / "samples.jsonl").read_bytes().splitlines()
    assert lines == whole.splitlines()[:7]


def test_data_without_test_turns_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(FormatError, match=r"made-up\.txt: No dialogue has a turn to reply to"):
        reply_run([], Speaker(ScriptedModel()), tmp_path / "run", SETTINGS)
    assert not (tmp_path / "run").exists()


def test_two_writers_of_one_run_are_refused(tmp_path):
    with only_writer(tmp_path), pytest.raises(PersonaeError, match="Another process"):
        made(tmp_path)


def test_samples_without_a_record_are_not_overwritten(tmp_path):
    (tmp_path / "samples.jsonl").write_text("precious\n")
    with pytest.raises(FormatError, match="--restart"):
        made(tmp_path)
    assert (tmp_path / "samples.jsonl").read_text() == "precious\n"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"nonsense}\n", "not JSON"),
        (b"\xff\xfe}\n", "not JSON"),
        (b"[" * 100_000 + b"}\n", "not JSON"),
        (b'[{"id": "talk-0:1"}, {}]}\n', "not JSON"),
        (b'{"id": {}}\n', "no id"),
        (b'{"id": "other:1"}\n', "does not ask for the sample 'other:1'"),
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_lost(line, fault, whole, tmp_path):
    made(tmp_path)
    first, second, *rest = whole.splitlines(keepends=True)
    damaged = b"".join([first, line, second, *rest])
    (tmp_path / "samples.jsonl").write_bytes(damaged)
    with pytest.raises(FormatError, match=f"line 2: .*{fault}"):
        made(tmp_path)
    assert (tmp_path / "samples.jsonl").read_bytes() == damaged


def test_the_last_line_of_an_id_counts(tmp_path):
    scene = Scene(persona=Persona(name="B"))
    lines = [Sample(id=name, scene=scene, reply=text).to_json() for name, text in
             (("a", "old"), ("b", "other"), ("a", "new"))]  # fmt: skip
    (tmp_path / "samples.jsonl").write_text("\n".join([*lines, '{"id": "c']))
    assert [(s.id, s.reply) for s in read_samples(tmp_path)] == [("a", "new"), ("b", "other")]


def main() -> None:
    """The run that is killed: slow enough to be met in the middle."""
    made(Path(sys.argv[1]), speaker=Speaker(ScriptedModel(), lambda scene: time.sleep(0.02)),
         workers=4)  # fmt: skip


if __name__ == "__main__":
    main()


def test_a_run_in_blocks_is_the_run_in_one(whole, tmp_path):
    states = [made(tmp_path / "run", at_most=25) for _ in range(3)]
    assert [(state.done, state.complete) for state in states] == [
        (25, False), (50, False), (60, True),
    ]  # fmt: skip
    assert (tmp_path / "run" / "samples.jsonl").read_bytes() == whole


def test_in_a_block_what_failed_before_comes_last(tmp_path):
    def fails(request):
        raise BackendError("It broke.", failure="engine")

    made(tmp_path / "run", speaker=Speaker(ScriptedModel(fails)), at_most=10)
    speaker = Speaker(ScriptedModel(["Fine."]))
    made(tmp_path / "run", speaker=speaker, at_most=50)
    assert len(speaker.asked) == 50
    assert [s.error for s in read_samples(tmp_path / "run") if s.error] == ["It broke."] * 10


def test_gold_replies_are_not_scored_for_runs_that_need_no_perplexity(tmp_path):
    made(tmp_path / "run", speaker=RepliesOnly(Speaker(ScriptedModel(["Fine."]))))
    samples = read_samples(tmp_path / "run")
    assert {sample.reply for sample in samples} == {"Fine."}
    assert {sample.reference_log_likelihood for sample in samples} == {None}
