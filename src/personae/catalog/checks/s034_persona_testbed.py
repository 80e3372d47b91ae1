"""S034 PERSONA: people as frequent as the tables say, no contradiction, planted preferences."""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import replace

from personae.benchmarks.persona_testbed import persona_testbed
from personae.benchmarks.types import Benchmark
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import share_right
from personae.evaluate.asking import AskedQuestion, Choosing
from personae.populations import shipped
from personae.populations.people import Citizen, contradictions, population, shares_of
from personae.speaker import Speaker

PEOPLE, LEAST_P = 2_000, 0.01
RERUN = 4  # questions that the embedded model answers twice
# What cannot be true at once: each is put into a person who has no contradiction.
PLANTED: tuple[dict[str, str | int], ...] = (
    {"age": 9, "employment": "retired"},
    {"age": 12, "marital": "divorced"},
    {"age": 10, "veteran": "yes"},
    {"age": 14, "education": "graduate degree"},
    {"age": 15, "education": "bachelor's degree"},
    {"age": 8, "household": "alone"},
    {"age": 11, "occupation": "police officer"},
    {"age": 13, "income": "over $150,000"},
    {"age": 24, "employment": "retired"},
    {"age": 30, "household": "with grown children"},
    {"age": 80, "household": "with parents"},
    {"age": 33, "insurance": "Medicare", "disability": "none"},
    {"employment": "retired", "lifestyle": "works night shifts"},
    {"employment": "student", "income": "$100,000-150,000"},
    {"birthplace": "abroad", "citizenship": "citizen by birth"},
    {"marital": "never married", "household": "with a spouse"},
    {"education": "no diploma", "occupation": "engineer"},
    {"religion": "none", "hobby": "singing in the church choir"},
    {"income": "under $15,000", "hobby": "sailing one's own yacht"},
    {"disability": "walks with difficulty", "hobby": "marathon running"},
)


def check(context: CheckContext) -> list[str]:
    """Shares by chi-square, planted contradictions, oracle and chance, and the model twice."""
    people = list(population(PEOPLE, context.seed))
    return [
        _shares(people),
        _contradictions(people, context.seed),
        _judges(persona_testbed(persons=8, mode="raw", seed=context.seed), context.seed),
        _rerun(context),
    ]


def _shares(people: list[Citizen]) -> str:
    """Every attribute's shares; p is corrected for how many attributes there are (Bonferroni)."""
    found = {}
    for name in shipped("tables")["attributes"]:
        shares = shares_of(name)
        if name != "age" and len(shares) > 1:
            found[name] = chi_square_p([one.attributes[name] for one in people], shares)
    found["age"] = chi_square_p([_band(one.age) for one in people], shares_of("age"))
    worst = min(found, key=found.__getitem__)
    p = min(1.0, found[worst] * len(found))
    line = f"{len(found)} attributes of {len(people)} people: least p {p:.3f} ({worst})"
    expect(p > LEAST_P, f"{line}; the shares are not those of the tables.")
    return line


def _band(age: int) -> str:
    for band in shares_of("age"):
        least, most = (int(part) for part in band.split("-"))
        if least <= age <= most:
            return band
    return ""


def _contradictions(people: list[Citizen], seed: int) -> str:
    bad = sum(bool(contradictions(one)) for one in people)
    unchecked = list(population(len(people), seed, checked=False))
    would = sum(bool(contradictions(one)) for one in unchecked) / len(unchecked)
    missed = [one for one in PLANTED if not contradictions(planted(people[0], one))]
    line = (
        f"{len(PLANTED) - len(missed)} of {len(PLANTED)} planted contradictions are found; "
        f"of the people {bad} have one, {would:.0%} would unfiltered"
    )
    expect(not missed and not bad and would > 0.1, f"{line}; missed: {missed}.")
    return line


def planted(citizen: Citizen, change: dict[str, str | int]) -> Citizen:
    """The citizen with some things changed so that they cannot be true at once."""
    known = {name: str(value) for name, value in change.items() if name != "age"}
    age = int(change.get("age", citizen.age))
    return replace(citizen, age=age, attributes={**citizen.attributes, **known})


def _judges(made: Benchmark, seed: int) -> str:
    shares = {
        name: share_right(made.questions, made.baselines[name], seed)
        for name in ("oracle", "random")
    }
    line = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    line = f"{len(made.questions)} planted pairs: {line}"
    holds = shares["oracle"] == 1 and abs(shares["random"] - 0.5) <= 0.05
    expect(holds, f"{line}; the oracle was to have 1, chance 0.5 ± 0.05.")
    return line


def _rerun(context: CheckContext) -> str:
    made = persona_testbed(persons=1, mode="summary", seed=context.seed)
    judge = Choosing(Speaker(context.lm(), "plain", replayable=True), made.choose_by)
    asked = made.questions[:: len(made.questions) // RERUN][:RERUN]

    def scores() -> list[object]:
        cancel = threading.Event()
        return [
            judge.answer(AskedQuestion(one), seed=context.seed, cancel=cancel).to_dict()["scores"]
            for one in asked
        ]

    first, second = scores(), scores()
    expect(first == second, "The embedded model's scores are others when it is asked again.")
    return f"the embedded model's scores of {RERUN} pairs are the same when it is asked again"


def chi_square_p(values: list[str], shares: dict[str, float]) -> float:
    """The chance of counts at least as far from the shares (Pearson's chi-square)."""
    counts, whole = Counter(values), len(values)
    if set(counts) - {name for name, share in shares.items() if share > 0}:
        return 0.0
    statistic = sum(
        (counts[name] - whole * share) ** 2 / (whole * share)
        for name, share in shares.items()
        if share > 0
    )
    return upper_gamma(sum(share > 0 for share in shares.values()) - 1, statistic)


def upper_gamma(degrees: int, statistic: float) -> float:
    """The chi-square distribution's upper tail, by the series of the lower incomplete gamma."""
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    term = total = 1 / a
    for n in range(1, 2_000):
        term *= x / (a + n)
        total += term
        if term < total * 1e-15:
            break
    return max(0.0, 1 - total * math.exp(-x + a * math.log(x) - math.lgamma(a)))
