"""S015 deflanderize: shorter replies and no taglines; copying and likeness to gold are reported.

The row is partial: on the embedded model it does not yet copy the profile significantly less, and
its answers are less like the gold ones. The retrieval of training dialogues and the fine-tuned
model of the row are not built, so not checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import content_stems, mean, paired_p, replies_to
from personae.catalog.cpdc_sample import read_turns
from personae.catalog.wenna_turns import CHARACTER, SEEN
from personae.data import Scene
from personae.lm.scripted import ScriptedModel
from personae.load import load_persona
from personae.methods.deflanderized import TAGLINES
from personae.speaker import Speaker
from personae.steps.describe_persona import persona_parts

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Flander:
    """How much one reply over-acts: its words, and how many of them come from the profile."""

    words: int
    copied: int
    has_tagline: bool


def check(context: CheckContext) -> list[str]:
    """On against off over Wenna's 40 turns and the CPDC sample's 14. Raises CheckFailed."""
    lm, embedder = context.lm(), context.embedder()
    scenes = [_scene(turn.text) for turn in SEEN]
    file = context.datasets_dir / "cpdc-samples" / "task2_sample.json"
    gold = read_turns(file) if file.exists() else []
    scenes += [turn.scene for turn in gold]
    texts = {
        flag: [reply.text for reply in replies_to(_speaker(lm, flag, embedder), scenes)]
        for flag in (True, False)
    }
    evidence = check_filter()
    evidence += compare(scenes, texts[True], texts[False])
    if not gold:
        return [*evidence, "the CPDC sample is not here: likeness to gold answers was not measured"]
    answers = [turn.reply for turn in gold]
    tail = {flag: replies[-len(gold) :] for flag, replies in texts.items()}
    return evidence + compare_with_gold(tail[True], tail[False], answers, embedder)


def check_filter() -> list[str]:
    """A model that ends every reply in a tagline: the filter takes it off, the ablation no."""
    tagged = [
        f"Six pennies the coil. {phrase.capitalize()} the road, friend." for phrase in TAGLINES
    ]
    scene = Scene(persona=load_persona(CHARACTER).model_copy(update={"tools": ()}))
    asked = scene.said("Traveller", "How much is the rope?")
    left = {
        flag: sum(
            has_tagline(_speaker(ScriptedModel([text]), flag, None).reply(asked).text)
            for text in tagged
        )
        for flag in (True, False)
    }
    expect(left[False] == len(tagged), "The ablation lost taglines: the filter is not tested.")
    expect(left[True] == 0, f"The filter let {left[True]} of {len(tagged)} taglines through.")
    return [f"filter: 0 of {len(tagged)} taglines get through, without it {left[False]}"]


def compare(scenes: Sequence[Scene], on: Sequence[str], off: Sequence[str]) -> list[str]:
    """Length, copying and taglines of both, paired by turn. Raises CheckFailed."""
    with_flag = [measure(scene, text) for scene, text in zip(scenes, on, strict=True)]
    without = [measure(scene, text) for scene, text in zip(scenes, off, strict=True)]
    longer = [float(b.words - a.words) for a, b in zip(with_flag, without, strict=True)]
    words = compared("words a reply", with_flag, without, lambda found: found.words)
    expect(paired_p(longer) < 0.05, f"{words}; p < 0.05 was wanted.")
    tagged = [sum(f.has_tagline for f in found) for found in (with_flag, without)]
    expect(tagged[0] == 0, f"{tagged[0]} of {len(scenes)} replies have a tagline with the filter.")
    return [
        words,
        f"replies with a tagline: on {tagged[0]}, off {tagged[1]}",
        compared(
            "words copied from the profile (not required)", with_flag, without,
            lambda found: found.copied,
        ),
    ]  # fmt: skip


def compared(
    what: str,
    on: Sequence[Flander],
    off: Sequence[Flander],
    value: Callable[[Flander], int],
) -> str:
    """The two means a turn and the paired p of their difference."""
    p = paired_p([float(value(b) - value(a)) for a, b in zip(on, off, strict=True)])
    means = [mean([value(found) for found in side]) for side in (on, off)]
    return f"{len(on)} turns, {what}: on {means[0]:.3g}, off {means[1]:.3g}, p = {p:.4f}"


def measure(scene: Scene, text: str) -> Flander:
    """How much a reply over-acts; words that the user has just said are no copies."""
    words = _WORD.findall(text)
    said = content_stems(scene.last_user_text)
    profile = profile_stems(scene) - said
    copies = sum(bool(content_stems(word) & profile) for word in words)
    return Flander(len(words), copies, has_tagline(text))


def profile_stems(scene: Scene) -> set[str]:
    """The stems of what the card says of the character itself: not its knowledge, not our rules."""
    parts = persona_parts(scene, "full", False)
    return content_stems(" ".join(part.text for part in parts if part.name != "knowledge"))


def has_tagline(text: str) -> bool:
    """Whether one of the overused closing phrases occurs, in any case and spacing."""
    plain = " ".join(text.lower().split())
    return any(phrase in plain for phrase in TAGLINES)


def compare_with_gold(
    on: Sequence[str], off: Sequence[str], gold: Sequence[str], embedder: Embedder
) -> list[str]:
    """Mean cosine to the gold answers."""
    vectors = [embedder.embed(list(texts)) for texts in (on, off, gold)]
    likeness = [float((v * vectors[2]).sum(axis=1).mean()) for v in vectors[:2]]
    return [
        f"cosine to the {len(gold)} gold answers of the CPDC sample: on {likeness[0]:.3f}, off "
        f"{likeness[1]:.3f} (not required)"
    ]


def _speaker(lm: LanguageModel, flag: bool, embedder: Embedder | None) -> Speaker:
    return Speaker(lm, "deflanderized", options={"deflanderize": flag}, embedder=embedder)


def _scene(heard: str) -> Scene:
    return Scene(persona=load_persona(CHARACTER), user="Traveller").said("Traveller", heard)
