"""DialSim: a script is replayed utterance by utterance, and questions must be answered in time.

Kim et al. 2024 (S120). Saving an utterance, looking for what bears on the question, and answering
it share one limit of time; what takes longer is wrong, by the stage in which the time ran out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from personae.data import Dialogue, Memory, Turn
from personae.encoders.types import Embedder
from personae.errors import BackendError
from personae.evaluate.dialsim_plan import LETTERS, UNKNOWN, Asked, scenes_of
from personae.evaluate.memory_probe import NONE, ORACLE, line_of
from personae.formats.long_chats import SESSION, said
from personae.lm.types import LanguageModel, Message, Request, Sampling
from personae.memory.events import Summarise
from personae.memory.recalling import recalled
from personae.memory.telling import told
from personae.memory.turn_memories import RECALL, VECTORS, WORDS
from personae.store.memory_types import Scope
from personae.store.sqlite import SqlStore
from personae.store.types import StoredTurn
from personae.text.content_words import content_stems
from personae.text.quoting import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMORIES = (NONE, WORDS, VECTORS, RECALL, ORACLE)
Unit: TypeAlias = Literal["turn", "session", "summary"]
SIZES: Mapping[str, int] = {"turn": 20, "session": 10, "summary": 15}  # what the paper shows
ANSWER_TOKENS = 24
_SUMMARY = "Summary"  # who speaks where a summary is shown
_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)  # of scripts without dates
STAGES = ("saving", "searching", "answering")

# (question, options, turns shown, seconds left) -> what is answered
AnswerBy: TypeAlias = Callable[[str, Sequence[str], Sequence[Turn], float], str]
Clock: TypeAlias = Callable[[], float]


@dataclass(slots=True)
class AgentMemory:
    """What the agent keeps of the script: an entry an utterance, a session, or its summary.

    While a session goes on its entry is made anew at each utterance; its summary is made when it is
    over. `none` shows the last `k`, `oracle` those of the evidence.
    """

    store: SqlStore
    kind: str
    unit: Unit = "turn"
    embedder: Embedder | None = None
    k: int = 0
    summarise: Summarise | None = None
    heard: list[Turn] = field(default_factory=list)
    summaries: dict[str, Turn] = field(default_factory=dict)

    def save(self, turn: Turn) -> None:
        """Keep what was just said."""
        last = self.heard[-1] if self.heard else turn
        self.heard.append(turn)
        key = _key(turn, self.unit)
        if self.unit == "summary":
            if _key(last, self.unit) != key:
                self._sum_up(_key(last, self.unit))
        elif self.kind not in (NONE, ORACLE):
            mine = [one for one in self.heard if _key(one, self.unit) == key]
            texts = [said(one) if self.unit == "turn" else line_of(one) for one in mine]
            subject = turn.speaker if self.unit == "turn" else ""
            self._keep(key, "\n".join(texts), subject, mine)

    def _sum_up(self, key: str) -> None:
        """Keep the summary of a session that is over."""
        mine = [one for one in self.heard if _key(one, self.unit) == key]
        assert self.summarise is not None
        text = self.summarise([stored_turn(one) for one in mine])
        made = Turn(speaker=_SUMMARY, text=text, id=key, said_at=mine[0].said_at)
        self.summaries[key] = made
        if self.kind not in (NONE, ORACLE):
            self._keep(key, text, "", [made])

    def _keep(self, key: str, text: str, subject: str, mine: Sequence[Turn]) -> None:
        """Keep an entry, or make anew the one that there is."""
        entry = Memory(
            id=key, text=text or "…", subject=subject, kind="event", said_at=mine[0].said_at
        )
        vector = self._vector(told(entry))
        if len(mine) > 1:
            self.store.revise_memory(key, entry.text, vector=vector)
        else:
            rows = None if vector is None else vector[None]
            mark = "" if self.embedder is None or rows is None else self.embedder.fingerprint
            self.store.keep_memories([entry], vectors=rows, fingerprint=mark)

    def search(self, question: str, evidence: Sequence[str]) -> list[Turn]:
        """The turns that the memory shows for a question, in the order in which they were said."""
        keys = set(self._keys(question, evidence)[: self.k or SIZES[self.unit]])
        if self.unit == "summary":
            return [one for key, one in self.summaries.items() if key in keys]
        return [turn for turn in self.heard if _key(turn, self.unit) in keys]

    def _keys(self, question: str, evidence: Sequence[str]) -> list[str]:
        size = self.k or SIZES[self.unit]
        if self.kind == NONE:
            heard = [_key(one, self.unit) for one in reversed(self.heard)]
            kept = [key for key in heard if self.unit != "summary" or key in self.summaries]
            return list(dict.fromkeys(kept))
        if self.kind == ORACLE:
            gold = [turn for turn in self.heard if turn.id in evidence]
            return list(dict.fromkeys(_key(turn, self.unit) for turn in gold))
        if self.kind == WORDS:
            return [one.id for one in self.store.rank_by_words(question, Scope(), limit=size)]
        if self.kind == VECTORS:
            vector = self._vector(question)
            assert vector is not None
            return [one.id for one in self.store.rank_by_vector(vector, Scope(), limit=size)]
        best = recalled(self.store, self.embedder, question, Scope(), k=size)
        return [one.memory.id for one in best]

    def _vector(self, text: str) -> NDArray[np.float32] | None:
        if self.kind not in (VECTORS, RECALL) or self.embedder is None:
            return None
        vector: NDArray[np.float32] = self.embedder.embed([text])[0]
        return vector

    def covers(self, turns: Sequence[Turn], evidence: Sequence[str]) -> float | None:
        """The share of the evidence, or of its sessions' summaries, among what is shown."""
        gold = {_key(one, self.unit) for one in self.heard if one.id in evidence}
        shown = {one.id if self.unit == "summary" else _key(one, self.unit) for one in turns}
        return len(gold & shown) / len(gold) if gold else None


