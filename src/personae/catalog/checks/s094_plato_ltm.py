"""S094 PLATO-LTM: what is told of oneself is found, replaced or appended, and recalled next time.

Real models throughout. The parts that a check must be able to fail without: the extractor against
"keep every turn", replacing against appending, recalling against the turns of the new session.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.catalog.check_methods import mean, paired_p
from personae.encoders.disclosure import Disclosure, open_disclosure
from personae.encoders.memory_match import open_memory_match
from personae.encoders.nli import open_nli
from personae.encoders.updates import open_updates
from personae.evaluate.memory_match import AT, Ranked, Tagged, ranked, read_tagged, scorers
from personae.formats.msc import read
from personae.memory.keeping import Keeper, Kept
from personae.memory.remembering import Remembering
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.types import StoredTurn
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    from personae.encoders.types import Nli

TURNS, DIALOGUES = 800, 100
LEAST_F1 = 0.85
START = datetime(2026, 3, 1, tzinfo=UTC)
SESSIONS = (
    ("I live in Rome.", "I have two dogs.", "Hello, how are you?", "I work as a baker.",
     "My sister plays the violin.", "What a lovely evening!"),
    ("Hi again!", "I moved to Oslo.", "I love green tea.", "How was your week?",
     "I am afraid of spiders.", "See you soon."),
)  # fmt: skip
LASTING = {
    "I moved to Oslo.", "I have two dogs.", "I work as a baker.", "My sister plays the violin.",
    "I love green tea.", "I am afraid of spiders.",
}  # fmt: skip
# What was told, what is asked in the next session, and the rule that reads the answer.
SLOTS = (
    ("My dog is called Nub.", "What is the name of my dog?", r"called (\w+)", "Nub"),
    ("I work as a baker.", "What is my job?", r"work as an? (\w+)", "baker"),
    ("I live in Oslo.", "Where do I live?", r"live in (\w+)", "Oslo"),
    ("My favorite colour is teal.", "Which colour do I like best?", r"colour is (\w+)", "teal"),
    ("I have three children.", "How many children do I have?", r"have (\w+) children", "three"),
    ("I play the cello.", "Which instrument do I play?", r"play the (\w+)", "cello"),
    ("I am allergic to nuts.", "What food am I allergic to?", r"allergic to (\w+)", "nuts"),
    ("I drive a red truck.", "Which vehicle do I drive?", r"drive a red (\w+)", "truck"),
    ("I was born in March.", "In which month was I born?", r"born in (\w+)", "March"),
    ("I study chemistry.", "Which subject do I study?", r"study (\w+)", "chemistry"),
)  # fmt: skip
SMALL_TALK = ("Hello there!", "How are you today?", "That is nice to hear.", "Do you think so?")


def check(context: CheckContext) -> list[str]:
    """Write policy, extractor, matcher, and ten questions about the last session."""
    disclosure, nli = open_disclosure(context.embedder()), open_nli()
    evidence = [written(disclosure, nli), extracted(context, disclosure)]
    return [*evidence, *matched(context, disclosure, nli), answered(disclosure, nli)]


def said(lines: Sequence[str], session: int) -> list[StoredTurn]:
    """The lines as turns of Bo's, a minute apart, sessions a week apart."""
    start = START + timedelta(days=7 * session)
    return [
        StoredTurn(f"{session}-{at}", f"s{session}", "", "Bo", text, "utterance",
                   start + timedelta(minutes=at))
        for at, text in enumerate(lines)
    ]  # fmt: skip


def remembering(folder: str, disclosure: Disclosure, nli: Nli | None) -> Remembering:
    """A memory of its own, by the lenient rule of replacing."""
    store = open_store(Path(folder) / "personae.db")
    updates = open_updates(nli, disclosure.embedder) if nli else None
    keeper = Keeper(store, disclosure.embedder, nli, clashes="lenient", updates=updates)
    return Remembering(keeper, disclosure)


