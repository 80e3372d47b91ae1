"""Questions about a long conversation, answered from what a memory brings back (S101).

LoCoMo and REALTALK: a question becomes a run's sample; the reader sees the turns that a memory
shows, in the order in which they were said, and answers with a short phrase. What was found and
what was answered are measured apart: the answers of a small model tell little of its memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from personae.data import Dialogue, Persona, Sample, Scene, Turn
from personae.encoders.types import Embedder
from personae.errors import FormatError, InvalidOption
from personae.evaluate.answer_score import answer_score
from personae.evaluate.targets import targets
from personae.formats.long_chats import UNANSWERABLE, ChatQuestion, questions_of, said
from personae.lm.types import LanguageModel, Likelihood, Message, Request, Sampling, Usage
from personae.memory.turn_memories import RECALL, VECTORS, WORDS, ranked, turn_memories
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.text.quoting import one_line, unmarked

# No turn; all turns, of which the last are shown that fit; three ways to look; the gold turns.
NONE, WHOLE, ORACLE = "none", "whole", "oracle"
MEMORIES = (NONE, WHOLE, WORDS, VECTORS, RECALL, ORACLE)
SEARCHED = (WORDS, VECTORS, RECALL)
RANKED = 20  # turns that a run notes as found, and the deepest recall that is measured
AT = (1, 5, 10, RANKED)
ASKER, READER = "Asker", "Reader"
ANSWER_TOKENS = 32
NOT_SAID = "Not mentioned"

_INSTRUCTION = "Answer with a short phrase."
_NOTHING = "(nothing)"
# Turns, a question, its answer: ours, and of no chat. With the first two alone, and dates before
# the turns, the embedded model answered a date to nearly everything.
_EXAMPLES = (
    (
        "Bob: We went to the beach yesterday and ate ice cream. (14 June 2022)",
        "When did Bob go to the beach?",
        "13 June 2022",
    ),
    (
        "Ann: I just adopted a cat, her name is Misty! (3 May 2022)\n"
        "Bob: I am flying to Lisbon on Friday. (9 May 2022)",
        "What is the name of Ann's cat?",
        "Misty",
    ),
    (
        "Ann: I teach maths, but I would rather paint. (2 July 2022)\n"
        "Bob: My sister gave me a kite! (5 July 2022)",
        "What would Ann like to do?",
        "paint",
    ),
    (
        "Bob: I bake bread and play the cello when I have time. (8 July 2022)",
        "What are Bob's hobbies?",
        "baking bread, playing the cello",
    ),
)


def memories_named(names: str, known: Sequence[str] = MEMORIES) -> tuple[str, ...]:
    """`none,recall` as names of those known; the first is what the others are compared with.

    Raises InvalidOption.
    """
    found = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for name in found:
        if name not in known:
            raise InvalidOption(f"There is no memory {name!r}: {', '.join(known)}.")
    if not found:
        raise InvalidOption(f"Name at least one memory: {', '.join(known)}.")
    return found


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the chat that it is about, and the turns of its evidence that the chat has."""

    id: str
    chat: str
    asked: ChatQuestion
    evidence: tuple[str, ...]


