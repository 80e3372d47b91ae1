"""Does a character that remembers earlier sessions keep to what it said in them?

    python benchmarks/memory_consistency.py --out FILE.jsonl [--limit 90] [--part test|valid]

Multi-Session Chat, sessions 3 to 5 in turn: the character's card has what its speaker had told by
the end of session 1; sessions 2 up to the last one are stored and learned from, both sides
(`--remember-own`); then it replies to the third message of the session, with memory and without
(`guard`, `guard:memories=0`). The second inference model judges each reply against the gold
summary of all that the speaker had told by then, of which the card has a part: does it contradict
a statement, does it say one (entailment of at least 0.5), does it say one that is not on the card.
The person's own reply is judged beside them. Shares with 95 % bootstrap intervals, exact McNemar
tests. Replies are kept in FILE; the same command goes on where it was cut off.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory_recall import interval
from memory_replies import held, sessions_in, speaker_of

from personae.catalog.check_methods import mcnemar
from personae.cli.opening import open_memory
from personae.conversation import Conversation
from personae.data import Persona
from personae.encoders.contradiction import Judged, judge_replies
from personae.encoders.nli import open_nli
from personae.lm.names import open_model
from personae.metrics.word_f1 import f1
from personae.settings import load_settings
from personae.speaker import Speaker
from personae.store.sqlite import open_store
from personae.store.types import NewTurn

FIRST, LAST = 3, 5
SAID = 0.5  # entailment from which a reply says a statement
JUDGED_SHARE = 0.1  # of human replies that the second judge's threshold flags
ARMS = {"without memory": "guard:memories=0", "with memory": "guard"}
PERSON = "a person"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """A session to reply in, what came before it, and what the speaker had told by then."""

    key: str
    persona: Persona
    before: tuple[Pairs, ...]
    said: tuple[tuple[str, str], ...]
    gold: str
    told: tuple[str, ...]


def main() -> None:
    """Make the replies that are missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=("test", "valid"), default="test")
    parser.add_argument("--limit", type=int, default=90)
    parser.add_argument("--model", default="")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cases = list(cases_of(load_settings().datasets_dir / "msc", options.part, options.limit))
    replies = replied(cases, options)
    replies[PERSON] = [case.gold for case in cases]
    print_table(cases, replies)


def cases_of(folder: Path, part: str, count: int) -> Iterator[Case]:
    """One session of each dialogue, in the order of their ids."""
    found = {
        number: sessions_in(folder, part, f"session-{number}") for number in range(2, LAST + 1)
    }
    for at, key in enumerate(sorted(found[2])[:count]):
        number = FIRST + at % (LAST - FIRST + 1)
        talk = found[number][key]
        pairs = talk["dialogue"][:3]
        said = [one for pair in pairs for one in zip(("Sam", "Kim"), pair, strict=True)]
        card = tuple(found[2][key]["meta"]["assistant"])
        yield Case(
            key=f"{key}-{number}",
            persona=Persona(name="Kim", id=key, statements=card),
            before=tuple(
                [(one, other) for one, other in found[earlier][key]["dialogue"]]
                for earlier in range(2, number)
            ),
            said=tuple(said[:-1]),
            gold=said[-1][1],
            told=tuple(talk["meta"]["assistant"]),
        )


def replied(cases: Sequence[Case], options: argparse.Namespace) -> dict[str, list[str]]:
    """The replies of each arm; those that the file has are not made again."""
    rows = lines_of(options.out)
    known = {(one["case"], one["arm"]): one["reply"] for one in rows}
    lm = open_model(options.model or load_settings().model)
    for done, case in enumerate(cases, 1):
        for arm, method in ARMS.items():
            if (case.key, arm) not in known:
                reply = reply_to(case, speaker_of(lm, method, options.seed))
                known[case.key, arm] = reply
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"case": case.key, "arm": arm, "reply": reply}) + "\n")
        print(f"\r{done} of {len(cases)}", end="", flush=True)
    lm.close()
    print()
    return {arm: [known[case.key, arm] for case in cases] for arm in ARMS}


def lines_of(file: Path) -> list[Any]:
    """What was kept; a last line that was cut off is made again."""
    if not file.exists():
        return []
    whole = file.read_text("utf-8").rpartition("\n")[0]
    file.write_text(f"{whole}\n" if whole else "", "utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def reply_to(case: Case, speaker: Speaker) -> str:
    """The reply to the last message, after the earlier sessions were held and learned from."""
    given: dict[str, Any] = {"user": "Sam", "greeting": None}
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "personae.db") as store,
    ):
        memory = open_memory(store, speaker, own=True)
        remembers = speaker.options.get("memories") != 0
        for pairs in case.before if remembers else ():
            talk = Conversation.begin(store, case.persona, speaker, memory=memory, **given)
            held(talk, pairs)
            sides = {
                name: [turn for turn in talk.path if turn.speaker == name]
                for name in ("Sam", "Kim")
            }
            memory.learn(sides["Sam"], holder="Kim", heard="Sam")
            memory.learn_own(sides["Kim"], holder="Kim", shown=case.persona.statements)
        last = Conversation.begin(store, case.persona, speaker, memory=memory, **given)
        for name, text in case.said:
            store.append_turn(last.session.id, NewTurn(name, text))
        return last.answer().text


def print_table(cases: Sequence[Case], replies: dict[str, list[str]]) -> None:
    """Shares with their intervals, each arm tested against the one without memory."""
    judge = open_nli(name="second")
    limit = judge.thresholds[JUDGED_SHARE]
    base: dict[str, list[bool]] = {}
    for arm, texts in replies.items():
        told = judge_replies(judge, [(t, c.told) for t, c in zip(texts, cases, strict=True)])
        new = judge_replies(judge, [(t, _new(c)) for t, c in zip(texts, cases, strict=True)])
        held_true = {
            "contradicts": [one.contradicts(limit) for one in told],
            "says a statement": [_says(one) for one in told],
            "says a new one": [_says(one) for one in new],
        }
        print(f"{arm}: {len(cases)} sessions")
        for name, hits in held_true.items():
            test = ""
            if name in base:
                test = f"  p = {_two_sided(hits, base[name]):.3f}"
            print(f"  {name:17} {interval([float(hit) for hit in hits])}{test}")
        if arm != PERSON:
            scores = [f1(text, case.gold) for text, case in zip(texts, cases, strict=True)]
            print(f"  {'word F1':17} {interval(scores)}", flush=True)
        base = base or held_true


def _new(case: Case) -> tuple[str, ...]:
    """What the speaker told after the card was made."""
    return tuple(one for one in case.told if one not in case.persona.statements) or ("",)


def _says(one: Judged) -> bool:
    return one.entailment >= SAID


def _two_sided(hits: Sequence[bool], base: Sequence[bool]) -> float:
    return min(1.0, 2 * min(mcnemar(hits, base), mcnemar(base, hits)))


if __name__ == "__main__":
    main()
