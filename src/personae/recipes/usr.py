"""Fit USR's dialogue retrieval on dialogues, and its regression on human grades (S056)."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.draft import Count
from personae.encoders.dialogue_retrieval import (
    CONTEXT,
    FACT,
    Logistic,
    Reply,
    context_features,
    fact_features,
    open_retrieval,
)
from personae.errors import FormatError
from personae.formats.rated import RatedReply, rated_replies
from personae.formats.reading import read_dialogues
from personae.lm.kept_likelihoods import kept_likelihoods
from personae.media.atomic_file import write_atomically
from personae.metrics.correlation import spearman
from personae.metrics.usr import (
    PAPER_BIAS,
    PAPER_WEIGHTS,
    PARTS,
    Regression,
    as_reply,
    mean_log_likelihoods,
)
from personae.recipes.logistic import auroc, fit_logistic, folds_of
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.persona_dialogues import PersonaDialogue, seen_by
from personae.registry import EntryInfo
from personae.text.faults import words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.ranking import Ranker

    Array = NDArray[np.float64]

ENTRY = EntryInfo(
    systems=("S056",),
    embedder=True,
    paper="Mehri & Eskenazi 2020, USR: An Unsupervised and Reference Free Evaluation Metric for "
    "Dialog Generation",
    deviations="Logistic regressions over the shipped encoders in the place of a fine-tuned "
    "RoBERTa; echoes, recited personas, stock phrases and broken replies are negatives beside the "
    "paper's drawn replies; likelihoods are a causal model's.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
GRADED = "usr-topicalchat"
SESSIONS = (2, 3, 4)  # of Multi-Session Chat: none of the ranker's training dialogues
DRAWN, TRUE = "drawn", "true"
ODDITIES = ("echo", "said before", "stock phrase", "statement", "recited", "shuffled", "looped")
STOCK_COUNT = 3  # how often a reply is said to be a stock phrase
BLOCK = 256
FOLDS = 10
UNLIKELY = 0.1  # the share of replies whose likelihood counts as low


@dataclass(frozen=True, slots=True)
class Example:
    """A reply that is the true next turn, or one of the kinds that are not."""

    reply: Reply
    kind: str

    @property
    def is_true(self) -> bool:
        return self.kind == TRUE


def usr(
    *,
    dialogues: str = "",
    format: str = "",  # noqa: A002 - as the option of the commands
    replies: Count = 1_500,
    held: Count = 400,
    oddities: Annotated[float, Field(ge=0, le=1)] = 0.15,
    penalty: Annotated[float, Field(gt=0)] = 1.0,
    contexts: Annotated[int, Field(ge=FOLDS)] = 60,
    model: str = "embedded",
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Tell true replies from others (DR_c, DR_f), then fit the grades of Topical-Chat.

    `dialogues` is a file with personas (default: sessions 2 to 4 of Multi-Session Chat, valid
    part; the test part is held out); `replies` of it are taken, each beside a drawn one and, with
    the chance `oddities` each, beside an echo, an earlier turn, a stock phrase, a statement, the
    recited persona, its own words shuffled, its beginning said thrice. `contexts` of Topical-Chat
    are graded by `model` (six replies each). The recipe is `(data, work,
    show, resume) -> Artifact` with `work/weights/weights.json`; features and likelihoods are kept
    in `work`. Needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.ranking import kept_ranker

        ranker = kept_ranker()
        parts = parts_of(data, dialogues, format, seed)
        made = [
            examples(part, number, oddities, random.Random(seed))
            for part, number in zip(parts, (replies, held), strict=True)
        ]
        seen = [
            features(one, ranker, work / f"{name}.npz", resume, show)
            for name, one in zip(("fitted", "held"), made, strict=True)
        ]
        fits = (
            fitted(made[0], seen[0][0], CONTEXT, penalty, None),
            fitted(made[0], seen[0][1], FACT, penalty, ("drawn", "recited", "shuffled", "looped")),
        )
        value: dict[str, Any] = {
            "ranker": ranker.fingerprint,
            "context": _described(fits[0]),
            "fact": _described(fits[1]),
        }
        figures = {
            "dr_c": figures_of(made[1], fits[0].probabilities(seen[1][0])),
            "dr_f": figures_of(made[1], fits[1].probabilities(seen[1][1])),
        }
        file = work / "weights" / "weights.json"
        _write(file, value)
        value["regression"], graded = regression(work, file, model, contexts, show, seed)
        _write(file, value)
        _write(work / "figures.json", {**figures, "topical-chat": graded})
        return Artifact(file.parent, {**figures, "topical-chat": graded})

    return recipe


def parts_of(
    data: Path, dialogues: str, format_: str, seed: int
) -> tuple[list[PersonaDialogue], list[PersonaDialogue]]:
    """Dialogues to fit on, and held-out ones: of a file every fifth is held out."""
    if not dialogues:
        fitted, held = (
            [seen_by(one, "assistant") for session in SESSIONS
             for one in read_dialogues(data / "msc" / f"session-{session}-{part}.json", "msc")]
            for part in ("valid", "test")
        )  # fmt: skip
        return fitted, held
    every = [
        seen_by(one, speaker)
        for one in read_dialogues(dialogues, format_ or None)
        for speaker in one.personas
        if speaker in one.speakers
    ]
    random.Random(seed).shuffle(every)
    if len(every) < 10:
        raise FormatError("Fewer than ten sides of dialogues with personas.", file=dialogues)
    return [one for at, one in enumerate(every) if at % 5], every[::5]


def examples(
    dialogues: Sequence[PersonaDialogue], number: int, oddities: float, rng: random.Random
) -> list[Example]:
    """True replies of dialogues, each beside a drawn one and now and then beside an odd one."""
    places = [(one, at) for one in dialogues for at in one.replies if words_of(one.turns[at][1])]
    pool = [one.turns[at][1] for one, at in places]
    stock = stock_phrases(dialogues)
    found = []
    for one, at in rng.sample(places, min(number, len(places))):
        true = Reply(tuple(text for _, text in one.turns[:at]), one.turns[at][1], one.statements)
        other = rng.choice([text for text in rng.sample(pool, 2) if text != true.text] or pool)
        found += [Example(true, TRUE), Example(replace(true, text=other), DRAWN)]
        found += [
            Example(replace(true, text=text), kind)
            for kind, text in odd_replies(true, stock, rng)
            if rng.random() < oddities and words_of(text)
        ]
    return found


def odd_replies(true: Reply, stock: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """One reply of each kind of ODDITIES that can be made."""
    words = true.text.split()
    yield "echo", true.turns[-1]
    if len(true.turns) > 1:
        yield "said before", rng.choice(true.turns[:-1])
    if stock:
        yield "stock phrase", rng.choice(stock)
    if len(true.facts) > 1:
        yield "statement", rng.choice(true.facts)
        told = rng.sample(true.facts, rng.randint(2, len(true.facts)))
        yield "recited", " ".join(told)
    if len(words) > 3:
        yield "shuffled", " ".join(rng.sample(words, len(words)))
        yield "looped", " ".join(words[: rng.randint(2, len(words) - 1)] * 3)


def stock_phrases(dialogues: Sequence[PersonaDialogue]) -> list[str]:
    """Replies and sentences that people said in several dialogues, as often as they did."""
    from personae.text.sentences import split_sentences

    said: dict[str, list[str]] = {}
    for one in dialogues:
        texts = {text for own, text in one.turns if own}
        pieces = texts | {piece for text in texts for piece in split_sentences(text)}
        for piece in {" ".join(words_of(piece)): piece for piece in sorted(pieces)}.items():
            said.setdefault(piece[0], []).append(piece[1])
    return sorted(
        text for key, texts in said.items() if key and len(texts) >= STOCK_COUNT for text in texts
    )


def features(
    made: Sequence[Example], ranker: Ranker, file: Path, resume: bool, show: Report
) -> tuple[Array, Array]:
    """What both regressions see of the examples, kept in `file`."""
    import numpy as np

    key = _key(made, ranker.fingerprint)
    if resume and file.exists():
        with np.load(file) as kept:
            if str(kept["key"]) == key:
                return kept["context"], kept["fact"]
    blocks = [], []  # type: tuple[list[Array], list[Array]]
    for start in range(0, len(made), BLOCK):
        part = [one.reply for one in made[start : start + BLOCK]]
        blocks[0].append(context_features(part, ranker))
        blocks[1].append(fact_features(part, ranker.embedder))
        show(f"features: {file.stem}", min(start + BLOCK, len(made)), len(made), "")
    context, fact = (np.concatenate(block) for block in blocks)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, key=np.array(key), context=context, fact=fact)
    return context, fact


def fitted(
    made: Sequence[Example], seen: Array, names: tuple[str, ...], penalty: float,
    kinds: Sequence[str] | None,
) -> Logistic:  # fmt: skip
    """The regression that tells true replies from those of the kinds (all of them if None)."""
    import numpy as np

    rows = [at for at, one in enumerate(made) if one.is_true or kinds is None or one.kind in kinds]
    x = seen[rows]
    is_true = np.array([made[at].is_true for at in rows])
    means, scales = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    weights, bias = fit_logistic((x - means) / scales, is_true, penalty)
    numbers = [tuple(round(float(one), 6) for one in row) for row in (weights, means, scales)]
    return Logistic(names, numbers[0], numbers[1], numbers[2], round(float(bias), 6))


def figures_of(made: Sequence[Example], chances: Array) -> dict[str, float]:
    """By kind: how often the true reply of the same dialogue has the higher chance; AUROC."""
    import numpy as np

    beaten: dict[str, list[float]] = {}
    true = 0.0
    for one, chance in zip(made, chances.tolist(), strict=True):
        if one.is_true:
            true = chance
        else:
            beaten.setdefault(one.kind, []).append((true > chance) + 0.5 * (true == chance))
    drawn = np.array([one.kind in (TRUE, DRAWN) for one in made])
    is_true = np.array([one.is_true for one in made])
    found = {kind: round(sum(v) / len(v), 4) for kind, v in beaten.items()}
    return {**found, "auroc drawn": round(auroc(chances[drawn], is_true[drawn]), 4)}


def regression(
    work: Path, file: Path, model: str, number: int, show: Report, seed: int
) -> tuple[dict[str, Any], dict[str, float]]:
    """The refit on the first contexts of Topical-Chat, and how it agrees, contexts held out."""
    every = rated_replies(GRADED)
    first = list(dict.fromkeys(one.context for one in every))[:number]
    rated = [one for one in every if one.context in first]
    parts = measured_parts(rated, work, file, model, show)
    grades = [one.rating for one in rated]
    contexts = [one.context for one in rated]
    ours = least_squares(parts, grades)
    held = held_out(parts, grades, contexts, seed)
    paper = Regression(PAPER_BIAS, PAPER_WEIGHTS, graded_by(ours).scales)
    by_paper = [paper.overall(dict(zip(PARTS, one, strict=True))) for one in parts]
    graded = {
        "refit, contexts held out": spearman(held, grades),
        "paper weights": spearman(by_paper, grades),
        **{name: spearman([one[at] for one in parts], grades) for at, name in enumerate(PARTS)},
    }
    return ours, {name: round(value, 4) for name, value in graded.items()}


def measured_parts(
    rated: Sequence[RatedReply], work: Path, file: Path, model: str, show: Report
) -> list[list[float]]:
    """MLM, DR_c and DR_f of graded replies; where nothing is told, the mean DR_f of the others."""
    from personae.lm.names import open_model

    samples = [one.sample for one in rated]
    retrieval = open_retrieval(file)
    replies = [as_reply(one) for one in samples]
    lm = kept_likelihoods(open_model(model), work / "likelihoods.jsonl")
    mlm = list[float]()
    try:
        for at, one in enumerate(samples):
            mlm += mean_log_likelihoods([one], lm)
            show("likelihoods", at + 1, len(samples), "")
    finally:
        lm.close()
    facts = retrieval.of_fact(replies)
    known = [one for one in facts if one is not None]
    mean = sum(known) / max(1, len(known))
    columns = (mlm, retrieval.of_context(replies), [mean if f is None else f for f in facts])
    return [list(row) for row in zip(*columns, strict=True)]


def least_squares(parts: Sequence[Sequence[float]], grades: Sequence[float]) -> dict[str, Any]:
    """The linear regression of the grades on the parts, as the weights file has it.

    A likelihood above that of one in ten replies is worth no more: people do not prefer what is
    easy to foresee, only words in a heap are bad. Nor is it ever worth less than nothing.
    """
    import numpy as np

    x, y = np.array(parts), np.array(grades)
    means, scales = x.mean(axis=0), x.std(axis=0)
    cap = round(float(np.quantile(x[:, 0], UNLIKELY)), 6)
    capped = np.column_stack([np.minimum(x[:, 0], cap), x[:, 1:]])
    rows = np.hstack([(capped - means) / scales, np.ones((len(x), 1))])
    weights = np.linalg.lstsq(rows, y, rcond=None)[0]
    if weights[0] < 0:
        weights = np.concatenate([[0.0], np.linalg.lstsq(rows[:, 1:], y, rcond=None)[0]])
    terms = {
        name: {"weight": round(float(weights[at]), 6), "mean": round(float(means[at]), 6),
               "scale": round(float(scales[at]), 6)}
        for at, name in enumerate(PARTS)
    }  # fmt: skip
    terms["mlm"]["cap"] = cap
    return {"bias": round(float(weights[-1]), 6), "terms": terms}


def held_out(
    parts: Sequence[Sequence[float]], grades: Sequence[float], contexts: Sequence[str], seed: int
) -> list[float]:
    """The grade of each reply by a regression that saw no reply to its context."""
    found = [0.0] * len(grades)
    folds = folds_of(contexts, FOLDS, seed)
    for fold in range(FOLDS):
        rows = [at for at, one in enumerate(folds) if one != fold]
        fit = least_squares([parts[at] for at in rows], [grades[at] for at in rows])
        for at, one in enumerate(folds):
            if one == fold:
                found[at] = graded_by(fit).overall(dict(zip(PARTS, parts[at], strict=True)))
    return found


def graded_by(fit: dict[str, Any]) -> Regression:
    """What the weights file describes."""
    terms = fit["terms"]
    return Regression(
        fit["bias"],
        {name: terms[name]["weight"] for name in PARTS},
        {name: (terms[name]["mean"], terms[name]["scale"]) for name in PARTS},
        {name: terms[name]["cap"] for name in PARTS if "cap" in terms[name]},
    )


def _described(fit: Logistic) -> dict[str, Any]:
    columns = zip(fit.names, fit.weights, fit.means, fit.scales, strict=True)
    return {
        "bias": fit.bias,
        "terms": {name: {"weight": w, "mean": m, "scale": s} for name, w, m, s in columns},
    }


def _key(made: Sequence[Example], ranker: str) -> str:
    content = json.dumps([ranker, [[one.kind, *map(str, (one.reply,))] for one in made]])
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _write(file: Path, value: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, (json.dumps(value, indent=1) + "\n").encode())
