"""Answers to a problem put together from its parts, as somebody likes them: an answer without a
model, which can do whatever it knows to be wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from personae.text.preferences import LONG_WORDS, SHORT_WORDS, words_in

Problem = Mapping[str, Any]

_OPENING = {"formal": "The solution is as follows.", "casual": "Okay, let's see!"}
_CLOSING = {
    "formal": "Consequently, it follows that the answer is {answer}.",
    "casual": "So that's it, the answer is {answer}!",
}
_NEUTRAL = "The answer is {answer}."
_MORE = (
    "It is worth going slowly here, because most mistakes happen when a number is copied wrongly.",
    "Read the question once more before you trust a result, and ask what it wants to know.",
    "A rough guess beforehand is a good habit, since a result far away from it must be wrong.",
    "Write every result down with what it stands for, so that nothing gets mixed up on the way.",
    "If there is a little time left, do it again in another way and compare the two.",
)
_MORE_TECHNICAL = (
    "An estimate of the order of magnitude is advisable beforehand, since it exposes gross errors.",
    "Every intermediate value should carry its unit, because a mismatch of units reveals a fault.",
    "The algorithm is exact, so that no rounding error has to be propagated to the last operation.",
    "A verification by the inverse operations in reverse order is recommended wherever it matters.",
    "The method generalises to arbitrary positive values of the parameters without any change.",
)


def template_answer(problem: Problem, profile: Mapping[str, str]) -> str:
    """The answer as `profile` wants it (dimension to value); what it does not name is left as
    anybody writes: of middling length, in prose, in plain words, in no particular tone."""
    length, manner = profile.get("length", "medium"), profile.get("formality", "")
    is_technical = profile.get("jargon") == "technical"
    steps = [one["technical" if is_technical else "plain"] for one in problem["steps"]]
    if profile.get("steps") == "numbered":
        body = "\n".join(f"{at}. {text}" for at, text in enumerate(steps, start=1)) + "\n"
    else:
        body = " ".join(steps)
    closing = _CLOSING.get(manner, _NEUTRAL).format(answer=problem["answer"])
    parts = [problem["example"]] if profile.get("example") == "with" else []
    parts.append(closing)
    if profile.get("check") == "question":
        parts.append(problem["check"])
    if length == "short":
        return _joined(body, parts)
    body = " ".join(filter(None, (_OPENING.get(manner, ""), "\n" if "\n" in body else "", body)))
    wanted = SHORT_WORDS if length == "medium" else LONG_WORDS
    more = _more(problem, is_technical)
    padding: list[str] = []
    while words_in(_joined(body, [*padding, *parts])) <= wanted:
        padding.append(next(more))
    return _joined(body, [*padding, *parts])


def _more(problem: Problem, is_technical: bool) -> Iterator[str]:
    yield from problem["why_technical" if is_technical else "why"]
    yield from _MORE_TECHNICAL if is_technical else _MORE


def _joined(body: str, parts: list[str]) -> str:
    return f"{body}{'' if body.endswith(chr(10)) else ' '}{' '.join(parts)}".strip()
