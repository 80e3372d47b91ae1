"""A stored conversation: what is said, replied, undone and branched, kept turn by turn.

What the user says is committed before the reply is made, the reply in one transaction with how it
came about: killed at any moment, at most the reply that was being made is lost.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from personae.data import JsonObject, Memory, Persona, Scene
from personae.draft import Emission
from personae.errors import InvalidOption, UnknownEntry
from personae.speaker import Reply, Speaker
from personae.store.types import LOCAL_OWNER, ROOT, NewTurn, Session, Store, StoredTurn
from personae.text.quoting import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from personae.memory.keeping import Kept
    from personae.memory.remembering import Remembering

MAX_MESSAGE_CHARS = 20_000
REMEMBERED = 4
LEARNED_TURNS = 20  # the latest, so that a long session is resumed at once
# Turns this near are in the prompt anyway.
_RECENT_TURNS = 16

Emit = Callable[[Emission], None]


@dataclass(slots=True)
class Conversation:
    """One session of a store, with the speaker that replies in it. Not for several threads.

    With `memory` it keeps what the user tells, and later conversations recall it; where that memory
    is one of its `own` too, also what the persona says of itself.
    """

    store: Store
    session: Session
    persona: Persona
    speaker: Speaker
    owner: str = LOCAL_OWNER
    seed: int = 0
    memory: Remembering | None = None
    # What earlier sessions hold does not change while this one goes on.
    _active_turns: dict[str, frozenset[str]] = field(default_factory=dict)
    _learned: set[str] = field(default_factory=set)
    _written: list[Kept] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        store: Store,
        persona: Persona,
        speaker: Speaker,
        *,
        user: str = "User",
        owner: str = LOCAL_OWNER,
        seed: int = 0,
        greeting: int | None = 0,
        memory: Remembering | None = None,
    ) -> Conversation:
        """A new session, opened by the persona's greeting (None: by nobody).

        Raises InvalidOption when the user's name is the persona's.
        """
        checked_user(user, persona)
        session = store.create_session(
            persona,
            user_name=user,
            method=speaker.method,
            model=speaker.lm.name,
            owner=owner,
            options=dict(speaker.options),
        )
        talk = cls(store, session, persona, speaker, owner, seed, memory)
        if greeting is not None and persona.greetings:
            text = persona.greetings[greeting % len(persona.greetings)]
            turn = NewTurn(persona.name, text, labels={"greeting": True})
            store.append_turn(session.id, turn, owner=owner)
        return talk

    @classmethod
    def resume(
        cls,
        store: Store,
        session_id: str,
        speaker: Speaker,
        *,
        owner: str = LOCAL_OWNER,
        seed: int = 0,
        memory: Remembering | None = None,
    ) -> Conversation:
        """Go on with a session, with the persona as it was when the session began."""
        session = store.get_session(session_id, owner=owner)
        persona = store.find_persona(
            session.persona_id, owner=owner, version=session.persona_version
        )
        if persona is None:
            raise InvalidOption(f"The persona of session {session_id} is no longer stored.")
        return cls(store, session, persona, speaker, owner, seed, memory)

    @property
    def path(self) -> tuple[StoredTurn, ...]:
        """The turns on the active branch, oldest first."""
        return self.store.path_to(self.session.id, owner=self.owner)

    @property
    def awaits_reply(self) -> bool:
        """Whether the last turn is the user's: a reply was lost, or undone."""
        path = self.path
        return bool(path) and path[-1].speaker != self.persona.name

    def say(
        self, text: str, *, emit: Emit | None = None, cancel: threading.Event | None = None
    ) -> Reply:
        """Commit what the user says, then make and commit the reply. Raises InvalidOption."""
        turn = NewTurn(self.session.user_name, checked_message(text))
        self.store.append_turn(self.session.id, turn, owner=self.owner)
        return self.answer(emit=emit, cancel=cancel)

    def answer(self, *, emit: Emit | None = None, cancel: threading.Event | None = None) -> Reply:
        """Make and commit a reply to the turns as they stand."""
        path = self.path
        return self._answer(path, emit, cancel)

    def _answer(
        self, path: Sequence[StoredTurn], emit: Emit | None, cancel: threading.Event | None
    ) -> Reply:
        """Make a reply to the last turn of `path` and commit it below that turn."""
        parent_id = path[-1].id if path else ROOT
        tried = len(self.store.children(parent_id, owner=self.owner)) if path else 0
        reply = self.speaker.reply(
            self.scene(path), seed=self._seed(len(path), tried), emit=emit, cancel=cancel
        )
        turn = reply.to_turn()
        details = details_of(reply)
        new = NewTurn(turn.speaker, turn.text, labels=turn.labels, details=details)
        said = self.store.append_turn(self.session.id, new, parent_id=parent_id, owner=self.owner)
        self._learn(path)
        self._learn_own(said, reply)
        return reply

    def _learn(self, path: Sequence[StoredTurn]) -> None:
        """Keep what the user told; the reply is there already and does not wait for it."""
        if self.memory is None:
            return
        said = [
            turn
            for turn in path[-LEARNED_TURNS:]
            if turn.speaker != self.persona.name and turn.id not in self._learned
        ]
        self._written += self.memory.learn(
            said, holder=self.persona.name, heard=self.session.user_name
        )
        self._learned.update(turn.id for turn in said)

    def _learn_own(self, said: StoredTurn, reply: Reply) -> None:
        """Keep what the persona said of itself, unless its card or the prompt says so."""
        if self.memory is None or not self.memory.own:
            return
        shown = [one.detail.get("said", one.text) for one in reply.draft.evidence]
        stated = [*self.persona.statements, *map(str, shown)]
        self._written += self.memory.learn_own([said], holder=self.persona.name, shown=stated)

    def regenerate(
        self, *, emit: Emit | None = None, cancel: threading.Event | None = None
    ) -> Reply:
        """Another reply beside the last one, which is kept.

        Where the last reply was stopped before it was complete, this makes it. Until the new reply
        is committed the old one stays the last. Raises InvalidOption where nothing was replied to.
        """
        path = self.path
        if path and path[-1].speaker == self.persona.name:
            path = path[:-1]
        if not path:
            raise InvalidOption("There is no reply to make anew.")
        return self._answer(path, emit, cancel)

    def replace_reply(self, text: str) -> StoredTurn:
        """Say something else in the place of the last reply, which stays as a branch.

        The turn has the label `fixed`. Raises InvalidOption where the last turn is no reply.
        """
        path = self.path
        if not path or path[-1].speaker != self.persona.name:
            raise InvalidOption("There is no reply to replace.")
        turn = NewTurn(self.persona.name, checked_message(text), labels={"fixed": True})
        return self.store.append_turn(
            self.session.id,
            turn,
            parent_id=path[-2].id if len(path) > 1 else ROOT,
            owner=self.owner,
        )

    def undo(self) -> tuple[StoredTurn, ...]:
        """Step back before the user's last turn; nothing is deleted. Returns what was left."""
        return self.store.undo(self.session.id, owner=self.owner)

    def go_to(self, turn_id: str) -> None:
        """Go on from another turn of the session: a branch."""
        self.store.set_active_leaf(self.session.id, turn_id, owner=self.owner)

    def why(self) -> JsonObject:
        """How the last reply came about: empty before the first."""
        for turn in reversed(self.path):
            if turn.speaker == self.persona.name:
                return self.store.turn_details(turn.id, owner=self.owner)
        return {}

    def write_log(self) -> list[JsonObject]:
        """What was kept since the conversation was opened: outcome, place taken, score, turns."""
        return [
            {
                "outcome": one.outcome,
                "about": one.memory.subject,
                "text": one.memory.text,
                "instead_of": "; ".join(other.text for other in one.others),
                "cosine": one.cosine,
                "turns": list(one.memory.provenance),
            }
            for one in self._written
        ]

    def scene(self, path: Sequence[StoredTurn]) -> Scene:
        """The scene that the next reply is made for, with what earlier turns bring back."""
        turns = tuple(turn.as_turn() for turn in path)
        scene = Scene(
            persona=self.persona,
            turns=turns,
            user=self.session.user_name,
            session=self.session.id,
        )
        return scene.model_copy(update={"memories": self.remembered(scene.last_user_text, path)})

    def remembered(self, heard: str, path: Sequence[StoredTurn]) -> tuple[Memory, ...]:
        """What bears on `heard` of what the user told before: memories, and then turns that share
        words with it, of earlier sessions with this persona or too old for the prompt (full-text
        search, BM25). What was undone, or left on another branch, is not remembered."""
        if not heard:
            return ()
        found = [*self._recalled(heard, path)]
        told = {turn for memory in found for turn in memory.provenance}
        found += [one for one in self._earlier_turns(heard, path) if one.id not in told]
        return tuple(found[:REMEMBERED])

    def _recalled(self, heard: str, path: Sequence[StoredTurn]) -> Iterable[Memory]:
        if self.memory is None:
            return
        near = frozenset(turn.id for turn in path[-_RECENT_TURNS:])
        old = frozenset(turn.id for turn in path[:-_RECENT_TURNS])
        for one in self.memory.recall(
            heard, holder=self.persona.name, heard_by=self.session.user_name, k=2 * REMEMBERED
        ):
            turns = one.memory.provenance
            if not near.intersection(turns) and (
                not turns or any(self._stands(turn, old) for turn in turns)
            ):
                yield _quoted(one.memory, one.memory.subject)

    def _stands(self, turn_id: str, old: frozenset[str]) -> bool:
        """Whether the turn is on an active branch, as far as it is stored here."""
        try:
            turn = self.store.get_turn(turn_id, owner=self.owner)
        except UnknownEntry:
            return True
        return turn.id in (old if turn.session_id == self.session.id else self._kept_of(turn))

    def _earlier_turns(self, heard: str, path: Sequence[StoredTurn]) -> Iterable[Memory]:
        old = frozenset(turn.id for turn in path[:-_RECENT_TURNS])
        for hit in self.store.search_turns(
            heard, owner=self.owner, limit=8 * REMEMBERED, match="any"
        ):
            turn = hit.turn
            if (
                turn.speaker != self.persona.name
                and turn.text.strip().lower() != heard.strip().lower()
                and turn.id in (old if turn.session_id == self.session.id else self._kept_of(turn))
            ):
                yield self._memory_of(turn)

    def _kept_of(self, turn: StoredTurn) -> frozenset[str]:
        """The turns on the active branch of an earlier session; none if it is another persona's."""
        if turn.session_id not in self._active_turns:
            session = self.store.get_session(turn.session_id, owner=self.owner)
            is_ours = session.persona_id == self.session.persona_id
            path = self.store.path_to(session.id, owner=self.owner) if is_ours else ()
            self._active_turns[session.id] = frozenset(each.id for each in path)
        return self._active_turns[turn.session_id]

    def _memory_of(self, turn: StoredTurn) -> Memory:
        memory = Memory(
            text=turn.text,
            id=turn.id,
            kind="event",
            subject=turn.speaker,
            holder=self.persona.name,
            provenance=(turn.id,),
            said_at=turn.said_at,
        )
        return _quoted(memory, turn.speaker)

    def use(self, speaker: Speaker) -> None:
        """Reply with another method or model from now on; the session remembers it."""
        self.speaker = speaker
        self.store.configure_session(
            self.session.id,
            owner=self.owner,
            method=speaker.method,
            model=speaker.lm.name,
            options=dict(speaker.options),
        )
        self.session = replace(
            self.session,
            method=speaker.method,
            model=speaker.lm.name,
            options=dict(speaker.options),
        )

    def _seed(self, turns: int, tried: int) -> int:
        text = f"{self.seed}/{turns}/{tried}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _quoted(memory: Memory, speaker: str) -> Memory:
    """The memory as who said it once; its label "said" keeps the very words.

    A summary says itself who said what.
    """
    if memory.kind == "summary":
        return memory
    labels = {**memory.labels, "said": memory.text}
    text = f"{one_line(speaker or 'Somebody')} once said: {quoted(memory.text)}"
    return memory.model_copy(update={"text": text, "labels": labels})


