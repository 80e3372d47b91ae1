"""Measure scoring: 10,000 replies on all metrics, each overlap metric beside its reference.

    PERSONAE_DATA=../shared/data python benchmarks/scoring.py            # all three tables
    PERSONAE_DATA=../shared/data python benchmarks/scoring.py overlap    # one of them

The replies are human ones: gold replies of Xpersona's English PersonaChat, each in the place of
another one three test turns away. `overlap` times a metric's figure and its values of all samples
beside the same from the reference, in turns, the best round counts. `judging` times the inference
model's bare session on batches that were made before, and the same pairs through the metrics.
`whole` is `score_runs` on a folder, intervals included. Trust the ratios.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from personae.data import Sample
from personae.draft import Kit
from personae.encoders import nli as encoder
from personae.encoders.contradiction import split_clauses
from personae.encoders.onnx_weights import BATCH_LIMIT_TOKENS, equal_batches
from personae.evaluate.record import RUN, SAMPLES
from personae.evaluate.score import NoModel, asked_once, build_metrics, default_metrics, score_runs
from personae.evaluate.targets import targets
from personae.formats.reading import read_dialogues
from personae.metrics.types import Scores

FILES = ("xpersona/En_persona_valid.json", "xpersona/En_persona_test.json")
REPLIES, JUDGED, ROUNDS, SHIFT = 10_000, 1_000, 5, 3
CONSISTENCY = ("c-score", "contradiction-rate", "p-score")
Figures = tuple[float, list[float]]  # of the run, of each sample


def samples(count: int) -> list[Sample]:
    """So many human replies that answer something else."""
    asked = [one for file in FILES for one in targets(read_dialogues(file))][:count]
    if len(asked) < count:
        sys.exit(f"The data have only {len(asked)} test turns.")
    return [
        Sample(
            id=f"{at}",
            scene=one.scene(),
            reference=one.reference,
            reply=asked[(at + SHIFT) % count].reference,
        )
        for at, one in enumerate(asked)
    ]


# The references: the packages, and ParlAI's definitions (MIT), told again with its own means.

_RE_ART = re.compile(r"\b(a|an|the)\b")
_RE_PUNC = re.compile(r"[!\"#$%&()*+,-./:;<=>?@\[\]\\^`{|}~_\']")


def _normalize_answer(text: str) -> str:
    text = _RE_PUNC.sub(" ", text.lower())
    return " ".join(_RE_ART.sub(" ", text).split())


def parlai_f1(texts: Sequence[Sample]) -> Figures:
    """F1Metric: the mean of what `_prec_recall_f1_score` says of each pair."""
    values = []
    for one in texts:
        pred, gold = (_normalize_answer(text).split() for text in (one.reply, one.reference))
        same = sum((Counter(gold) & Counter(pred)).values())
        precision, recall = same / max(1, len(pred)), same / max(1, len(gold))
        values.append(2 * precision * recall / (precision + recall) if same else 0.0)
    return sum(values) / len(values), values


def parlai_distinct(n: int) -> Callable[[Sequence[Sample]], Figures]:
    """InterDistinctMetric; its counters are summed in one (ParlAI adds pairs, which is slower)."""

    def ngrams(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for at in range(len(tokens) - n + 1):
            yield tuple(tokens[at : at + n])

    def value(counts: Counter[Any]) -> float:
        return len(counts) / max(1, sum(counts.values()))

    def measure(texts: Sequence[Sample]) -> Figures:
        found = [Counter(ngrams(_normalize_answer(one.reply).split())) for one in texts]
        whole: Counter[Any] = Counter()
        for one in found:
            whole.update(one)
        return value(whole), [value(one) for one in found]

    return measure


def sacrebleu_bleu(texts: Sequence[Sample]) -> Figures:
    """Corpus BLEU, and sentence BLEU with the effective order."""
    from sacrebleu.metrics.bleu import BLEU

    corpus, sentence = BLEU(force=True), BLEU(force=True, effective_order=True)
    values = [sentence.sentence_score(one.reply, [one.reference]).score for one in texts]
    replies, golds = [one.reply for one in texts], [one.reference for one in texts]
    return corpus.corpus_score(replies, [golds]).score, values


def rouge_score_l(texts: Sequence[Sample]) -> Figures:
    """The package's F-measure of each pair, and their mean."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    values = [scorer.score(one.reference, one.reply)["rougeL"].fmeasure for one in texts]
    return sum(values) / len(values), values


REFERENCES: dict[str, tuple[str, Callable[[Sequence[Sample]], Figures]]] = {
    "bleu": ("sacrebleu", sacrebleu_bleu),
    "rouge-l": ("rouge-score", rouge_score_l),
    "word-f1": ("ParlAI F1Metric", parlai_f1),
    "distinct-1": ("ParlAI InterDistinct", parlai_distinct(1)),
    "distinct-2": ("ParlAI InterDistinct", parlai_distinct(2)),
}


