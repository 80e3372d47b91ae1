"""Whole dialogues for a role, written by a language model in the manner of its examples (S073).

The prompt is the role's outline, one or more example dialogues drawn from the role, and the first
label; the model writes the rest. What it writes is read strictly, cut at the first fault, and kept
when enough of it is left. Nothing here knows whether a turn is in bounds: people say so afterwards
(`recipes.role_marks`).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from personae.data import Dialogue, Turn
from personae.data.persona import Example
from personae.data.role import Role
from personae.errors import FormatError, InvalidOption, PersonaeError
from personae.lm.types import LanguageModel, Message, Request, Sampling
from personae.media.atomic_file import write_atomically
from personae.text.dialogue_script import read_script
from personae.text.faults import faults_of, words_of
from personae.text.macros import expand

USERS = (
    "Mr Abbot", "Mrs Birch", "Mr Costa", "Mrs Dunn", "Mr Ekholm", "Mrs Farrell", "Mr Gupta",
    "Mrs Hall", "Mr Ivanov", "Mrs Jensen", "Mr Kowalski", "Mrs Lund", "Mr Moreau", "Mrs Novak",
)  # fmt: skip
LEAST_TURNS = 4  # fewer are no dialogue: with one reply nothing can be learned from the context
COPIED_SHARE = 0.5  # of the character's turns, from which on a dialogue is the example again
TRIES_A_DIALOGUE = 20
_WORKERS = 2  # the embedded engine's slots
_SEED_STEP = 7919


@dataclass(frozen=True, slots=True)
class Collecting:
    """How dialogues are written. With the same values and model, the same dialogues come out."""

    seed: int = 0
    shots: int = 1
    temperature: float = 0.9
    max_tokens: int = 280


@dataclass(slots=True)
class Collected:
    """How far a collection is: `tried` and `kept` dialogues, `dropped` and `cut` ones by reason."""

    tried: int = 0
    kept: int = 0
    size: int = 0  # of the file when this was noted, in bytes
    dropped: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)

    def facts(self) -> dict[str, Any]:
        """What a report shows."""
        return {
            "tried": self.tried, "kept": self.kept, "dropped": dict(self.dropped.most_common()),
            "cut": dict(self.cut.most_common()),
        }  # fmt: skip


def collect(
    role: Role,
    lm: LanguageModel,
    out: Path,
    number: int,
    how: Collecting,
    show: Callable[[Collected], None],
    *,
    resume: bool = True,
) -> Collected:
    """Write dialogues until `number` are kept in `out` (format `dialogues`).

    Each kept dialogue is in the file when the next is asked for, so that the same call goes on
    where it was interrupted. Raises InvalidOption for a role without examples, or a file that was
    collected in another way; PersonaeError where the model writes nothing that can be kept.
    """
    if not role.dialogues:
        raise InvalidOption(f"The role {role.name} has no example dialogues to write more like.")
    note = out.with_name(f"{out.name}.state")
    settings = {"role": role.name, "model": lm.fingerprint, **asdict(how)}
    state = _resumed(out, note, settings) if resume else Collected()
    limit = TRIES_A_DIALOGUE * number
    with _opened(out, state.size) as file, ThreadPoolExecutor(_WORKERS) as pool:
        known = {_key(one) for one in _read_kept(out)} if state.kept else set()
        while state.kept < number:
            if state.tried >= limit:
                raise PersonaeError(
                    f"Of {state.tried} dialogues only {state.kept} could be kept "
                    f"({_counted(state.dropped)}). Use a larger model or more --shots."
                )
            tries = range(state.tried, state.tried + _WORKERS)
            for made in pool.map(lambda at: written_dialogue(role, lm, how, at), tries):
                if state.kept < number:
                    _take(made, state, known, file)
            _note(note, state, settings)
            show(state)
    return state


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one try: the dialogue or None, what cut it, and why it is dropped."""

    dialogue: Dialogue | None
    cut: str = ""
    dropped: str = ""


def written_dialogue(role: Role, lm: LanguageModel, how: Collecting, at: int) -> Written:
    """The dialogue that the model writes for try number `at`."""
    rng = random.Random(f"{how.seed}/{at}")
    examples = rng.sample(role.dialogues, min(how.shots, len(role.dialogues)))
    user = rng.choice(USERS)
    request = collection_request(role, lm, examples, user, how, seed=how.seed + _SEED_STEP * at)
    answer = lm.generate(request)
    return sifted(
        f"{role.character}:{answer.text}", role, examples, user,
        id=f"{role.name}-{how.seed}-{at:05}", cut_short=answer.finish_reason == "length",
    )  # fmt: skip


def collection_request(
    role: Role, lm: LanguageModel, examples: Sequence[Example], user: str, how: Collecting, *,
    seed: int,
) -> Request:  # fmt: skip
    """Raw text where the model completes such, else the same as a chat with the first label."""
    outline = _filled(role.outline, role, user)
    shown = [
        f"Call {number}:\n{_shown(example, role, user)}"
        for number, example in enumerate(examples, start=1)
    ]
    sampling = Sampling(
        temperature=how.temperature, seed=seed, max_tokens=how.max_tokens, stop=("\n\n", "\nCall ")
    )
    opening, label = f"Call {len(shown) + 1}:\n", f"{role.character}:"
    if "complete" in lm.capabilities:
        prompt = "\n\n".join([outline, *shown, opening + label])
        return Request(prompt=prompt, sampling=sampling, replayable=True)
    asked = (
        f"{outline}\n\nWrite another such call between {role.character} and {user}, a line a turn, "
        "with the same labels and nothing else.\n\n" + "\n\n".join(shown)
    )
    messages = (Message("user", asked),)
    return Request(messages=messages, prefill=label, sampling=sampling, replayable=True)


