"""Runs as logs of Inspect (UK AI Security Institute), and such logs as runs.

A log is one JSON document (`.json`) or a ZIP archive of its parts (`.eval`). What we write holds
the whole sample as metadata, so that a run that is exported and imported is the same to the byte. A
log of another program has no persona: its system message is who was played, its other messages are
the turns. Logs are read within limits, as all files of strangers are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from personae import __version__
from personae.data import JsonObject, Persona, Sample, Scene, Turn
from personae.data.noun import stable_id
from personae.errors import FormatError, InvalidOption
from personae.evaluate.record import (
    RUN,
    SAMPLES,
    SCORES,
    atomic_file,
    data_digest,
    describe_run,
    only_writer,
    part_of,
    read_run,
    read_samples,
    write_json,
)
from personae.evaluate.types import RunSettings
from personae.media.archive import ArchiveLimits, packed, read_members
from personae.text.parsing import MAX_DEPTH, is_deeper, read_bytes

FORMAT = "inspect-log"
OURS = "personae"  # the key of our own metadata
LOG_LIMITS = ArchiveLimits(
    members=50_000, total_bytes=512 * 2**20, directory_bytes=16 * 2**20, ratio=500.0, zstandard=True
)
MAX_LOG_BYTES = 256 * 2**20
MAX_SAMPLES = 50_000
PLAYED, ASKER = "Assistant", "User"
_VERSION = 2
_ATTACHMENT = "attachment://"


def export_log(run: Path, log: Path) -> int:
    """Write a run as a log, `.json` or `.eval`, and return how many samples it has.

    The figures of the last `personae score` are in it, where there are some. Raises InvalidOption
    for another ending, FormatError where the run is damaged or empty.
    """
    _refuse_ending(log)
    record, samples = read_run(run), read_samples(run)
    if not samples:
        raise FormatError("This run has no sample yet.", file=run)
    scores = _scores_of(run)
    header = _header(record, samples, scores)
    written = [_sample_dict(sample, scores, header["eval"]["model"]) for sample in samples]
    if log.suffix == ".eval":
        content = _archive(header, written)
    else:
        content = _json_bytes({**header, "samples": written})
    with atomic_file(log) as handle:
        handle.write(content)
    return len(samples)


def import_log(log: Path, out: Path) -> int:
    """Write a log as the run `out`, and return how many samples it has.

    Raises InvalidOption where `out` holds a run, FormatError where the log is none or is beyond the
    limits.
    """
    if (out / RUN).exists() or (out / SAMPLES).exists():
        raise InvalidOption(f"There is a run in {out} already. Name another folder.")
    header, found = _read(log)
    found = _in_order(found, header)
    samples = _samples(found, _one_epoch(found), log)
    record = _record(header, samples, log)
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out):
        with atomic_file(out / SAMPLES) as handle:
            for sample in samples:
                handle.write(sample.to_json().encode("utf-8", "replace") + b"\n")
        write_json(out / RUN, record)
    return len(samples)


# What is written.


def _header(record: JsonObject, samples: Sequence[Sample], scores: JsonObject) -> JsonObject:
    """The log without its samples."""
    started = str(record.get("started_at") or datetime.now(UTC).isoformat(timespec="seconds"))
    model, data = part_of(record, "model"), part_of(record, "data")
    benchmark = part_of(record, "benchmark")
    name = str(benchmark.get("name") or record.get("method") or "reply")
    asked = record.get("samples")
    whole = not isinstance(asked, int) or asked <= len(samples)
    return {
        "version": _VERSION,
        "status": "success" if whole else "cancelled",
        "eval": {
            "eval_id": stable_id("eval", record),
            "run_id": stable_id("run", record),
            "task_id": stable_id("task", name),
            "created": started,
            "task": name,
            "task_version": str(benchmark.get("version") or 0),
            "dataset": {
                "name": Path(str(data.get("path") or name)).name,
                "samples": len(samples),
                "sample_ids": [sample.id for sample in samples],
            },
            "model": str(model.get("name") or "none"),
            "config": {"epochs": 1},
            "packages": {"personae": str(record.get("personae"))},
            "metadata": {OURS: record},
        },
        "plan": {"name": str(record.get("method")), "steps": []},
        "results": {
            "total_samples": asked if isinstance(asked, int) else len(samples),
            "completed_samples": sum(not sample.error for sample in samples),
            "scores": [_eval_score(*pair) for pair in _figures(scores)],
        },
        "stats": {"started_at": started, "completed_at": started},
    }


def _eval_score(name: str, figure: JsonObject) -> JsonObject:
    value = figure.get("value")
    metric = {} if value is None else {"mean": {"name": "mean", "value": value}}
    kept = {key: figure[key] for key in ("interval", "unit", "n") if key in figure}
    return {"name": name, "scorer": name, "metrics": metric, "metadata": kept}


def _sample_dict(sample: Sample, scores: JsonObject, model: str) -> JsonObject:
    asked = _messages(sample.scene)
    reply = {"role": "assistant", "content": sample.reply, "source": "generate"}
    usage = part_of(sample.record, "usage")
    given, made = (_count(usage.get(f"{kind}_tokens")) for kind in ("prompt", "completion"))
    value: JsonObject = {
        "id": sample.id,
        "epoch": 1,
        "input": asked,
        "target": sample.reference,
        "messages": asked if sample.error else [*asked, reply],
        "output": {
            "model": model,
            "choices": [] if sample.error else [{"message": reply, "stop_reason": "stop"}],
            "usage": {"input_tokens": given, "output_tokens": made, "total_tokens": given + made},
        },
        "scores": {
            name: {"value": one, "answer": sample.reply}
            for name, values in _values(scores).items()
            if (one := values.get(sample.id)) is not None
        },
        "metadata": {OURS: sample.to_dict()},
    }
    if isinstance(options := sample.record.get("options"), list) and options:
        value["choices"] = [str(one) for one in options]
    if sample.error:
        value["error"] = {
            "message": sample.error, "traceback": sample.error, "traceback_ansi": sample.error,
        }  # fmt: skip
    return value


def _messages(scene: Scene) -> list[JsonObject]:
    """The scene as a chat: what a reader of the log needs, not the prompt that a method wrote."""
    persona = scene.persona
    told = "\n".join(
        part for part in (f"You are {persona.name}.", persona.description, scene.scenario,
                          *persona.statements) if part
    )  # fmt: skip
    roles = ("user", "assistant")
    return [
        {"role": "system", "content": told},
        *(
            {"role": roles[turn.speaker == persona.name], "content": turn.text}
            for turn in scene.turns
            if turn.kind == "utterance"
        ),
    ]


def _archive(header: JsonObject, samples: Sequence[JsonObject]) -> bytes:
    start = {"version": _VERSION, "eval": header["eval"], "plan": header["plan"]}
    summaries = [
        {key: one[key] for key in ("id", "epoch", "input", "target", "scores")}
        | {"completed": True, **({"error": one["error"]["message"]} if "error" in one else {})}
        for one in samples
    ]
    members = {"_journal/start.json": _json_bytes(start)}
    members |= {f"samples/{one['id']}_epoch_1.json": _json_bytes(one) for one in samples}
    members |= {"summaries.json": _json_bytes(summaries), "header.json": _json_bytes(header)}
    return packed(members, tuple(members))


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=None).encode("utf-8", "replace")


def _scores_of(run: Path) -> JsonObject:
    """The content of `scores.json`; nothing where there is none, or it is damaged."""
    try:
        value = json.loads((run / SCORES).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _figures(scores: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    for name, row in part_of(scores, "metrics").items():
        if isinstance(row, list) and row and isinstance(row[0], dict):
            yield str(name), row[0]


def _values(scores: JsonObject) -> dict[str, dict[str, float]]:
    """By metric: the finite values by sample id."""
    ids = scores.get("ids")
    if not isinstance(ids, list):
        return {}
    return {
        str(name): {
            str(key): float(value)
            for key, value in zip(ids, values, strict=False)
            if _is_number(value)
        }
        for name, values in part_of(scores, "values").items()
        if isinstance(values, list)
    }


# What is read.


def _read(log: Path) -> tuple[JsonObject, list[JsonObject]]:
    """The log without its samples, and its samples. Raises FormatError, InvalidOption."""
    _refuse_ending(log)
    if log.suffix == ".json":
        value = _object(read_bytes(log, MAX_LOG_BYTES), log, "the log")
        found = value.pop("samples", None)
    else:
        members = read_members(log, LOG_LIMITS)
        name = "header.json" if "header.json" in members else "_journal/start.json"
        if name not in members:
            raise FormatError("This is not a log of Inspect: it has no header.json.", file=log)
        value = _object(members[name], log, name)
        found = [
            _object(content, log, name)
            for name, content in members.items()
            if name.startswith("samples/") and name.endswith(".json")
        ]
    if not isinstance(value.get("eval"), dict):
        raise FormatError("This is not a log of Inspect: it does not say what was run.", file=log)
    if not isinstance(found, list) or not found:
        raise FormatError("This log holds no samples.", file=log)
    if len(found) > MAX_SAMPLES:
        raise FormatError(f"This log holds more than {MAX_SAMPLES} samples.", file=log)
    if not all(isinstance(one, dict) and "id" in one for one in found):
        raise FormatError("A sample of this log is not an object with an id.", file=log)
    return value, found


def _samples(found: Sequence[JsonObject], one_epoch: bool, log: Path) -> tuple[Sample, ...]:
    kept: dict[str, Sample] = {}
    for value in found:
        name = str(value["id"]) if one_epoch else f"{value['id']}:{value.get('epoch')}"
        try:
            ours = part_of(value, "metadata").get(OURS)
            sample = Sample.from_dict(ours) if isinstance(ours, dict) else _sample(name, value)
        except (FormatError, ValueError) as error:
            raise FormatError(f"The sample {name[:80]!r}: {error}", file=log) from error
        if sample.id in kept:
            raise FormatError(f"Two samples have the id {sample.id[:80]!r}.", file=log)
        kept[sample.id] = sample
    return tuple(kept.values())


def _sample(name: str, value: JsonObject) -> Sample:
    """A sample of another program's log."""
    attachments = part_of(value, "attachments")
    asked = value.get("input")
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    scene = _scene(messages if isinstance(messages, list) else [], attachments)
    target = value.get("target")
    targets = target if isinstance(target, list) else [target]
    output, fault = part_of(value, "output"), part_of(value, "error")
    choices = output.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    message = part_of(first, "message") if isinstance(first, dict) else {}
    reply = _text(message.get("content"), attachments) or str(output.get("completion") or "")
    record: JsonObject = {
        "model": str(output.get("model") or ""),
        "options": value.get("choices") if isinstance(value.get("choices"), list) else [],
        "scores": _score_values(part_of(value, "scores")),
        "labels": {"targets": [str(one) for one in targets]} if len(targets) > 1 else {},
        "metadata": part_of(value, "metadata"),
    }
    error = str(fault.get("message") or "The sample failed.") if value.get("error") else ""
    return Sample(
        id=name,
        scene=scene,
        reference="" if targets[:1] in ([], [None]) else str(targets[0]),
        reply="" if error else reply,
        error=error,
        record={key: one for key, one in record.items() if one},
    )


