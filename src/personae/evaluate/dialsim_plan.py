"""What a DialSim run asks, and when (S120): fixed by script and seed, whatever the agent is.

Kim et al. 2024: the agent is one of the people of the script. At most once a scene, at one of its
own utterances but not the first, somebody who speaks within three utterances asks a question with
five options, of which (E) is "I don't know". A share of the questions has no answer in what was
said: it was never told, or will only be told later.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias, get_args

from personae.data import Dialogue, Turn
from personae.errors import FormatError, InvalidOption
from personae.formats.long_chats import (
    CATEGORIES,
    QUESTIONS,
    SESSION,
    UNANSWERABLE,
    ChatQuestion,
    question_label,
    questions_of,
)

Names: TypeAlias = Literal["as-is", "shuffle", "new"]
LETTERS = "ABCDE"
UNKNOWN = "I don't know"
NEAR = 3  # utterances from which somebody may ask
UNANSWERABLE_SHARE = 0.25
LATER = "told later"
NEW_NAMES = (
    "Ottilie", "Casimir", "Yara", "Florian", "Philippa", "Dragan", "Saoirse", "Emeka", "Henrike",
    "Lorenzo", "Mathilde", "Tadeo", "Wilhelmina", "Ruben", "Xenia", "Jorik", "Apolline", "Nikita",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, after which turn it is asked, by whom, and its options; `gold` is a letter."""

    id: str
    turn: int
    asker: str
    text: str
    options: tuple[str, ...]
    gold: str
    evidence: tuple[str, ...]
    kind: str


def plan(
    script: Dialogue,
    agent: str = "",
    *,
    seed: int = 0,
    unanswerable: float = UNANSWERABLE_SHARE,
    most: int = 0,
) -> list[Asked]:
    """The questions of a replay in order, `most` at most (0: one wherever a scene has room).

    Raises InvalidOption for an agent who does not speak, FormatError where the script has no
    questions.
    """
    agent = agent or main_speaker(script)
    if agent not in script.speakers:
        raise InvalidOption(f"{agent!r} is not in the script: {', '.join(script.speakers)}.")
    questions = list(questions_of(script))
    if not questions:
        raise FormatError(
            f"The script {script.id!r} has no questions. See docs/memory_benchmarks.md."
        )
    rng = random.Random(f"{seed} {script.id}")
    found = list[Asked]()
    for scene, turns in scenes_of(script):
        one = _ask(rng, script, questions, agent, scene, turns, unanswerable)
        if one is not None:
            found.append(one)
        if most and len(found) == most:
            break
    return found


def main_speaker(script: Dialogue) -> str:
    """Who speaks most often; of several the first. Raises FormatError where nobody speaks."""
    counts = Counter(turn.speaker for turn in script.turns)
    if not counts:
        raise FormatError(f"Nobody speaks in the script {script.id!r}.")
    return counts.most_common(1)[0][0]


def scenes_of(script: Dialogue) -> Iterator[tuple[str, list[tuple[int, Turn]]]]:
    """The sessions of a script with the positions of their turns."""
    numbered = enumerate(script.turns)
    for session, turns in groupby(numbered, key=lambda one: str(one[1].labels.get(SESSION, ""))):
        yield session, list(turns)


def _ask(
    rng: random.Random, script: Dialogue, questions: list[ChatQuestion], agent: str, scene: str,
    turns: Sequence[tuple[int, Turn]], unanswerable: float,
) -> Asked | None:  # fmt: skip
    """A question for a scene, taken out of those that are left; None where there is no room."""
    own = [at for at, (_, turn) in enumerate(turns) if turn.speaker == agent][1:]
    if not own:
        return None
    at = rng.choice(own)
    near = [turn.speaker for _, turn in turns[max(0, at - NEAR) : at + NEAR + 1]]
    askers = [name for name in dict.fromkeys(near) if name != agent]
    if not askers:
        return None
    asker, now = rng.choice(askers), turns[at][0]
    places = {turn.id: place for place, turn in enumerate(script.turns)}
    pools = _pools(questions, places, now)
    order = (pools[1], pools[0]) if rng.random() < unanswerable else pools
    for pool in order:
        for question, kind in rng.sample(pool, len(pool)):
            options = _options(rng, question, questions, gold=kind not in (LATER, _NEVER))
            if options is not None:
                questions.remove(question)
                gold = LETTERS[options.index(question.answer)] if _is_told(kind) else "E"
                return Asked(
                    f"{script.id}:{scene}", now, asker, question.text, (*options, UNKNOWN), gold,
                    question.evidence if _is_told(kind) else (), kind,
                )  # fmt: skip
    return None


