"""How far measures of single replies agree with people: correlations, pairs, the annotators' own.

What ships in `judge_agreement.json` is made by `personae evaluate judges --save`, so that a report
can print it beside the scores (`judge_agreement`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from personae.draft import Kit
from personae.errors import FormatError, UnknownEntry
from personae.evaluate.bootstrap import interval
from personae.evaluate.foils import FoilRow, foil_rows
from personae.evaluate.record import write_json
from personae.evaluate.score import build_metrics, metric_entries
from personae.formats.rated import SETS, RatedReply, rated_replies
from personae.metrics.correlation import kendall_counted, pearson_counted, spearman_counted
from personae.metrics.types import Indices, Metric, Scores
from personae.registry import Entry, entries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHIPPED = Path(__file__).parent / "judge_agreement.json"
ANNOTATOR = "one annotator"
BLOCK = 32  # replies that a model grades between two savings
Statistic: TypeAlias = Callable[["Floats"], float]  # from how often each reply counts
Values: TypeAlias = Sequence[float | None]
Show: TypeAlias = Callable[[int, int], None]
OnStage: TypeAlias = Callable[[str, int, int], None]  # what is measured, how many, of how many


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval over contexts, None where it cannot be said."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """How far one measure goes with the grades of one set.

    `turn` has Spearman, Pearson and Kendall's tau-b over replies, `system` the first two over the
    systems' means; `pairs` is how often, of two replies to one context, the one that people prefer
    has the higher value (chance 0.5). `lm` names the language model, where one was asked.
    """

    metric: str
    set: str
    replies: int
    contexts: int
    systems: int
    turn: Mapping[str, Figure]
    system: Mapping[str, Figure]
    pairs: Figure | None
    lm: str = ""

    def to_dict(self) -> dict[str, Any]:
        """A JSON object with figures to four places."""
        return _rounded(asdict(self))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Kept:
    """What ships: agreement with people, and what the measures say of foils."""

    rows: tuple[JudgeRow, ...]
    foils: tuple[FoilRow, ...]
    made_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """A JSON object with figures to four places."""
        return {
            "made_by": self.made_by,
            "agreement": [row.to_dict() for row in self.rows],
            "foils": [_rounded(asdict(row)) for row in self.foils],
        }


def judge_agreement(metric: str) -> list[JudgeRow]:
    """What is known of a metric's agreement with people, by set; nothing of one not measured.

    `lm-judge@gguf:x` and `distinct-2` are asked for by these very names. Raises FormatError.
    """
    return [row for row in shipped().rows if row.metric == metric]


def foils_liked(metric: str) -> list[FoilRow]:
    """The foils (empty, echo, stock phrase, copied persona) that a metric likes."""
    return [row for row in shipped().foils if row.metric == metric and row.is_liked]


def agreement_text(metric: str) -> str:
    """What is known of a metric as a judge, in a sentence; empty where nothing was measured."""
    rows = judge_agreement(metric)
    if not rows:
        return ""
    told = [
        f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}] on {row.set}"
        for row in rows
        if (one := row.turn.get("spearman")) is not None
    ]
    liked = ", ".join(dict.fromkeys(row.foil for row in foils_liked(metric)))
    fooled = f" It likes {liked}." if liked else ""
    return f"{metric}: Spearman with people, reply by reply: {'; '.join(told)}.{fooled}"


@lru_cache(maxsize=1)
def shipped() -> Kept:
    """What ships with this version. Raises FormatError."""
    return read_kept(SHIPPED)


def read_kept(file: Path) -> Kept:
    """What `save` wrote. Raises FormatError."""
    try:
        value = json.loads(file.read_text("utf-8"))
        rows = tuple(_row_of(one) for one in value["agreement"])
        foils = tuple(FoilRow(**one) for one in value["foils"])
        return Kept(rows, foils, str(value["made_by"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FormatError(
            f"This is not what `personae evaluate judges --save` writes: {error}.", file=file
        ) from error


def save_kept(kept: Kept, file: Path) -> None:
    """Write the rows as JSON, all or nothing; the rows of measures not in `kept` stay."""
    before = read_kept(file) if file.exists() else Kept((), ())
    names = {(row.metric, row.set) for row in kept.rows}
    asked = {row.metric for row in kept.foils}
    rows = [*(row for row in before.rows if (row.metric, row.set) not in names), *kept.rows]
    foils = [*(row for row in before.foils if row.metric not in asked), *kept.foils]
    whole = Kept(
        tuple(sorted(rows, key=lambda row: (row.set, row.metric))),
        tuple(sorted(foils, key=lambda row: row.metric)),
        kept.made_by,
    )
    write_json(file, whole.to_dict())


def judged_sets(names: Sequence[str], limit: int) -> dict[str, list[RatedReply]]:
    """The sets of those names, or all that are there, each with its first `limit` contexts.

    Raises UnknownEntry, FormatError where a set that was asked for, or every one, is missing.
    """
    strange = next((name for name in names if name not in SETS), None)
    if strange is not None:
        raise UnknownEntry("set of graded replies", strange, SETS)
    found: dict[str, list[RatedReply]] = {}
    for name in names or SETS:
        try:
            rated = rated_replies(name)
        except FormatError:
            if names:
                raise
            continue
        first = list(dict.fromkeys(one.context for one in rated))[:limit]
        found[name] = [one for one in rated if one.context in first]
    if not found:
        raise FormatError(
            "No set of graded replies is here. Set PERSONAE_DATA to the folder that has "
            "usr-personachat, usr-topicalchat or grade-human."
        )
    return found


def agreement_report(
    names: Sequence[str], rated: Mapping[str, Sequence[RatedReply]], kit: Kit, work: Path,
    show: OnStage, *, options: Mapping[str, Any] | None = None, has_foils: bool = True,
    seed: int = 0,
) -> Kept:  # fmt: skip
    """The rows of all sets and, with `has_foils`, of all foils. Raises UnknownEntry, BackendError.

    Without names all metrics that need no answers of a benchmark are measured; those that have no
    value for a single reply have no row.
    """
    names = names or measurable()
    metrics = build_metrics(names, options or {})
    known = dict(zip(names, metric_entries(names), strict=True))
    rows: list[JudgeRow] = []
    for set_name, replies in rated.items():
        people = annotator_agreement(replies, set_name=set_name, seed=seed)
        rows += [people] if people else []
        for name, metric in metrics.items():
            file = work / "values" / set_name / f"{_file_name(name, options or {})}.json"
            progress = partial(show, f"{name} of {set_name}")
            values, way = measured(known[name], metric, replies, kit, file, progress)
            row = agreement(
                name, replies, values, set_name=set_name, higher_is_better=way, seed=seed,
                lm=kit.lm.name if known[name].info.needs else "",
            )  # fmt: skip
            rows += [row] if row else []
    return Kept(tuple(rows), _foils(metrics, kit, show) if has_foils else ())


def _foils(metrics: Mapping[str, Metric], kit: Kit, show: OnStage) -> tuple[FoilRow, ...]:
    rows = []
    for at, (name, metric) in enumerate(metrics.items()):
        show(f"foils: {name}", at, len(metrics))
        rows += foil_rows(name, metric, kit)
    return tuple(rows)


def measurable() -> tuple[str, ...]:
    """The metrics that need no answers of a benchmark: what is compared with people."""
    return tuple(one.name for one in entries("metric").values() if not one.info.labelled)


def agreement(
    metric: str, rated: Sequence[RatedReply], values: Values, *, set_name: str, lm: str = "",
    higher_is_better: bool | None = True, seed: int = 0,
) -> JudgeRow | None:  # fmt: skip
    """The row of a measure; None where it has fewer than three different values.

    Of a measure where lower is better the sign is turned. Intervals: contexts are drawn anew.
    """
    sign = -1.0 if higher_is_better is False else 1.0
    known = [
        (one, sign * value)
        for one, value in zip(rated, values, strict=True)
        if value is not None and math.isfinite(value)
    ]
    found = [value for _, value in known]
    if len(set(found)) < 3:
        return None
    replies = [one for one, _ in known]
    grades = [one.rating for one in replies]
    place = _Places(replies, seed)
    turn = {
        "spearman": place.figure(spearman_counted(found, grades)),
        "pearson": place.figure(pearson_counted(found, grades)),
        "kendall": place.figure(kendall_counted(found, grades)),
    }
    by_system = {
        name: place.figure(_over_systems(replies, found, grades, counted))
        for name, counted in (("spearman", spearman_counted), ("pearson", pearson_counted))
    }
    systems = len({one.system for one in replies})
    pairs = _pairs_right(replies, found, grades)
    return JudgeRow(
        metric, set_name, len(replies), len(place.contexts), systems, turn,
        by_system if systems > 2 else {}, place.figure(pairs) if pairs else None, lm,
    )  # fmt: skip


def annotator_agreement(
    rated: Sequence[RatedReply], *, set_name: str, seed: int = 0
) -> JudgeRow | None:
    """Each annotator's grade against the mean of the others', averaged: what people agree.

    None where a set tells means alone. It is no bound of a measure that is compared with the mean
    of all of them, where there are many.
    """
    fewest = min(len(one.ratings) for one in rated)
    if fewest < 2:
        return None
    place = _Places(rated, seed)
    columns = [
        ([one.ratings[at] for one in rated], [_without(one.ratings, at) for one in rated])
        for at in range(fewest)
    ]
    turn = {
        name: place.figure(_mean_of([counted(own, others) for own, others in columns]))
        for name, counted in (
            ("spearman", spearman_counted), ("pearson", pearson_counted),
            ("kendall", kendall_counted),
        )
    }  # fmt: skip
    systems = len({one.system for one in rated})
    return JudgeRow(ANNOTATOR, set_name, len(rated), len(place.contexts), systems, turn, {}, None)


def measured(
    entry: Entry, metric: Metric, rated: Sequence[RatedReply], kit: Kit, file: Path, show: Show
) -> tuple[list[float | None], bool | None]:
    """The values of all replies, and which way is good; kept in `file`.

    Metrics that ask a language model go by blocks, so that a run that was stopped goes on; the
    others see all replies at once, as in a run.
    """
    samples = [one.sample for one in rated]
    key = _key(entry, rated, kit)
    values, way = _read_values(file, key)
    while len(values) < len(samples):
        size = BLOCK if entry.info.needs else len(samples)
        scores = metric(samples[len(values) : len(values) + size], kit)
        values, way = [*values, *scores.values], scores.higher_is_better
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, {"key": key, "higher_is_better": way, "values": values})
        show(len(values), len(samples))
    return values, way


class _Places:
    """Which context each reply answers: contexts are what a bootstrap draws."""

    def __init__(self, replies: Sequence[RatedReply], seed: int) -> None:
        import numpy as np

        self.contexts = list(dict.fromkeys(one.context for one in replies))
        at = {context: number for number, context in enumerate(self.contexts)}
        self._of = np.array([at[one.context] for one in replies])
        self._seed = seed

    def figure(self, statistic: Statistic) -> Figure:
        """The statistic over all replies, with its interval."""
        import numpy as np

        def drawn(indices: Indices) -> float:
            times = np.bincount(np.asarray(indices, dtype=int), minlength=len(self.contexts))
            return statistic(times[self._of].astype(float))

        total = statistic(np.ones(len(self._of)))
        scores = Scores("", (0.0,) * len(self.contexts), total, "", resample=drawn)
        reach = interval(scores, seed=self._seed)
        return Figure(total, reach.low if reach else None, reach.high if reach else None)


def _over_systems(
    replies: Sequence[RatedReply], values: Sequence[float], grades: Sequence[float],
    counted: Callable[[Sequence[float], Sequence[float]], Statistic],
) -> Statistic:  # fmt: skip
    """The correlation of the systems' means."""
    import numpy as np

    names = sorted({one.system for one in replies})
    member = np.array([[one.system == name for one in replies] for name in names], dtype=float)
    columns = np.array([values, grades])

    def statistic(counts: Floats) -> float:
        sizes = member @ counts
        there = sizes > 0
        means = (member * counts) @ columns.T
        x, y = (means[there, side] / sizes[there] for side in (0, 1))
        return counted(x.tolist(), y.tolist())(np.ones(len(x)))

    return statistic


