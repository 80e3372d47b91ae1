"""`personae evaluate dialsim`: replay scripts against the clock, and ask what was said in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.data import Dialogue
    from personae.encoders.types import Embedder
    from personae.evaluate.dialsim import AnswerBy, Outcome
    from personae.evaluate.dialsim_plan import Asked
    from personae.lm.types import LanguageModel
    from personae.memory.events import Summarise

MADE = "made:"
Reader = Literal["overlap", "model", "unknown"]
_PROMPT_TOKENS = 500  # beside the turns: question, options, instruction, answer


def dialsim(
    out: Annotated[Path, typer.Option("--out", help="The folder of the logs.")],
    script: Annotated[
        str,
        typer.Option(
            "--script",
            help="made:SCENES, or chats with questions: LoCoMo, REALTALK, our own.",
        ),
    ] = "made:60",
    memory: Annotated[
        str, typer.Option("--memory", help="With commas: none, words, vectors, recall, oracle.")
    ] = "none,words,vectors,recall,oracle",
    unit: Annotated[
        Literal["turn", "session", "summary"], typer.Option("--unit", help="What an entry is.")
    ] = "turn",
    k: Annotated[
        int,
        typer.Option(
            "--k", min=0, max=500, help="Entries shown; 0: 20 turns, 10 sessions, 15 summaries."
        ),
    ] = 0,
    limit_s: Annotated[
        float, typer.Option("--limit-s", min=0.0, help="Seconds to save, search and answer.")
    ] = 5.0,
    names: Annotated[
        Literal["as-is", "shuffle", "new"], typer.Option("--names", help="Of the script's people.")
    ] = "as-is",
    reader: Annotated[
        Reader,
        typer.Option("--reader", help="Who answers: words in common, the model, always (E)."),
    ] = "overlap",
    scripts: Annotated[
        int, typer.Option("--scripts", min=0, help="Scripts of a file; 0: all.")
    ] = 0,
    agent: Annotated[
        str, typer.Option("--agent", help="Who the agent is; else who speaks most.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Questions a script; 0: all.")] = 0,
    unanswerable: Annotated[
        float, typer.Option("--unanswerable", min=0.0, max=1.0, help="Their share.")
    ] = 0.25,
    model: Annotated[str, typer.Option("--model", help="With --reader model.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay scripts utterance by utterance, and ask one question a scene with a time limit (S120).

    Five options, of which (E) is "I don't know". All memories are asked the same. The same command
    goes on where it was interrupted.
    """
    from personae.cli.opening import open_named_model
    from personae.evaluate.dialsim import MEMORIES
    from personae.evaluate.dialsim_plan import plan, renamed
    from personae.evaluate.memory_probe import memories_named

    kinds = memories_named(memory, MEMORIES)
    played = [renamed(one, names, seed) for one in _scripts(script, scripts, seed)]
    plans = [
        plan(one, agent, seed=seed, unanswerable=unanswerable, most=limit) for one in played
    ]  # fmt: skip
    lm = open_named_model(model, slots=1) if reader == "model" else None
    settings: dict[str, Any] = {
        "script": script, "scripts": scripts, "unit": unit, "k": k, "limit_s": limit_s,
        "names": names,
        "reader": reader, "agent": agent, "model": lm.fingerprint if lm else "",
        "seed": seed, "unanswerable": unanswerable, "limit": limit,
    }  # fmt: skip
    try:
        answer = _answer_by(reader, lm)
        found = {
            kind: _run(kind, played, plans, answer, settings, out / kind) for kind in kinds
        }  # fmt: skip
    finally:
        if lm is not None:
            lm.close()
    _report(
        found, seed, f"{sum(map(len, plans))} questions of {script}, an entry a {unit}", as_json
    )


def _scripts(script: str, most: int, seed: int) -> list[Dialogue]:
    """Scripts with their questions, or with those that their facts make where they have none."""
    from itertools import islice

    from personae.errors import InvalidOption
    from personae.evaluate.made_script import made_script
    from personae.formats.reading import find_data

    if not script.startswith(MADE):
        source = find_data(script)
        files = sorted(source.glob("*.json")) if source.is_dir() else [source]
        found = (one for file in files for one in _dialogues(file))
        return [_questioned(one) for one in islice(found, most or None)]
    number = script.removeprefix(MADE)
    if not number.isascii() or not number.isdigit() or len(number) > 4:
        raise InvalidOption(f"{script!r} is not like made:60, a script of sixty scenes.")
    return [made_script(int(number), seed)]