_NEVER = CATEGORIES[UNANSWERABLE]
Pool: TypeAlias = list[tuple[ChatQuestion, str]]


def _is_told(kind: str) -> bool:
    return kind not in (LATER, _NEVER)


def _pools(
    questions: Sequence[ChatQuestion], places: dict[str, int], now: int
) -> tuple[Pool, Pool]:  # fmt: skip
    """The questions that what was said by now answers, and those of which nothing was said."""
    told, untold = Pool(), Pool()
    for one in questions:
        said_at = [places[key] for key in one.evidence if key in places]
        if one.category == UNANSWERABLE:
            untold.append((one, _NEVER))
        elif said_at and max(said_at) < now:
            told.append((one, CATEGORIES[one.category]))
        elif said_at and min(said_at) > now:
            untold.append((one, LATER))
    return told, untold


def _options(
    rng: random.Random, question: ChatQuestion, all_: Sequence[ChatQuestion], *, gold: bool
) -> list[str] | None:
    """Four answers, of which one is right where `gold`; None where there are too few."""
    wrong = list(question.options)
    if len(wrong) < 4:
        wrong += [one.answer for one in all_ if one.category == question.category]
        wrong += [one.answer for one in all_ if question.category == UNANSWERABLE]
    right = question.answer.casefold()
    wrong = [one for one in dict.fromkeys(wrong) if one and one.casefold() != right]
    size = 3 if gold else 4
    if len(wrong) < size:
        return None
    # The first is what the data name for what was never said: the most tempting one.
    named = wrong[:1] if question.category == UNANSWERABLE else []
    drawn = rng.sample([one for one in wrong if one not in named], size - len(named))
    options = [*named, *drawn, *([question.answer] if gold else [])]
    rng.shuffle(options)
    return options


def renamed(script: Dialogue, names: Names, seed: int = 0) -> Dialogue:
    """The script with its people's names exchanged, or replaced by new ones, wherever they stand.

    Raises InvalidOption for another word than "as-is", "shuffle" or "new".
    """
    if names not in get_args(Names):
        raise InvalidOption(f"Names are {', '.join(get_args(Names))}, not {names!r}.")
    if names == "as-is":
        return script
    rng = random.Random(f"{seed} names")
    people = list(script.speakers)
    if names == "new":
        free = [one for one in NEW_NAMES if one not in people]
        if len(free) < len(people):
            raise InvalidOption(f"There are {len(free)} new names for {len(people)} people.")
        others = rng.sample(free, len(people))
    else:
        rng.shuffle(people)
        others = [*people[1:], *people[:1]]
    swap = _swap(dict(zip(people, others, strict=True)))
    questions = [
        question_label(
            ChatQuestion(
                swap(one.text), swap(one.answer), one.evidence, one.category,
                tuple(map(swap, one.options)),
            )
        )
        for one in questions_of(script)
    ]  # fmt: skip
    turns = tuple(
        turn.model_copy(update={"speaker": swap(turn.speaker), "text": swap(turn.text)})
        for turn in script.turns
    )
    labels = {**script.labels, QUESTIONS: questions}
    return script.model_copy(update={"turns": turns, "labels": labels})


def _swap(others: dict[str, str]) -> Callable[[str], str]:
    """Exchanges names at once, so that none is exchanged twice; in any case of letters."""
    by_lower = {name.lower(): other for name, other in others.items()}
    pattern = re.compile(
        rf"\b(?:{'|'.join(sorted(map(re.escape, others), key=len, reverse=True))})\b", re.IGNORECASE
    )
    return lambda text: pattern.sub(lambda found: by_lower[found[0].lower()], text)
