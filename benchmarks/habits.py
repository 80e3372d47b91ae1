"""Habitual schemas (S005): is the right one found, is one induced, and what do the replies say?

    python benchmarks/habits.py retrieval
    python benchmarks/habits.py induction --number 20 --out runs/induction.jsonl
    python benchmarks/habits.py personas --dialogues 16 --out runs/test.habits
    python benchmarks/habits.py replies --out runs/habit-replies.jsonl
    python benchmarks/habits.py turns --number 100 --out runs/habit-turns.jsonl [--data valid]

`retrieval`: 40 messages that we wrote before any retrieval, and replies of PersonaChat that people
grounded in a statement: of `compac-persona-grounding` those whose statement entails (0.9) the
source of one shipped habit and of no other. Compared: the habit's whole text, its header, its
nearest fact, the source statement alone, and BM25 over the texts.

`induction`: statements of PersonaChat's validation part, unfolded with the grammar and without.
`personas`: habits for the personas of the first dialogues of the test part, for `personae reply`.
`replies`: to the 40 messages, by `plain` and each mode; counts replies with a content word of the
found facts that stands neither in the message nor in the persona. Exact one-sided McNemar test.
`turns`: the first turn of each PersonaChat dialogue that a shipped habit of the persona is near to,
by each arm: word F1, contradictions by the second judge, relevance, distinct-1 and -2, how often a
reply says something of the facts. `--minutes` ends it early; turns that all arms answered count.
All but `retrieval` go on where they stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from memory_recall import interval

from personae import habits as shipped
from personae.catalog.check_methods import mcnemar
from personae.catalog.checks.s005_habitual import uses
from personae.catalog.habit_probes import PROBES
from personae.data import Dialogue, Persona, Sample, Scene
from personae.draft import Kit
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.types import Embedder, Nli
from personae.evaluate.targets import Target, sample_seed, targets
from personae.formats.reading import read_dialogues
from personae.lm.names import open_model
from personae.lm.types import LanguageModel
from personae.media.atomic_file import write_atomically
from personae.memory.habits import Found, found_habit, owned_by
from personae.memory.inducing import induce, induce_all
from personae.metrics.rouge_l import f_measure
from personae.metrics.types import Scores
from personae.registry import build, parse_options
from personae.settings import load_settings
from personae.speaker import Speaker
from personae.text.bm25 import index_texts
from personae.text.habits import write_habits
from personae.text.written import as_statement, as_written

SURELY = 0.9
RELEVANT = 0.3  # the method's default
ARMS = ("plain", "habitual", "habitual:told=system", "habitual:told=before", "habitual:told=said",
        "habitual:told=after", "habitual:mode=paraphrase")  # fmt: skip


def main() -> None:
    """Run the part that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=tuple(PARTS))
    parser.add_argument("--number", type=int, default=20)
    parser.add_argument("--dialogues", type=int, default=16)
    parser.add_argument("--data", choices=("test", "valid"), default="test")
    parser.add_argument("--attempts", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=600, help="Stop replying after so many.")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--model", default="")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.out is None and options.part != "retrieval":
        parser.error("This part writes to a file: give --out.")
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    PARTS[options.part](options)


def retrieval(_: argparse.Namespace) -> None:
    """Which share of messages finds its habit, by what is compared."""
    embedder, nli = open_embedder(), open_nli()
    data = load_settings().datasets_dir / "compac-persona-grounding" / "persona_grounding.csv"
    sets = {"written": list(PROBES)}
    if data.exists():
        sets["grounded"] = list(grounded(data, embedder, nli))
    for name, probes in sets.items():
        print(f"{name}: {len(probes)} messages about {len({at for _, at in probes})} habits")
        for way, hits in compared(probes, embedder).items():
            print(f"  {way:7} {interval([float(hit) for hit in hits])}", flush=True)


