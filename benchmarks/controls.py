"""Do replies follow the attributes that they are asked for (See et al. 2019, S067)?

    python benchmarks/controls.py --data ../shared/data --out runs/controls [--only NAME ...]
    python benchmarks/controls.py --adapter work/controlled-seed-0/adapter.gguf --out runs/other

The second turn of each of the first dialogues of XPersona's English test part, gold history, is
answered under each setting: plain tuning alone and with weighted decoding, conditional training,
and the base model. One table: questions, NIDF, relatedness, repetition, words, word F1,
and the perplexity of the gold replies for the settings of _SCORED. Replies are kept in the folder
`--out`, and a second run goes on from there.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from personae.cli.output import print_table
from personae.data import Sample
from personae.draft import Kit
from personae.encoders.embedder import open_embedder
from personae.evaluate.bootstrap import interval
from personae.evaluate.targets import Target, targets
from personae.formats.reading import read_dialogues
from personae.formats.written import written
from personae.lm.embedded import open_embedded
from personae.lm.scripted import ScriptedModel
from personae.recipes.kept_rows import kept_rows
from personae.registry import build
from personae.speaker import Speaker

SHIPPED = "controlled-attributes"
TEST = Path("xpersona/En_persona_test.json")
METRICS = ("questions", "specificity", "relevance", "repetition", "length", "word-f1", "perplexity")
_BLOCK = 20
_USUAL = {"temperature": 0.7, "max_sentences": 3, "max_tokens": 40}
# Scoring costs about as much as replying: only what answers how dear a control is.
_SCORED = (
    "base", "plain tuning", "CT", "CT question 7", "CT specificity 9", "CT relatedness 9",
)  # fmt: skip
Options = dict[str, Any]


def settings(adapter: str) -> dict[str, Options]:
    """The settings by name."""
    tuned = {"controls": {}, "adapter": "plain-tuning"}
    found: dict[str, Options] = {
        "base": {"weights": {}},
        "plain tuning": {**tuned, "weights": {}},
    }
    for feature, weights in (("question", (2, 4)), ("nidf", (2, 4)), ("lastuttsim", (2, 5))):
        for weight in weights:
            found[f"WD {feature} {weight:+d}"] = {**tuned, "weights": {feature: weight}}
    return found | _asked_of(adapter)


def _asked_of(adapter: str) -> dict[str, Options]:
    asked = {"adapter": adapter, "weights": {}}
    found: dict[str, Options] = {"CT": {"controls": {}, **asked}}
    for name, buckets in (
        ("question", (0, 3, 7, 10)), ("specificity", (0, 3, 6, 9)), ("relatedness", (0, 3, 6, 9))
    ):  # fmt: skip
        for bucket in buckets:
            found[f"CT {name} {bucket}"] = {"controls": {name: bucket}, **asked}
    seven, ten = ({"controls": {"question": at}, "adapter": adapter} for at in (7, 10))
    found["CT question 7, repetition controlled"] = seven
    found["CT question 10, boost of 4"] = {**ten, "boost": True, "candidates": 4}
    return found


def contexts(file: Path, count: int) -> list[Target]:
    """The second test turn of each of the first dialogues: there is something to repeat."""
    found = []
    for dialogue in read_dialogues(file, "xpersona"):
        found += targets([written(dialogue)])[1:2]
        if len(found) == count:
            break
    return found


def samples(
    lm: Any, asked: list[Target], options: Options, file: Path, is_scored: bool
) -> list[Sample]:
    """The replies under one setting, and how likely the gold replies are if `is_scored`."""
    options = {**_USUAL, **options}
    speaker = Speaker(lm, "controlled", options=options, embedder=open_embedder(), replayable=True)

    def made(at: int) -> Iterator[Mapping[str, Any]]:
        for one in asked[at : at + _BLOCK]:
            scene = one.scene()
            reply = speaker.reply(scene, seed=zlib.crc32(one.id.encode())).text
            gold = speaker.score_reference(scene, one.reference) if is_scored else None
            yield {
                "id": one.id, "reply": reply, "nats": gold.total if gold else None,
                "tokens": gold.tokens if gold else 0,
            }  # fmt: skip

    rows = kept_rows(file, range(0, len(asked), _BLOCK), made)
    return [
        Sample(
            id=one.id, scene=one.scene(), reply=row["reply"], reference=one.reference,
            reference_log_likelihood=row["nats"], reference_tokens=row["tokens"],
        )
        for one, row in zip(asked, rows, strict=True)
    ]  # fmt: skip


def measured(found: list[Sample], kit: Kit) -> dict[str, list[float]]:
    """Each metric with its 95 % interval."""
    figures = {}
    for name in METRICS:
        scores = build("metric", name)(found, kit)
        span = interval(scores, seed=0)
        figures[name] = [scores.total, *((span.low, span.high) if span else ())]
    return figures


def main() -> None:
    """Print the table, a line a setting as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, help="one of yours, not the one that ships")
    parser.add_argument("--contexts", type=int, default=100)
    parser.add_argument("--only", nargs="*", default=[], help="these settings, as `CT question 7`")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    asked = contexts(options.data / TEST, options.contexts)
    lm = open_embedded(adapters=[options.adapter] if options.adapter else [])
    name = lm.adapters[-1] if options.adapter else SHIPPED
    kit = Kit(lm=ScriptedModel(), embedder=open_embedder())
    human = [
        Sample(id=one.id, scene=one.scene(), reply=one.reference, reference=one.reference)
        for one in asked
    ]
    table = {"human": measured(human, kit)}
    for setting, given in settings(name).items():
        if not options.only or setting in options.only:
            file = options.out / f"{setting.replace(' ', '-').replace(',', '')}.jsonl"
            table[setting] = measured(samples(lm, asked, given, file, setting in _SCORED), kit)
            told = (f"{name} {one[0]:.3f}" for name, one in table[setting].items())
            print(f"{setting}:", *told, flush=True)
    lm.close()
    (options.out / "table.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print_table(("setting", *METRICS), [
        (setting, *(_told(figures[name]) for name in METRICS)) for setting, figures in table.items()
    ])  # fmt: skip


def _told(figure: list[float]) -> str:
    total, *span = figure
    return f"{total:.3f}" + (f" [{span[0]:.3f}, {span[1]:.3f}]" if span else "")


if __name__ == "__main__":
    main()
