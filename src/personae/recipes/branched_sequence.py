"""Many training records in one sequence: a dialogue once, its scored replies as branches of it.

A record of Score Before You Speak is a dialogue up to the user's turn, a score, and a reply; the
replies before it are unscored originals. Records of one dialogue share nearly all of their tokens,
so here the dialogue stands once and each `score + reply` is a branch that sees the dialogue up to
its turn and itself, at the positions that it would have alone. Every record's loss is exactly what
it would be in a sequence of its own, at a third of the tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from personae.recipes.persona_dialogues import PersonaDialogue
from personae.text.scored_prompt import told_persona, with_score

END = "<|im_end|>"
_ROOM = 64  # for the reply that follows in the trunk
_PADDING = 1_000_000  # branches have smaller numbers
_SHIFT = f"{END}\n<|im_start|>assistant\n"

Asked: TypeAlias = float | str | None  # what stands after the user's turn: a score, or a text


@dataclass(frozen=True, slots=True)
class Branch:
    """One reply to the user's turn before `position`; no score stands where there is None.

    A text is written as it is, in a score's place. With `contrast` the reply stands a second time,
    under that other score. What `is_unwanted` is there to be made less likely.
    """

    position: int
    reply: str
    score: Asked
    contrast: Asked = None
    is_unwanted: bool = False


@dataclass(slots=True)
class BranchedSequence:
    """Token ids with positions; `sees[i]` says what token i sees; `learned` what is predicted.

    Token i sees the tokens of the trunk before `sees[i]`, and those of its own branch up to itself.
    The contrast of branch n is branch -n; `unwanted` are the branches that are.
    """

    ids: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    sees: list[int] = field(default_factory=list)
    branch: list[int] = field(default_factory=list)
    learned: list[int] = field(default_factory=list)  # indices whose token is a target
    sources: list[int] = field(default_factory=list)  # the index that predicts it
    unwanted: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def targets(self) -> int:
        """How many tokens are predicted."""
        return len(self.learned)


def branched(
    dialogue: PersonaDialogue,
    branches: Sequence[Branch],
    encode: Any,
    *,
    name: str = "",
    system: str = "",
    learns_trunk: bool = False,
    max_tokens: int = 640,
) -> BranchedSequence:
    """The dialogue with its branches; later turns are left out where it grows too long.

    `learns_trunk` makes the dialogue's own replies targets: plain supervised tuning. `system` is
    said in the place of the persona.
    """
    sequence = BranchedSequence()
    system = system or told_persona(dialogue.statements, name)
    _trunk(sequence, encode(f"<|im_start|>system\n{system}{END}\n"))
    for at, (own, text) in enumerate(dialogue.turns):
        if own:
            answers = at in dialogue.replies
            _trunk(sequence, encode("" if answers else "<|im_start|>assistant\n"))
            _trunk(sequence, encode(text + END), learned=answers and learns_trunk)
            _trunk(sequence, encode("\n"))
            continue
        user = encode(f"<|im_start|>user\n{text}")
        following = [one for one in branches if one.position == at + 1]
        written = [
            (encode(_written(score) + _SHIFT), encode(one.reply + END), sign * number)
            for number, one in enumerate(following, at * 1000 + 1)
            for sign, score in ((1, one.score), (-1, one.contrast))
            if sign > 0 or score is not None
        ]
        needed = len(user) + sum(len(a) + len(b) for a, b, _ in written)
        if len(sequence) + needed > max_tokens - _ROOM:
            break
        _trunk(sequence, user)
        fork, position = len(sequence), sequence.positions[-1] + 1
        sequence.unwanted |= {
            number for number, one in enumerate(following, at * 1000 + 1) if one.is_unwanted
        }
        for opening_ids, reply_ids, number in written:
            _grow(sequence, opening_ids, reply_ids, fork, position, number)
        is_answered = at + 1 < len(dialogue.turns) and dialogue.turns[at + 1][0]
        _trunk(sequence, encode(_SHIFT if is_answered else f"{END}\n"), position)
    return sequence


def _written(asked: Asked) -> str:
    return asked if isinstance(asked, str) else with_score("", asked)


def _trunk(
    sequence: BranchedSequence, ids: Sequence[int], position: int | None = None, *,
    learned: bool = False,
) -> None:  # fmt: skip
    start = position if position is not None else (sequence.positions or [-1])[-1] + 1
    for offset, token in enumerate(ids):
        if learned:
            sequence.sources.append(len(sequence) - 1)
            sequence.learned.append(len(sequence))
        _append(sequence, token, start + offset, len(sequence), 0)


def _grow(
    sequence: BranchedSequence, opening: Sequence[int], reply: Sequence[int], fork: int,
    position: int, branch: int,
) -> None:  # fmt: skip
    for offset, token in enumerate((*opening, *reply)):
        if offset >= len(opening):
            sequence.sources.append(len(sequence) - 1)
            sequence.learned.append(len(sequence))
        _append(sequence, token, position + offset, fork, branch)


def _append(sequence: BranchedSequence, token: int, position: int, sees: int, branch: int) -> None:
    sequence.ids.append(token)
    sequence.positions.append(position)
    sequence.sees.append(sees)
    sequence.branch.append(branch)


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences side by side as tensors, padded on the right; what is learned, in one row.

    `ids` and `positions` are (sequences, length); `sees` is (sequences, 1, length, length), true
    where a token sees another; `learned` and `sources` index the flattened `ids`.
    """

    ids: Any
    positions: Any
    sees: Any
    learned: Any
    sources: Any


def side_by_side(sequences: Sequence[BranchedSequence], device: Any = "cpu") -> Batch:
    """The sequences as one batch on a torch device; a padding token sees itself alone."""
    import torch

    width = max(map(len, sequences))

    def tensor(rows: Iterable[list[int]]) -> Any:
        return torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)

    def flat(rows: Iterable[list[int]]) -> Any:
        found = [at + n * width for n, row in enumerate(rows) for at in row]
        return torch.tensor(found, device=device, dtype=torch.long)

    # A branch of its own, of which nothing is the trunk.
    alone = (one.branch + [_PADDING + at for at in range(len(one), width)] for one in sequences)
    branch, sees = tensor(alone), tensor(one.sees for one in sequences)
    index = torch.arange(width, device=device)
    trunk = (branch[:, None, :] == 0) & (index[None, None, :] < sees[:, :, None])
    own = (branch[:, None, :] == branch[:, :, None]) & (index[None, :] <= index[:, None])
    return Batch(
        tensor(one.ids for one in sequences),
        tensor(one.positions for one in sequences),
        (trunk | own)[:, None],
        flat(one.learned for one in sequences),
        flat(one.sources for one in sequences),
    )
