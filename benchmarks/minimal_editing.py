"""Measure grounded minimal editing on PersonaMinEdit (S103), beside what costs nothing.

    python benchmarks/minimal_editing.py --data ../shared/data --limit 200 --out runs/editing
    python benchmarks/minimal_editing.py --data ../shared/data --limit 200 --no-model

Outputs are kept in the folder `--out`, one line an item, and a second run goes on from there. The
editor chooses by the first judge; the second was trained from another seed on other data.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from personae.cli.output import print_table
from personae.encoders.nli import open_nli
from personae.encoders.types import Nli
from personae.errors import EnvironmentFault
from personae.evaluate.minimal_editing import BASELINES, Item, human, measured, read_items, table
from personae.lm.names import open_model
from personae.lm.types import LanguageModel
from personae.steps.minimal_edits import edit_reply

TEST = Path("gme-personachat/data/personachat-ucpt/test.json")
COLUMNS = ("BLEU-4", "P-score", "average", "edited tokens", "contradicting clause %")


def opened_judges() -> dict[str, Nli]:
    """The judges by name; a sentence where the second is not here."""
    judges: dict[str, Nli] = {"first": open_nli()}
    try:
        judges["second"] = open_nli(name="second")
    except EnvironmentFault as error:
        print(f"No second judge: {error}")
    return judges


def edited(item: Item, nli: Nli, lm: LanguageModel | None) -> str:
    """The reply edited towards each statement in turn."""
    text = item.reply
    heard = item.context[-1] if item.context else ""
    for number, statement in enumerate(item.statements):
        others = item.statements[:number]
        text = edit_reply(text, statement, nli=nli, lm=lm, heard=heard, others=others).after
    return text


def outputs(items: list[Item], nli: Nli, lm: LanguageModel | None, file: Path) -> list[str]:
    """One edited reply an item; those that the file has are not made again."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    made = [str(json.loads(line)) for line in lines][: len(items)]
    started, before = time.perf_counter(), len(made)
    with file.open("a", encoding="utf-8") as stream:
        for item in items[before:]:
            made.append(edited(item, nli, lm))
            stream.write(json.dumps(made[-1], ensure_ascii=False) + "\n")
            stream.flush()
    if len(made) > before:
        seconds = (time.perf_counter() - started) / (len(made) - before)
        print(f"{file.stem}: {seconds:.2f} s an item")
    return made


def main() -> None:
    """Print a table for each judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="which items are drawn")
    parser.add_argument("--out", type=Path, default=Path("runs/editing"))
    parser.add_argument("--no-model", action="store_true", help="leave out the language model")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    everything = read_items(options.data / TEST)
    items = random.Random(options.seed).sample(everything, min(options.limit, len(everything)))
    judges = opened_judges()
    editors = {name: [edit(item) for item in items] for name, edit in BASELINES.items()}
    by_nli = options.out / f"by-nli-{options.seed}.jsonl"
    editors["minimal editing, no language model"] = outputs(items, judges["first"], None, by_nli)
    if not options.no_model:
        lm = open_model("embedded", slots=1)
        by_lm = options.out / f"with-model-{options.seed}.jsonl"
        editors["minimal editing"] = outputs(items, judges["first"], lm, by_lm)
        lm.close()
    for name, judge in judges.items():
        rows = {editor: measured(items, texts, judge) for editor, texts in editors.items()}
        rows["human, against the other two"] = human(items, judge)
        title = f"{len(items)} test items, {name} judge ({judge.name})"
        print_table(("editor", *COLUMNS), table(rows), title=title)


if __name__ == "__main__":
    main()
