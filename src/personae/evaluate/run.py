"""Ask a speaker for every test turn of a data set: many at once, resumable, reproducible."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from personae.data import Dialogue, JsonObject, Sample
from personae.errors import (
    BackendError,
    CapabilityError,
    EnvironmentFault,
    FormatError,
    PersonaeError,
    UnknownEntry,
)
from personae.evaluate.record import (
    SAMPLES,
    TIMINGS,
    LineAt,
    begin_run,
    index_samples,
    only_writer,
    put_in_order,
    repair_tail,
    without_url_secrets,
)
from personae.evaluate.targets import sample_seed, targets
from personae.evaluate.types import (
    Answer,
    Answerer,
    Asked,
    AskedT,
    OnProgress,
    Replier,
    RunSettings,
    RunState,
)
from personae.lm.types import Likelihood

HOPELESS = ("refused", "unauthorized")
_SYNC_SAMPLES = 16
_SYNC_SECONDS = 2.0
# Errors of the request, not of one reply: every other sample would fail in the same way.
_WRONG_REQUEST = (CapabilityError, UnknownEntry, EnvironmentFault)


def reply_run(
    dialogues: Iterable[Dialogue],
    speaker: Replier,
    out: Path,
    settings: RunSettings,
    *,
    workers: int = 8,
    restart: bool = False,
    give_up_after: int = 10,
    at_most: int | None = None,
    on_progress: OnProgress | None = None,
) -> RunState:
    """Reply to every test turn, with the gold history, and keep the samples in the folder `out`.

    A run that was cut off goes on where it was: finished samples are kept, failed ones are asked
    again. What a sample gets depends on the settings and its id, not on `workers` nor on the
    order. A failed reply is a sample with `error`; `at_most` so many are asked now, those that
    failed before come last. Ctrl-C stops the run in good order: the state
    that comes back is `interrupted`.

    Raises BackendError when `give_up_after` replies in a row found the model's server refusing
    (not there, or not authorised), InvalidOption when `out` holds a run with other settings,
    FormatError when it is damaged or the data have no test turn, and at once whatever says that
    the request itself is wrong.
    """
    asked = targets(dialogues, settings.limit)
    if not asked:
        raise FormatError(
            "No dialogue has a turn to reply to: a speaker with a persona, answering somebody.",
            file=settings.data_path,
        )
    return answer_all(
        asked,
        _Replying(speaker),
        out,
        settings,
        workers=workers,
        restart=restart,
        give_up_after=give_up_after,
        at_most=at_most,
        on_progress=on_progress,
    )


def answer_all(
    asked: Sequence[AskedT],
    answerer: Answerer[AskedT],
    out: Path,
    settings: RunSettings,
    *,
    workers: int = 8,
    restart: bool = False,
    give_up_after: int = 10,
    at_most: int | None = None,
    on_progress: OnProgress | None = None,
) -> RunState:
    """Have all that is `asked` answered into the folder `out`, as `reply_run` does for turns.

    Ids must be distinct. Raises as `reply_run`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out):
        begin_run(out, settings, len(asked), restart=restart)
        order = [target.id for target in asked]
        index = index_samples(out / SAMPLES, order)
        repair_tail(out / TIMINGS)
        missing = [t for t in asked if t.id not in index or index[t.id].failed]
        done = len(asked) - len(missing)
        missing = sorted(missing, key=lambda target: target.id in index)[:at_most]
        state = RunState(total=len(asked), done=done, failed=0, resumed=done)
        with _Journal.opened(out, index) as journal:
            driver = _Driver(
                answerer, settings.seed, journal, out, give_up_after, on_progress, state
            )
            state = driver.run(missing, workers)
        if state.complete:
            put_in_order(out / SAMPLES, order, journal.index)
    return state


