"""USR: likelihood, dialogue retrieval and a regression grade a reply without a reference (S056)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import FormatError
from personae.lm.types import LanguageModel, Message, Request, require
from personae.metrics.judging import placed
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.faults import words_of
from personae.text.written import as_written

if TYPE_CHECKING:
    from personae.encoders.dialogue_retrieval import Reply, Retrieval

ENTRY = EntryInfo(
    systems=("S056",),
    needs=("chat", "score"),
    embedder=True,
    judge=True,
    paper="Mehri & Eskenazi 2020, USR: An Unsupervised and Reference Free Evaluation Metric for "
    "Dialog Generation, arXiv:2005.00456",
    deviations="MLM is the mean log-likelihood of the reply by a causal language model: no masked "
    "one ships. Dialogue retrieval is a regression over our encoders, taught echoes, recited "
    "personas and stock phrases as negatives too; an empty reply has the lowest grade.",
)

Weights = Literal["paper", "refit"]
# The released regression, over [MLM, MLM, DR_c, DR_c, DR_f]: the first two pairs are added here.
PAPER_BIAS = 3.5975
PAPER_WEIGHTS = {"mlm": 0.6601 + 0.4035, "dr_c": 0.5133 + 0.9605, "dr_f": 0.3564}
PAPER_SCALES = {"mlm": (-1.0123, 0.3905), "dr_c": (0.8605, 0.3026), "dr_f": (0.8472, 0.2799)}
PARTS = ("mlm", "dr_c", "dr_f")
FLOOR_NATS = -12.0  # of an empty reply, and of tokens that are less likely
LOWEST = 1.0  # where people's scale begins: the grade of an empty reply


@dataclass(frozen=True, slots=True)
class Regression:
    """The overall grade from the three parts: each less its mean and by its scale, weighted.

    Of a part that has a cap, more than that is worth no more.
    """

    bias: float
    weights: Mapping[str, float]
    scales: Mapping[str, tuple[float, float]]
    caps: Mapping[str, float] = field(default_factory=dict)

    def overall(self, parts: Mapping[str, float | None]) -> float:
        """The grade, about 1 to 5; a part that is not known counts as its mean."""
        return self.bias + math.fsum(
            self.weights[name]
            * (min(value, self.caps.get(name, value)) - self.scales[name][0])
            / self.scales[name][1]
            for name, value in parts.items()
            if value is not None
        )


PAPER = Regression(PAPER_BIAS, PAPER_WEIGHTS, PAPER_SCALES)


@dataclass(frozen=True, slots=True)
class UsrScore:
    """What USR says of one reply. `dr_f` is None where the speaker is told nothing.

    The paper reads MLM as understandable and natural, DR_c as keeping to the context and engaging,
    DR_f as using knowledge.
    """

    mlm: float
    dr_c: float
    dr_f: float | None
    overall: float

    def to_dict(self) -> dict[str, float | None]:
        """The three parts, the paper's five qualities that they stand for, and the grade."""
        return {
            "mlm": self.mlm, "dr_c": self.dr_c, "dr_f": self.dr_f,
            "understandable": self.mlm, "natural": self.mlm,
            "maintains_context": self.dr_c, "engaging": self.dr_c, "uses_knowledge": self.dr_f,
            "overall": self.overall,
        }  # fmt: skip