def _scene(messages: Sequence[Any], attachments: JsonObject) -> Scene:
    """System messages tell who is played; what tools said is left out."""
    system: list[str] = []
    turns: list[Turn] = []
    for message in messages:
        if not isinstance(message, dict):
            continue
        role, text = message.get("role"), _text(message.get("content"), attachments)
        if role == "system":
            system.append(text)
        elif role in ("user", "assistant") and text:
            turns.append(Turn(speaker=PLAYED if role == "assistant" else ASKER, text=text))
    persona = Persona(name=PLAYED, description="\n".join(system))
    return Scene(persona=persona, turns=tuple(turns), user=ASKER)


def _text(content: Any, attachments: JsonObject) -> str:
    """The text of a message: as it is, in parts, or in an attachment."""
    if isinstance(content, list):
        parts = (one for one in content if isinstance(one, dict) and one.get("type") == "text")
        return "\n".join(_text(one.get("text"), attachments) for one in parts)
    if not isinstance(content, str):
        return ""
    if content.startswith(_ATTACHMENT):
        return str(attachments.get(content.removeprefix(_ATTACHMENT), content))
    return content


def _score_values(scores: JsonObject) -> JsonObject:
    found = {name: one.get("value") for name, one in scores.items() if isinstance(one, dict)}
    return {
        str(name): value
        for name, value in found.items()
        if not isinstance(value, float) or math.isfinite(value)
    }


