"""Train an adapter that asks, is specific and stays related as much as it is told to (S067)."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from personae.media.atomic_file import write_atomically
from personae.recipes.attribute_labels import Buckets, Label, buckets_of, kept_labels
from personae.recipes.branched_sequence import Branch, BranchedSequence, branched
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
from personae.recipes.persona_dialogues import NAMES, PersonaDialogue, training_dialogues
from personae.registry import EntryInfo
from personae.text.controlled_prompt import CONTROLS, with_controls

ENTRY = EntryInfo(
    systems=("S067",),
    aka=("conditional-training", "ct"),
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments, section 5.1",
    deviations="Buckets are written as gauges after the user's turn, not embedded at every step; "
    "any of the three controls may be left out; half of what stands under a bucket of questions "
    "asks; bounds are those of our data; relatedness is the cosine of our sentence embedder; a "
    "contrast with the mirrored controls is added.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
_SHOWN = 0.5  # each control stands with half of the replies, so that any may be asked for alone
_BESIDE = 0.25  # specificity and relatedness beside questions
_TOKENS_A_DIALOGUE = 450  # at least, with its branches; only decides how much is labelled ahead
BUCKETS = "buckets.json"


def controlled_attributes(
    *,
    budget_tokens: Annotated[int, Field(ge=1, le=10**12)] = 200_000,
    rank: Annotated[int, Field(ge=1, le=256)] = 16,
    rate: Annotated[float, Field(gt=0, lt=1)] = 1e-3,
    accumulate: Annotated[int, Field(ge=1, le=256)] = 1,
    start: str = "plain-tuning",
    contrast: Annotated[float, Field(ge=0, le=100)] = 20.0,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Label human replies, write the labels into the prompt, tune on the replies.

    `start` is what to go on from, as in the paper a tuned model: an earlier training's folder, or
    an adapter that ships; "" is a fresh one of `rank`. `contrast` adds, times itself, how well a
    reply tells its controls from the mirrored ones (question 3 from 7): a bucket stands as often as
    its mirror image, so the same conditional maximises it, and what the reply is about cancels (0
    is the paper). The recipe is `(data, work, show, resume) -> Artifact`; it keeps labels and
    checkpoints in `work`.
    """
    options = {
        "budget_tokens": budget_tokens, "rank": rank, "rate": rate, "accumulate": accumulate,
        "start": start, "contrast": contrast, "seed": seed,
    }  # fmt: skip

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        work.mkdir(parents=True, exist_ok=True)
        dialogues = training_dialogues(data, seed)[: max(1, budget_tokens // _TOKENS_A_DIALOGUE)]
        labels = kept_labels(dialogues, work / f"labels-{seed}-{len(dialogues)}.jsonl", show)
        plan = Plan(
            work / f"controlled{f'-contrast-{contrast:g}' if contrast else ''}-seed-{seed}",
            budget_tokens, rate=rate, rank=rank, alpha=2 * rank, accumulate=accumulate, seed=seed,
            resume=resume,
        )  # fmt: skip
        require_same_options(plan.out, options, resume)
        model, tokenizer = load_base()
        adapted = with_adapter(model, plan, start)
        examples = Examples(dialogues, labels, buckets_of(labels), contrast > 0, seed)
        encode = token_encoder(tokenizer)
        facts = train(
            adapted,
            lambda epoch: examples.of_epoch(epoch, encode),
            contrasted_losses(contrast) if contrast else likelihood_losses,
            plan,
            lambda done, of, loss: show("controlling", done, of, f"loss {loss:.3f}"),
        )
        told = json.dumps(examples.buckets.to_json(), indent=1)
        write_atomically(plan.out / BUCKETS, f"{told}\n".encode())
        return export(adapted, plan.out, "controlled-attributes", options, facts)

    return recipe


class Examples:
    """The dialogues as sequences, each reply a branch under the controls that its labels give."""

    def __init__(
        self, dialogues: Sequence[PersonaDialogue], labels: Sequence[Label], buckets: Buckets,
        is_contrasted: bool, seed: int,
    ) -> None:  # fmt: skip
        self.dialogues, self.labels, self.buckets = dialogues, labels, buckets
        self.is_contrasted, self.seed = is_contrasted, seed
        self.by_dialogue: dict[str, list[Label]] = defaultdict(list)
        for label in labels:
            self.by_dialogue[label.dialogue].append(label)

    def of_epoch(self, epoch: int, encode: Callable[[str], list[int]]) -> list[BranchedSequence]:
        """One sequence a dialogue; what is shown, and of what kind, is drawn for each epoch."""
        return [self._sequence(one, encode, epoch) for one in self.dialogues]

    def _sequence(
        self, dialogue: PersonaDialogue, encode: Callable[[str], list[int]], epoch: int
    ) -> BranchedSequence:
        rng = random.Random(f"{self.seed}/{epoch}/{dialogue.id}")
        name = rng.choice(NAMES) if rng.random() < 0.5 else ""
        branches = [
            branch
            for label in self.by_dialogue[dialogue.id]
            for branch in self._branches(dialogue.turns[label.position][1], label, rng)
        ]
        return branched(dialogue, branches, encode, name=name)

    def _branches(self, reply: str, label: Label, rng: random.Random) -> list[Branch]:
        """What is learned of a reply: it without the control of questions, with it, both, or not.

        The two are drawn apart, so that replies without that control ask as often as all do.
        """
        found = []
        controls = self.buckets.controls(label, rng)
        question, others = controls.pop("question"), controls
        if rng.random() < _SHOWN:
            own = {name: at for name, at in others.items() if rng.random() < _SHOWN}
            found.append(self._branch(label, reply, own, mirrored(own)))
        if rng.random() < self.buckets.question_stands(label):
            beside = {name: at for name, at in others.items() if rng.random() < _BESIDE}
            own = {"question": question, **beside}
            found.append(self._branch(label, reply, own, own | mirrored({"question": question})))
        return found

    def _branch(
        self, label: Label, reply: str, own: Mapping[str, int], other: Mapping[str, int]
    ) -> Branch:
        contrast = with_controls("", other) if self.is_contrasted and other != own else None
        return Branch(label.position, reply, with_controls("", own), contrast)


def mirrored(controls: Mapping[str, int]) -> dict[str, int]:
    """The buckets as far from the other end: question 3 is 7, specificity 0 is 9."""
    return {name: CONTROLS[name] - 1 - bucket for name, bucket in controls.items()}
