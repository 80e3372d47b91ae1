"""Judges that are no people: a metric's values, or a language model asked in both orders."""

from __future__ import annotations

from collections.abc import Mapping

from personae.draft import Kit
from personae.errors import BackendError, CapabilityError
from personae.evaluate.arena.contests import Contest, Judge, Systems
from personae.evaluate.rankings.votes import Winner
from personae.lm.types import LanguageModel, Message, Request, Sampling
from personae.metrics.types import Metric
from personae.text.parsing import Place, Record, parse_json

CONTEXT_TURNS = 6  # the last ones that a language model reads
_OPTIONS = ("A", "B")
_SCHEMA = {
    "type": "object", "properties": {"better": {"enum": ["A", "B", "tie"]}},
    "required": ["better"], "additionalProperties": False,
}  # fmt: skip
_ANSWER_TOKENS = 16


def by_metric(metric: Metric, systems: Systems, kit: Kit, *, margin: float = 0.0) -> Judge:
    """The reply with the better value wins; a difference of `margin` or less is a tie.

    Replies without a value decide nothing, and the contest is a tie. Raises CapabilityError for a
    metric that says of no reply whether it is better.
    """
    known: dict[tuple[str, str], float | None] = {}
    for name, samples in systems.items():
        scores = metric(samples, kit)
        if scores.higher_is_better is None:
            raise CapabilityError(
                f"The metric {scores.name!r} does not say which of two replies is better."
            )
        sign = 1.0 if scores.higher_is_better else -1.0
        for sample, value in zip(samples, scores.values, strict=True):
            known[name, sample.id] = None if value is None else sign * value

    def judge(contest: Contest) -> Winner:
        one, other = (known[name, contest.prompt] for name in (contest.first, contest.second))
        return "tie" if one is None or other is None else _better(one - other, margin)

    return judge


def by_model(lm: LanguageModel, *, margin: float = 0.0) -> Judge:
    """A language model reads both replies in both orders.

    Where it gives likelihoods, those of the letters are compared (nats; what it prefers of a place
    cancels out, `margin` or less is a tie); else it fills a schema, and two answers that do not
    agree are a tie. Raises CapabilityError for a model that can do neither.
    """
    if "score" in lm.capabilities:
        return lambda contest: _better(_lead(lm, contest), margin)
    if "schema" in lm.capabilities:
        return lambda contest: _written(lm, contest)
    raise CapabilityError(
        f"A judge needs likelihoods or JSON schemas, and the model {lm.name!r} offers neither."
    )


def _better(lead: float, margin: float) -> Winner:
    if abs(lead) <= margin:
        return "tie"
    return "first" if lead > 0 else "second"


def _lead(lm: LanguageModel, contest: Contest) -> float:
    """How much likelier the first reply is called the better one, mean of both orders, nats."""
    leads = []
    for turned in (False, True):
        a, b = lm.score(_asked(contest, turned), _OPTIONS)
        leads.append((b.total - a.total) if turned else (a.total - b.total))
    return sum(leads) / 2


def _written(lm: LanguageModel, contest: Contest) -> Winner | None:
    found: list[Winner] = []
    for turned in (False, True):
        names: Mapping[str, Winner] = (
            {"A": "second", "B": "first"} if turned else {"A": "first", "B": "second"}
        )
        try:
            text = lm.generate(_asked(contest, turned, schema=True)).text
            answer = Record.of(parse_json(text, Place()), Place(), "answer").text("better")
        except BackendError:
            return None
        found.append(names.get(answer, "tie"))
    return found[0] if found[0] == found[1] else "tie"


def _asked(contest: Contest, turned: bool, schema: bool = False) -> Request:
    scene = contest.first_sample.scene
    a, b = contest.replies[::-1] if turned else contest.replies
    facts = "\n".join(f"- {one}" for one in scene.persona.statements)
    said = "\n".join(f"{turn.speaker}: {turn.text}" for turn in scene.turns[-CONTEXT_TURNS:])
    name = scene.persona.name
    told = f"What is true of {name}:\n{facts}\n\n" if facts else ""
    text = (
        f"{told}The conversation:\n{said}\n\nTwo replies that {name} could give now:\n"
        f"A: {a}\nB: {b}\n\n"
        f"Which reply is better: natural, to the point, and true to {name}? "
        + ('Answer as {"better": "A"}, "B" or "tie".' if schema else "Answer with A or B.")
    )
    return Request(
        messages=(Message("user", text),),
        sampling=Sampling(temperature=0, max_tokens=_ANSWER_TOKENS),
        schema=_SCHEMA if schema else None,
        replayable=True,
    )
