"""Train what knows the bounds of a role: the classifier of replies, and the selector among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.data.role import CATEGORIES, Role
from personae.encoders.role_bounds import FACTS, BoundsFeatures, role_fingerprint
from personae.errors import InvalidOption
from personae.formats.role_turns import LabelledTurn, read_labelled
from personae.recipes.logistic import auroc, best_threshold, f1_at, fit_logistic, folds_of
from personae.recipes.lora_training import Artifact, Report
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.embedder import OnnxEmbedder
    from personae.encoders.selection import Selector

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

ENTRY = EntryInfo(
    systems=("S073",),
    aka=("out-of-bounds",),
    paper="Bae et al. 2022, Building a Role Specified Open-Domain Dialogue System Leveraging "
    "Large-Scale Language Models",
    deviations="A logistic head on a frozen embedder and inference model in the place of a "
    "fine-tuned classifier; it also sees the role's rules and their examples. The selector mixes "
    "frozen scores with the classifier's: a reranker of three weights, not a tuned encoder.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
PENALTIES = (0.1, 0.3, 1.0, 3.0)
TEST_SHARE = 0.36  # of the groups, where the file names no parts
_BLOCK = 32  # replies between two steps of the bar


def role_bounds(
    *,
    role: str = "phone-companion",
    labelled: str = "",
    lm: str = "",
    folds: Annotated[int, Field(ge=2, le=20)] = 5,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Fit the head on labelled turns and the role's own examples; report it on held-out dialogues.

    `labelled` are files of labelled turns, with commas between; `shipped` stands for those that
    ship with the role, which are the default: `shipped,fixes.jsonl` adds what people fixed.
    Dialogues stay on one side: the test part is what the files name so, or every third group
    where they name none. Penalty and threshold are chosen by cross-validation on the training part;
    the test part is measured once, beside the majority, the nearness to the rules, the inference
    model alone and, with `lm`, that model's likelihood of the reply under the role. With the head
    the selector is learned, which weighs how a reply fits against its chance of being in bounds
    (`recipes.role_selection`). The recipe is `(data, work, show, resume) -> Artifact`; needs no
    torch.
    """
    options = {"role": role, "labelled": labelled, "lm": lm, "folds": folds, "seed": seed}

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder
        from personae.encoders.nli import open_nli
        from personae.encoders.selection import open_selector
        from personae.formats.role_file import open_role

        spec = open_role(role)
        turns = labelled_files(role, labelled)
        embedder, nli = open_embedder(), open_nli()
        features = BoundsFeatures(spec, embedder, nli)
        parts = _parts(turns, features, show)
        own = _own_part(spec, features)
        fitted = fit(parts["train"], own, folds, seed)
        facts = fitted.facts | {"test": measured(fitted, parts["test"])}
        facts["test"]["baselines"] = _baselines(spec, parts, lm, show)
        facts["test by file"] = {
            name: measured(fitted, one) for name, one in _by_source(parts["test"]).items()
        }
        folder = work / f"role-bounds-{spec.name}"
        _write(folder, spec, fitted, embedder, nli.fingerprint)
        facts["selector"] = learned_selector(parts, fitted, open_selector(embedder), folder, seed)
        told = json.dumps({"recipe": "role-bounds", "options": options, **facts}, indent=1)
        (folder / "facts.json").write_text(f"{told}\n", "utf-8")
        return Artifact(folder, facts)

    return recipe


def labelled_files(role: str, labelled: str, *, by_people: bool = False) -> list[LabelledTurn]:
    """The labelled turns of files, or those that ship with a role. Raises InvalidOption.

    `labelled` names files with commas between; `shipped` is one of them, and what nothing means.
    `by_people` takes of those that ship only what people wrote, not what a model did.
    """
    from personae import roles

    files = roles.files_of(role, labelled, by_people=by_people)
    if not files:
        raise InvalidOption(
            f"No labelled turns ship for the role {role!r}: give labelled=FILE, which "
            "`personae role filter` writes."
        )
    return [turn for file in files for turn in read_labelled(file)]