def _dialogues(file: Path) -> Iterator[Dialogue]:
    """The dialogues of a file; the sessions of a pair of Multi-Session Chat as one."""
    from personae.formats.reading import detect, read_dialogues

    known = detect(file).name
    return read_dialogues(file, known, **({"joined": True} if known == "msc" else {}))


def _questioned(script: Dialogue) -> Dialogue:
    from personae.cli.opening import disclosure_for
    from personae.evaluate.dialsim_facts import with_ids, with_questions
    from personae.formats.long_chats import questions_of

    script = with_ids(script)
    if questions_of(script):
        return script
    return with_questions(script, disclosure_for("The questions about a script"))


def _answer_by(reader: Reader, lm: LanguageModel | None) -> AnswerBy:
    from personae.evaluate.dialsim import by_model, by_overlap, never_knows

    if lm is not None:
        return by_model(lm, max(1, lm.context_tokens - _PROMPT_TOKENS))
    return never_knows if reader == "unknown" else by_overlap


def _run(
    kind: str,
    scripts: Sequence[Dialogue],
    plans: Sequence[Sequence[Asked]],
    answer: AnswerBy,
    settings: Mapping[str, Any],
    folder: Path,
) -> list[Outcome]:
    """One memory over all scripts; what the log has is not asked again."""
    import tempfile

    from personae.evaluate.dialsim import AgentMemory, replay
    from personae.evaluate.dialsim_log import Log
    from personae.store.sqlite import open_store

    log = Log.opened(folder, settings, [one for asked in plans for one in asked])
    embedder = _embedder() if kind in ("vectors", "recall") else None
    sum_up = _summarise() if settings["unit"] == "summary" else None
    found: list[Outcome] = []
    for number, (script, asked) in enumerate(zip(scripts, plans, strict=True), 1):
        stderr().print(f"{kind}: script {number} of {len(scripts)}, {len(asked)} questions")
        with tempfile.TemporaryDirectory() as place, open_store(Path(place) / "s.db") as store:
            memory = AgentMemory(store, kind, settings["unit"], embedder, settings["k"], sum_up)
            limit_s = settings["limit_s"]
            found += replay(
                script, asked, memory, answer, limit_s=limit_s, known=log.known, on_outcome=log.add
            )
    return found


def _embedder() -> Embedder:
    from personae.cli.opening import embedder_for
    from personae.registry import find

    return embedder_for(find("step", "recall"))


def _summarise() -> Summarise:
    """Without a language model: the sentences that tell most."""
    from personae.cli.opening import disclosure_for
    from personae.memory.events import told_most

    return told_most(disclosure_for("Summaries of sessions"))


def _report(
    found: Mapping[str, Sequence[Outcome]], seed: int, title: str, as_json: bool
) -> None:  # fmt: skip
    from personae.evaluate.dialsim_log import summary

    rows = summary(found, seed)
    if as_json:
        print_json(rows)
        return
    kinds = sorted({one.asked.kind for all_ in found.values() for one in all_})
    print_table(
        ("memory", "accuracy", "less the first", "evidence shown", *kinds),
        [
            (name, _interval(one["accuracy"]), _difference(one.get("difference")),
             _share(one["shown"]), *(_of(one["kinds"].get(kind)) for kind in kinds))
            for name, one in rows.items()
        ],
        title=title,
    )  # fmt: skip
    print_table(
        ("memory", "timeouts", "ambiguous", "ms to save", "to search", "to answer"),
        [
            (name, json.dumps(one["timeouts"]).strip("{}") or "none", str(one["ambiguous"]),
             *(f"{1000 * value:.1f}" for value in one["seconds"]))
            for name, one in rows.items()
        ],
    )  # fmt: skip


def _interval(value: Sequence[float]) -> str:
    return f"{value[0]:.3f} [{value[1]:.3f}, {value[2]:.3f}]"


def _difference(value: Sequence[float] | None) -> str:
    return f"{value[0]:+.3f} [{value[1]:+.3f}, {value[2]:+.3f}] p={value[3]:.3f}" if value else ""


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _of(counts: Sequence[int] | None) -> str:
    return f"{counts[0]}/{counts[1]}" if counts else "–"