def grounded(file: Path, embedder: Embedder, nli: Nli) -> Iterator[tuple[str, int]]:
    """Replies of people whose statement entails the source of one shipped habit alone."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(one["utterance"], one["persona_sentence"]) for one in csv.DictReader(lines)]
    sources = [habit.source for habit in shipped.everyday()]
    statements = list(dict.fromkeys(as_statement(statement) for _, statement in rows))
    near = embedder.embed(statements) @ embedder.embed(sources).T
    asked = [
        (a, b) for a in range(len(statements)) for b in range(len(sources)) if near[a, b] > 0.3
    ]
    odds = nli.classify([(statements[a], sources[b]) for a, b in asked])[:, 0].tolist()
    entailed: dict[str, list[int]] = {}
    for (a, b), value in zip(asked, odds, strict=True):
        if value >= SURELY:
            entailed.setdefault(statements[a], []).append(b)
    for said, statement in rows:
        places = entailed.get(as_statement(statement), [])
        if len(places) == 1:
            yield as_written(said), places[0]


def compared(probes: Sequence[tuple[str, int]], embedder: Embedder) -> Mapping[str, list[bool]]:
    """By way of comparing, whether each message finds its habit."""
    library = shipped.everyday()
    place = {habit: at for at, habit in enumerate(library)}
    sources = embedder.embed([habit.source for habit in library])
    index = index_texts([habit.text for habit in library])
    found: dict[str, list[bool]] = {
        name: [] for name in ("text", "event", "fact", "source", "bm25")
    }
    for said, wanted in probes:
        for by in ("text", "event", "fact"):
            best = found_habit(library, said, embedder, by=by)  # type: ignore[arg-type]
            found[by].append(best is not None and place[best.habit] == wanted)
        found["source"].append(int((sources @ embedder.embed([said])[0]).argmax()) == wanted)
        scores = index.scores(said)
        found["bm25"].append(max(scores) > 0 and scores.index(max(scores)) == wanted)
    return found


def induction(options: argparse.Namespace) -> None:
    """How often a habit comes out, with the grammar and without, and after how many attempts."""
    data = load_settings().datasets_dir / "xpersona" / "En_persona_valid.json"
    personas = {target.scene().persona.statements for target in targets(read_dialogues(data))}
    pool = sorted({as_statement(one) for some in personas for one in some})
    chosen = random.Random(options.seed).sample(pool, options.number)
    rows = read_rows(options.out)
    lm, nli = open_model(options.model or load_settings().model, slots=1), open_nli()
    until = time.monotonic() + 60 * options.minutes
    for number, statement in enumerate(chosen):
        for is_free in (False, True):
            key = f"{'free' if is_free else 'grammar'}/{statement}"
            if key not in rows and time.monotonic() < until:
                made = induce(
                    lm,
                    statement,
                    nli=nli,
                    seed=options.seed + number,
                    is_free=is_free,
                    attempts=options.attempts,
                )
                text = write_habits([made.habit]) if made.habit else ""
                rows[key] = {"attempts": made.attempts, "faults": made.faults, "habit": text,
                             "passage": made.passage, "dropped": made.dropped}  # fmt: skip
                keep_row(options.out, key, rows[key])
    lm.close()
    for way in ("grammar", "free"):
        some = [row for key, row in rows.items() if key.startswith(f"{way}/")]
        first = [float(bool(row["habit"]) and row["attempts"] == 1) for row in some]
        print(f"{way}: {len(some)} statements")
        print(f"  at the first attempt {interval(first)}")
        within = [float(bool(row["habit"])) for row in some]
        print(f"  within {options.attempts} attempts    {interval(within)}")
        print(f"  facts dropped        {sum(len(row['dropped']) for row in some)}", flush=True)


def personas(options: argparse.Namespace) -> None:
    """A file of habits for the personas of the first dialogues of the test part."""
    data = load_settings().datasets_dir / "xpersona" / "En_persona_test.json"
    lm, nli = open_model(options.model or load_settings().model, slots=1), open_nli()
    done = list(shipped.read_habits(options.out)) if options.out.exists() else []
    dialogues = list(islice(read_dialogues(data), options.dialogues))
    told = {t.scene().persona.statements for d in dialogues for t in targets([d])}
    for statements in sorted(told):
        for one in induce_all(lm, statements, known=done, nli=nli, seed=options.seed):
            if one.habit is not None:
                done.append(one.habit)
                write_atomically(options.out, write_habits(done).encode())
            print(f"{len(done)}. {one.statement} {one.attempts} {one.faults}", flush=True)
    lm.close()


def replies(options: argparse.Namespace) -> None:
    """What replies to the written messages say of the facts."""
    rows = read_rows(options.out)
    lm, embedder, nli = (
        open_model(options.model or load_settings().model, slots=1), open_embedder(), open_nli(),
    )  # fmt: skip
    library = shipped.everyday()
    persona = Persona(name="Kim", statements=tuple(habit.source for habit in library))
    base: list[bool] = []
    for arm in options.arms.split(","):
        speaker = speaker_of(lm, arm, embedder, nli)
        said = []
        for number, (message, _) in enumerate(PROBES):
            key, scene = f"{arm}/{number}", Scene(persona=persona, user="Sam").said("Sam", message)
            if key not in rows:
                reply = speaker.reply(scene, seed=options.seed + number)
                found = found_habit(library, message, embedder)
                assert found is not None  # the shipped habits are there
                rows[key] = {"reply": reply.text, "facts": found.facts}
                keep_row(options.out, key, rows[key])
            said.append(uses(rows[key]["reply"], rows[key]["facts"], scene))
        print(f"{arm:24} {interval([float(one) for one in said])}", end="")
        print(f"  McNemar p = {mcnemar(said, base):.2g}" if base else "", flush=True)
        base = base or said
    lm.close()


def turns(options: argparse.Namespace) -> None:
    """Replies to real messages that a shipped habit of the persona is near to."""
    embedder, nli = open_embedder(), open_nli()
    data = load_settings().datasets_dir / "xpersona" / f"En_persona_{options.data}.json"
    chosen = list(islice(with_a_habit(read_dialogues(data), embedder, nli), options.number))
    about = {target.id: found.told for target, found in chosen}
    compare_arms([target for target, _ in chosen], about, options, embedder, nli)


def compare_arms(
    chosen: Sequence[Target], about: Mapping[str, Sequence[str]], options: argparse.Namespace,
    embedder: Embedder, nli: Nli,
) -> None:  # fmt: skip
    """Reply to each turn by each arm, and print the metrics of the turns that all have answered.

    `about` has what a turn's reply may say: the facts, or the story.
    """
    lm, rows = open_model(options.model or load_settings().model, slots=1), read_rows(options.out)
    arms, until = options.arms.split(","), time.monotonic() + 60 * options.minutes
    speakers = {arm: speaker_of(lm, arm, embedder, nli) for arm in arms}
    for target in chosen:
        for arm, speaker in speakers.items():
            key = f"{arm}/{target.id}"
            if key not in rows and time.monotonic() < until:
                seed = sample_seed(options.seed, target.id)
                reply = speaker.reply(target.scene(), seed=seed)
                rows[key] = {"reply": reply.text, "seconds": round(reply.timings.total_s, 3)}
                keep_row(options.out, key, rows[key])
    answered = [one for one in chosen if all(f"{arm}/{one.id}" in rows for arm in arms)]
    print(f"{len(answered)} turns of {options.data}")
    kit = Kit(lm, embedder=embedder, nli=nli, judges={"second": open_nli(name="second")})
    base: list[bool] = []
    for arm in arms if answered else ():
        done = [rows[f"{arm}/{one.id}"] for one in answered]
        base = report_arm(arm, answered, done, about, kit, base) or base
    lm.close()


def report_arm(
    arm: str, answered: Sequence[Target], done: Sequence[Mapping[str, Any]],
    about: Mapping[str, Sequence[str]], kit: Kit, base: Sequence[bool],
) -> list[bool]:  # fmt: skip
    """Print an arm's metrics; returns which replies say something of what they may say."""
    samples = [
        Sample(id=one.id, scene=one.scene(), reference=one.reference, reply=row["reply"])
        for one, row in zip(answered, done, strict=True)
    ]
    said = [uses(one.reply, about[one.id], one.scene) for one in samples]
    near = [f_measure(one.reply, " ".join(about[one.id])) for one in samples]
    print(arm)
    for name, options_of in METRICS:
        scores = build("metric", name, options_of)(samples, kit)
        print(f"  {scores.name:20} {told(scores)}")
    print(f"  rouge-l to what is told {interval(near)}")
    print(f"  seconds a reply      {interval([row['seconds'] for row in done])}")
    print(f"  says something of it {interval([float(one) for one in said])}", end="")
    print(f"  McNemar p = {mcnemar(said, base):.2g}" if base else "", flush=True)
    return [] if base else said