def sifted(
    text: str, role: Role, examples: Sequence[Example], user: str, *, id: str,  # noqa: A002
    cut_short: bool = False,
) -> Written:  # fmt: skip
    """The dialogue in a model's text, cut at its first fault; dropped where too little is left.

    Besides the faults of `text.dialogue_script` a turn that loops, repeats an earlier one of its
    speaker, echoes the other, or recites the outline ends it. Dropped are dialogues of fewer than
    four turns (`too-short`) and those whose character mostly says an example again (`copies`).
    """
    script = read_script(text, (role.character, user), cut_short=cut_short)
    turns, cut = list(script.turns), str(script.fault)
    outline = _filled(role.outline, role, user)
    for at, (speaker, said) in enumerate(turns):
        own = [words for who, words in turns[:at] if who == speaker]
        heard = turns[at - 1][1] if at else ""
        faults = faults_of(said, instructions=[outline], own=own, heard=heard)
        if faults:
            turns, cut = turns[:at], faults[0]
            break
    if turns and turns[-1][0] == user and cut:
        turns.pop()  # what is said last is not answered
    if len(turns) < LEAST_TURNS:
        return Written(None, cut, "too-short")
    if _copied(turns, role, examples, user) >= COPIED_SHARE:
        return Written(None, cut, "copies")
    said_turns = tuple(
        Turn(speaker="char" if who == role.character else "user", text=words)
        for who, words in turns
    )
    labels = {"role": role.name, "test_speaker": "char", "char": role.character, "user": user}
    return Written(Dialogue(id=id, turns=said_turns, language="en", labels=labels), cut)


def _copied(
    turns: Sequence[tuple[str, str]], role: Role, examples: Sequence[Example], user: str
) -> float:
    """The share of the character's turns that stand in an example."""
    known = {
        tuple(words_of(_filled(said, role, user)))
        for example in examples
        for _, said in example.turns
    }
    own = [tuple(words_of(said)) for who, said in turns if who == role.character]
    return sum(one in known for one in own) / max(1, len(own))


def _take(made: Written, state: Collected, known: set[str], file: BinaryIO) -> None:
    state.tried += 1
    if made.cut:
        state.cut[made.cut] += 1
    if made.dialogue is None:
        state.dropped[made.dropped] += 1
    elif _key(made.dialogue) in known:
        state.dropped["doubled"] += 1
    else:
        known.add(_key(made.dialogue))
        line = f"{made.dialogue.to_json()}\n".encode()
        file.write(line)
        file.flush()
        state.kept += 1
        state.size += len(line)


def _opened(out: Path, size: int) -> BinaryIO:
    """The file to append to, without what an interruption left after its first `size` bytes."""
    try:
        file = out.open("ab")
        file.truncate(size)
    except OSError as error:
        raise FormatError(f"This file cannot be written: {error.strerror}.", file=out) from error
    return file


def _key(dialogue: Dialogue) -> str:
    return " ".join(word for turn in dialogue.turns for word in words_of(turn.text))


def _resumed(out: Path, note: Path, settings: dict[str, Any]) -> Collected:
    """What an earlier run noted beside the file. Raises InvalidOption when it was another one."""
    if not note.exists():
        if out.exists() and out.stat().st_size:
            raise InvalidOption(f"{out} exists, and no collection wrote it. Pass --restart.")
        return Collected()
    try:
        kept = json.loads(note.read_text("utf-8"))
        differing = [key for key, value in settings.items() if kept["settings"].get(key) != value]
        state = kept["state"]
        found = Collected(
            state["tried"], state["kept"], state["size"], Counter(state["dropped"]),
            Counter(state["cut"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError("This is no state of a collection.", file=note) from error
    if differing:
        raise InvalidOption(
            f"{out} was collected with another {', '.join(differing)}. Pass --restart to begin "
            "anew, or another --out."
        )
    if not out.exists() or out.stat().st_size < found.size:
        raise InvalidOption(f"{out} lost what was collected. Pass --restart to begin anew.")
    return found


def _note(note: Path, state: Collected, settings: dict[str, Any]) -> None:
    told = {"settings": settings, "state": {**state.facts(), "size": state.size}}
    write_atomically(note, json.dumps(told).encode())


def _read_kept(out: Path) -> Iterator[Dialogue]:
    from personae.formats.reading import read_dialogues

    return read_dialogues(out, "dialogues")


def _shown(example: Example, role: Role, user: str) -> str:
    return "\n".join(
        f"{_filled(speaker, role, user)}: {_filled(said, role, user)}"
        for speaker, said in example.turns
    )


def _filled(text: str, role: Role, user: str) -> str:
    return expand(text, char=role.character, user=user)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common()) or "none dropped"
