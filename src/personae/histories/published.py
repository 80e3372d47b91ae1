"""Made histories in the form of the published files (S040)."""

from __future__ import annotations

from collections.abc import Iterable

from personae.errors import FormatError
from personae.formats.personamem import Questionnaire, Row
from personae.histories.asking import TYPES, Asked, true_claims
from personae.histories.changes import Event
from personae.histories.making import Cut, History, distance
from personae.histories.sessions import EVENT, tokens_of


def questionnaire(histories: Iterable[History]) -> Questionnaire:
    """All questions of the histories, and what was said in each."""
    given = list(histories)
    rows = [row for history in given for at, cut in enumerate(history.cuts, 1)
            for row in _rows(history, cut, at)]  # fmt: skip
    contexts = {history.dialogue.id: history.dialogue.turns for history in given}
    return Questionnaire(tuple(rows), contexts)


def right_by_graph(row: Row) -> list[int]:
    """The options that are true by the events that a row of ours knows, and by nothing else.

    Raises FormatError where what it knows is not what `questionnaire` says.
    """
    known = row.known
    types = {published: own for own, published in TYPES.items()}
    try:
        events = [Event.from_dict(one) for one in known["events"]]
        meant = known["meant"][: len(row.options)]
        return true_claims(types[row.type], meant, events, row.topic, known["about"])
    except (LookupError, TypeError) as error:
        raise FormatError(
            f"The column 'known' of the question {row.id!r} is not as personae writes it."
        ) from error


def _rows(history: History, cut: Cut, at: int) -> list[Row]:
    turns = history.dialogue.turns[: cut.end]
    texts = [turn.text for turn in turns]
    size = sum(map(tokens_of, texts))
    idle = sum(tokens_of(turn.text) for turn in turns if EVENT not in turn.labels)
    return [
        _row(history, cut, asked, f"{history.person.id}-{at}-{number}", size, sum(map(len, texts)),
             idle)
        for number, asked in enumerate(cut.asked)
    ]  # fmt: skip


def _row(
    history: History, cut: Cut, asked: Asked, name: str, size: int, letters: int, idle: int
) -> Row:
    sessions, tokens = distance(history, cut, asked)
    events = [one.to_dict() for one in cut.events if one.topic == asked.topic]
    return Row(
        id=name, person=history.person.id, type=TYPES[asked.type], topic=asked.topic,
        text=asked.text, options=asked.options, right=asked.right, context=history.dialogue.id,
        end=cut.end, distance_sessions=sessions, distance_tokens=tokens, tokens=size,
        letters=letters, irrelevant_tokens=idle,
        stereotypical="Yes" if asked.cliche >= 0 else "No", evidence=history.evidence(asked),
        known={
            "meant": [list(one) if isinstance(one, tuple) else one for one in asked.meant],
            "events": events, "about": asked.about, "outdated": asked.outdated,
            "cliche": asked.cliche, "group": history.person.group,
        },
    )  # fmt: skip
