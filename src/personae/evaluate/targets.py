"""Which turns of a dialogue are asked for, and the scene that each is asked in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from personae.data import Dialogue, JsonObject, Persona, Scene
from personae.errors import FormatError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """One test turn: the dialogue, the speaker, and the turn's position."""

    dialogue: Dialogue
    speaker: str
    position: int

    @property
    def id(self) -> str:
        """Dialogue id and position: stable as long as the data are."""
        return f"{self.dialogue.id}:{self.position}"

    @property
    def reference(self) -> str:
        return self.dialogue.turns[self.position].text

    @property
    def record(self) -> JsonObject:
        """Nothing beside what is answered."""
        return {}

    def scene(self) -> Scene:
        """The moment before the turn, with the gold history.

        The partner's persona is left out: a speaker does not know it. The time is that of the last
        turn, or a fixed one: a run must not depend on when it is made.
        """
        history = self.dialogue.turns[: self.position]
        persona = self.dialogue.personas.get(self.speaker) or Persona(name=self.speaker)
        return Scene(
            persona=persona.model_copy(update={"name": self.speaker}),
            turns=history,
            user=self._partner(),
            scenario=self.dialogue.scenario,
            now=history[-1].said_at or NOON,
        )

    def _partner(self) -> str:
        before = (turn.speaker for turn in reversed(self.dialogue.turns[: self.position]))
        named = (*before, *self.dialogue.speakers)
        return next((name for name in named if name != self.speaker), "User")


def played_speaker(dialogue: Dialogue) -> str | None:
    """Who is played in a dialogue: the label `test_speaker`, or the last new speaker who has a
    persona; None where nobody has one."""
    labelled = dialogue.labels.get("test_speaker")
    if isinstance(labelled, str) and labelled in dialogue.speakers:
        return labelled
    present = dict.fromkeys(turn.speaker for turn in dialogue.turns)
    return next((name for name in reversed(present) if name in dialogue.personas), None)


def targets(dialogues: Iterable[Dialogue], limit: int | None = None) -> tuple[Target, ...]:
    """The first `limit` test turns, in order: every utterance of the test speaker that has words
    and something before it. Raises FormatError when two dialogues share an id."""
    return tuple(islice(_all_targets(dialogues), limit))


def _all_targets(dialogues: Iterable[Dialogue]) -> Iterator[Target]:
    seen: set[str] = set()
    for dialogue in dialogues:
        if dialogue.id in seen:
            raise FormatError(f"Two dialogues have the id {dialogue.id!r}; a run needs one each.")
        seen.add(dialogue.id)
        speaker = played_speaker(dialogue)
        if speaker is not None:
            for position, turn in dialogue.turns_of(speaker):
                if position > 0 and turn.text.strip():
                    yield Target(dialogue, speaker, position)


def sample_seed(seed: int, sample_id: str) -> int:
    """The seed of one sample, 31 bits, from the run's seed and the sample's id alone."""
    text = json.dumps([seed, sample_id], ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
