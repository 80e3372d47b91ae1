"""What deserves a look in dialogues that can be read: what is empty, doubled, or wrongly marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from personae.data import Dialogue

Validate = Callable[[Dialogue], list[str]]


def remarks(dialogues: Iterable[Dialogue], validate: Validate | None = None) -> Iterator[str]:
    """One sentence a finding, as a stream; `validate` adds what the format itself warns of.

    Raises FormatError where the dialogues cannot be read on.
    """
    seen: set[str] = set()
    for dialogue in dialogues:
        if dialogue.id in seen:
            yield f"{dialogue.id}: another dialogue has the same id"
        seen.add(dialogue.id)
        if not dialogue.turns:
            yield f"{dialogue.id}: it has no turns"
        for position, turn in enumerate(dialogue.turns):
            if turn.kind == "utterance" and not turn.text.strip():
                yield f"{dialogue.id}, turn {position}: {turn.speaker} says nothing"
        yield from validate(dialogue) if validate else ()