def stored_turn(turn: Turn) -> StoredTurn:
    """A turn of a script as what summaries and extraction read."""
    at = turn.said_at or _SOME_DAY
    return StoredTurn(turn.id, "script", "", turn.speaker, said(turn), "utterance", at)


def _key(turn: Turn, unit: Unit) -> str:
    return turn.id if unit == "turn" else f"session {turn.labels.get(SESSION, '')}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `verdict`: right, wrong, ambiguous, or `timeout in …`.

    `seconds` are those of saving, searching and answering, as far as it came; `shown` is the share
    of the evidence that the memory showed (None without evidence).
    """

    asked: Asked
    answer: str
    verdict: str
    shown: float | None
    seconds: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON object without the seconds, which differ between two equal runs."""
        asked = {name: getattr(self.asked, name) for name in self.asked.__dataclass_fields__}
        return {**asked, "answer": self.answer, "verdict": self.verdict, "shown": self.shown}


def replay(
    script: Dialogue,
    questions: Sequence[Asked],
    memory: AgentMemory,
    answer: AnswerBy,
    *,
    limit_s: float,
    known: Mapping[str, Outcome] | None = None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    clock: Clock = time.perf_counter,
) -> list[Outcome]:
    """Replay the script and ask; questions that are `known` are not asked again.

    `on_outcome` hears of each new one, so that a run that is cut off can go on.
    """
    due = {one.turn: one for one in questions}
    last = max(due, default=-1)
    found = list[Outcome]()
    for _, turns in scenes_of(script):
        for place, turn in turns:
            if place > last:
                return found
            began = clock()
            memory.save(turn)
            saved = clock() - began
            asked = due.get(place)
            if asked is not None and known and asked.id in known:
                found.append(known[asked.id])
            elif asked is not None:
                found.append(_outcome(asked, memory, answer, limit_s, saved, clock))
                on_outcome(found[-1])
    return found


def _outcome(
    asked: Asked, memory: AgentMemory, answer: AnswerBy, limit_s: float, saved: float, clock: Clock
) -> Outcome:
    """One question, against the clock."""
    late = Outcome(asked, "", f"timeout in {STAGES[0]}", None, (saved,))
    if saved > limit_s:
        return late
    began = clock()
    turns = memory.search(asked.text, asked.evidence)
    searched = clock() - began
    share = memory.covers(turns, asked.evidence)
    late = replace(late, verdict=f"timeout in {STAGES[1]}", shown=share, seconds=(saved, searched))
    left = limit_s - saved - searched
    if left < 0:
        return late
    began = clock()
    try:
        text = answer(asked.text, asked.options, turns, left)
    except BackendError as error:
        if error.failure != "timeout":
            raise
        text = ""
        left = 0.0
    answered = clock() - began
    seconds = (saved, searched, answered)
    if answered > left:
        return replace(late, answer=text, verdict=f"timeout in {STAGES[2]}", seconds=seconds)
    return Outcome(asked, text, verdict_of(text, asked), share, seconds)


