"""Which quantisation the embedded model runs: perplexity on real dialogue against speed.

    python benchmarks/quantisation.py [--dialogues 60] [--json FILE] [--skip-speed]

Perplexity is that of the gold replies of XPersona (English, validation: real PersonaChat) after
the prompt of the method `plain`, four replies a dialogue. Speed is that of the raw engine: prefill
of an 800-token prompt, one stream, and eight streams at once. All rows come from one run.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from personae.data import Scene
from personae.formats.reading import read_dialogues
from personae.lm.embedded import open_embedded
from personae.lm.types import LanguageModel, Request, Sampling
from personae.lm.weights import embedded_weights
from personae.settings import load_settings
from personae.speaker import Speaker

QUANTISATIONS = ("Q4_1", "Q4_0", "Q8_0")
REPLIES_PER_DIALOGUE = 4
WORDS = "the quick brown fox jumps over the lazy dog near a river bank while rain falls "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=60)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--skip-speed", action="store_true")
    arguments = parser.parse_args()
    rows = [measure(name, arguments.dialogues, arguments.skip_speed) for name in QUANTISATIONS]
    print(f"{'':6} {'MB':>6} {'perplexity':>11} {'prefill':>9} {'1 stream':>9} {'8 streams':>10}")
    for row in rows:
        print(
            f"{row['quantisation']:6} {row['megabytes']:6.0f} {row['perplexity']:11.2f} "
            f"{row.get('prefill', 0):9.0f} {row.get('single', 0):9.0f} {row.get('eight', 0):10.0f}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


def measure(quantisation: str, dialogues: int, skip_speed: bool) -> dict[str, Any]:
    """One row: size, perplexity, and tokens a second."""
    size = embedded_weights(quantisation).stat().st_size / 1e6
    row: dict[str, Any] = {"quantisation": quantisation, "megabytes": size}
    lm = open_embedded(quantisation=quantisation, slots=8, context_tokens=2048)
    try:
        row |= perplexity(lm, dialogues)
        if not skip_speed:
            row |= speed(lm)
    finally:
        lm.close()
    return row


def perplexity(lm: LanguageModel, dialogues: int) -> dict[str, Any]:
    """Corpus perplexity of the gold replies."""
    speaker = Speaker(lm, "plain", replayable=True)
    likelihoods = [
        speaker.score_reference(scene, reference) for scene, reference in targets(dialogues)
    ]
    known = [likelihood for likelihood in likelihoods if likelihood is not None]
    total, tokens = sum(k.total for k in known), sum(k.tokens for k in known)
    return {"perplexity": math.exp(-total / tokens), "replies": len(known), "tokens": tokens}


def targets(dialogues: int) -> Iterator[tuple[Scene, str]]:
    """(scene, gold reply) of the second to fifth reply of each dialogue."""
    file = load_settings().datasets_dir / "xpersona" / "En_persona_valid.json"
    for number, dialogue in enumerate(read_dialogues(file, "xpersona")):
        if number == dialogues:
            return
        speaker = dialogue.labels["test_speaker"]
        for position, turn in list(dialogue.turns_of(speaker))[1 : 1 + REPLIES_PER_DIALOGUE]:
            scene = Scene(persona=dialogue.personas[speaker], turns=dialogue.turns[:position])
            yield scene, turn.text


def speed(lm: LanguageModel) -> dict[str, float]:
    """Tokens a second of the raw engine, the best of three."""
    long = WORDS * 52
    prefill = min(timed(lm, f"{i} {long}", 1) for i in range(3))
    single = min(timed(lm, f"Story {i}:", 96) for i in range(3))
    eight = min(timed_eight(lm, i) for i in range(3))
    return {
        "prefill": lm.count_tokens(long) / prefill,
        "single": 96 / single,
        "eight": 8 * 96 / eight,
    }


def timed(lm: LanguageModel, prompt: str, tokens: int) -> float:
    started = time.perf_counter()
    sampling = Sampling(max_tokens=tokens, seed=1, temperature=1.0, min_p=0.0)
    request = Request(prompt=prompt, sampling=sampling, replayable=True)
    lm.generate(request)
    return time.perf_counter() - started


def timed_eight(lm: LanguageModel, run: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: timed(lm, f"Story {run}{i}:", 96), range(8)))
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
