"""S013 pabst: without weights it is plain decoding, with them the reply comes nearer to the story.

Thirty moments of our own. The second inference model, which chooses nothing, counts contradictions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean
from personae.catalog.story_scenes import SCENES
from personae.data import Scene
from personae.encoders.contradiction import judge_replies
from personae.encoders.nli import open_nli
from personae.metrics.rouge_l import f_measure
from personae.speaker import Reply, Speaker
from personae.steps.recall_story import recalled_story

WEIGHTS = (0.0, 0.5, 1.0, 2.0)
WITH_STORY = 2 / 3  # of the scenes: of the others all near stories contradict
GOLD_SHARE = 0.1  # of human replies that the second judge's threshold flags
_WRITING = {"max_tokens": 16, "max_sentences": 2}  # of equal length: ROUGE counts it


def check(context: CheckContext) -> list[str]:
    """Replies at four weights of the story, one of them with the weight of consistency too."""
    found = {weight: replied(context, weight) for weight in WEIGHTS}
    return [same_as_plain(context, found[0.0]), nearer(found), *consistent(found[1.0])]


def replied(context: CheckContext, weight: float) -> list[Reply]:
    """One reply a scene. At weight 1 a second candidate is written and chosen from."""
    options = {
        **_WRITING, "lambda_story": weight, "lambda_nli": float(weight == 1), "candidates": 2,
        "relevant": 0.0,
    }  # fmt: skip
    speaker = Speaker(
        context.lm(), "pabst", options=options, embedder=context.embedder(), nli=open_nli(),
        replayable=True,
    )  # fmt: skip
    return [speaker.reply(scene, seed=context.seed) for scene in SCENES]


def same_as_plain(context: CheckContext, without: Sequence[Reply]) -> str:
    """Raise CheckFailed unless weights at 0 give what the engine's own greedy decoding does."""
    plain = Speaker(
        context.lm(), "plain", options={**_WRITING, "temperature": 0.0}, replayable=True
    )
    asked = SCENES[::3]
    same = [
        plain.reply(scene, seed=context.seed).text == reply.text
        for scene, reply in zip(asked, without[::3], strict=True)
    ]
    line = f"weights at 0: {sum(same)} of {len(same)} replies are those of plain"
    expect(all(same), f"{line}; all were to be.")
    return line


def nearer(found: Mapping[float, Sequence[Reply]]) -> str:
    """Raise CheckFailed unless ROUGE-L to the story rises with the weight, from first to last."""
    values = [
        mean([f_measure(own(reply), recalled_story(reply.draft)) for reply in found[weight]])
        for weight in WEIGHTS
    ]
    shown = ", ".join(f"{w:g}: {v:.3f}" for w, v in zip(WEIGHTS, values, strict=True))
    line = f"ROUGE-L to the story by its weight, {len(SCENES)} scenes: {shown}"
    rises = all(a <= b for a, b in pairwise(values))
    expect(rises and values[-1] > values[0], f"{line}; it was to rise.")
    return line


def consistent(replies: Sequence[Reply]) -> list[str]:
    """Raise CheckFailed where choosing by consistency makes more contradictions, or tells nothing.

    The first candidate is the reply that is given without that choice.
    """
    rates = [
        contradicted([(text, scene) for text, scene in zip(texts, SCENES, strict=True)])
        for texts in ([own(reply) for reply in replies], [reply.text for reply in replies])
    ]
    line = (
        f"contradictions by the second judge, of {len(SCENES)}: {rates[0]} without the weight of "
        f"consistency, {rates[1]} with it"
    )
    expect(rates[1] <= rates[0], f"{line}; there were to be no more.")
    with_story = [reply for reply in replies if reply.draft.notes["story"]]
    expect(
        len(with_story) >= WITH_STORY * len(replies),
        f"Only {len(with_story)} of {len(replies)} scenes have a story.",
    )
    silent = [reply for reply in with_story if not _is_told(reply)]
    expect(not silent, f"{len(silent)} replies do not tell their story and losses.")
    changed = sum(reply.text != own(reply) for reply in replies)
    return [
        line,
        f"story id and three losses in the trace of all {len(with_story)} replies with a story "
        f"(of {len(replies)}; the others' contradict); {changed} replies were exchanged",
    ]


def _is_told(reply: Reply) -> bool:
    losses = [set(one.detail["losses"]) for one in reply.draft.candidates]
    return bool(recalled_story(reply.draft)) and all(
        some == {"fluency", "story", "consistency"} for some in losses
    )


def own(reply: Reply) -> str:
    """The first candidate: what is written before anything is chosen."""
    return reply.draft.candidates[0].text


def contradicted(said: Sequence[tuple[str, Scene]]) -> int:
    """How many replies the second judge flags."""
    judge = open_nli(name="second")
    judged = judge_replies(judge, [(text, scene.persona.statements) for text, scene in said])
    return sum(one.contradicts(judge.thresholds[GOLD_SHARE]) for one in judged)