METRICS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("word-f1", {}), ("contradiction-rate", {"judge": "second", "gold_share": 0.1}),
    ("relevance", {}), ("distinct", {"n": 1}), ("distinct", {"n": 2}), ("length", {}),
)  # fmt: skip


def told(scores: Scores) -> str:
    """Mean and interval; the total alone where it is of the whole."""
    if scores.leave_one_out is not None:
        return f"{scores.total:.3f}"
    return interval([value for value in scores.values if value is not None])


def with_a_habit(
    dialogues: Iterable[Dialogue], embedder: Embedder, nli: Nli
) -> Iterator[tuple[Target, Found]]:
    """The first turn of each dialogue to which the method would tell a shipped habit."""
    library = shipped.everyday()
    for dialogue in dialogues:
        for target in targets([dialogue]):
            owned = owned_by(library, target.scene().persona.statements, embedder, nli)
            said = target.scene().last_user_text
            found = found_habit(library, said, embedder, among=owned)
            if found is not None and found.score >= RELEVANT:
                yield target, found
                break


def speaker_of(lm: LanguageModel, arm: str, embedder: Embedder, nli: Nli) -> Speaker:
    """`method:option=value` as a speaker."""
    method, *pairs = arm.split(":")
    return Speaker(
        lm, method, options=parse_options(pairs), embedder=embedder, nli=nli, replayable=True
    )


def read_rows(file: Path) -> dict[str, Any]:
    """What an earlier run has done, by key."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {row["key"]: row for row in map(json.loads, lines)}


def keep_row(file: Path, key: str, row: Mapping[str, Any]) -> None:
    """Add one result to the file."""
    with file.open("a", encoding="utf-8") as rows:
        rows.write(json.dumps({"key": key, **row}, ensure_ascii=False) + "\n")


PARTS = {
    "retrieval": retrieval, "induction": induction, "personas": personas, "replies": replies,
    "turns": turns,
}  # fmt: skip

if __name__ == "__main__":
    main()