def _record(header: JsonObject, samples: Sequence[Sample], log: Path) -> JsonObject:
    """The run's record: the one that we exported, or one that says where the samples are from."""
    told: JsonObject = header["eval"]
    ours = part_of(told, "metadata").get(OURS)
    if isinstance(ours, dict):
        return ours
    plan = part_of(header, "plan")
    settings = RunSettings(
        data_path=str(log),
        data_sha256=data_digest(log),
        data_format=FORMAT,
        method=f"inspect:{told.get('solver') or plan.get('name') or 'unknown'}",
        model=str(told.get("model") or "unknown"),
        fingerprint="unknown",
    )
    return {
        **describe_run(settings, len(samples)),
        "personae": __version__,
        "imported": {key: told.get(key) for key in ("task", "task_version", "created", "packages")},
    }


def _in_order(found: Sequence[JsonObject], header: JsonObject) -> list[JsonObject]:
    """By epoch, then in the order of the data set: a log has them as they were finished."""
    names = part_of(header["eval"], "dataset").get("sample_ids")
    order = {str(name): at for at, name in enumerate(names if isinstance(names, list) else [])}
    return sorted(
        found, key=lambda one: (_count(one.get("epoch")), order.get(str(one["id"]), len(order)))
    )


def _one_epoch(found: Iterable[JsonObject]) -> bool:
    return len({str(one.get("epoch", 1)) for one in found}) <= 1


def _refuse_ending(log: Path) -> None:
    if log.suffix not in (".json", ".eval"):
        raise InvalidOption(f"{log} is no log of Inspect: its name ends in .json or .eval.")


def _object(content: bytes, log: Path, what: str) -> JsonObject:
    # Not `parse_json`: Inspect writes NaN for what was not scored.
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} is not JSON.", file=log) from error
    if not isinstance(value, dict) or is_deeper(value, MAX_DEPTH):
        raise FormatError(
            f"{what} is not a JSON object, or is nested deeper than {MAX_DEPTH} levels.", file=log
        )
    return value


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, int | float) and not isinstance(value, bool)
    return is_real and math.isfinite(value)
