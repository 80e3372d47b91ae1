"""Background stories (S013): replies drawn towards one, one in the prompt, and neither.

    python benchmarks/stories.py --number 100 --out runs/stories.jsonl [--data valid] [--minutes 12]

The first turn of each PersonaChat dialogue (test part) for which a story of the shipped ones is
found (score of at least 0.25, no contradiction with the persona), by each arm. The figures are
those of `habits.py turns`; "what is told" is the story. The same command goes on where it
stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from habits import compare_arms

from personae.data import Dialogue
from personae.draft import Draft, Kit
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.types import Embedder, Nli
from personae.evaluate.targets import Target, targets
from personae.formats.reading import read_dialogues
from personae.lm.scripted import ScriptedModel
from personae.settings import load_settings
from personae.steps.recall_story import recall_story, recalled_story

ARMS = (
    "plain:temperature=0",
    "pabst:lambda_story=0:lambda_nli=0:told=true",
    "pabst:lambda_nli=0",
    "pabst:candidates=2",
)


def main() -> None:
    """Choose the turns, reply, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--data", choices=("test", "valid"), default="test")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600)
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    embedder, nli = open_embedder(), open_nli()
    data = load_settings().datasets_dir / "xpersona" / f"En_persona_{options.data}.json"
    chosen = list(islice(with_a_story(read_dialogues(data), embedder, nli), options.number))
    about = {target.id: (story,) for target, story in chosen}
    compare_arms([target for target, _ in chosen], about, options, embedder, nli)


def with_a_story(
    dialogues: Iterable[Dialogue], embedder: Embedder, nli: Nli
) -> Iterator[tuple[Target, str]]:
    """The first turn of each dialogue for which the method finds a story, and the story."""
    step, kit = recall_story(), Kit(ScriptedModel(), embedder=embedder, nli=nli)
    for dialogue in dialogues:
        for target in targets([dialogue]):
            story = recalled_story(step(Draft(target.scene()), kit))
            if story:
                yield target, story
                break


if __name__ == "__main__":
    main()