def checked_user(name: str, persona: Persona) -> str:
    """The user's name. Raises InvalidOption when it is empty, or could be taken for the persona."""
    if not name.strip():
        raise InvalidOption("Your name is empty. Pass --user NAME.")
    if name.strip().lower() in (persona.name.lower(), persona.display_name.lower()):
        raise InvalidOption(
            f"You and the character are both named {name!r}, and turns are told apart by name. "
            "Pass another name with --user."
        )
    return name


def checked_message(text: str) -> str:
    """The text, when it can be replied to. Raises InvalidOption when it is empty or huge.

    What was not UTF-8 when it was typed becomes replacement characters.
    """
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if not text.strip():
        raise InvalidOption("The message is empty.")
    if len(text) > MAX_MESSAGE_CHARS:
        raise InvalidOption(
            f"The message has {len(text):,} characters; at most {MAX_MESSAGE_CHARS:,} are read."
        )
    return text


def details_of(reply: Reply) -> JsonObject:
    """Everything that `/why` shows: the JSON reply, the prompt, its parts, and the notes."""
    draft = reply.draft
    return {
        **reply.to_dict(),
        "prompt": draft.notes.get("prompt") or draft.text_prompt,
        "parts": [
            {"name": part.name, "role": part.role, "tokens": part.tokens} for part in draft.parts
        ],
        "notes": {key: value for key, value in draft.notes.items() if key != "prompt"},
    }