def _pairs_right(
    replies: Sequence[RatedReply], values: Sequence[float], grades: Sequence[float]
) -> Statistic | None:
    """How often the reply that people prefer has the higher value, of two to one context."""
    import numpy as np

    groups: dict[str, list[int]] = {}
    for at, reply in enumerate(replies):
        groups.setdefault(reply.context, []).append(at)
    first, right = list[int](), list[float]()
    for members in groups.values():
        for one, other in combinations(members, 2):
            better = grades[one] - grades[other]
            if better:
                ahead = (values[one] - values[other]) * better
                first.append(one)
                right.append(1.0 if ahead > 0 else 0.5 if ahead == 0 else 0.0)
    if not first:
        return None
    place, won = np.array(first), np.array(right)

    def statistic(counts: Floats) -> float:
        weight = counts[place]  # both replies answer one context, which counts as often
        total = float(weight.sum())
        return float(weight @ won) / total if total else math.nan

    return statistic


def _mean_of(statistics: Sequence[Statistic]) -> Statistic:
    return lambda counts: math.fsum(one(counts) for one in statistics) / len(statistics)


def _without(ratings: Sequence[float], at: int) -> float:
    return (math.fsum(ratings) - ratings[at]) / (len(ratings) - 1)


def _file_name(metric: str, options: Mapping[str, Any]) -> str:
    """One for each metric with its options, whatever characters they have."""
    content = metric + (json.dumps(options, sort_keys=True, default=str) if options else "")
    return hashlib.sha256(content.encode()).hexdigest()


def _key(entry: Entry, rated: Sequence[RatedReply], kit: Kit) -> str:
    """What the values depend on: the replies, and the models that the metric may ask."""
    info = entry.info
    asked = [[one.sample.id, one.sample.reply] for one in rated]
    model = kit.lm.fingerprint if info.needs else ""
    encoders = [
        *([kit.embedder] if info.embedder else ()),
        *([kit.nli, *kit.judges.values()] if info.nli else ()),
    ]
    prints = [one.fingerprint for one in encoders if one is not None]
    content = json.dumps([entry.name, model, asked, *prints], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _read_values(file: Path, key: str) -> tuple[list[float | None], bool | None]:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return [], None
    if not isinstance(value, dict) or value.get("key") != key:
        return [], None
    return list(value["values"]), value["higher_is_better"]


def _row_of(value: dict[str, Any]) -> JudgeRow:
    levels = {
        level: {name: Figure(**one) for name, one in value[level].items()}
        for level in ("turn", "system")
    }
    pairs = Figure(**value["pairs"]) if value["pairs"] else None
    return JudgeRow(**{**value, **levels, "pairs": pairs})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