def verdict_of(text: str, asked: Asked) -> str:
    """Right or wrong by the one option that the answer names; ambiguous where it names several."""
    named = named_options(text, asked.options)
    if len(named) > 1:
        return "ambiguous"
    return "right" if named == {asked.gold} else "wrong"


def named_options(text: str, options: Sequence[str]) -> set[str]:
    """The letters of the options that an answer names: by letter, else by their words."""
    letters = set(re.findall(r"\(([A-E])\)", text)) | set(re.findall(r"^\s*([A-E])\b(?!')", text))
    if letters:
        return letters
    lower = text.casefold().replace("’", "'")
    hits = {
        letter: option.casefold()
        for letter, option in zip(LETTERS, options, strict=True)
        if re.search(rf"(?<!\w){re.escape(option.casefold())}(?!\w)", lower)
    }
    # "a dog" is named by "a dog show" too: what is part of another named option does not count.
    return {
        letter
        for letter, option in hits.items()
        if not any(option != other and option in other for other in hits.values())
    }


def never_knows(
    question: str, options: Sequence[str], turns: Sequence[Turn], left_s: float
) -> str:  # fmt: skip
    """The agent that always answers (E)."""
    return f"({LETTERS[options.index(UNKNOWN)]})"


# The share of the question's content words that the turns of the answer must say, chosen on made
# scripts with other seeds than the check's; two turns count less than one.
_LEAST_SUPPORT, _HOP = 0.5, 0.9


def by_overlap(
    question: str, options: Sequence[str], turns: Sequence[Turn], left_s: float
) -> str:  # fmt: skip
    """The option that a shown turn says together with most of the question; else (E).

    What the question has beyond that turn may stand in another one of the same speaker. No language
    model: what such a reader gets right is the memory's doing. Names count as any other word, so
    that it does not know the people of the script from elsewhere.
    """
    lines = [(turn.speaker, set(content_stems(line_of(turn)))) for turn in turns]
    best, chosen = 0.0, UNKNOWN
    for option in options:
        wanted = set(content_stems(option))
        if option != UNKNOWN and wanted:
            score = _support(lines, wanted, set(content_stems(question)) - wanted)
            if score > best:
                best, chosen = score, option
    return f"({LETTERS[options.index(chosen if best >= _LEAST_SUPPORT else UNKNOWN)]})"


def _support(
    lines: Sequence[tuple[str, set[str]]], wanted: set[str], asked: set[str]
) -> float:  # fmt: skip
    """The largest share of the question in a line that says the option, alone or with another."""
    best = 0.0
    for speaker, line in lines:
        if wanted <= line:
            rest = asked - line
            helped = max((len(rest & other) for name, other in lines if name == speaker), default=0)
            size = max(1, len(asked))
            alone = 1 - len(rest) / size
            best = max(best, alone, _HOP * (alone + helped / size))
    return best


def by_model(lm: LanguageModel, budget_tokens: int) -> AnswerBy:
    """A language model chooses among the options after the turns that fit, the last ones first."""

    def answer(
        question: str, options: Sequence[str], turns: Sequence[Turn], left_s: float
    ) -> str:  # fmt: skip
        lines, left = list[str](), budget_tokens
        for turn in reversed(turns):
            line = line_of(turn)
            left -= lm.count_tokens(line) + 1
            if left < 0:
                break
            lines.insert(0, line)
        request = Request(
            messages=(
                Message("system", "Answer with the letter of one option."),
                Message("user", _asked_text(lines, question, options)),
            ),
            sampling=Sampling(temperature=0, max_tokens=ANSWER_TOKENS, stop=("\n",)),
            timeout_s=left_s,
            replayable=True,
        )
        return lm.generate(request).text.strip()

    return answer


def _asked_text(lines: Sequence[str], question: str, options: Sequence[str]) -> str:
    said_before = "\n".join(lines) or "(nothing)"
    listed = "\n".join(
        f"({letter}) {one_line(option)}" for letter, option in zip(LETTERS, options, strict=True)
    )
    return f"{said_before}\n\nQuestion: {one_line(question)}\n{listed}"
