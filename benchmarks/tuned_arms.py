"""Adapters of one training beside each other on all PersonaChat test turns, by transformers.

    python benchmarks/tuned_arms.py FOLDER ... --out runs/arms [--turns N] [--replies N]
    python benchmarks/tuned_arms.py --runs runs/arms
    personae score runs/arms/NAME ... --metrics perplexity,bleu,word-f1,c-score,c-score@second

FOLDER is what `personae train score-before-speaking` left. For each the gold replies' likelihoods
and replies (temperature 0.3, gold history) go to OUT/NAME.json; arms that show no scores are asked
without one, the others for each of --scores. How far the score is heeded is
measured as in score_heeded.py.
Takes a GPU where there is one (minutes; on two cores, hours). `--runs` makes runs of the files,
which `personae score` compares.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from personae.catalog.checks import s001_score_before_speaking as s001
from personae.data import Dialogue, Sample
from personae.evaluate.record import SAMPLES, begin_run, data_digest
from personae.evaluate.targets import Target, targets
from personae.evaluate.types import RunSettings
from personae.formats.reading import find_data, read_dialogues
from personae.formats.written import written
from personae.recipes.branched_sequence import Branch, branched
from personae.recipes.lora_training import (
    load_base,
    log_likelihoods,
    packed,
    token_encoder,
)
from personae.recipes.persona_dialogues import PersonaDialogue, seen_by
from personae.text.reply_filter import ReplyFilter

DATA = "xpersona/En_persona_test.json"
TEMPERATURE, MAX_TOKENS, MAX_SENTENCES = 0.3, 96, 2
WIDTH = 4096
AT_ONCE = 16_384  # tokens of a batch, padding and all
Arm = dict[str, Any]


def main() -> None:
    """Measure the adapters, or make runs of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, default=Path("runs/arms"))
    parser.add_argument("--turns", type=int, default=None, help="gold replies (default: all)")
    parser.add_argument("--replies", type=int, default=None, help="replies (default: all)")
    parser.add_argument("--scores", type=float, nargs="*", default=[1.0])
    parser.add_argument("--runs", type=Path, help="make runs of the files in this folder")
    options = parser.parse_args()
    if options.runs:
        for file in sorted(options.runs.glob("*.json")):
            print(make_run(file))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = load_base()
    for folder in options.folders:
        from peft import PeftModel

        facts = json.loads((folder / "facts.json").read_text("utf-8"))
        adapted = PeftModel.from_pretrained(model, str(folder / "peft"))
        scores = options.scores if facts["options"].get("arm") == "scored" else [None]
        measure(
            adapted, tokenizer, folder.name, facts, scores, options.out,
            turns=options.turns, replies=options.replies,
        )  # fmt: skip
        model = adapted.unload()


def measure(
    model: Any, tokenizer: Any, name: str, facts: Any, scores: Sequence[float | None], out: Path,
    *, turns: int | None, replies: int | None,
) -> None:  # fmt: skip
    """Write one file a score: likelihoods, replies, and how far the score is heeded."""
    model.eval()
    asked, encode = targets_of_test(turns), token_encoder(tokenizer)
    heeded = None if scores == [None] else score_heeded(model, encode)
    for score in scores:
        began = time.monotonic()
        arm: Arm = {"name": name, "facts": facts, "score": score, "heeded": heeded}
        arm["likelihoods"] = likelihoods(model, encode, asked, score)
        wanted = asked[:replies]
        arm["replies"] = dict(written_replies(model, tokenizer, encode, wanted, score))
        told = name if score in (None, 1.0) else f"{name}-asked-{score:g}"
        (out / f"{told}.json").write_text(json.dumps(arm), "utf-8")
        nats, count = map(sum, zip(*arm["likelihoods"].values(), strict=True))
        print(
            f"{told:56} perplexity {math.exp(-nats / count):.3f} of {len(asked)}, "
            f"{len(wanted)} replies, heeded {heeded}, {time.monotonic() - began:.0f} s",
            flush=True,
        )


def dialogues_of_test() -> list[Dialogue]:
    """PersonaChat's test part, spelled as people write."""
    return [written(one) for one in read_dialogues(find_data(DATA), "xpersona")]


def targets_of_test(limit: int | None = None) -> list[Target]:
    """The first `limit` test turns, in order."""
    return list(targets(dialogues_of_test(), limit))


def score_heeded(model: Any, encode: Any, rows: int = 200) -> dict[str, list[float]]:
    """Nats that replies gain when 1.0 is asked for instead of 0.5: mean and standard error."""
    found = {}
    held = s001.low_rows(s001.read_rows(s001.ROWS_FILE), rows)
    for kind in s001.KINDS:
        sequences = []
        for row in held:
            reply = row.reply if kind == "human" else row.corrupted
            said = row.scene.turns[-1].text
            dialogue = PersonaDialogue(
                "", row.scene.persona.statements, ((False, said), (True, reply))
            )
            sequences += [
                branched(dialogue, [Branch(1, reply, score)], encode)
                for score in (s001.HIGH, s001.LOW)
            ]
        totals = [nats for part in packed(sequences, AT_ONCE) for nats in summed(model, part)]
        gains = [high - low for high, low in zip(totals[::2], totals[1::2], strict=True)]
        found[kind] = [statistics.mean(gains), statistics.stdev(gains) / math.sqrt(len(gains))]
    return found


