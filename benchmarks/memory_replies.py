"""Does a character say in a second session what it was told in the first one?

    python benchmarks/memory_replies.py [--part test|valid] [--methods guard:memories=0,guard]
    python benchmarks/memory_replies.py --turns 60    # ordinary turns of the second sessions

The user's turns of first sessions of Multi-Session Chat are stored with the replies that people
gave, learned from as `personae chat` does, and asked about in a new session by questions that we
wrote (`memory_questions.jsonl`). A reply says the fact when it holds one of the question's words.
The persona is that of the other side. Printed are the shares with 95 % bootstrap intervals: of
questions whose fact is among the memories, is recalled, and of replies that say it; and an exact
one-sided McNemar test of each method over the first.

With `--turns` nobody asks: of so many dialogues the second session goes on from its third message
of the user, and each reply is compared with what a person said (word F1), judged by the second
inference model (contradicts a statement of the persona), and looked at for "You told me".
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory_recall import interval

from personae.catalog.check_methods import mcnemar
from personae.cli.opening import open_memory
from personae.conversation import Conversation
from personae.data import Persona
from personae.encoders.contradiction import judge_replies
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.recollection import is_recollection
from personae.lm.names import open_model
from personae.lm.types import LanguageModel
from personae.metrics.word_f1 import f1
from personae.registry import parse_options
from personae.settings import load_settings
from personae.speaker import Speaker
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import NewTurn

JUDGED_SHARE = 0.1  # of human replies that the second judge's threshold flags
QUESTIONS = Path(__file__).with_name("memory_questions.jsonl")


@dataclass(frozen=True)
class Question:
    """A question about the first session, the words that answer it, and that session."""

    text: str
    facts: tuple[str, ...]
    persona: Persona
    turns: tuple[tuple[str, str], ...]

    def said_in(self, text: str) -> bool:
        """Whether a word of the text begins like one of the facts."""
        return any(re.search(rf"\b{re.escape(one)}", text, re.IGNORECASE) for one in self.facts)


def main() -> None:
    """Ask all questions with each method, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("test", "valid"), default="test")
    parser.add_argument("--methods", default="guard:memories=0,guard")
    parser.add_argument("--model", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--turns", type=int, default=0)
    options = parser.parse_args()
    if options.turns:
        compare_turns(options)
        return
    questions = list(read(load_settings().datasets_dir / "msc", options.part))
    lm = open_model(options.model or load_settings().model)
    first: list[bool] = []
    for name in options.methods.split(","):
        speaker = speaker_of(lm, name, options.seed)
        told = [asked(speaker, one) for one in questions]
        said = [one["said"] for one in told]
        print(f"{name}: {len(questions)} questions")
        for key in ("kept", "recalled", "first", "said"):
            print(f"  {key:9} {interval([float(one[key]) for one in told])}")
        if first:
            print(f"  over the first: McNemar p = {mcnemar(said, first):.4f}", flush=True)
        first = first or said
        if options.show:
            for question, one in zip(questions, told, strict=True):
                print(f"    {question.text} {one}")
    lm.close()


def read(folder: Path, part: str) -> Iterator[Question]:
    """The questions of a part with their sessions. Stops the program where MSC is missing."""
    first, second = (sessions_in(folder, part, name) for name in ("parse-session-1", "session-2"))
    for line in QUESTIONS.read_text("utf-8").splitlines():
        given = json.loads(line)
        if given["part"] == part:
            key = given["dialogue"]
            stated = tuple(second[key]["meta"]["assistant"])
            turns = tuple((said, reply) for said, reply in first[key]["dialogue"])
            persona = Persona(name="Kim", id=key, statements=stated)
            yield Question(given["question"], tuple(given["facts"]), persona, turns)


def sessions_in(folder: Path, part: str, name: str) -> dict[str, Any]:
    """The dialogues of a file by id."""
    file = folder / f"{name}-{part}.json"
    if not file.exists():
        raise SystemExit(f"There is no {file}: set PERSONAE_DATA.")
    return {one["id"]: one for one in json.loads(file.read_text("utf-8"))}


def compare_turns(options: argparse.Namespace) -> None:
    """Replies to ordinary messages, with each method."""
    lm = open_model(options.model or load_settings().model)
    scenes = list(ordinary(load_settings().datasets_dir / "msc", options.part, options.turns))
    judge = open_nli(name="second")
    for name in options.methods.split(","):
        speaker = speaker_of(lm, name, options.seed)
        replies = [went_on(speaker, *one) for one in scenes]
        judged = judge_replies(
            judge,
            [
                (reply, one[0].persona.statements)
                for reply, one in zip(replies, scenes, strict=True)
            ],
        )
        limit = judge.thresholds[JUDGED_SHARE]
        rows = {
            "word F1": [f1(reply, one[2]) for reply, one in zip(replies, scenes, strict=True)],
            "contradicts": [float(one.contradicts(limit)) for one in judged],
            "you told me": [float(is_recollection(one)) for one in replies],
        }
        print(f"{name}: {len(scenes)} turns")
        for key, values in rows.items():
            print(f"  {key:11} {interval(values)}", flush=True)
        if options.show:
            for one, reply in zip(scenes, replies, strict=True):
                print(f"    {one[1][-1][1]!r} -> {reply!r}")
    lm.close()


def ordinary(
    folder: Path, part: str, count: int
) -> Iterator[tuple[Question, list[tuple[str, str]], str]]:
    """First sessions, second ones up to their third message, and what a person replied."""
    first, second = (sessions_in(folder, part, name) for name in ("parse-session-1", "session-2"))
    for key in sorted(first.keys() & second.keys())[:count]:
        persona = Persona(name="Kim", id=key, statements=tuple(second[key]["meta"]["assistant"]))
        turns = tuple((said, reply) for said, reply in first[key]["dialogue"])
        pairs = second[key]["dialogue"][:3]
        said = [one for pair in pairs for one in zip(("Sam", "Kim"), pair, strict=True)]
        yield Question("", (), persona, turns), said[:-1], said[-1][1]


def went_on(
    speaker: Speaker, held_before: Question, said: Sequence[tuple[str, str]], _: str
) -> str:
    """The reply to the last message of the second session, after the first one."""
    with opened(speaker, held_before) as second:
        for name, text in said:
            second.store.append_turn(second.session.id, NewTurn(name, text))
        return second.answer().text


def speaker_of(lm: LanguageModel, name: str, seed: int) -> Speaker:
    """`method:option=value:option=value` as a speaker."""
    method, *pairs = name.split(":")
    return Speaker(
        lm, method, options=parse_options(pairs), embedder=open_embedder(), nli=open_nli(),
        seed=seed, replayable=True,
    )  # fmt: skip


def asked(speaker: Speaker, question: Question) -> Mapping[str, Any]:
    """Hold the first session, ask in a second one, and say what became of the fact."""
    with opened(speaker, question) as second:
        reply = second.say(question.text)
        recalled = second.remembered(question.text, second.path)
        texts = {
            "kept": [one.text for one in second.store.memories(Scope())],  # type: ignore[attr-defined]
            "recalled": [one.text for one in recalled],
            "said": [reply.text],
        }
        found = {key: any(map(question.said_in, some)) for key, some in texts.items()}
        at = [question.said_in(text) for text in texts["recalled"]]
        return {**found, "first": bool(at and at[0]), "reply": reply.text}


@contextmanager
def opened(speaker: Speaker, held_before: Question) -> Iterator[Conversation]:
    """A second session, after the first one was held and learned from."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "personae.db") as store,
    ):
        memory = open_memory(store, speaker)
        given: dict[str, Any] = {"user": "Sam", "greeting": None, "memory": memory}
        first = Conversation.begin(store, held_before.persona, speaker, **given)
        held(first, held_before.turns)
        told = [turn for turn in first.path if turn.speaker == "Sam"]
        memory.learn(told, holder="Kim", heard="Sam")
        yield Conversation.begin(store, held_before.persona, speaker, **given)


def held(talk: Conversation, turns: Sequence[tuple[str, str]]) -> None:
    """Store what was said in the session."""
    for said, reply in turns:
        for speaker, text in (("Sam", said), ("Kim", reply)):
            talk.store.append_turn(talk.session.id, NewTurn(speaker, text))


if __name__ == "__main__":
    main()