@dataclass(frozen=True, slots=True)
class Part:
    """Labelled turns with their features."""

    turns: tuple[LabelledTurn, ...]
    x: Floats
    is_out: Bools


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head: what it multiplies, from where on a reply is out, and how it was chosen."""

    weights: Floats
    bias: float
    threshold: float
    facts: dict[str, Any]
    held: Floats | None = None  # of the turns that it learned from, by heads that did not

    def probabilities(self, x: Floats) -> Floats:
        """Of being out of bounds."""
        from personae.encoders.heads import sigmoid

        return sigmoid(x @ self.weights + self.bias)


def fit(train: Part, own: Part, folds: int, seed: int) -> Fitted:
    """The head with the penalty of the best cross-validated AUROC, and the F1-best threshold.

    `own` are the role's examples: always learned from, never measured on.
    """
    held = {penalty: _held_out(train, own, penalty, folds, seed) for penalty in PENALTIES}
    areas = {penalty: auroc(scores, train.is_out) for penalty, scores in held.items()}
    penalty = max(PENALTIES, key=lambda one: areas[one])
    threshold = best_threshold(held[penalty], train.is_out)
    weights, bias = fit_logistic(*_joined(train, own), penalty)
    flagged = held[penalty] >= threshold
    facts = {
        "penalty": penalty, "threshold": round(threshold, 4),
        "cross-validated": {
            "turns": len(train.turns), "AUROC": round(areas[penalty], 3),
            "F1": round(f1_at(held[penalty], train.is_out, threshold), 3),
            "in bounds flagged": round(float(flagged[~train.is_out].mean()), 3),
        },
    }  # fmt: skip
    return Fitted(weights, bias, threshold, facts, held[penalty])


def learned_selector(
    parts: dict[str, Part], fitted: Fitted, selector: Selector, folder: Path, seed: int
) -> dict[str, Any]:
    """Write the selector beside the head, and measure it on the test part.

    Where the labelled turns teach none, because no message has replies of both sides, none is
    written, and an earlier one goes: it belonged to another head.
    """
    from personae.encoders.role_selection import FILE, told
    from personae.recipes.role_selection import (
        LEARNED_DRAWS,
        lists_of,
        measured_selection,
        pool_of,
        taught,
    )

    train, test = parts["train"], parts["test"]
    seen = fitted.held if fitted.held is not None else fitted.probabilities(train.x)
    own = pool_of(train.turns, seen, selector)
    mix = taught(lists_of(own, seed, LEARNED_DRAWS, hard=True))
    if mix is None:
        (folder / FILE).unlink(missing_ok=True)
        return {"learned": False}
    content = json.dumps(told(mix, selector), indent=2) + "\n"
    (folder / FILE).write_text(content, "utf-8")
    pool = pool_of(test.turns, fitted.probabilities(test.x), selector)
    learned = {"learned": True, "mix": told(mix, selector)["mix"]}
    seen_in = {"cross-validated": own, "test": pool}
    return learned | {
        name: measured_selection(one, mix, fitted.threshold, seed) for name, one in seen_in.items()
    }


def measured(fitted: Fitted, test: Part) -> dict[str, Any]:
    """The figures on turns that nothing was chosen by."""
    scores = fitted.probabilities(test.x)
    flagged = scores >= fitted.threshold
    by_category = {
        name: _share(flagged, [turn.category == name for turn in test.turns]) for name in CATEGORIES
    }
    hits = int((flagged & test.is_out).sum())
    return {
        "turns": len(test.turns), "out of bounds": int(test.is_out.sum()),
        "AUROC": round(auroc(scores, test.is_out), 3),
        "F1": round(f1_at(scores, test.is_out, fitted.threshold), 3),
        "precision": round(hits / max(1, int(flagged.sum())), 3),
        "recall": round(hits / max(1, int(test.is_out.sum())), 3),
        "recall by category": by_category,
    }  # fmt: skip


def _held_out(train: Part, own: Part, penalty: float, folds: int, seed: int) -> Floats:
    import numpy as np

    fold = np.array(folds_of([turn.group for turn in train.turns], folds, seed))
    scores = np.zeros(len(train.turns))
    for number in sorted(set(fold.tolist())):
        kept = fold != number
        part = Part(train.turns, train.x[kept], train.is_out[kept])
        weights, bias = fit_logistic(*_joined(part, own), penalty)
        scores[~kept] = Fitted(weights, bias, 0.5, {}).probabilities(train.x[~kept])
    return scores


def _joined(train: Part, own: Part) -> tuple[Floats, Bools]:
    import numpy as np

    return np.vstack([train.x, own.x]), np.concatenate([train.is_out, own.is_out])


def _share(flagged: Bools, of: Sequence[bool]) -> float | None:
    import numpy as np

    kept = flagged[np.array(of, dtype=bool)]
    return round(float(kept.mean()), 3) if len(kept) else None


def _parts(
    turns: Sequence[LabelledTurn], features: BoundsFeatures, show: Report
) -> dict[str, Part]:
    import numpy as np

    fold = folds_of([turn.group for turn in turns], round(1 / TEST_SHARE), 0)
    names = [
        turn.part or ("test" if number == 0 else "train")
        for turn, number in zip(turns, fold, strict=True)
    ]
    blocks = []
    for at in range(0, len(turns), _BLOCK):
        blocks.append(features([turn.reply for turn in turns[at : at + _BLOCK]]))
        show("reading", min(at + _BLOCK, len(turns)), len(turns), turns[at].reply)
    x = np.vstack(blocks) if blocks else np.zeros((0, features.width))
    found = {}
    for name in ("train", "test"):
        own = [at for at, part in enumerate(names) if part == name]
        chosen = tuple(turns[at] for at in own)
        is_out = np.array([turn.is_out for turn in chosen], dtype=bool)
        if is_out.all() or not is_out.any():
            raise InvalidOption(
                f"The {name} part has {int(is_out.sum())} turns out of bounds and "
                f"{int((~is_out).sum())} in bounds; label dialogues until it has both."
            )
        found[name] = Part(chosen, x[own], is_out)
    return found


def _by_source(part: Part) -> dict[str, Part]:
    import numpy as np

    found = {}
    for name in sorted({turn.source for turn in part.turns}):
        own = np.array([turn.source == name for turn in part.turns])
        chosen = tuple(turn for turn in part.turns if turn.source == name)
        found[name] = Part(chosen, part.x[own], part.is_out[own])
    return found


def own_examples(role: Role) -> list[tuple[str, bool]]:
    """The examples of the role file, names filled in, and whether each is out of bounds."""
    from personae.text.macros import expand

    texts = [(text, False) for text in role.replies()]
    texts += [(text, True) for rule in role.rules for text in rule.out_of_bounds]
    return [(expand(text, char=role.character, user="my dear"), is_out) for text, is_out in texts]


def _own_part(role: Role, features: BoundsFeatures) -> Part:
    import numpy as np

    texts, out = zip(*own_examples(role), strict=True)
    return Part((), features(texts), np.array(out, dtype=bool))


def _baselines(role: Role, parts: dict[str, Part], lm: str, show: Report) -> dict[str, Any]:
    """AUROC and F1 of simpler scores; their thresholds are the best ones on the training part."""
    import numpy as np

    train, test = parts["train"], parts["test"]
    everything = np.ones(len(test.turns))
    found = {"all out of bounds": {"AUROC": 0.5, "F1": round(f1_at(everything, test.is_out, 1), 3)}}
    for name, score in _simple_scores(role).items():
        found[name] = _figures(score(train.x), train.is_out, score(test.x), test.is_out)
    if lm:
        from personae.recipes.role_likelihood import unlikely_scores

        scores = [unlikely_scores(role, part.turns, lm, show) for part in (train, test)]
        found[f"unlikely to {lm}"] = _figures(scores[0], train.is_out, scores[1], test.is_out)
    return found


def _simple_scores(role: Role) -> dict[str, Callable[[Floats], Floats]]:
    from personae.encoders.role_bounds import DIMENSIONS

    start, rules = 2 * DIMENSIONS, len(role.rules)
    after, count = start + 2 * rules, len(role.statements())

    def nearness(x: Floats) -> Floats:
        near = x[:, start:after].reshape(len(x), rules, 2)
        difference: Floats = near[:, :, 1].max(axis=1) - near[:, :, 0].max(axis=1)
        return difference

    def contradiction(x: Floats) -> Floats:
        worst: Floats = x[:, after : after + count].max(axis=1)
        return worst

    return {"cosine to the rules' examples": nearness, "contradicts a statement": contradiction}


def _figures(train: Floats, train_out: Bools, test: Floats, test_out: Bools) -> dict[str, float]:
    at = best_threshold(train, train_out)
    return {"AUROC": round(auroc(test, test_out), 3), "F1": round(f1_at(test, test_out, at), 3)}


def _write(folder: Path, role: Role, fitted: Fitted, embedder: OnnxEmbedder, nli: str) -> None:
    import numpy as np

    from personae.recipes.head_files import write_head

    name = f"personae-role-bounds-{role.name}"
    layer = (fitted.weights[:, None], np.array([fitted.bias]))
    write_head(folder, name, [layer], embedder.fingerprint)
    facts = {"role": role_fingerprint(role), "nli": nli, "threshold": round(fitted.threshold, 4)}
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
