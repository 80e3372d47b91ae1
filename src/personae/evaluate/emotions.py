"""Emotional intelligence of speakers, as far as labels on their turns tell it (REALTALK, S101).

The figures of REALTALK's repository that count labels: who or what made the labels is not ours to
say. Those that ask a judge (reflection, empathy, intimacy) are not here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.long_chats import SESSION
from personae.metrics.judging import bits


@dataclass(frozen=True, slots=True)
class Feeling:
    """One speaker's figures; those of pairs of turns are None where there is no pair.

    `diversity` is the entropy of the labels in bits, `stability` the share of the speaker's
    consecutive own turns of a session with one label, `alignment` the share of turns with the label
    of the other's turn right before, `grounding` the share of turns with a question mark.
    """

    turns: int
    diversity: float
    stability: float | None
    alignment: float | None
    grounding: float


def feelings(dialogues: Iterable[Dialogue], label: str = "emotion") -> dict[str, Feeling]:
    """The figures of each speaker over all dialogues; turns without the label are left out.

    Raises FormatError where no turn has it.
    """
    sessions = [list(one) for dialogue in dialogues for one in _sessions(dialogue, label)]
    speakers = dict.fromkeys(turn.speaker for session in sessions for turn in session)
    if not speakers:
        raise FormatError(f"No turn has the label {label!r}.")
    return {name: _feeling(sessions, name, label) for name in speakers}


def diversity(labels: Sequence[Hashable]) -> float:
    """Shannon entropy of the labels, bits."""
    return bits(labels)


def _sessions(dialogue: Dialogue, label: str) -> Iterator[list[Turn]]:
    """The labelled utterances of each session."""
    found: dict[object, list[Turn]] = {}
    for turn in dialogue.turns:
        if turn.kind == "utterance" and turn.labels.get(label) is not None:
            found.setdefault(str(turn.labels.get(SESSION)), []).append(turn)
    yield from found.values()


def _feeling(sessions: Sequence[Sequence[Turn]], name: str, label: str) -> Feeling:
    own = [turn for session in sessions for turn in session if turn.speaker == name]
    labels = [str(turn.labels[label]) for turn in own]
    stable = [
        one.labels[label] == after.labels[label]
        for session in sessions
        for mine in [[turn for turn in session if turn.speaker == name]]
        for one, after in pairwise(mine)
    ]
    aligned = [
        before.labels[label] == turn.labels[label]
        for session in sessions
        for before, turn in pairwise(session)
        if turn.speaker == name != before.speaker
    ]
    asks = sum("?" in turn.text for turn in own)
    return Feeling(len(own), diversity(labels), _share(stable), _share(aligned), asks / len(own))


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
