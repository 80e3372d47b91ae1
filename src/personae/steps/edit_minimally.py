"""Edit the reply that was made: the clause that clashes with the persona, as little as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.draft import Candidate, Count, Draft, Emission, Evidence, Kit, Step
from personae.encoders.contradiction import judge_replies
from personae.encoders.types import Nli
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.minimal_edits import Edit, Grounding, Weights, edit_reply

ENTRY = EntryInfo(
    systems=("S103",),
    aka=("gme",),
    nli=True,
    paper=(
        "Wu et al. 2021, Transferable Persona-Grounded Dialogues via Grounded Minimal Edits, "
        "section 3"
    ),
    deviations=(
        "No editor is trained: the mask comes from the inference model instead of gradients and a "
        "token labeller, what fills it is the statement itself or a phrase of it, and the choice "
        "is by inference, edit distance and the language model's likelihood."
    ),
)

Goal = Literal["repair", "ground"]

GOLD_SHARE = 0.05
STATEMENTS_LIMIT = 64


def edit_minimally(
    *,
    goal: Goal = "repair",
    edits: Count = 2,
    distance: Annotated[float, Field(ge=0, le=10)] = Weights().distance,
    loss: Annotated[float, Field(ge=0, le=10)] = Weights().loss,
    fluency: Annotated[float, Field(ge=0, le=10)] = Weights().fluency,
) -> Step:
    """Edit the chosen candidate, or all of them before a choice was made.

    `goal="repair"` edits only what contradicts a statement, above the threshold that 5 % of human
    replies pass, and leaves every other reply as it is; up to `edits` statements, the worst first.
    `goal="ground"` makes the reply say each of the persona's first `edits` statements, as the paper
    does. An edit after which the reply contradicts the persona more than before is not made.
    """
    weights = Weights(distance=distance, loss=loss, fluency=fluency)

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only:
            return draft
        nli = kit.need_nli("edit_minimally")
        numbers = range(len(draft.candidates)) if draft.chosen is None else [draft.chosen]
        candidates, evidence = list(draft.candidates), list(draft.evidence)
        for number in numbers:
            made = _edits(draft, candidates[number].text, nli, kit, goal, edits, weights)
            if not made:
                continue
            candidates[number] = _edited(candidates[number], made)
            evidence += [
                Evidence(one.statement, "statement", detail={"edit": one.diff}) for one in made
            ]
            if number == (draft.chosen or 0):
                kit.emit(Emission("restart"))
                kit.emit(Emission("text", candidates[number].text))
        return replace(draft, candidates=tuple(candidates), evidence=tuple(evidence))

    return step


def told(edit: Edit) -> dict[str, Any]:
    """An edit as `--json` shows it."""
    return {
        "before": edit.before,
        "after": edit.after,
        "statement": edit.statement,
        "made_by": edit.made_by,
        "diff": edit.diff,
        "edited_tokens": edit.distance,
        "masked": list(edit.masked),
        "nli_before": _told_grounding(edit.grounding_before),
        "nli_after": _told_grounding(edit.grounding_after),
    }


def _edits(
    draft: Draft, reply: str, nli: Nli, kit: Kit, goal: Goal, edits: int, weights: Weights
) -> list[Edit]:
    """The edits made one after the other, each on the text that the one before left."""
    scene = draft.scene
    statements = [fill(text, scene) for text in scene.persona.statements[:STATEMENTS_LIMIT]]
    made: list[Edit] = []
    for number in range(edits):
        if goal == "ground":
            target = statements[number] if number < len(statements) else None
        else:
            target = _contradicted(nli, reply, statements)
        if target is None:
            break
        edit = edit_reply(
            reply, target, nli=nli, lm=kit.lm, heard=scene.last_user_text,
            others=[text for text in statements if text != target], weights=weights,
        )  # fmt: skip
        if edit.made_by == "copy" or _is_worse(nli, edit, statements):
            if goal == "ground":
                continue
            break
        made.append(edit)
        reply = edit.after
    return made


def _contradicted(nli: Nli, reply: str, statements: Sequence[str]) -> str | None:
    """The statement that a clause of the reply contradicts most, if any."""
    [judged] = judge_replies(nli, [(reply, statements)])
    if judged.worst is None or not judged.contradicts(nli.thresholds[GOLD_SHARE]):
        return None
    return judged.worst.statement


def _is_worse(nli: Nli, edit: Edit, statements: Sequence[str]) -> bool:
    before, after = judge_replies(nli, [(edit.before, statements), (edit.after, statements)])
    return after.contradiction > max(before.contradiction, nli.thresholds[GOLD_SHARE])


def _edited(candidate: Candidate, made: Sequence[Edit]) -> Candidate:
    detail = {
        **candidate.detail,
        "edited_from": candidate.text,
        "edits": [told(edit) for edit in made],
    }
    return replace(candidate, text=made[-1].after, detail=detail)


def _told_grounding(grounding: Grounding) -> dict[str, Any]:
    return {
        "label": grounding.label,
        "entailment": round(grounding.entailment, 4),
        "neutral": round(grounding.neutral, 4),
        "contradiction": round(grounding.contradiction, 4),
        "worst_clause_contradiction": round(grounding.worst_clause, 4),
    }
