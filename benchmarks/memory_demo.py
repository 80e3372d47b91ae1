"""Four sessions of one real dialogue: what is recalled, what gives way, and what is erased.

    python benchmarks/memory_demo.py [--no-replies] [--dialogue ID --part test|valid --side user]

Sessions 2 to 5 of one pair of people of Multi-Session Chat are stored a week apart and learned
from as `personae chat` does, but readier to let an older memory go (`--clashes strict` is the
chat's way): Sam is the person who is remembered, Kim the character who remembers.
In a fifth session Kim is asked, with memory and without. Then one memory is erased, with the
session in which it was said, and its words are looked for in the bytes of every file of the store,
which is verified.

Nothing is planted: every turn is the data's, also the one that takes the place of another. Such
changes are rare in the data: of 92 memories that gave way to a contradiction in 269 pairs, before
a head decided what gives way, two are changes of somebody's life (docs/memory_benchmarks.md).
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from memory_replies import sessions_in, speaker_of

from personae.cli.opening import open_memory
from personae.conversation import Conversation
from personae.data import Persona
from personae.lm.names import open_model
from personae.memory.remembering import Remembering
from personae.settings import load_settings
from personae.speaker import Speaker
from personae.store.memory_types import Scope
from personae.store.sqlite import SqlStore, open_store
from personae.store.types import NewTurn
from personae.store.verifying import faults

SESSIONS = (2, 3, 4, 5)
SIDES = ("user", "assistant")  # of a pair of messages in the data
HOLDER, SUBJECT = "Kim", "Sam"
FIRST_DAY = datetime(2026, 3, 1, 18, tzinfo=UTC)


@dataclass(slots=True)
class Calendar:
    """A clock that a session moves on: a second at each look."""

    now: datetime = FIRST_DAY
    looks: int = field(default=0)

    def __call__(self) -> datetime:
        self.looks += 1
        return self.now + timedelta(seconds=self.looks)


def main() -> None:
    """Hold the sessions, ask, and erase; print what happens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("test", "valid"), default=PART)
    parser.add_argument("--dialogue", default=DIALOGUE)
    parser.add_argument("--ask", action="append", default=[])
    parser.add_argument("--erase", default=ERASED, help="Words of the memory that is erased.")
    parser.add_argument("--side", choices=SIDES, default=SIDE, help="Who of the data is Sam.")
    parser.add_argument("--clashes", choices=("strict", "lenient"), default="lenient")
    parser.add_argument("--model", default="")
    parser.add_argument("--replies", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    folder = load_settings().datasets_dir / "msc"
    talks = [
        sessions_in(folder, options.part, f"session-{number}").get(options.dialogue)
        for number in SESSIONS
    ]
    if not all(talks):
        raise SystemExit(f"There is no dialogue {options.dialogue} in the {options.part} part.")
    lm = open_model((options.model or load_settings().model) if options.replies else "scripted")
    speaker = speaker_of(lm, "guard", 0)
    names = (SUBJECT, HOLDER) if options.side == "user" else (HOLDER, SUBJECT)
    statements = tuple(talks[0]["meta"][SIDES[names.index(HOLDER)]])
    persona = Persona(name=HOLDER, id=options.dialogue, statements=statements)
    clock = Calendar()
    with (
        tempfile.TemporaryDirectory() as place,
        open_store(Path(place) / "personae.db", clock=clock) as store,
    ):
        opened = open_memory(store, speaker)
        memory = replace(opened, keeper=replace(opened.keeper, clashes=options.clashes))
        for number, talk in zip(SESSIONS, talks, strict=True):
            clock.now = FIRST_DAY + timedelta(weeks=number - SESSIONS[0])
            said = [one for pair in talk["dialogue"] for one in zip(names, pair, strict=True)]
            hold(store, memory, speaker, persona, said, number)
        show_what_holds(store, clock)
        clock.now += timedelta(weeks=1)
        for question in options.ask or ASKED:
            ask(store, memory, speaker, persona, question, replies=options.replies)
        erase(store, memory, Path(place), options.erase)
    lm.close()


def hold(
    store: SqlStore, memory: Remembering, speaker: Speaker, persona: Persona,
    said: Sequence[tuple[str, str]], number: int,
) -> None:  # fmt: skip
    """Store a session of the data, learn from it, and say what became of what was told."""
    talk = Conversation.begin(store, persona, speaker, user=SUBJECT, greeting=None, memory=memory)
    for name, text in said:
        store.append_turn(talk.session.id, NewTurn(name, text))
    told = [turn for turn in talk.path if turn.speaker == SUBJECT]
    kept = memory.learn(told, holder=HOLDER, heard=SUBJECT)
    counts = Counter(one.outcome for one in kept)
    became = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"Session {number}, {told[0].said_at:%d %B %Y}: {len(told)} messages of Sam: {became}")
    for one in kept:
        if one.outcome in ("refined", "superseded"):
            others = " and ".join(f'"{other.text}"' for other in one.others)
            print(f'  {one.outcome}: {others}\n    by "{one.memory.text}"')


