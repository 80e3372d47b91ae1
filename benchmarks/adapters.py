"""Do llama.cpp and transformers say the same with an adapter?

    python benchmarks/adapters.py PEFT_FOLDER [--prompts 100] [--json FILE]

Greedy continuations of prompts from real dialogues by `embedded` (Q8_0 weights, activations
quantised too) and by transformers (float32), without an adapter and with the one of the folder,
beside which `adapter.gguf` lies. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from personae.lm.embedded import open_embedded
from personae.lm.types import LanguageModel, Message, Request, Sampling
from personae.recipes.persona_dialogues import development_dialogues
from personae.text.scored_prompt import told_persona, with_score

TOKENS = 24


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peft", type=Path)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--score", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    data = Path(os.environ.get("PERSONAE_DATA", "../shared/data"))
    prompts = asked(data, options.prompts, options.score)
    adapter = options.peft.parent / "adapter.gguf"
    bare, loaded = open_embedded(slots=1), open_embedded(slots=1, adapters=[adapter])
    name = loaded.adapters[-1]
    base, tuned = (greedy_by_transformers(prompts, peft) for peft in (None, options.peft))
    plain = greedy(bare, prompts, ())
    silent = greedy(loaded, prompts, ((name, 0.0),))
    ours = greedy(loaded, prompts, ((name, 1.0),))
    table = {
        "embedded, adapter at weight 0, against embedded without it": compared(silent, plain),
        "embedded against transformers, no adapter": compared(plain, base),
        "embedded against transformers, adapter": compared(ours, tuned),
        "embedded with the adapter against without": compared(ours, plain),
    }
    for title, row in table.items():
        print(f"{title}: {row}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


def asked(data: Path, count: int, score: float) -> list[tuple[Message, ...]]:
    """The last user turns of development dialogues, each with its persona."""
    found = []
    for dialogue in development_dialogues(data)[:count]:
        position = dialogue.replies[-1]
        said = with_score(dialogue.turns[position - 1][1], score)
        found.append((Message("system", told_persona(dialogue.statements)), Message("user", said)))
    return found


def greedy(
    model: LanguageModel,
    prompts: Sequence[tuple[Message, ...]],
    adapters: tuple[tuple[str, float], ...],
) -> list[str]:
    """The likeliest tokens, one after the other."""
    sampling = Sampling(temperature=0.0, top_k=1, min_p=0.0, max_tokens=TOKENS)
    return [
        model.generate(Request(prompt, sampling=sampling, adapters=adapters, replayable=True)).text
        for prompt in prompts
    ]


def greedy_by_transformers(prompts: Sequence[tuple[Message, ...]], peft: Path | None) -> list[str]:
    """The same by transformers in float32, with the adapter of a peft folder."""
    import torch

    from personae.lm.hf import open_hf

    model: Any = open_hf("embedded")
    if peft is not None:
        from peft import PeftModel

        model._model = PeftModel.from_pretrained(model._model, str(peft)).merge_and_unload().eval()
    sampling = Sampling(temperature=0.0, max_tokens=TOKENS)
    say: Callable[[tuple[Message, ...]], str] = lambda prompt: (  # noqa: E731
        model.generate(Request(prompt, sampling=sampling)).text
    )
    with torch.inference_mode():
        return list(map(say, prompts))


def compared(ones: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """How many texts are equal, and how many words they share before they part."""
    shared = []
    for one, other in zip(ones, others, strict=True):
        words, against = one.split(), other.split()
        same = [a == b for a, b in zip(words, against, strict=False)]
        shared.append((same.index(False) if False in same else len(same)) / max(1, len(words)))
    return {
        "texts": len(shared),
        "equal": sum(one == other for one, other in zip(ones, others, strict=True)),
        "mean share of words before they part": round(sum(shared) / len(shared), 3),
    }


if __name__ == "__main__":
    main()