def questions_in(chats: Sequence[Dialogue], limit: int = 0) -> list[Question]:
    """All questions, or `limit` of them spread evenly over all.

    Raises FormatError where the chats have none, or two chats have one id.
    """
    if len({chat.id for chat in chats}) < len(chats):
        raise FormatError("Two chats have the same id; give files with different names.")
    found = [
        Question(f"{chat.id}:q{number}", chat.id, one, tuple(e for e in one.evidence if e in ids))
        for chat in chats
        for ids in [{turn.id for turn in chat.turns}]
        for number, one in enumerate(questions_of(chat))
    ]
    if not found:
        raise FormatError(
            "These dialogues have no questions about them. LoCoMo and REALTALK files do: "
            "see `personae list formats`."
        )
    size = min(limit or len(found), len(found))
    return [found[at * len(found) // size] for at in range(size)]


def asked_dialogues(questions: Sequence[Question]) -> list[Dialogue]:
    """Each question as a dialogue of two turns whose second one is asked for: a run's samples."""
    persona = Persona(name=READER)
    return [
        Dialogue(
            id=one.id,
            turns=(
                Turn(speaker=ASKER, text=one.asked.text, labels=_labels(one)),
                Turn(speaker=READER, text=one.asked.answer or NOT_SAID),
            ),
            personas={READER: persona},
            labels={"test_speaker": READER},
        )
        for one in questions
    ]


def _labels(one: Question) -> dict[str, Any]:
    evidence = list(one.evidence)
    return {"id": one.id, "category": one.asked.category, "evidence": evidence}


def rankings(
    chats: Sequence[Dialogue],
    questions: Sequence[Question],
    memories: Sequence[str],
    embedder: Callable[[], Embedder],
    show: Callable[[str], None] = lambda chat: None,
) -> dict[str, dict[str, list[str]]]:
    """Of each memory the ids of the turns that it finds for each question, best first.

    The embedder is only opened where a memory looks for something. `show` hears of each chat.
    """
    ways = [name for name in SEARCHED if name in memories]
    found: dict[str, dict[str, list[str]]] = {name: {} for name in memories}
    for chat in chats:
        mine = [one for one in questions if one.chat == chat.id]
        if ways and mine:
            show(chat.id)
            texts = [one.asked.text for one in mine]
            made = ranked(turn_memories(chat), texts, embedder(), ways=ways, k=RANKED)
            for way in ways:
                found[way] |= {q.id: list(ids) for q, ids in zip(mine, made[way], strict=True)}
    if ORACLE in memories:
        found[ORACLE] = {one.id: list(one.evidence) for one in questions}
    return found


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a reader answered, and from what."""

    text: str
    record: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """A JSON object."""
        return {"reply": self.text, **self.record}


@dataclass(frozen=True, slots=True)
class Reader:
    """Answers questions about chats from what one memory shows of them; a `Replier` of runs.

    `found` are the ids of turns by question, best first, of which `k` are shown (all gold ones);
    the memory `whole` shows the last turns within `budget_tokens`.
    """

    lm: LanguageModel
    memory: str
    chats: Mapping[str, Dialogue]
    chat_of: Mapping[str, str]
    found: Mapping[str, Sequence[str]] = field(default_factory=dict)
    k: int = 5
    budget_tokens: int = 3000

    def reply(
        self, scene: Scene, *, seed: int | None = None, cancel: threading.Event | None = None
    ) -> ProbeAnswer:
        """The answer to the scene's last turn, greedy."""
        key = str(scene.turns[-1].labels["id"])
        request = request_for(scene.turns[-1].text, self._shown(key), seed, cancel)
        made = self.lm.generate(request)
        return ProbeAnswer(made.text.strip(), {**self.shows(key), "usage": _usage(made.usage)})

    def answer(self, key: str, question: str) -> str:
        """The answer to one question, without a run."""
        return self.lm.generate(request_for(question, self._shown(key), None, None)).text.strip()

    def shows(self, key: str) -> dict[str, Any]:
        """What is recorded of a question's turns: those that were found, and those shown."""
        return {
            "memory": self.memory,
            "found": list(self.found.get(key, ())),
            "shown": [turn.id for turn in self._shown(key)],
        }

    def score_reference(self, scene: Scene, reference: str) -> Likelihood | None:
        """None: the gold answer's likelihood is not asked for."""
        return None

    def _shown(self, key: str) -> list[Turn]:
        """Turns in the order in which they were said."""
        turns = self.chats[self.chat_of[key]].turns
        if self.memory == WHOLE:
            return self._last_within(turns)
        best = self.found.get(key, ())
        chosen = frozenset(best if self.memory == ORACLE else best[: self.k])
        return [turn for turn in turns if turn.id in chosen]

    def _last_within(self, turns: Sequence[Turn]) -> list[Turn]:
        left, first = self.budget_tokens, len(turns)
        while first and (size := self.lm.count_tokens(line_of(turns[first - 1])) + 1) <= left:
            left, first = left - size, first - 1
        return list(turns[first:])


def found_samples(reader: Reader, questions: Sequence[Question]) -> tuple[Sample, ...]:
    """Samples without a reply: what the memory finds and shows, and no model is asked."""
    return tuple(
        Sample(
            id=target.id,
            scene=target.scene(),
            reference=target.reference,
            record=reader.shows(question.id),
        )
        for question, target in zip(questions, targets(asked_dialogues(questions)), strict=True)
    )


def request_for(
    question: str, shown: Sequence[Turn], seed: int | None, cancel: threading.Event | None
) -> Request:
    """What the model is asked: examples, then the turns with their dates and the question."""
    lines = "\n".join(map(line_of, shown)) or _NOTHING
    messages = [Message("system", _INSTRUCTION)]
    for said_before, asked, answer in _EXAMPLES:
        messages += [_asked(said_before, asked), Message("assistant", answer)]
    return Request(
        messages=(*messages, _asked(lines, question)),
        sampling=Sampling(temperature=0, max_tokens=ANSWER_TOKENS, stop=("\n",), seed=seed),
        cancel=cancel,
        replayable=True,
    )


def _asked(lines: str, question: str) -> Message:
    return Message("user", f"{lines}\n\nQuestion: {one_line(question)}")


def line_of(turn: Turn) -> str:
    """`Bo: … (8 May 2023)`: a turn as one line that nothing in it ends."""
    date = f" ({turn.said_at.day} {turn.said_at:%B %Y})" if turn.said_at else ""
    return f"{unmarked(turn.speaker)}: {unmarked(said(turn))}{date}"


def probe_metrics(depths: Sequence[int] = AT) -> dict[str, Metric]:
    """The figures of a run of answers: the gold turns found at each depth, shown, and the score."""
    found = {f"evidence found in {k}": _evidence(k) for k in depths}
    return {**found, "evidence shown": _evidence(0), "answer F1": _answers}


def _evidence(k: int) -> Metric:
    """The share of the gold turns among the first `k` that were found; 0: among those shown.

    Questions without gold turns in the chat do not count, nor do memories that rank nothing.
    """

    def measure(samples: Sequence[Sample], kit: object) -> Scores:
        values = [_share(sample, k) for sample in samples]
        name = f"evidence found in {k}" if k else "evidence shown"
        return mean_scores(name, values, unit="0–1", higher_is_better=True)

    return measure


def _share(sample: Sample, k: int) -> float | None:
    labels, memory = sample.scene.turns[-1].labels, sample.record.get("memory")
    gold = set(labels["evidence"])
    is_measured = replied(sample) and gold and labels["category"] != UNANSWERABLE
    if not is_measured or (k and memory in (WHOLE, ORACLE)):
        return None
    ids = sample.record["found"][:k] if k else sample.record["shown"]
    return len(gold & set(ids)) / len(gold)


def _answers(samples: Sequence[Sample], kit: object) -> Scores:
    """The published score of the answers; `by_category` says what each kind of question gets."""
    values = [_score(sample) if replied(sample) else None for sample in samples]
    kinds: dict[int, list[float]] = {}
    for sample, value in zip(samples, values, strict=True):
        if value is not None:
            kinds.setdefault(_category(sample), []).append(value)
    means = {str(kind): [sum(all_) / len(all_), len(all_)] for kind, all_ in sorted(kinds.items())}
    detail = {"by_category": means}
    return mean_scores("answer F1", values, unit="0–1", higher_is_better=True, detail=detail)


def _score(sample: Sample) -> float:
    return answer_score(sample.reply, sample.reference, _category(sample))


def _category(sample: Sample) -> int:
    category: int = sample.scene.turns[-1].labels["category"]
    return category


def _usage(usage: Usage) -> dict[str, int]:
    return {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
