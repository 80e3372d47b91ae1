"""Grounded minimal editing measured on PersonaMinEdit: figures of an editor and of its baselines.

Wu et al. 2021 (S103). Multi-reference BLEU-4 as Moses computes it, on WordPunct tokens; P-score by
an inference model; their mean; and, because BLEU alone is highest for those who only append
("copy and append" is above human writers), the edited tokens and the share of outputs with a clause
that still contradicts the persona.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.contradiction import judge_replies
from personae.encoders.types import Nli
from personae.errors import FormatError
from personae.evaluate.bootstrap import interval
from personae.metrics.p_score import p_values
from personae.metrics.types import Scores, mean_scores
from personae.text.editing import edit_distance, tokens

if TYPE_CHECKING:
    from personae.metrics.types import Indices

GOLD_SHARE = 0.05
ORDER = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A reply to edit: what was said before, the statements it shall say, how people edited it."""

    context: tuple[str, ...]
    reply: str
    statements: tuple[str, ...]
    references: tuple[str, ...]


Editor = Callable[[Item], str]

# What any editor has to be compared with; the human one is judged against the other two.
BASELINES: dict[str, Editor] = {
    "copy": lambda item: item.reply,
    "copy + append persona": lambda item: " ".join((item.reply, *item.statements)),
    "persona only": lambda item: " ".join(item.statements),
}


def read_items(file: Path) -> list[Item]:
    """The items of PersonaMinEdit's `test.json` or `valid.json`. Raises FormatError."""
    try:
        rows: Any = json.loads(file.read_text(encoding="utf-8"))
        return [
            Item(
                tuple(row["context"]),
                str(row["original_response"]),
                tuple(row["intervening_persona"]),
                tuple(row["references"]),
            )
            for row in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError("This is not a file of PersonaMinEdit.", file=file) from error


def measured(items: Sequence[Item], outputs: Sequence[str], nli: Nli) -> dict[str, Scores]:
    """All figures of one editor's outputs, each with a value an item."""
    references = [item.references for item in items]
    standing = p_values(nli, [(o, i.statements) for o, i in zip(outputs, items, strict=True)])
    judged = judge_replies(nli, [(o, i.statements) for o, i in zip(outputs, items, strict=True)])
    limit = nli.thresholds[GOLD_SHARE]
    bleu = multi_bleu(outputs, references)
    p_score = mean_scores("p-score", standing, unit="-50–50", higher_is_better=True)
    return {
        "bleu": bleu,
        "p-score": p_score,
        "average": _mean_of(bleu, p_score),
        "edited tokens": mean_scores(
            "edited tokens",
            [
                float(edit_distance(tokens(item.reply), tokens(output)))
                for item, output in zip(items, outputs, strict=True)
            ],
            unit="tokens",
            higher_is_better=None,
        ),
        "contradicting clause": mean_scores(
            "contradicting clause",
            [100.0 * one.contradicts(limit) for one in judged],
            unit="%",
            higher_is_better=False,
        ),
    }


def human(items: Sequence[Item], nli: Nli, which: int = 0) -> dict[str, Scores]:
    """The figures of one human writer, BLEU against the other two."""
    others = [
        Item(
            item.context, item.reply, item.statements,
            tuple(r for at, r in enumerate(item.references) if at != which),
        )
        for item in items
    ]  # fmt: skip
    return measured(others, [item.references[which] for item in items], nli)


def multi_bleu(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> Scores:
    """Corpus BLEU-4, 0–100, on WordPunct tokens, the closest reference's length, no smoothing."""
    import numpy
    from sacrebleu.metrics.bleu import BLEU

    scorer = BLEU(tokenize="none", smooth_method="none", effective_order=False, force=True)
    rows = numpy.zeros((len(outputs), 2 + 2 * ORDER), dtype=numpy.int64)
    for at, (output, accepted) in enumerate(zip(outputs, references, strict=True)):
        joined = [" ".join(tokens(text)) for text in accepted]
        score = scorer.corpus_score([" ".join(tokens(output))], [[text] for text in joined])
        rows[at] = [score.sys_len, score.ref_len, *score.counts, *score.totals]

    def of(indices: Indices) -> float:
        sums = rows[numpy.asarray(indices, dtype=int)].sum(axis=0).tolist()
        return float(
            BLEU.compute_bleu(
                correct=sums[2 : 2 + ORDER], total=sums[2 + ORDER :],
                sys_len=sums[0], ref_len=sums[1], smooth_method="none",
            ).score
        )  # fmt: skip

    return Scores(
        name="bleu",
        values=tuple(of([at]) for at in range(len(outputs))),
        total=of(range(len(outputs))),
        unit="0–100",
        higher_is_better=True,
        resample=of,
    )


def table(rows: dict[str, dict[str, Scores]], seed: int = 0) -> list[tuple[str, ...]]:
    """One row an editor: figures with 95 % bootstrap intervals over items."""
    return [
        (name, *(_cell(scores, seed) for scores in figures.values()))
        for name, figures in rows.items()
    ]


def _cell(scores: Scores, seed: int) -> str:
    span = interval(scores, seed=seed)
    shown = f"{scores.total:.1f}"
    return shown if span is None else f"{shown} [{span.low:.1f}, {span.high:.1f}]"


def _mean_of(bleu: Scores, p_score: Scores) -> Scores:
    first, second = bleu.resample, p_score.resample
    assert first is not None
    assert second is not None
    return Scores(
        name="average",
        values=tuple(
            ((a or 0.0) + (b or 0.0)) / 2 for a, b in zip(bleu.values, p_score.values, strict=True)
        ),
        total=(bleu.total + p_score.total) / 2,
        unit="points",
        higher_is_better=True,
        resample=lambda indices: (first(indices) + second(indices)) / 2,
    )