@dataclass(frozen=True, slots=True)
class _Replying:
    """A speaker as what answers test turns."""

    speaker: Replier

    def answer(self, asked: Asked, *, seed: int, cancel: threading.Event) -> Answer:
        return self.speaker.reply(asked.scene(), seed=seed, cancel=cancel)

    def likelihood(self, asked: Asked) -> Likelihood | None:
        return self.speaker.score_reference(asked.scene(), asked.reference)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one target: its line, its timing, and the error that it failed with."""

    id: str
    line: bytes
    timing: bytes
    error: Exception | None = None


@dataclass(slots=True)
class _Journal:
    """The two files that a run appends to, synced to disk in small batches."""

    samples: IO[bytes]
    timings: IO[bytes]
    index: dict[str, LineAt]
    unsynced: int = 0
    synced_at: float = field(default_factory=time.monotonic)

    @classmethod
    def opened(cls, out: Path, index: Mapping[str, LineAt]) -> _Journal:
        samples, timings = (out / SAMPLES).open("ab"), (out / TIMINGS).open("ab")
        return cls(samples, timings, dict(index))

    def __enter__(self) -> _Journal:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.sync()
        finally:
            self.samples.close()
            self.timings.close()

    def append(self, outcome: _Outcome) -> None:
        offset = self.samples.tell()
        self.samples.write(outcome.line)
        self.timings.write(outcome.timing)
        failed = outcome.error is not None
        self.index[outcome.id] = LineAt(offset, len(outcome.line), failed)
        self.unsynced += 1
        if self.unsynced >= _SYNC_SAMPLES or time.monotonic() - self.synced_at > _SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        for file in (self.samples, self.timings):
            file.flush()
            os.fsync(file.fileno())
        self.unsynced, self.synced_at = 0, time.monotonic()


@dataclass(slots=True)
class _Driver:
    """Keeps the workers busy and writes down what they bring, in the calling thread."""

    answerer: Answerer[Any]
    seed: int
    journal: _Journal
    out: Path
    give_up_after: int
    on_progress: OnProgress | None
    state: RunState
    cancel: threading.Event = field(default_factory=threading.Event)
    hopeless_in_a_row: int = 0

    def run(self, missing: Sequence[Asked], workers: int) -> RunState:
        """Ask for all that is missing; returns early, `interrupted`, on Ctrl-C."""
        waiting = iter(missing)
        pending: set[Future[_Outcome | None]] = set()
        pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="reply")
        try:
            self._report()
            while True:
                # Two for each worker: none waits for this thread, few are lost by a stop.
                while len(pending) < 2 * workers and (target := next(waiting, None)):
                    pending.add(pool.submit(self._ask, target))
                if not pending:
                    return self.state
                self._collect(pending)
        except KeyboardInterrupt:
            self.cancel.set()
            pool.shutdown(wait=True, cancel_futures=True)
            finished = {future for future in pending if not future.cancelled()}
            while finished:
                self._collect(finished)
            return replace(self.state, interrupted=True)
        finally:
            self.cancel.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _collect(self, pending: set[Future[_Outcome | None]]) -> None:
        """Write down what has come by now; `pending` loses it."""
        ready, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in ready:
            outcome = future.result()
            # Only now: an interrupt in the wait above must find the future still pending.
            pending.discard(future)
            if outcome is not None:
                self.journal.append(outcome)
                failed = self.state.failed + (outcome.error is not None)
                self.state = replace(self.state, done=self.state.done + 1, failed=failed)
                self._report()
                self._give_up_if_hopeless(outcome.error)

    def _give_up_if_hopeless(self, error: Exception | None) -> None:
        state = self.state
        if not (isinstance(error, BackendError) and error.failure in HOPELESS):
            self.hopeless_in_a_row = 0
            return
        self.hopeless_in_a_row += 1
        if self.hopeless_in_a_row >= self.give_up_after and not self.cancel.is_set():
            raise BackendError(
                f"Stopped after {self.hopeless_in_a_row} failures in a row: "
                f"{without_url_secrets(str(error)).rstrip('.')}. "
                f"{state.done - state.failed} of {state.total} replies are in {self.out}; "
                "the same command goes on from there.",
                failure=error.failure,
                status=error.status,
            ) from error

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.state)

    def _ask(self, target: Asked) -> _Outcome | None:
        """One sample, in a worker; None when the run was stopped meanwhile."""
        if self.cancel.is_set():
            return None
        failed = Sample(
            id=target.id,
            scene=target.scene(),
            reference=target.reference,
            record=target.record,
        )
        try:
            return self._answered(failed, target)
        except _WRONG_REQUEST:
            raise
        except Exception as error:  # noqa: BLE001 - a failed sample is a record, the run goes on
            if self.cancel.is_set():
                return None
            return _failure(failed, error)

    def _answered(self, sample: Sample, target: Asked) -> _Outcome:
        began, worked = time.monotonic(), time.process_time()
        answer = self.answerer.answer(
            target, seed=sample_seed(self.seed, sample.id), cancel=self.cancel
        )
        answered, timing = _split_timings(answer.to_dict())
        record = {**sample.record, **answered}
        timing = {
            "id": sample.id,
            **timing,
            "replied_s": round(time.monotonic() - began, 4),
            # Of the whole process: what one reply cost only where one is made at a time.
            "processor_s": round(time.process_time() - worked, 4),
        }
        likelihood = None
        try:
            likelihood = self.answerer.likelihood(target)
        except BackendError as error:
            # The reply is there and stays; only the gold reply's likelihood is missing.
            if error.failure == "cancelled":
                raise
            record["reference_error"] = _sentence(error)
        whole = sample.model_copy(
            update={
                "reply": answer.text,
                "reference_log_likelihood": likelihood.total if likelihood else None,
                "reference_tokens": likelihood.tokens if likelihood else 0,
                "record": record,
            }
        )
        return _Outcome(sample.id, _line(whole.to_dict()), _line(timing))


def _failure(sample: Sample, error: Exception) -> _Outcome:
    cause = {"failure": error.failure} if isinstance(error, BackendError) else {}
    record = {**sample.record, **cause}
    failed = sample.model_copy(update={"error": _sentence(error), "record": record})
    return _Outcome(sample.id, _line(failed.to_dict()), b"", error)


def _sentence(error: Exception) -> str:
    text = without_url_secrets(str(error))
    return text if isinstance(error, PersonaeError) else f"{type(error).__name__}: {text}"


def _split_timings(answer: JsonObject) -> tuple[JsonObject, JsonObject]:
    """What an answer says of itself, and apart from it what differs between two equal runs."""
    record = {key: value for key, value in answer.items() if key not in ("reply", "timings")}
    if isinstance(record.get("model"), str):
        record["model"] = without_url_secrets(record["model"])
    timing = dict(answer.get("timings") or {})
    usage: Any = record.get("usage")
    if isinstance(usage, dict) and "cached_tokens" in usage:
        record["usage"] = {key: value for key, value in usage.items() if key != "cached_tokens"}
        timing["cached_tokens"] = usage["cached_tokens"]
    return record, timing


def _line(value: JsonObject) -> bytes:
    # Half a surrogate pair, which a cut stream may end in, has no UTF-8: it becomes a "?".
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
