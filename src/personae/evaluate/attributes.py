"""Repetition, specificity, relatedness and question-asking of dialogues, by speaker (S067)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from personae.data import Dialogue
from personae.text.attributes import has_question, repetition
from personae.text.specificity import Specificity

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

COLUMNS = (
    "extrep_2gram", "extrep_nonstopword", "intrep_2gram", "intrep_nonstopword",
    "partnerrep_2gram", "partnerrep_nonstopword", "nidf", "relatedness", "question",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """The attributes of one turn; `values` has no relatedness where the turn answers nothing."""

    dialogue: str
    speaker: str
    values: dict[str, float]


def measure_attributes(
    dialogues: Iterable[Dialogue], table: Specificity, embedder: Embedder
) -> list[Measured]:
    """All attributes of every utterance.

    Relatedness is the cosine of a turn with the partner's last turn by our sentence embedder (the
    paper: SIF-weighted GloVe); NIDF the mean over known words of `table`.
    """
    found: list[Measured] = []
    answers: list[tuple[int, str, str]] = []
    for dialogue in dialogues:
        turns = [turn for turn in dialogue.turns if turn.kind == "utterance"]
        for at, turn in enumerate(turns):
            own = [one.text for one in turns[:at] if one.speaker == turn.speaker]
            partner = [one.text for one in turns[:at] if one.speaker != turn.speaker]
            values = asdict(repetition(turn.text, own, partner))
            values["nidf"] = table.of_text(turn.text)
            values["question"] = float(has_question(turn.text))
            if partner:
                answers.append((len(found), turn.text, partner[-1]))
            found.append(Measured(dialogue.id, turn.speaker, values))
    vectors = embedder.embed([text for _, *pair in answers for text in pair])
    for (at, *_), one, other in zip(answers, vectors[::2], vectors[1::2], strict=True):
        found[at].values["relatedness"] = float(one @ other)
    return found


def means_by_speaker(measured: Sequence[Measured]) -> dict[str, dict[str, float | None]]:
    """The mean of each column, and the number of turns, of every speaker and of all."""
    groups: dict[str, list[Measured]] = {}
    for one in measured:
        groups.setdefault(one.speaker, []).append(one)
    rows = {**groups, "all": list(measured)} if len(groups) != 1 else groups
    return {name: {"turns": len(some), **_means(some)} for name, some in rows.items()}


def _means(measured: Sequence[Measured]) -> dict[str, float | None]:
    means: dict[str, float | None] = {}
    for column in COLUMNS:
        values = [one.values[column] for one in measured if column in one.values]
        means[column] = sum(values) / len(values) if values else None
    return means