def usr(*, weights: Weights = "refit") -> Metric:
    """Mean overall grade, about 1 (bad) to 5, from MLM, DR_c and DR_f; an empty reply has 1.

    `weights="paper"` takes the released regression, else ours, fitted to the human grades of
    Topical-Chat; either over our parts scaled by their spread there. The language model of the kit
    grades fluency: the constants are the embedded model's. Replies to nothing have no value.
    `docs/dialogue_quality.md` says how far it agrees with people.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        from personae.encoders.dialogue_retrieval import kept_retrieval

        at = gradable_at(samples)
        found = usr_scores([samples[one] for one in at], kit, weights)
        return mean_scores(
            "usr",
            placed(samples, at, [one.overall for one in found]),
            unit="about 1–5",
            higher_is_better=True,
            detail={
                "weights": weights,
                "retrieval_fingerprint": kept_retrieval().fingerprint,
                "lm": kit.lm.name,
                "lm_fingerprint": kit.lm.fingerprint,
                **{name: _mean([getattr(one, name) for one in found]) for name in PARTS},
            },
        )

    return measure


def score(
    context: str | Sequence[str],
    response: str,
    fact: Persona | Sequence[str] = (),
    *,
    lm: LanguageModel,
    weights: Weights = "refit",
) -> UsrScore:
    """USR of one response to a context (its turns, or the last one alone) and facts."""
    turns = [context] if isinstance(context, str) else list(context)
    facts = fact.statements if isinstance(fact, Persona) else tuple(fact)
    scene = Scene(persona=Persona(name="B", statements=facts), user="A")
    for at, text in enumerate(turns):
        scene = scene.said("A" if (len(turns) - at) % 2 else "B", text)
    return usr_scores([Sample(id="", scene=scene, reply=response)], Kit(lm=lm), weights)[0]


def usr_scores(samples: Sequence[Sample], kit: Kit, weights: Weights = "refit") -> list[UsrScore]:
    """USR of replies in one batch. Raises CapabilityError where the model cannot score text."""
    from personae.encoders.dialogue_retrieval import kept_retrieval

    replies = [as_reply(one) for one in samples]
    retrieval, regression = kept_retrieval(), regression_named(weights)
    columns = (
        mean_log_likelihoods(samples, kit.lm),
        retrieval.of_context(replies),
        retrieval.of_fact(replies),
    )
    scored = []
    for reply, mlm, dr_c, dr_f in zip(replies, *columns, strict=True):
        grade = regression.overall({"mlm": mlm, "dr_c": dr_c, "dr_f": dr_f})
        grade = LOWEST if reply.is_empty else max(LOWEST, grade)
        scored.append(UsrScore(mlm, dr_c, dr_f, grade))
    return scored


def part_scores(
    name: str,
    samples: Sequence[Sample],
    values_of: Callable[[list[Sample]], Sequence[float | None]],
    unit: str,
    detail: dict[str, Any],
) -> Scores:
    """The scores of one part: values of the replies that answer something."""
    at = gradable_at(samples)
    values = placed(samples, at, values_of([samples[one] for one in at]))
    return mean_scores(name, values, unit=unit, higher_is_better=True, detail=detail)


def retrieval_scores(
    name: str,
    samples: Sequence[Sample],
    chances_of: Callable[[Retrieval, Sequence[Reply]], Sequence[float | None]],
) -> Scores:
    """The scores of a part that dialogue retrieval tells."""
    from personae.encoders.dialogue_retrieval import kept_retrieval

    retrieval = kept_retrieval()
    return part_scores(
        name,
        samples,
        lambda fitting: chances_of(retrieval, [as_reply(one) for one in fitting]),
        "0–1",
        {"retrieval": retrieval.name, "retrieval_fingerprint": retrieval.fingerprint},
    )


def mean_log_likelihoods(samples: Sequence[Sample], lm: LanguageModel) -> list[float]:
    """Nats a token of each reply after the last turn, by a causal model; an empty one has -12.

    The last turn alone is told, as to the paper's model; neither persona nor instructions are.
    What is measured is whether the text is likely to be said there. Raises CapabilityError.
    """
    require(lm, ("chat", "score"), "USR's likelihood of a reply")
    return [_mean_log_likelihood(one, lm) for one in samples]


def regression_named(weights: Weights) -> Regression:
    """The paper's weights or the refitted ones, over our parts. Raises EnvironmentFault,
    FormatError."""
    from personae.encoders.dialogue_retrieval import SHIPPED

    refit = shipped_regression(SHIPPED)
    return refit if weights == "refit" else Regression(PAPER_BIAS, PAPER_WEIGHTS, refit.scales)


@lru_cache(maxsize=4)
def shipped_regression(file: Path) -> Regression:
    """The regression in the file of the retrieval weights. Raises EnvironmentFault, FormatError."""
    from personae.encoders.dialogue_retrieval import read_weights

    given: Any = read_weights(file).get("regression")
    try:
        terms = {name: given["terms"][name] for name in PARTS}
        found = Regression(
            float(given["bias"]),
            {name: float(term["weight"]) for name, term in terms.items()},
            {name: (float(term["mean"]), float(term["scale"])) for name, term in terms.items()},
            {name: float(term["cap"]) for name, term in terms.items() if "cap" in term},
        )
    except (TypeError, KeyError, ValueError) as error:
        raise FormatError(
            "The file has no regression over mlm, dr_c and dr_f.", file=file
        ) from error
    numbers = [
        found.bias,
        *found.weights.values(),
        *found.caps.values(),
        *(n for pair in found.scales.values() for n in pair),
    ]
    if not all(map(math.isfinite, numbers)) or min(s for _, s in found.scales.values()) <= 0:
        raise FormatError("A number of the regression is not finite, or a scale is 0.", file=file)
    return found


def gradable_at(samples: Sequence[Sample]) -> list[int]:
    """Positions of the replies that answer something."""
    return [
        at for at, one in enumerate(samples) if replied(one) and one.scene.last_user_text.strip()
    ]


def as_reply(sample: Sample) -> Reply:
    """The sample as dialogue retrieval reads it."""
    from personae.encoders.dialogue_retrieval import Reply

    turns = tuple(one.text for one in sample.scene.turns if one.kind == "utterance")
    return Reply(turns, sample.reply, sample.scene.persona.statements)


def _mean_log_likelihood(sample: Sample, lm: LanguageModel) -> float:
    text = as_written(sample.reply)
    if not words_of(text):
        return FLOOR_NATS
    heard = Message("user", as_written(sample.scene.last_user_text))
    [likelihood] = lm.score(Request(messages=(heard,), replayable=True), [text])
    log_probs = [max(FLOOR_NATS, one) for one in likelihood.token_log_probs if not math.isnan(one)]
    return math.fsum(log_probs) / len(log_probs) if log_probs else FLOOR_NATS


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(math.fsum(present) / len(present), 6) if present else None