def written(disclosure: Disclosure, nli: Nli) -> str:
    """Raise CheckFailed unless twelve turns leave one city, and everything else as it was."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        log, left = _after_sessions(remembering(folder, disclosure, nli))
        _, appended = _after_sessions(remembering(other, disclosure, None))
    replaced = [(one.others[0].text, one.memory.text) for one in log if one.others]
    expect(left == LASTING, f"After two sessions these are left: {sorted(left)}.")
    expect(replaced == [("I live in Rome.", "I moved to Oslo.")], f"Replaced were {replaced}.")
    expect(
        {"I live in Rome.", "I moved to Oslo."} <= appended,
        "Without the inference model the city is replaced as well.",
    )
    return (
        f"12 turns of 2 sessions: {len(log)} told something, 1 city replaced "
        f"(cosine {next(one.cosine for one in log if one.others):.2f}), the rest appended; without "
        "the inference model both cities stay"
    )


def _after_sessions(memory: Remembering) -> tuple[list[Kept], set[str]]:
    log = [
        kept
        for number, lines in enumerate(SESSIONS)
        for kept in memory.learn(said(lines, number), holder="Ana", heard="Bo")
    ]
    return log, {one.text for one in memory.keeper.store.memories(Scope())}


def extracted(context: CheckContext, disclosure: Disclosure) -> str:
    """Raise CheckFailed unless turns that people took notes of are told from the others."""
    turns = [
        turn
        for file in sorted(data_file(context, "msc").glob("parse-session-?-test.json"))
        for dialogue in read(file)
        for turn in dialogue.turns
        if turn.speaker == "user"
    ][::4][:TURNS]
    pieces = [split_sentences(turn.text) or [turn.text] for turn in turns]
    odds = iter(disclosure.disclosure([one for some in pieces for one in some]).tolist())
    found = [max(next(odds) for _ in some) >= 0.5 for some in pieces]
    noted = [bool(turn.labels["memory"]) for turn in turns]
    mine, every = f1(found, noted), f1([True] * len(noted), noted)
    line = f"{len(turns)} turns of MSC's test part: F1 {mine:.3f} (keep every turn: {every:.3f})"
    expect(mine >= LEAST_F1 and mine > every, f"{line}; it was to be {LEAST_F1} at least.")
    return line


def f1(found: Sequence[bool], true: Sequence[bool]) -> float:
    """Of the positive class."""
    right = sum(a and b for a, b in zip(found, true, strict=True))
    return 2 * right / max(1, sum(found) + sum(true))


def matched(context: CheckContext, disclosure: Disclosure, nli: Nli) -> list[str]:
    """Raise CheckFailed unless the trained matcher finds more than the embedder's cosine."""
    file, embedder = data_file(context, "msc", "session-4-test.json"), disclosure.embedder
    tagged = read_tagged(file, DIALOGUES, embedder, nli, context.seed)
    found = {
        name: ranked(tagged, score)
        for name, score in scorers(embedder, open_memory_match(embedder)).items()
    }
    return compared(tagged, found, context.seed)


def compared(tagged: Sequence[Tagged], found: dict[str, Ranked], seed: int) -> list[str]:
    """The figures of both; see `matched`."""
    size = mean([float(len(one.facts)) for one in tagged])
    told = "; ".join(
        f"{name}: "
        + ", ".join(
            f"recall@{k} {mean([row[at] for row in one.recalls]):.3f}" for at, k in enumerate(AT)
        )
        + f", AUC {mean(one.aucs):.3f}"
        for name, one in found.items()
    )
    pairs = zip(found["trained"].recalls, found["cosine"].recalls, strict=True)
    gains = [mine[-1] - other[-1] for mine, other in pairs]
    line = f"{len(tagged)} turns of MSC's fourth sessions, {size:.0f} memories each: {told}"
    expect(sum(gains) > 0, f"{line}; the trained matcher finds no more than the cosine.")
    areas = [a - b for a, b in zip(found["trained"].aucs, found["cosine"].aucs, strict=True)]
    return [
        line,
        f"trained over cosine, paired: recall@{AT[-1]} p = {paired_p(gains, seed):.3f}, AUC p = "
        f"{paired_p(areas, seed):.3f}",
    ]


def answered(disclosure: Disclosure, nli: Nli) -> str:
    """Raise CheckFailed unless a rule reads all ten slots from what is recalled, and none else."""
    told = [line for at, slot in enumerate(SLOTS) for line in (slot[0], SMALL_TALK[at % 4])]
    with tempfile.TemporaryDirectory() as folder:
        memory = remembering(folder, disclosure, nli)
        memory.learn(said(told, 0), holder="Ana", heard="Bo")
        right = {
            name: sum(slot_read(slot, texts(memory, slot[1], name)) for slot in SLOTS)
            for name in ("Ana", "Eve")
        }
    line = f"ten questions about the last session: {right['Ana']} read from what is recalled"
    expect(right["Ana"] == len(SLOTS) and not right["Eve"], f"{line}, {right['Eve']} by another.")
    return f"{line}, {right['Eve']} by a character who was not told"


def texts(memory: Remembering, question: str, holder: str) -> list[str]:
    """What the holder recalls for a question of Bo's."""
    return [one.memory.text for one in memory.recall(question, holder=holder, heard_by="Bo", k=3)]


def slot_read(slot: tuple[str, str, str, str], recalled: Sequence[str]) -> bool:
    """Whether the rule's first match in what is recalled is the answer."""
    found = next((hit[1] for one in recalled if (hit := re.search(slot[2], one))), "")
    return found == slot[3]
