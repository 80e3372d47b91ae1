"""A language model unfolds a statement of a persona into a habit (S005).

Two requests, as published: a passage on how it usually goes, then the habit made of statement and
passage. Where the model takes a grammar the habit is always well-formed; elsewhere what does not
parse is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from personae import habits as shipped
from personae.encoders.types import Nli
from personae.errors import FormatError
from personae.lm.types import LanguageModel, Message, Request, Sampling, require
from personae.text.habits import SECTIONS, Habit, parse_habits, write_habits
from personae.text.quoting import one_line
from personae.text.sentences import complete_sentences

ATTEMPTS = 5
PASSAGE_TOKENS, HABIT_TOKENS = 128, 420
TEMPERATURE = 0.5
_SEED_STEP = 7919
_SHOWN = 0  # the shipped habit that is shown as an example
_PASSAGE = (
    "My dog waits at the door with its lead every morning. I put on my old boots and we walk to the "
    "park, which is ten minutes away. There I throw a ball and chat with the other owners. At home I "
    "wipe the mud off its paws, and it sleeps in its basket while I go to work."
)
_ASK_PASSAGE = (
    "You are told one fact about a person. Write in the first person, in four or five sentences, "
    "how this usually goes for the person."
)
_ASK_HABIT = (
    "You are told one fact about a person and how it usually goes. Write it down as a list with "
    "the sections " + ", ".join(f":{name}" for name in SECTIONS) + ". Each line is a short "
    "sentence in the first person."
)


@dataclass(frozen=True, slots=True)
class Induced:
    """What became of a statement: the habit or None, and how the attempts failed."""

    statement: str
    habit: Habit | None
    passage: str
    faults: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # facts that contradict the persona

    @property
    def attempts(self) -> int:
        """How often the model was asked for the habit."""
        return len(self.faults) + (self.habit is not None)


def induce(
    lm: LanguageModel,
    statement: str,
    *,
    others: Sequence[str] = (),
    nli: Nli | None = None,
    attempts: int = ATTEMPTS,
    seed: int = 0,
    is_free: bool = False,
) -> Induced:
    """Unfold one statement; raises CapabilityError, BackendError.

    Facts that contradict the statement or one of the `others` are dropped where an inference model
    is given. `is_free` leaves the grammar away. What parses is taken, sensible or not.
    """
    require(lm, ("chat",), "Inducing habits")
    statement = one_line(statement)
    sampling = Sampling(temperature=TEMPERATURE, max_tokens=PASSAGE_TOKENS, seed=seed)
    passage = _passage(lm, statement, sampling)
    grammar = "" if is_free or "grammar" not in lm.capabilities else habit_grammar()
    request = Request(messages=_messages(statement, passage), grammar=grammar, replayable=True)
    faults = list[str]()
    for attempt in range(attempts):
        drawn = replace(sampling, max_tokens=HABIT_TOKENS, seed=seed + _SEED_STEP * (attempt + 1))
        text = lm.generate(replace(request, sampling=drawn)).text
        try:
            habit = replace(_only_habit(text), source=statement)
            habit, dropped = _agreeing(habit, (statement, *others), nli)
        except FormatError as error:
            faults.append(error.reason)
        else:
            return Induced(statement, habit, passage, tuple(faults), dropped)
    return Induced(statement, None, passage, tuple(faults))


def induce_all(
    lm: LanguageModel, statements: Sequence[str], *,
    known: Sequence[Habit] = (), nli: Nli | None = None, attempts: int = ATTEMPTS, seed: int = 0,
) -> Iterator[Induced]:  # fmt: skip
    """`induce` for each statement that is not yet the source of a known habit."""
    done = {habit.source for habit in known}
    for at, statement in enumerate(statements):
        if one_line(statement) not in done:
            yield induce(
                lm, statement, others=statements, nli=nli, attempts=attempts, seed=seed + at
            )


def habit_grammar(facts: int = 2, episodes: int = 4) -> str:
    """A GBNF grammar of one habit, with so many facts a section."""
    counts = [episodes if name == "episodes" else facts for name in SECTIONS]
    body = " ".join(
        f'":{name}\\n" fact{{{count}}}' for name, count in zip(SECTIONS, counts, strict=True)
    )
    return (
        f'root ::= ":event I " words ".\\n" {body}\n'
        'fact ::= "- " start " " words ".\\n"\n'
        'start ::= "I" | "My" | "The" | "It" | "We" | "There"\n'
        'words ::= word (" " word){2,13}\n'
        "word ::= [a-zA-Z'-]{1,14} \",\"?\n"
    )


def _passage(lm: LanguageModel, statement: str, sampling: Sampling) -> str:
    example = shipped.everyday()[_SHOWN]
    messages = (
        Message("system", _ASK_PASSAGE),
        Message("user", example.source),
        Message("assistant", _PASSAGE),
        Message("user", statement),
    )
    text = lm.generate(Request(messages=messages, sampling=sampling, replayable=True)).text
    return one_line(complete_sentences(text) or text)


def _messages(statement: str, passage: str) -> tuple[Message, ...]:
    example = shipped.everyday()[_SHOWN]
    shown = write_habits([replace(example, source="")])
    return (
        Message("system", _ASK_HABIT),
        Message("user", f"{example.source}\n{_PASSAGE}"),
        Message("assistant", shown),
        Message("user", f"{statement}\n{passage}"),
    )


def _only_habit(text: str) -> Habit:
    """The habit of a text with one. Raises FormatError."""
    found = parse_habits(text)
    if len(found) > 1:
        raise FormatError("More than one habit was written.")
    return found[0]


def _agreeing(
    habit: Habit, statements: Sequence[str], nli: Nli | None
) -> tuple[Habit, tuple[str, ...]]:
    """The habit without facts that contradict a statement, and those. Raises FormatError.

    A section of which nothing is left makes the habit unusable.
    """
    if nli is None:
        return habit, ()
    told = (habit.event, *habit.facts)
    judged = nli.classify([(fact, statement) for fact in told for statement in statements])
    labels = judged.argmax(axis=1).reshape(len(told), len(statements))
    wrong = {fact for fact, row in zip(told, labels, strict=True) if (row == 2).any()}
    if habit.event in wrong:
        raise FormatError("The event contradicts the persona.")
    kept = {
        name.replace("-", "_"): tuple(fact for fact in habit.section(name) if fact not in wrong)
        for name in SECTIONS
    }
    empty = [name for name, facts in kept.items() if not facts]
    if empty:
        raise FormatError(f"All of {empty[0]} contradicts the persona.")
    return replace(habit, **kept), tuple(sorted(wrong))  # type: ignore[arg-type]