def show_what_holds(store: SqlStore, clock: Calendar) -> None:
    """How many memories hold, and for each that gave way when it held."""
    now = store.memories(Scope(holder=HOLDER))
    every = store.memories(Scope(holder=HOLDER, past=True))
    print(f"\n{len(now)} memories hold, {len(every) - len(now)} gave way and stay readable:")
    for one in every:
        if one.superseded_by and one.valid_from and one.valid_until:
            by = store.get_memory(one.superseded_by).text
            then = store.memories(Scope(holder=HOLDER, at=one.valid_from))
            assert one.id in {other.id for other in then} or one.valid_from == one.valid_until
            print(f'  {one.valid_from:%d %B} to {one.valid_until:%d %B}: "{one.text}"')
            print(f'    since then: "{by}"')


def ask(
    store: SqlStore, memory: Remembering, speaker: Speaker, persona: Persona, question: str, *,
    replies: bool,
) -> None:  # fmt: skip
    """Ask in a new session: what comes back, and what is replied with and without."""
    print(f"\nSam, in a new session: {question}")
    for one in memory.recall(question, holder=HOLDER, heard_by=SUBJECT, k=3):
        ways = ", ".join(f"{way} {rank}" for way, rank in one.ranks.items())
        print(f'  recalled ({ways}): "{one.memory.text}"')
    if replies:
        for label, method in (("with memory", "guard"), ("without", "guard:memories=0")):
            arm = speaker_of(speaker.lm, method, 0)
            given = {"user": SUBJECT, "greeting": None}
            talk = Conversation.begin(store, persona, arm, memory=memory, **given)  # type: ignore[arg-type]
            print(f"  Kim, {label}: {talk.say(question).text}")
            store.delete_session(talk.session.id)


def erase(store: SqlStore, memory: Remembering, place: Path, words: str) -> None:
    """Forget what has the words, then delete the sessions in which they were said."""
    found = [
        one
        for one in store.memories(Scope(holder=HOLDER, past=True))
        if words.lower() in one.text.lower()
    ]
    if not found:
        raise SystemExit(f"No memory says {words!r}.")
    told = "; ".join(f'"{one.text}"' for one in found)
    print(f"\nErased: {told}")
    print(f"  {words!r} in the files: {_times(place, words)} times")
    gone = store.forget_memories([one.id for one in found])
    back = memory.recall(words, holder=HOLDER, heard_by=SUBJECT, k=20)
    hits = sum(words.lower() in one.memory.text.lower() for one in back)
    print(f"  after `memory forget` ({len(gone)} gone): {_times(place, words)} times, in turns")
    print(f"  recalled by those words: {hits} of {len(back)} memories have them")
    for session in {one.session for one in found}:
        store.delete_session(session)
    print(f"  after `sessions delete`: {_times(place, words)} times")
    wrong = faults(store.database)
    print(f"  `store verify`: {'; '.join(wrong) or 'no faults'}")
    if _times(place, words) or wrong or hits:
        raise SystemExit("The words are still there.")


def _times(place: Path, words: str) -> int:
    """How often the bytes of the words are in the store's files, in any case."""
    wanted = words.lower().encode()
    return sum(file.read_bytes().lower().count(wanted) for file in _files(place))


def _files(place: Path) -> Iterator[Path]:
    return (file for file in sorted(place.rglob("*")) if file.is_file())


PART, DIALOGUE, SIDE = "valid", "valid_39", "assistant"
ASKED = (
    "Which race am I training for?",
    "Which food do I like after my races?",
    "What kind of music am I into?",
)
ERASED = "punk rock"

if __name__ == "__main__":
    main()
