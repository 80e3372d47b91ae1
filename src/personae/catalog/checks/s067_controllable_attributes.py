"""S067 controllable-attributes: weighted decoding and conditional training turn the attributes.

The adapter of conditional training must ask more when the highest bucket of questions is asked for
than when the lowest is, on the same contexts with the same seeds. Plain tuning, which saw no
control, stands in its place beside it and must not; at weight 0, or with a prompt that names no
bucket, the adapter does not either. The sampler of question buckets and NIDF are exact.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean, paired_p
from personae.data import Persona, Scene, Turn
from personae.lm.types import LanguageModel
from personae.speaker import Speaker
from personae.text.attributes import (
    QUESTION_BUCKETS,
    QUESTION_SHARE,
    has_question,
    question_bucket,
    repetition,
)
from personae.text.specificity import SHIPPED, shipped_specificity

_SWEEP = (-4.0, 0.0, 2.0, 4.0)
_CONTEXTS = 40
_TOKENS = 6
_BLOCK = {"extrep_2gram": -1e20}
_ADAPTER, _UNTOLD = "controlled-attributes", "plain-tuning"
_ANSWERED = 24  # contexts that are answered under each bucket
_ANSWER = {"weights": {}, "temperature": 0.7, "max_tokens": 24}
_LIVES = ("I work at a bakery.", "I have two cats.", "I love to travel.", "I live near the sea.")
_ENDS = (0, QUESTION_BUCKETS - 1)
_LEAST = 0.5  # how many more replies must ask at the upper end, as a share
_SURE = 0.01
_DRAWN = 200_000
_TOLERANCE = 0.02
_NAME, _USER = "Ana", "Bo"
# What the partner says last, and what Ana said before it: written for this check.
_OPENINGS = (
    "What did you do today?", "Do you like music?", "Where do you live?", "What do you eat?",
    "How is your family?", "What makes you happy?", "Tell me of your job.", "It rains again.",
    "I bought a boat.", "My cat is ill.",
)  # fmt: skip
_EARLIER = (
    "I like it here a lot.", "I am not sure what to say.", "That sounds like a lot of fun.",
    "I love to go for a walk.",
)  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """Both methods of control, the block, the sampler, and the ends of the NIDF scale."""
    scenes = contexts()
    lm = context.lm()
    return [
        *sweep(lm, scenes),
        *block(lm, scenes),
        *conditional(lm, lived(scenes)[:_ANSWERED], context.seed),
        *sampler(context.seed),
        *nidf(),
    ]


def contexts() -> list[Scene]:
    """40 fixed contexts: each opening after each earlier turn."""
    return [
        Scene(
            persona=Persona(name=_NAME), user=_USER, turns=(Turn(speaker=_NAME, text=earlier),)
        ).said(_USER, opening)
        for earlier in _EARLIER
        for opening in _OPENINGS
    ]  # fmt: skip


def replies(lm: LanguageModel, scenes: Sequence[Scene], weights: Mapping[str, float]) -> list[str]:
    """The first tokens of a greedy reply to each scene, as they were decoded."""
    options = {"weights": dict(weights), "max_tokens": _TOKENS, "max_sentences": 0}
    speaker = Speaker(lm, "controlled", options=options)
    return [speaker.reply(scene).draft.candidates[0].raw for scene in scenes]


def sweep(lm: LanguageModel, scenes: Sequence[Scene]) -> list[str]:
    """Mean NIDF of the outputs rises with each weight. Raises CheckFailed."""
    table = shipped_specificity()
    means = [
        mean([table.of_text(text) for text in replies(lm, scenes, {"nidf": weight})])
        for weight in _SWEEP
    ]
    shown = ", ".join(f"{w:+.0f}: {m:.3f}" for w, m in zip(_SWEEP, means, strict=True))
    rising = all(low < high for low, high in pairwise(means))
    expect(rising, f"Mean NIDF does not rise with its weight: {shown}.")
    return [f"mean NIDF of {len(scenes)} outputs by weight of nidf: {shown}"]


@dataclass(frozen=True, slots=True)
class Again:
    """An answer after one that was given already: the same question twice."""

    scene: Scene

    def after(self, answer: str) -> Scene:
        """The scene once the answer was given and the question was put again."""
        said = Turn(speaker=_NAME, text=answer)
        again = self.scene.model_copy(update={"turns": (*self.scene.turns, said)})
        return again.said(_USER, self.scene.last_user_text)


def block(lm: LanguageModel, scenes: Sequence[Scene]) -> list[str]:
    """Asked twice, the model repeats itself; blocked, it says no pair twice. Raises CheckFailed."""
    asked = [Again(scene) for scene in scenes[: len(_OPENINGS)]]
    first = replies(lm, [one.scene for one in asked], {})
    again = [one.after(answer) for one, answer in zip(asked, first, strict=True)]
    shares = {
        name: mean([_repeated(scene, text) for scene, text in zip(again, made, strict=True)])
        for name, made in (
            ("free", replies(lm, again, {})),
            ("blocked", replies(lm, again, _BLOCK)),
        )
    }
    expect(shares["free"] > 0, "Nothing was repeated without the block: nothing was tested.")
    expect(shares["blocked"] == 0, f"Blocked, extrep_2gram is {shares['blocked']:.3f}, not 0.")
    return [
        f"asked the same again, {len(again)} times: extrep_2gram {shares['free']:.3f} without "
        "weights, exactly 0 with the weight -1e20"
    ]


def lived(scenes: Sequence[Scene]) -> list[Scene]:
    """The contexts with statements, for an adapter that learned to speak of some."""
    persona = Persona(name=_NAME, statements=_LIVES)
    return [scene.model_copy(update={"persona": persona}) for scene in scenes]


def answers(
    lm: LanguageModel, scenes: Sequence[Scene], controls: Mapping[str, int],
    adapter: str = _ADAPTER, weight: float = 1.0,
) -> list[str]:  # fmt: skip
    """A drawn reply to each scene under these controls; the seed is that of its place."""
    options = {
        **_ANSWER, "controls": dict(controls), "adapter": adapter, "adapter_weight": weight,
    }  # fmt: skip
    speaker = Speaker(lm, "controlled", options=options)
    # One after the other: the weighted decoder keeps its prompt in the first slot.
    return [speaker.reply(scene, seed=at).text for at, scene in enumerate(scenes)]


def conditional(lm: LanguageModel, scenes: Sequence[Scene], seed: int) -> list[str]:
    """Replies ask as they are told to, and those of plain tuning do not. Raises CheckFailed."""
    expect(
        _ADAPTER in getattr(lm, "adapters", ()),
        f"The model has no adapter {_ADAPTER!r}: there is nothing that was trained on controls.",
    )
    gain, p, told = turned(lm, scenes, seed)
    expect(gain >= _LEAST and p < _SURE, f"The adapter does not follow its control: {told}.")
    gain, p, untold = turned(lm, scenes, seed, _UNTOLD)
    expect(gain < _LEAST or p >= _SURE, f"Plain tuning follows the control as well: {untold}.")
    return [told, f"in its place {_UNTOLD}, {untold}"]


def turned(
    lm: LanguageModel, scenes: Sequence[Scene], seed: int, adapter: str = _ADAPTER
) -> tuple[float, float, str]:
    """How many more replies ask at the upper end, as a share; one-sided p; both shares told."""
    low, high = (
        [float(has_question(text)) for text in answers(lm, scenes, {"question": at}, adapter)]
        for at in _ENDS
    )
    gains = [after - before for before, after in zip(low, high, strict=True)]
    p = paired_p(gains, seed)
    told = (
        f"asked for question {_ENDS[0]} and {_ENDS[1]}, {mean(low):.0%} and {mean(high):.0%} "
        f"of {len(scenes)} replies ask (one-sided p {p:.4f})"
    )
    return mean(gains), p, told


def sampler(seed: int) -> list[str]:
    """P(question) in bucket b is b/10 by simulation. Raises CheckFailed."""
    rng = random.Random(seed)
    counts = {bucket: [0, 0] for bucket in range(11)}
    for _ in range(_DRAWN):
        asks = rng.random() < QUESTION_SHARE
        bucket = counts[question_bucket(asks, rng)]
        bucket[0] += asks
        bucket[1] += 1
    off = max(abs(asked / max(1, turns) - b / 10) for b, (asked, turns) in counts.items())
    expect(off <= _TOLERANCE, f"A question bucket is {off:.3f} off its tenth.")
    return [f"question buckets, {_DRAWN} turns drawn: at most {off:.3f} off b/10"]


def nidf() -> list[str]:
    """The most frequent word of the table has 0, the rarest 1. Raises CheckFailed."""
    rows = [line.rpartition(" ") for line in SHIPPED.read_text("utf-8").splitlines()]
    rows.sort(key=lambda row: int(row[2]))
    rarest, commonest = rows[0][0], rows[-1][0]
    table = shipped_specificity()
    found = (table.of_word(commonest), table.of_word(rarest))
    expect(found == (0.0, 1.0), f"NIDF of the commonest and the rarest word are {found}.")
    return [f"NIDF of {commonest!r}, the commonest of {len(rows)} words, is 0, of {rarest!r} 1"]


def _repeated(scene: Scene, text: str) -> float:
    own = [turn.text for turn in scene.turns if turn.speaker == _NAME]
    return repetition(text, own, ()).extrep_2gram
