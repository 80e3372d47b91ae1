"""Four sessions of one real dialogue: what is recalled, what gives way, and what is erased.

    python benchmarks/memory_demo.py [--no-replies] [--dialogue ID --part test|valid]

Sessions 2 to 5 of one pair of people of Multi-Session Chat are stored a week apart and learned
from as `personae chat` does: Sam is the person who is remembered, Kim the character who remembers.
In a fifth session Kim is asked, with memory and without. Then one memory is erased, with the
session in which it was said, and its words are looked for in the bytes of every file of the store,
which is verified.

What gives way in the data does so because somebody told more of it later: people of the data hardly
ever take back what they said (docs/memory_benchmarks.md). So that a contradiction can be seen too,
one sentence is planted at the end of the last session; it is marked where it is printed, and
`--plant ""` leaves it out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from memory_replies import held, sessions_in, speaker_of

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
    parser.add_argument("--plant", default=PLANTED, help="Said at the end of the last session.")
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
    statements = tuple(talks[0]["meta"]["assistant"])
    persona = Persona(name=HOLDER, id=options.dialogue, statements=statements)
    clock = Calendar()
    with (
        tempfile.TemporaryDirectory() as place,
        open_store(Path(place) / "personae.db", clock=clock) as store,
    ):
        memory = open_memory(store, speaker)
        for number, talk in zip(SESSIONS, talks, strict=True):
            clock.now = FIRST_DAY + timedelta(weeks=number - SESSIONS[0])
            planted = options.plant if number == SESSIONS[-1] else ""
            hold(store, memory, speaker, persona, talk["dialogue"], number, planted)
        show_what_holds(store, clock)
        clock.now += timedelta(weeks=1)
        for question in options.ask or ASKED:
            ask(store, memory, speaker, persona, question, replies=options.replies)
        erase(store, memory, Path(place), options.erase)
    lm.close()


def hold(
    store: SqlStore, memory: Remembering, speaker: Speaker, persona: Persona,
    pairs: Sequence[Sequence[str]], number: int, planted: str,
) -> None:  # fmt: skip
    """Store a session of the data, learn from it, and say what became of what was told."""
    talk = Conversation.begin(store, persona, speaker, user=SUBJECT, greeting=None, memory=memory)
    held(talk, [(said, reply) for said, reply in pairs])
    if planted:
        store.append_turn(talk.session.id, NewTurn(SUBJECT, planted))
    told = [turn for turn in talk.path if turn.speaker == SUBJECT]
    kept = memory.learn(told, holder=HOLDER, heard=SUBJECT)
    counts = Counter(one.outcome for one in kept)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"Session {number}, {told[0].said_at:%d %B %Y}: {len(told)} messages of Sam: {said}")
    for one in kept:
        if one.outcome in ("refined", "superseded"):
            mark = " [planted]" if one.memory.text == planted else ""
            others = " and ".join(f'"{other.text}"' for other in one.others)
            print(f'  {one.outcome}: {others}\n    by "{one.memory.text}"{mark}')


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


PLANTED = "I did not apply for the backstage manager at the theater after all."
PART, DIALOGUE = "valid", "valid_122"
ASKED = (
    "Did I apply for the job at the theater?",
    "What am I sick of?",
    "What is in my crypto portfolio?",
)
ERASED = "abused dog"

if __name__ == "__main__":
    main()
