"""What personae adds to the raw engine: throughput and first-token time, as ratios in one run.

    python benchmarks/engine.py [--json FILE]

Raw is `xllamacpp.Server.handle_completions` on the same engine object with the same prompts, seeds,
lengths and warm cache, once as a whole and once streamed to nobody (a speaker always streams: it
ends a reply while it is written). Speaker is `Speaker.reply` with the method `plain`. Both take
turns within the run, the raw engine writes exactly as many tokens a reply as ours had, and ratios
are medians over pairs of rounds (low and high: their quartiles).

Limits: eight at once at least 0.95 of raw, one stream at least 0.97; on the second turn after a
1,600-token persona the first token at most 1.5 times raw warm, and at least 20 times below cold.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from personae.data import Persona, Scene, Turn
from personae.lm.embedded import EmbeddedModel, open_embedded
from personae.speaker import Speaker

# Pairs of rounds: a round alone is one reply, which varies more than eight at once.
ROUNDS = {1: 40, 8: 12}
LONG_ROUNDS = 5
TOKENS = 64
# Long replies; the raw engine then writes as many tokens as each of ours had.
OPTIONS = {"max_sentences": 0, "max_tokens": TOKENS, "temperature": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    lm = open_embedded(slots=8, context_tokens=2560)
    try:
        rows = {}
        for measure in (throughput, first_token):
            for name, row in measure(lm).items():
                figures = (f"{key} {value:.3f}" for key, value in row.items())
                print(f"{name:34} {'  '.join(figures)}", flush=True)
                rows[name] = row
    finally:
        lm.close()
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


def throughput(lm: EmbeddedModel) -> dict[str, dict[str, float]]:
    """Tokens a second of both sides, alone and eight at once."""
    speaker = Speaker(lm, "plain", options=OPTIONS)
    scenes = [short_scene(number) for number in range(8)]
    prompts = [lm.render(request) for request in map(request_for(speaker), scenes)]
    rows = {}
    for name, count in (("1 stream", 1), ("8 streams", 8)):
        lengths = [TOKENS] * 8

        def ours(i: int, lengths: list[int] = lengths) -> int:
            lengths[i] = speaker.reply(scenes[i], seed=i).draft.usage.completion_tokens
            return lengths[i]

        for peer, is_streamed in (("raw", False), ("raw streamed", True)):

            def raw(i: int, lengths: list[int] = lengths, is_streamed: bool = is_streamed) -> int:
                return raw_reply(lm, prompts[i], i, lengths[i], is_streamed=is_streamed)

            speeds = alternate(at_once(raw, count), at_once(ours, count), ROUNDS[count])
            rows[f"{name} against {peer} (tokens/s)"] = speeds
    return rows


def first_token(lm: EmbeddedModel) -> dict[str, dict[str, float]]:
    """First-token seconds of the second turn with a long persona: cold, warm, and raw warm."""
    speaker = Speaker(lm, "plain", options={**OPTIONS, "max_tokens": 2})
    cold, warm, raw = [], [], []
    for number in range(LONG_ROUNDS):
        scene = long_scene(lm, number).said("User", "Hello, how are you today?")
        first = speaker.reply(scene)
        cold.append(first.timings.first_token_s)
        scene = scene.model_copy(update={"turns": (*scene.turns, first.to_turn())})
        second = scene.said("User", "And what do you do for a living?")
        prompt = lm.render(request_for(speaker)(second))
        warm.append(speaker.reply(second).timings.first_token_s)
        raw.append(raw_second_turn(lm, prompt, number))
    tokens = lm.count_tokens(prompt)
    medians = [statistics.median(values) for values in (cold, warm, raw)]
    return {
        f"first token, {tokens}-token prompt (s)": {
            "cold": medians[0], "warm": medians[1], "raw warm": medians[2],
            "warm/raw": medians[1] / medians[2], "cold/warm": medians[0] / medians[1],
        }
    }  # fmt: skip


def raw_second_turn(lm: EmbeddedModel, prompt: str, number: int) -> float:
    """Raw first-token seconds with the same part of the prompt cached: all but the last turn."""
    head = prompt[: prompt.rindex("<|im_start|>user")]
    server = lm._engine._server
    server.handle_completions({"prompt": head, "n_predict": 1, "seed": number})
    started = time.perf_counter()
    seen: list[float] = []

    def first(_: Any) -> bool:
        seen.append(time.perf_counter() - started)
        return True

    server.handle_completions({"prompt": prompt, "n_predict": 2, "stream": True}, first)
    return seen[0]


def raw_reply(lm: EmbeddedModel, prompt: str, seed: int, tokens: int, *, is_streamed: bool) -> int:
    """The engine's own reply of `tokens` tokens; streamed pieces are thrown away."""
    body = {"prompt": prompt, "n_predict": tokens, "temperature": 1.0, "top_p": 0.95, "top_k": 40,
            "min_p": 0.05, "seed": seed}  # fmt: skip
    if is_streamed:
        lm._engine._server.handle_completions({**body, "stream": True}, lambda _: False)
        return tokens
    return int(lm._engine._server.handle_completions(body)["usage"]["completion_tokens"])


def at_once(ask: Callable[[int], int], count: int) -> Callable[[], float]:
    """A round: `count` replies at once; returns tokens a second."""

    def run() -> float:
        started = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            tokens = sum(pool.map(ask, range(count)))
        return tokens / (time.perf_counter() - started)

    return run


def alternate(raw: Callable[[], float], ours: Callable[[], float], rounds: int) -> dict[str, float]:
    """Rounds of both in turn, first one first, then the other, so that both meet the same machine.

    `ratio` is the median over the pairs of rounds, `low` and `high` their quartiles.
    """
    ours(), raw()
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        first = ours() if number % 2 else None
        plain = raw()
        pairs.append((plain, ours() if first is None else first))
    ratios = [speaker / plain for plain, speaker in pairs]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    return {
        "raw": statistics.median(plain for plain, _ in pairs),
        "speaker": statistics.median(speaker for _, speaker in pairs),
        "ratio": ratio,
        "low": low,
        "high": high,
    }


def request_for(speaker: Speaker) -> Callable[[Scene], Any]:
    from personae.draft import Kit
    from personae.steps.generate import request_of

    return lambda scene: request_of(speaker.prompt(scene), Kit(lm=speaker.lm), 0)


def short_scene(number: int) -> Scene:
    persona = Persona(
        name="Ana", statements=(f"I have {number + 2} cats.", "I mend radios.", "I live alone.")
    )
    turns = (Turn(speaker="User", text="Tell me a long story about your day, please."),)
    return Scene(persona=persona, turns=turns)


def long_scene(lm: EmbeddedModel, number: int) -> Scene:
    """A persona of about 1,600 tokens, another one each time."""
    statements: list[str] = []
    while lm.count_tokens("\n".join(statements)) < 1_500:
        index = len(statements)
        statements.append(f"In year {1900 + index} of story {number} I moved to town {index * 7}.")
    return Scene(persona=Persona(name=f"Nora {number}", statements=tuple(statements)))


if __name__ == "__main__":
    main()
