"""Does an adapter heed the controls that it is asked for (conditional training, S067)?

    python benchmarks/controls_heeded.py [ADAPTER.gguf ...] --data ../shared/data [--rows 40]

How many nats human replies gain when the highest bucket is asked for instead of the lowest: those
that have much of the attribute should gain, those that have little should lose. Replies are of the
dialogues that no recipe trains on (XPersona's English valid part, the first 100), `--rows` of each
kind. The shipped adapter stands beside plain tuning, which never saw a control, and the given ones.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from personae.data import Persona, Scene
from personae.encoders.embedder import open_embedder
from personae.lm.embedded import open_embedded
from personae.lm.types import Request
from personae.recipes.attribute_labels import Label, labels_of
from personae.recipes.persona_dialogues import PersonaDialogue, development_dialogues
from personae.speaker import Speaker
from personae.text.controlled_prompt import CONTROLS
from personae.text.specificity import shipped_specificity

# What a control is measured by, and what is compared.
ATTRIBUTES: dict[str, Callable[[Label], float]] = {
    "question": lambda label: float(label.asks),
    "specificity": lambda label: label.nidf,
    "relatedness": lambda label: label.cosine,
}


def likelihood(speaker: Speaker, dialogue: PersonaDialogue, position: int) -> float:
    """The log-likelihood of a reply after the turn that it answers alone, in nats."""
    persona = Persona(name="B", statements=dialogue.statements)
    draft = speaker.prompt(Scene(persona=persona).said("A", dialogue.turns[position - 1][1]))
    request = Request(messages=draft.messages, adapters=draft.adapters)
    return speaker.lm.score(request, (dialogue.turns[position][1],))[0].total


def gains(
    lm: Any, adapter: str, name: str, rows: list[Label], dialogues: dict[str, PersonaDialogue]
) -> tuple[float, float]:
    """The mean gain of the highest bucket over the lowest, and its standard error."""
    high, low = (
        Speaker(lm, "controlled", options={"controls": {name: bucket}, "adapter": adapter})
        for bucket in (CONTROLS[name] - 1, 0)
    )
    found = [
        likelihood(high, dialogues[one.dialogue], one.position)
        - likelihood(low, dialogues[one.dialogue], one.position)
        for one in rows
    ]
    return statistics.mean(found), statistics.stdev(found) / math.sqrt(len(found))


def main() -> None:
    """Print a line for each adapter and control."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("adapters", type=Path, nargs="*")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rows", type=int, default=40)
    options = parser.parse_args()
    dialogues = {one.id: one for one in development_dialogues(options.data)}
    labels = labels_of(list(dialogues.values()), shipped_specificity(), open_embedder())
    lm = open_embedded(adapters=options.adapters)
    names = [one for one in lm.adapters if one in ("plain-tuning", "controlled-attributes")]
    names += lm.adapters[len(lm.adapters) - len(options.adapters) :] if options.adapters else []
    for adapter in names:
        for name, attribute in ATTRIBUTES.items():
            ordered = sorted(labels, key=attribute)
            told = []
            for kind, rows in (
                ("little", ordered[: options.rows]), ("much", ordered[-options.rows :])
            ):  # fmt: skip
                mean, error = gains(lm, adapter, name, rows, dialogues)
                told.append(f"{kind} of it {mean:+.3f} ± {error:.3f}")
            print(f"{adapter:36} {name:12} {'  '.join(told)}", flush=True)
    lm.close()


if __name__ == "__main__":
    main()