def likelihoods(
    model: Any, encode: Any, asked: Sequence[Target], score: float | None
) -> dict[str, tuple[float, int]]:
    """Log-likelihood in nats and tokens of each gold reply, with the whole gold history."""
    by_dialogue: dict[str, list[Target]] = {}
    for one in asked:
        by_dialogue.setdefault(one.dialogue.id, []).append(one)
    sequences, ids = [], []
    for group in by_dialogue.values():
        told = seen_by(group[0].dialogue, group[0].speaker)
        branches = [Branch(one.position, one.reference, score) for one in group]
        sequences.append(branched(told, branches, encode, max_tokens=WIDTH))
        ids.append([one.id for one in group])
    found: dict[str, tuple[float, int]] = {}
    at = 0
    for part in packed(sequences, AT_ONCE):
        each = iter(flat(model, part))
        for sequence in part:
            counts: dict[int, int] = {}
            for i in sequence.learned:
                counts[sequence.branch[i]] = counts.get(sequence.branch[i], 0) + 1
            for name, count in zip(ids[at], counts.values(), strict=True):
                found[name] = (sum(next(each) for _ in range(count)), count)
            at += 1
    return found


def flat(model: Any, part: Sequence[Any]) -> list[float]:
    """The log-likelihood of each target of the sequences, one after the other."""
    import torch

    with torch.inference_mode():
        each: list[float] = log_likelihoods(model, part).tolist()
    return each


def summed(model: Any, part: Sequence[Any]) -> Iterator[float]:
    """The log-likelihood of each sequence's targets together."""
    each = iter(flat(model, part))
    for sequence in part:
        yield sum(next(each) for _ in sequence.learned)


def written_replies(
    model: Any, tokenizer: Any, encode: Any, asked: Sequence[Target], score: float | None
) -> Iterator[tuple[str, tuple[str, bool]]]:
    """A reply to each turn, drawn at the method's temperature, and whether it came to its end."""
    import torch

    torch.manual_seed(0)
    prompts = [(one.id, prompt_ids(one, encode, score)) for one in asked]
    prompts.sort(key=lambda one: len(one[1]))
    end = encode("<|im_end|>")[0]
    for begin in range(0, len(prompts), 256):
        part = prompts[begin : begin + 256]
        width = max(len(ids) for _, ids in part)
        left = [[end] * (width - len(ids)) + ids for _, ids in part]
        mask = [[0] * (width - len(ids)) + [1] * len(ids) for _, ids in part]
        with torch.inference_mode(), torch.autocast(model.device.type, dtype=torch.bfloat16):
            made = model.generate(
                input_ids=torch.tensor(left, device=model.device),
                attention_mask=torch.tensor(mask, device=model.device),
                do_sample=True, temperature=TEMPERATURE, top_p=1.0, top_k=0,
                max_new_tokens=MAX_TOKENS, eos_token_id=end, pad_token_id=end, use_cache=True,
            )  # fmt: skip
        for (name, _), ids in zip(part, made[:, width:].tolist(), strict=True):
            ended = end in ids
            yield name, (tokenizer.decode(ids[: ids.index(end)] if ended else ids), ended)


def prompt_ids(target: Target, encode: Any, score: float | None) -> list[int]:
    """The tokens up to the reply: what a branch of the turn reads."""
    told = seen_by(target.dialogue, target.speaker)
    cut = PersonaDialogue(told.id, told.statements, told.turns[: target.position])
    sequence = branched(cut, [Branch(target.position, "", score)], encode, max_tokens=WIDTH)
    end = sequence.learned[-1]
    return sequence.ids[:end]


def make_run(file: Path) -> Path:
    """A run beside the file, as `personae reply` would have left it."""
    arm: Arm = json.loads(file.read_text("utf-8"))
    out, path = file.with_suffix(""), find_data(DATA)
    asked = [one for one in targets_of_test() if one.id in arm["replies"]]
    settings = RunSettings(
        data_path=str(path), data_sha256=data_digest(path), data_format="xpersona",
        method="score-before-speaking", model=f"transformers+{arm['name']}",
        fingerprint=json.dumps(arm["facts"], sort_keys=True), limit=len(asked),
        options={"adapter": arm["name"], "score": arm["score"]},
    )  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    begin_run(out, settings, len(asked), restart=True)
    with (out / SAMPLES).open("w", encoding="utf-8") as lines:
        for one in asked:
            nats, tokens = arm["likelihoods"][one.id]
            sample = Sample(
                id=one.id, scene=one.scene(), reference=one.reference,
                reply=clean(*arm["replies"][one.id], one),
                reference_log_likelihood=nats, reference_tokens=tokens,
            )  # fmt: skip
            lines.write(sample.to_json() + "\n")
    return out


def clean(text: str, ended: bool, target: Target) -> str:
    """What the method would have shown of a reply: two sentences, nobody else's turn."""
    scene = target.scene()
    shown = ReplyFilter([scene.persona.name], [scene.user], max_sentences=MAX_SENTENCES)
    shown.feed(text)
    return shown.finish(cut_short=not ended)


if __name__ == "__main__":
    main()
