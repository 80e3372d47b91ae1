"""Train an adapter that has learned, with each reply, how good it is (Score Before You Speak)."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.errors import InvalidOption
from personae.media.atomic_file import write_atomically
from personae.recipes.branched_sequence import Branch, BranchedSequence, branched
from personae.recipes.kept_rows import kept_rows, whole_rows
from personae.recipes.lora_training import (
    Artifact,
    Plan,
    Report,
    contrasted_losses,
    export,
    likelihood_losses,
    load_base,
    require_same_options,
    token_encoder,
    train,
    with_adapter,
)
from personae.recipes.masked_substitution import Masked, Substitution
from personae.recipes.persona_dialogues import (
    NAMES,
    PersonaDialogue,
    development_dialogues,
    load,
    save,
    training_dialogues,
)
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S001",),
    aka=("sbs",),
    paper="Saggar et al. 2025, Score Before You Speak: Improving Persona Consistency in Dialogue "
    "Generation using Response Quality Scores",
    deviations="The embedded causal model fills the gaps, not BART; MiniLM's cosine scores, not "
    "BERTScore; one masked noun a reply, not every one; the loss covers the replies, not the "
    "prompts; records of a dialogue share a sequence, with the loss of separate ones.",
)

Arm = Literal["scored", "unscored", "plain"]
Against = Literal["copy", "drawn"]
_DRAWN = (0.5, 0.9)  # the scores that a human reply is told from where they are drawn
_TELLING = 0.9  # copies scored higher say too much the same to be told from the reply
_BLOCK = 192  # gaps that are filled before anything is written
_TOKENS_A_DIALOGUE = 450  # about, with its branches; only decides how much is corrupted ahead


Recipe = Callable[[Path, Path, Report, bool], Artifact]


def score_before_speaking(
    *,
    arm: Arm = "scored",
    budget_tokens: Annotated[int, Field(ge=1, le=10**12)] = 450_000,
    masked: Masked = "nouns",
    copies: Annotated[int, Field(ge=1, le=8)] = 1,
    threshold: Annotated[float, Field(ge=-1, le=1)] = -1.0,
    rank: Annotated[int, Field(ge=1, le=256)] = 16,
    rate: Annotated[float, Field(gt=0, lt=1)] = 1e-3,
    accumulate: Annotated[int, Field(ge=1, le=256)] = 4,
    start: str = "",
    contrast: Annotated[float, Field(ge=0, le=100)] = 0.0,
    against: Against = "copy",
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Corrupt replies, score them, train a LoRA on replies and copies with their scores.

    `arm="plain"` is supervised tuning on the replies alone; "unscored" learns from copies too but
    shows no scores (the paper's ablation), of which `threshold` keeps those at or above. Each arm
    sends `budget_tokens` through the model, `accumulate` dialogues a step. `start` is what to go on
    from: an earlier training's folder, or a shipped adapter's name (its rank stays). `contrast`
    adds, times itself, how well a reply tells its own score from another
    (`lora_training.contrasted_losses`; not in the paper): a copy's from 1.0, a human reply's from
    that of its copy, or with `against="drawn"` from one drawn between 0.5 and 0.9. The recipe is
    `(data, work, show, resume) -> Artifact`; it keeps its stages in `work` and goes on from them.
    Raises InvalidOption for a contrast of scores in an arm that shows none.
    """
    if contrast and arm != "scored":
        raise InvalidOption(f"contrast compares scores, and arm={arm} shows none: use arm=scored.")
    options = {
        "arm": arm, "budget_tokens": budget_tokens, "masked": masked, "copies": copies,
        "threshold": threshold, "rank": rank, "rate": rate, "accumulate": accumulate,
        "start": start, "contrast": contrast, "against": against, "seed": seed,
    }  # fmt: skip

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        work.mkdir(parents=True, exist_ok=True)
        dialogues = _dialogues(data, work, seed)
        model, tokenizer = load_base()
        copies_of: dict[str, list[Substitution]] = {}
        if arm != "plain":
            wanted = dialogues[: max(1, budget_tokens // _TOKENS_A_DIALOGUE)]
            made = _substitutions(wanted, work, model, tokenizer, masked, copies, seed, show)
            copies_of = _by_dialogue(one for one in made if one.score >= threshold)
            _development(data, work, model, tokenizer, masked, seed, show)
            dialogues = wanted
        name = _folder_name(arm, masked, threshold, start, contrast, against, seed)
        folder = work / name
        plan = Plan(
            folder, int(budget_tokens), rate=rate, rank=rank, alpha=2 * rank,
            accumulate=accumulate, seed=seed, resume=resume,
        )  # fmt: skip
        require_same_options(folder, options, resume)
        adapted = with_adapter(model, plan, start)

        def sequences(epoch: int) -> list[BranchedSequence]:
            encode, told = token_encoder(tokenizer), against if contrast else None
            return [
                _sequence(one, copies_of.get(one.id, ()), encode, arm, told, f"{seed}/{epoch}")
                for one in dialogues
            ]

        facts = train(
            adapted,
            sequences,
            contrasted_losses(contrast) if contrast else likelihood_losses,
            plan,
            lambda done, of, loss: show(name, done, of, f"loss {loss:.3f}"),
        )
        return export(adapted, folder, "score-before-speaking", options, facts)

    return recipe


def _folder_name(
    arm: str, masked: str, threshold: float, start: str, contrast: float, against: str, seed: int
) -> str:
    parts = [arm]
    if arm != "plain" and masked != "nouns":
        parts.append(masked)
    if threshold > -1:
        parts.append(f"from-{threshold:g}")
    if start:
        parts.append(f"after-{Path(start).name}")
    if contrast:
        parts.append(f"contrast-{contrast:g}" + ("-drawn" if against == "drawn" else ""))
    return "-".join([*parts, f"seed-{seed}"])


def _dialogues(data: Path, work: Path, seed: int) -> list[PersonaDialogue]:
    """The training dialogues, in the order in which they were put once."""
    file = work / f"dialogues-{seed}.jsonl"
    if not file.exists():
        save(training_dialogues(data, seed), file)
    return load(file)


def _sequence(
    dialogue: PersonaDialogue, copies: Sequence[Substitution], encode: Any, arm: Arm,
    against: Against | None, seed: str,
) -> BranchedSequence:  # fmt: skip
    rng = random.Random(f"{seed}/{dialogue.id}")
    name = rng.choice(NAMES) if rng.random() < 0.5 else ""
    if arm == "plain":
        return branched(dialogue, (), encode, name=name, learns_trunk=True)
    shows = arm == "scored"
    # A human reply could have had a copy's score, a copy the human one's.
    telling = {one for one in copies if against and one.score <= _TELLING}
    other = {one.position: one.score for one in copies if one in telling}
    if against == "drawn":
        other = {at: round(rng.uniform(*_DRAWN), 2) for at in dialogue.replies}
    branches = [
        Branch(at, dialogue.turns[at][1], 1.0 if shows else None, other.get(at))
        for at in dialogue.replies
    ]
    for one in copies:
        score, contrast = one.score if shows else None, 1.0 if one in telling else None
        branches.append(Branch(one.position, one.reply, score, contrast))
    return branched(dialogue, branches, encode, name=name)


def _development(
    data: Path, work: Path, model: Any, tokenizer: Any, masked: Masked, seed: int, show: Report
) -> None:
    """Replies that nothing trains on beside corrupted copies: what the scores are tested with."""
    target = work / f"development-{masked}-{seed}.jsonl"
    if target.exists():
        return
    dialogues = {one.id: one for one in development_dialogues(data)}
    made = _substitutions(list(dialogues.values()), work, model, tokenizer, masked, 2, seed, show)
    rows = (_development_row(dialogues[one.dialogue], one) for one in made)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomically(target, "".join(lines).encode())


def _development_row(dialogue: PersonaDialogue, made: Substitution) -> dict[str, Any]:
    return {
        "statements": dialogue.statements, "said": dialogue.turns[made.position - 1][1],
        "reply": dialogue.turns[made.position][1], "corrupted": made.reply, "score": made.score,
    }  # fmt: skip


def _substitutions(
    dialogues: Sequence[PersonaDialogue], work: Path, model: Any, tokenizer: Any, masked: Masked,
    copies: int, seed: int, show: Report,
) -> list[Substitution]:  # fmt: skip
    """Made in blocks, each written when it is complete; what is there is not made again."""
    from personae.encoders.embedder import open_embedder
    from personae.recipes.masked_substitution import gaps, hanta_tagger, substitutions

    file = work / f"substitutions-{masked}-{copies}-{seed}-{len(dialogues)}.jsonl"
    if (kept := whole_rows(file)) is not None:
        return [Substitution(**row) for row in kept]
    found, lexicon = gaps(dialogues, hanta_tagger(), masked=masked, copies=copies, seed=seed)
    embedder = open_embedder()

    def made(at: int) -> Iterator[dict[str, Any]]:
        part, reply = found[at : at + _BLOCK], ""
        for one in substitutions(part, lexicon, model, tokenizer, embedder, seed=seed):
            reply = one.reply
            yield asdict(one)
        show("corrupting", at + len(part), len(found), reply)

    return [Substitution(**row) for row in kept_rows(file, range(0, len(found), _BLOCK), made)]


def _by_dialogue(made: Any) -> dict[str, list[Substitution]]:
    grouped: dict[str, list[Substitution]] = defaultdict(list)
    for one in made:
        grouped[one.dialogue].append(one)
    return grouped