def overlap(texts: Sequence[Sample]) -> list[dict[str, Any]]:
    """Seconds of the reference and of ours, and how far their values are apart."""
    rows = []
    kit = Kit(lm=NoModel())
    for name, (peer, reference) in REFERENCES.items():
        metric = build_metrics([name], {})[name]
        theirs, ours = [], []
        for _ in range(ROUNDS):
            expected, seconds = timed(lambda call=reference: call(texts))
            theirs.append(seconds)
            found, seconds = timed(lambda call=metric: call(texts, kit))
            ours.append(seconds)
        rows.append({
            "metric": name, "reference": peer, "reference_s": min(theirs), "ours_s": min(ours),
            "ratio": min(theirs) / min(ours), "largest_difference": apart(expected, found),
        })  # fmt: skip
    return rows


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call returns, and its processor seconds; no text was tokenized before."""
    _forget_tokens()
    began = time.process_time()
    result = call()
    return result, time.process_time() - began


def _forget_tokens() -> None:
    """Empty sacrebleu's caches of tokenized text, which the other side would profit from."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

    for tokenizer in (Tokenizer13a, TokenizerRegexp):
        tokenizer.__call__.cache_clear()  # type: ignore[attr-defined]


def apart(expected: Figures, found: Scores) -> float:
    """The largest difference, of the run's figure and of every sample's."""
    pairs = zip((expected[0], *expected[1]), (found.total, *found.values), strict=True)
    return max(abs(one - (other or 0.0)) for one, other in pairs)


def judging(texts: Sequence[Sample], threads: int) -> dict[str, Any]:
    """Pairs a second of the bare session, and through the metrics, which share their pairs."""
    import numpy as np

    nli = encoder.open_nli(threads=threads)
    pairs = judged_pairs(texts)
    encoded = [nli.tokenizer.encode(*pair) for pair in pairs]
    batches = [
        {
            "input_ids": np.array([encoded[at].ids for at in batch], dtype=np.int64),
            "token_type_ids": np.array([encoded[at].type_ids for at in batch], dtype=np.int64),
        }
        for batch in equal_batches([len(one.ids) for one in encoded], BATCH_LIMIT_TOKENS)
    ]
    bare, through = [], []
    for _ in range(ROUNDS - 2):
        began = time.process_time()
        for batch in batches:
            nli.session.run(["probabilities"], batch)
        bare.append(time.process_time() - began)
        fresh = encoder.open_nli(threads=threads)  # its cache is empty
        kit = asked_once(Kit(lm=NoModel(), nli=fresh))
        began = time.process_time()
        for metric in build_metrics(CONSISTENCY, {}).values():
            metric(texts, kit)
        through.append(time.process_time() - began)
    return {
        "pairs": len(pairs), "bare_pairs_per_s": len(pairs) / min(bare),
        "metrics_pairs_per_s": len(pairs) / min(through), "ratio": min(bare) / min(through),
    }  # fmt: skip


def judged_pairs(texts: Sequence[Sample]) -> list[tuple[str, str]]:
    """What the consistency metrics ask, each pair once: replies and their clauses."""
    return list(
        dict.fromkeys(
            (said, stated)
            for one in texts
            for said in (one.reply, *split_clauses(one.reply))
            for stated in one.scene.persona.statements
        )
    )


def whole(texts: Sequence[Sample], threads: int) -> dict[str, Any]:
    """`score_runs` on a folder: all metrics without a model, and the consistency metrics."""
    names = (*default_metrics(), *CONSISTENCY)
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch)
        (run / RUN).write_text("{}", encoding="utf-8")
        with (run / SAMPLES).open("w", encoding="utf-8") as file:
            file.writelines(f"{one.to_json()}\n" for one in texts)
        began, worked = time.monotonic(), time.process_time()
        report = score_runs([run], names, nli=encoder.open_nli(threads=threads))
        seconds, processor = time.monotonic() - began, time.process_time() - worked
    figures = {name: row[0].scores.total for name, row in report.figures.items()}
    return {
        "replies": len(texts), "metrics": len(names), "threads": threads, "seconds": seconds,
        "processor_s": processor, "figures": figures,
    }  # fmt: skip


def main() -> None:
    """Print the tables, and write them with --json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=["overlap", "judging", "whole", []])
    parser.add_argument("--replies", type=int, default=REPLIES)
    parser.add_argument("--judged", type=int, default=JUDGED, help="replies of `judging`")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    wanted = options.parts or ["overlap", "judging", "whole"]
    texts = samples(options.replies)
    report: dict[str, Any] = {}
    if "overlap" in wanted:
        report["overlap"] = overlap(texts)
        for row in report["overlap"]:
            print("{metric:12} {reference:22} {reference_s:7.3f} s  ours {ours_s:7.3f} s  "
                  "{ratio:5.1f}x  apart {largest_difference:.1e}".format(**row))  # fmt: skip
    if "judging" in wanted:
        report["judging"] = judging(texts[: options.judged], options.threads)
        told = ("judging: {pairs} pairs, bare {bare_pairs_per_s:.0f}/s, through the metrics "
                "{metrics_pairs_per_s:.0f}/s, ratio {ratio:.3f}")  # fmt: skip
        print(told.format(**report["judging"]))
    if "whole" in wanted:
        report["whole"] = whole(texts, options.threads)
        told = ("whole: {replies} replies on {metrics} metrics in {seconds:.1f} s, "
                "{processor_s:.1f} s of processor time")  # fmt: skip
        print(told.format(**report["whole"]))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
