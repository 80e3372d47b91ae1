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
PASSAGE_TOKENS, HABIT_TOKENS = 96, 400
TEMPERATURE, REPEAT_PENALTY = 0.7, 1.15  # without the penalty a small model goes round in circles
_SEED_STEP = 7919
# Places of the shipped habits that are shown as examples, with what the model reads of each.
_SHOWN = {
    0: "My dog waits at the door with its lead every morning. I put on my old boots and we walk to "
    "the park, which is ten minutes away. There I throw a ball and chat with the other owners. At "
    "home I wipe the mud off its paws, and it sleeps in its basket while I work.",
    6: "I sleep through the day, so that I am awake when the late shift tells me how the patients "
    "are. I give out medicine, check the drips and sit with people who cannot sleep. At three in "
    "the morning I drink strong coffee. When everybody else goes to work I drive home.",
}
_ASK_PASSAGE = (
    "You are told one fact about a person. Tell in the first person, in four sentences, what that "
    "person usually does, where, when and why."
)
_ASK_HABIT = (
    "Write down a habit of a person as a list with the sections "
    + ", ".join(f":{name}" for name in SECTIONS)
    + ". Each line is a different short sentence in the first person."
)


@dataclass(frozen=True, slots=True)
class Induced:
    """What became of a statement: the habit or None, and how the attempts failed."""

    statement: str
    habit: Habit | None
    passage: str
    faults: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # facts said twice, or contradicting the persona

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

    Facts said twice are dropped, and where an inference model is given those that contradict the
    statement or one of the `others`; a habit that loses a section by it is asked for again.
    `is_free` leaves the grammar away. What passes is taken, sensible or not.
    """
    require(lm, ("chat",), "Inducing habits")
    statement = one_line(statement)
    sampling = Sampling(
        temperature=TEMPERATURE, repeat_penalty=REPEAT_PENALTY, max_tokens=PASSAGE_TOKENS, seed=seed
    )
    passage = _passage(lm, statement, sampling)
    grammar = "" if is_free or "grammar" not in lm.capabilities else habit_grammar()
    request = Request(messages=_messages(statement, passage), grammar=grammar, replayable=True)
    faults = list[str]()
    for attempt in range(attempts):
        drawn = replace(sampling, max_tokens=HABIT_TOKENS, seed=seed + _SEED_STEP * (attempt + 1))
        text = lm.generate(replace(request, sampling=drawn)).text
        try:
            habit = replace(_only_habit(text), source=statement)
            habit, dropped = _sound(habit, (statement, *others), nli)
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
        'words ::= (word ","? " "){2,11} word\n'
        "word ::= [a-zA-Z] [a-z'-]{0,13}\n"
    )


def _passage(lm: LanguageModel, statement: str, sampling: Sampling) -> str:
    messages = [Message("system", _ASK_PASSAGE)]
    for at, passage in _SHOWN.items():
        source = shipped.everyday()[at].source
        messages += [Message("user", _asked(source)), Message("assistant", passage)]
    messages.append(Message("user", _asked(statement)))
    text = lm.generate(Request(messages=tuple(messages), sampling=sampling, replayable=True)).text
    return one_line(complete_sentences(text) or text)


def _asked(statement: str) -> str:
    return f"Fact: {statement}\nHow does it usually go?"


def _messages(statement: str, passage: str) -> tuple[Message, ...]:
    messages = [Message("system", _ASK_HABIT)]
    for at, shown in _SHOWN.items():
        example = replace(shipped.everyday()[at], source="")
        asked = f"Fact: {shipped.everyday()[at].source}\n{shown}"
        messages += [Message("user", asked), Message("assistant", write_habits([example]))]
    return (*messages, Message("user", f"Fact: {statement}\n{passage}"))


def _only_habit(text: str) -> Habit:
    """The habit of a text with one. Raises FormatError."""
    found = parse_habits(text)
    if len(found) > 1:
        raise FormatError("More than one habit was written.")
    return found[0]


def _sound(
    habit: Habit, statements: Sequence[str], nli: Nli | None
) -> tuple[Habit, tuple[str, ...]]:
    """The habit without facts said twice or contradicting a statement, and those.

    Raises FormatError where that leaves a section without a fact: such a habit is no use.
    """
    wrong = set() if nli is None else _contradicting(habit, statements, nli)
    if habit.event in wrong:
        raise FormatError("The event contradicts the persona.")
    seen = {_plain(habit.event)} | {_plain(one) for one in statements}
    kept: dict[str, tuple[str, ...]] = {}
    for name in SECTIONS:
        fresh = []
        for fact in habit.section(name):
            if fact not in wrong and _plain(fact) not in seen:
                seen.add(_plain(fact))
                fresh.append(fact)
        if not fresh:
            raise FormatError(f"Of the section ':{name}' all is said already or contradicts.")
        kept[name.replace("-", "_")] = tuple(fresh)
    sound = replace(habit, **kept)  # type: ignore[arg-type]
    return sound, tuple(fact for fact in habit.facts if fact not in sound.facts)


def _contradicting(habit: Habit, statements: Sequence[str], nli: Nli) -> set[str]:
    told = (habit.event, *habit.facts)
    judged = nli.classify([(fact, statement) for fact in told for statement in statements])
    labels = judged.argmax(axis=1).reshape(len(told), len(statements))
    return {fact for fact, row in zip(told, labels, strict=True) if (row == 2).any()}


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(" .!").split())
