"""The folder of a run: `run.json` (what was asked), `samples.jsonl` (what came back).

`samples.jsonl` has one `Sample` a line and nothing that differs between two equal runs; what does
(seconds, tokens read from a cache) is in `timings.jsonl`. While a run goes on, lines are appended
as replies come; a finished run is put in the order of the data. A line that a crash cut off is
taken away when the run is resumed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from personae import __version__
from personae.data import JsonObject, Sample
from personae.errors import FormatError, InvalidOption, PersonaeError
from personae.evaluate.types import RunSettings

RUN, SAMPLES, TIMINGS, SCORES = "run.json", "samples.jsonl", "timings.jsonl", "scores.json"
MAX_LINE_BYTES = 16 * 2**20
MAX_RUN_BYTES = 2**20
SECRET = "(secret)"  # stands in a record for the value of a key or a password
_SECRET_NAME = re.compile(r"(^|_)(key|token|secret|password|authorization)$", re.IGNORECASE)
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
_URL_QUERY = re.compile(r"(https?://[^\s?#]*)\?[^\s#]*")


@dataclass(frozen=True, slots=True)
class LineAt:
    """Where a sample's line is in the file, and whether the reply failed."""

    offset: int
    length: int
    failed: bool


@dataclass(frozen=True, slots=True)
class WrittenSample:
    """A sample as it is written: its line, and the reply in it (None where it failed)."""

    line: bytes
    reply: str | None


def data_digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of the names and digests of its files."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    inner = hashlib.sha256()
    for file_path in sorted(part for part in path.rglob("*") if part.is_file()):
        name = file_path.relative_to(path).as_posix()
        inner.update(f"{name}\0{data_digest(file_path)}\n".encode("utf-8", "surrogateescape"))
    return inner.hexdigest()


