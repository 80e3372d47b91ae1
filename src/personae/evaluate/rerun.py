"""A run made again from its record alone: what was asked, what has changed, what came out alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from personae.data import Dialogue, JsonObject
from personae.errors import FormatError, InvalidOption, UnknownEntry
from personae.evaluate.bench import Asking, open_benchmark
from personae.evaluate.record import RUN, SECRET, data_digest, read_lines, read_run
from personae.evaluate.types import BASELINE, RunSettings
from personae.formats.reading import dialogue_formats, find_data, read_dialogues


class _Part(BaseModel):
    """A part of `run.json`; what else stands there is of no matter here."""

    model_config = ConfigDict(frozen=True, strict=True, protected_namespaces=())


class DataOf(_Part):
    """The data as the record names them."""

    path: str
    sha256: str
    format: str


class ModelOf(_Part):
    """The model as the record names it."""

    name: str
    fingerprint: str


class BenchmarkOf(_Part):
    """The benchmark as the record names it; `persona` is "none" where nobody was played."""

    name: str
    version: str
    options: JsonObject = Field(default_factory=dict)
    persona: str = ""


class Recorded(_Part):
    """What a run's record says that is needed to make the run again."""

    data: DataOf
    method: str
    model: ModelOf
    seed: int
    personae: str
    options: JsonObject = Field(default_factory=dict)
    limit: int | None = None
    samples: int | None = None
    benchmark: BenchmarkOf | None = None

    @property
    def baseline(self) -> str:
        """The baseline that answered; empty where a method did."""
        return self.method.removeprefix(BASELINE) if self.method.startswith(BASELINE) else ""


def recorded_in(run: Path) -> Recorded:
    """The record of a run. Raises FormatError naming what is missing, InvalidOption for a secret.

    Options whose values were not kept (keys, passwords) cannot be told again.
    """
    value = read_run(run)
    try:
        found = Recorded.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise FormatError(
            f"The record is not enough to make the run again: {place}: {fault['msg']}.",
            file=run / RUN,
        ) from error
    hidden = [name for name, one in found.options.items() if one == SECRET]
    if hidden:
        raise InvalidOption(
            f"The option {hidden[0]!r} of the method was kept secret in {run / RUN}: this run "
            "cannot be made from its record."
        )
    return found


def dialogues_of(recorded: Recorded, place: str = "") -> tuple[list[Dialogue], RunSettings]:
    """The dialogues of a run of `personae reply`, and its settings without method and model.

    `place` is where the data lie now, where that is not the recorded path. Raises InvalidOption
    where they changed, FormatError where they are not there, or are of no format that is read.
    """
    data = recorded.data
    if data.format not in dialogue_formats():
        raise InvalidOption(
            f"This run reads data of the format {data.format!r}, which no reader here knows: it "
            "can only be made again by the command that made it."
        )
    source = find_data(place or data.path)
    digest = data_digest(source)
    refuse_changes({"data sha256": data.sha256}, {"data sha256": digest})
    settings = RunSettings(
        data_path=place or data.path, data_sha256=digest, data_format=data.format, method="",
        model="none", fingerprint="none", seed=recorded.seed, limit=recorded.limit,
    )  # fmt: skip
    return list(read_dialogues(source, data.format)), settings


def asking_of(recorded: Recorded, known: BenchmarkOf) -> tuple[Asking, RunSettings]:
    """The benchmark of a run of `personae bench`, and its settings without method and model.

    Raises UnknownEntry, InvalidOption where its version or its questions changed, FormatError.
    """
    asking = open_benchmark(known.name, known.options, recorded.limit)
    settings = asking.settings(seed=recorded.seed, limit=recorded.limit)
    refuse_changes(
        {
            "version of the benchmark": known.version,
            "sha256 of the questions": recorded.data.sha256,
        },
        {
            "version of the benchmark": asking.benchmark.version,
            "sha256 of the questions": settings.data_sha256,
        },
    )
    if recorded.baseline and recorded.baseline not in asking.benchmark.baselines:
        raise UnknownEntry("baseline", recorded.baseline, asking.benchmark.baselines)
    return asking, settings


def refuse_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise InvalidOption, naming the first thing that is not what it was."""
    for name, value in was.items():
        if now[name] != value:
            raise InvalidOption(
                f"The run cannot be made again: the {name} was {value!r} and is {now[name]!r} now."
            )


@dataclass(frozen=True, slots=True)
class Alike:
    """How two runs of the same questions compare, sample by sample.

    `same` have the same line to the byte; `same_reply` the same reply, whatever else differs.
    `different` names the others, `missing` those that one of the runs does not have.
    """

    total: int
    same: int
    same_reply: int
    different: tuple[str, ...]
    missing: tuple[str, ...]

    def to_dict(self) -> JsonObject:
        """The comparison as a JSON object."""
        return {
            "samples": self.total, "same": self.same, "same_reply": self.same_reply,
            "different": list(self.different), "missing": list(self.missing),
        }  # fmt: skip


def alike(first: Path, second: Path) -> Alike:
    """Compare the samples of two runs by id. Raises FormatError."""
    one, other = read_lines(first), read_lines(second)
    common = [name for name in one if name in other]
    same = [name for name in common if one[name].line == other[name].line]
    replies = [name for name in common if one[name].reply == other[name].reply]
    names = dict.fromkeys((*one, *other))
    return Alike(
        total=len(names),
        same=len(same),
        same_reply=len(replies),
        different=tuple(name for name in common if one[name].line != other[name].line),
        missing=tuple(name for name in names if not (name in one and name in other)),
    )