def describe_run(settings: RunSettings, total: int) -> JsonObject:
    """The content of `run.json`: settings without secrets, and the surroundings."""
    return {
        "personae": __version__,
        "git": _git_commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "data": {
            "path": settings.data_path,
            "sha256": settings.data_sha256,
            "format": settings.data_format,
        },
        "method": settings.method,
        "options": _without_secret_values(settings.options),
        "model": {
            "name": without_url_secrets(settings.model),
            "fingerprint": settings.fingerprint,
        },
        "seed": settings.seed,
        "limit": settings.limit,
        **({"benchmark": dict(settings.benchmark)} if settings.benchmark else {}),
        "samples": total,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def without_url_secrets(text: str) -> str:
    """`text` with logins and queries cut out of the addresses in it."""
    return _URL_QUERY.sub(r"\1", _URL_LOGIN.sub("", text))


def begin_run(out: Path, settings: RunSettings, total: int, *, restart: bool) -> None:
    """Write `run.json`, or check that the one there asks for the same.

    Raises InvalidOption naming the settings that differ, FormatError when it is damaged.
    """
    if restart:
        for name in (RUN, SAMPLES, TIMINGS, SCORES):
            (out / name).unlink(missing_ok=True)
    wanted = describe_run(settings, total)
    if not (out / RUN).exists():
        if (out / SAMPLES).exists():
            raise FormatError(
                f"There are samples without {RUN}, so nobody knows what they answer. "
                "Give another folder, or --restart to throw them away.",
                file=out / SAMPLES,
            )
        write_json(out / RUN, wanted)
        return
    _refuse_difference(out, read_run(out), wanted)


def read_run(run: Path) -> JsonObject:
    """The content of `run.json`. Raises FormatError."""
    file = run / RUN
    try:
        with file.open("rb") as handle:
            text = handle.read(MAX_RUN_BYTES + 1)
        value = json.loads(text) if len(text) <= MAX_RUN_BYTES else None
    except FileNotFoundError as error:
        raise FormatError(
            f"There is no run here: no {RUN}. `personae reply` makes one.", file=run
        ) from error
    except (ValueError, RecursionError) as error:
        raise FormatError("This is not JSON. --restart begins the run anew.", file=file) from error
    if not isinstance(value, dict):
        raise FormatError("This is not the record of a run (a JSON object).", file=file)
    return value


def part_of(record: Mapping[str, Any], name: str) -> JsonObject:
    """The object of that name in a record; an empty one where there is none."""
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def read_samples(run: Path) -> tuple[Sample, ...]:
    """The samples of a run so far, the last line of each id; a torn last line is not one.

    Raises FormatError with the line.
    """
    file = run / SAMPLES
    if not file.exists():
        raise FormatError(f"There is no run here: no {SAMPLES}.", file=run)
    found: dict[str, Sample] = {}
    with file.open("rb") as handle:
        for number, _, line in _whole_lines(handle, file):
            try:
                sample = Sample.from_json(line)
                _refuse_half_characters(sample, line)
            except FormatError as error:
                raise FormatError(error.reason, file=file, line=number) from error
            found[sample.id] = sample
    return tuple(found.values())


def read_lines(run: Path) -> dict[str, WrittenSample]:
    """The samples of a run as they are written, by id, the last line of each. Raises FormatError.

    The file is left as it is: a torn last line is no sample, and stays.
    """
    file = run / SAMPLES
    if not file.exists():
        raise FormatError(f"There is no run here: no {SAMPLES}.", file=run)
    found: dict[str, WrittenSample] = {}
    with file.open("rb") as handle:
        for number, _, line in _whole_lines(handle, file):
            value = _written_sample(line, file, number)
            reply = None if value.get("error") else str(value.get("reply", ""))
            found[value["id"]] = WrittenSample(line, reply)
    return found


def index_samples(file: Path, known: Sequence[str]) -> dict[str, LineAt]:
    """Where each sample's last line is. Takes a torn last line away.

    Raises FormatError for a damaged line and for an id that is not `known`.
    """
    found: dict[str, LineAt] = {}
    if not file.exists():
        return found
    asked = frozenset(known)
    end = 0
    with file.open("rb+") as handle:
        for number, offset, line in _whole_lines(handle, file):
            value = _written_sample(line, file, number)
            name = value["id"]
            if name not in asked:
                raise FormatError(
                    f"The run does not ask for the sample {name!r}. --restart begins it anew.",
                    file=file,
                    line=number,
                )
            found[name] = LineAt(offset, len(line), bool(value.get("error")))
            end = offset + len(line)
        _cut(handle, end)
    return found


def repair_tail(file: Path) -> None:
    """Take away what follows the last whole line."""
    if file.exists():
        with file.open("rb+") as handle:
            end = 0
            for _, offset, line in _whole_lines(handle, file):
                end = offset + len(line)
            _cut(handle, end)


def put_in_order(file: Path, order: Sequence[str], index: Mapping[str, LineAt]) -> None:
    """Rewrite the samples in `order`, one line each, all or nothing."""
    lines = [index[name] for name in order]
    ends = [line.offset + line.length for line in lines]
    contiguous = [line.offset for line in lines] == [0, *ends[:-1]]
    if lines and contiguous and file.stat().st_size == ends[-1]:
        return
    with file.open("rb") as old, atomic_file(file) as new:
        for line in lines:
            old.seek(line.offset)
            new.write(old.read(line.length))


def write_json(file: Path, value: Any) -> None:
    """Write one JSON document, all or nothing."""
    with atomic_file(file) as handle:
        handle.write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")


@contextmanager
def atomic_file(file: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the name of `file` when it is whole and on disk."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def only_writer(out: Path) -> Iterator[None]:
    """Hold the run's folder. Raises PersonaeError when another process is writing to it."""
    try:
        import fcntl
    except ImportError:  # Windows: no advisory locks on folders; two writers are not detected
        yield
        return
    descriptor = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PersonaeError(f"Another process is writing the run {out}.") from error
        yield
    finally:
        os.close(descriptor)


def _refuse_half_characters(sample: Sample, line: bytes) -> None:
    if b"\\ud" in line.lower():
        try:
            sample.to_json().encode("utf-8")
        except ValueError as error:
            raise FormatError("The text holds half a surrogate pair.") from error


def _cut(handle: IO[bytes], end: int) -> None:
    if os.fstat(handle.fileno()).st_size > end:
        handle.truncate(end)


def _whole_lines(handle: IO[bytes], file: Path) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and bytes of each line; an unfinished or unreadable last one is left out."""
    offset, held = 0, None
    number = 0
    while line := handle.readline(MAX_LINE_BYTES + 1):
        if held is not None:
            yield held
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise FormatError(
                f"The line is longer than {MAX_LINE_BYTES // 2**20} MiB.", file=file, line=number
            )
        held = (number, offset, line)
        offset += len(line)
    if held is not None and held[2].endswith(b"\n") and held[2].rstrip().endswith(b"}"):
        yield held


def _written_sample(line: bytes, file: Path, number: int) -> JsonObject:
    """The object in a line; that it has an id is all that is checked."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not JSON: {error}.", file=file, line=number) from error
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise FormatError("This is not a sample: it has no id.", file=file, line=number)
    return value


def _refuse_difference(out: Path, there: JsonObject, wanted: JsonObject) -> None:
    kept, asked = _compared(there), _compared(wanted)
    differing = [key for key in asked if kept.get(key) != asked[key]]
    if not differing:
        return
    key = differing[0]
    more = f" (so do {', '.join(differing[1:])})" if differing[1:] else ""
    raise InvalidOption(
        f"The run in {out} was begun with other settings: {key} is {_shown(kept.get(key))} there "
        f"and {_shown(asked[key])} now{more}. Give another folder, or --restart to begin anew."
    )


def _compared(record: JsonObject) -> JsonObject:
    """What must be equal for a run to be resumed; where the data lie, and the machine, need not."""
    data, model = part_of(record, "data"), part_of(record, "model")
    return {
        "method": record.get("method"),
        "options": record.get("options"),
        "model": model.get("name"),
        "model fingerprint": model.get("fingerprint"),
        "data format": data.get("format"),
        "data sha256": data.get("sha256"),
        "benchmark": record.get("benchmark"),
        "seed": record.get("seed"),
        "limit": record.get("limit"),
        "personae version": record.get("personae"),
        "samples": record.get("samples"),
    }


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _without_secret_values(options: Mapping[str, Any]) -> JsonObject:
    plain = json.loads(json.dumps(dict(options), default=str))
    return {name: SECRET if _SECRET_NAME.search(name) else value for name, value in plain.items()}


def _git_commit() -> str | None:
    """The commit of personae's own source, where it runs from a checkout."""
    here = Path(__file__)

    def git(*words: str) -> str | None:
        done = subprocess.run(
            ["git", "-C", str(here.parent), *words],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
        return None if done.returncode else done.stdout.strip()

    try:
        # Installed into a folder of somebody else's checkout, that commit would say nothing.
        if git("ls-files", "--error-unmatch", here.name) is None:
            return None
        return git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    except (OSError, subprocess.TimeoutExpired):
        return None
