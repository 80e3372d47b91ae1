"""What human replies get from the metrics of consistency, so that a model's figures can be read.

    python benchmarks/human_consistency.py [--skip 300] [--dialogues 40] [--json FILE]

Gold replies of PersonaChat's validation part (XPersona, English): self-consistency at each
calibrated threshold, and persona coverage at several, against the speaker's own persona and
against the persona of the next dialogue, which should not be covered. Both judges.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from personae.data import Dialogue, Sample
from personae.draft import Kit
from personae.encoders.nli import open_nli
from personae.encoders.types import Nli
from personae.evaluate.targets import targets
from personae.formats.reading import find_data, read_dialogues
from personae.formats.written import written
from personae.lm.names import open_model
from personae.metrics.persona_coverage import persona_coverage
from personae.metrics.self_consistency import self_consistency

DATA = "xpersona/En_persona_valid.json"
THRESHOLDS = (0.5, 0.8, 0.95)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--skip", type=int, default=300)
    parser.add_argument("--dialogues", type=int, default=40)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    part = islice(
        read_dialogues(find_data(DATA), "xpersona"), options.skip, options.skip + options.dialogues
    )
    own = gold_replies([written(dialogue) for dialogue in part])
    strange = with_next_personas(own)
    report = {}
    for name in ("first", "second"):
        nli = open_nli(name=name)
        report[name] = {
            "self-consistency": human_self_consistency(own, nli),
            "coverage": {level: covered(own, nli, level) for level in THRESHOLDS},
            "coverage, another's persona": {
                level: covered(strange, nli, level) for level in THRESHOLDS
            },
        }
        print(f"{name} judge, {len(own)} replies of {options.dialogues} dialogues")
        for what, figures in report[name].items():
            told = "  ".join(f"{at} {value:.3f}" for at, value in figures.items())
            print(f"  {what:28} {told}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def gold_replies(dialogues: Sequence[Dialogue]) -> list[Sample]:
    """The human replies of the played side, as if a model had given them."""
    return [
        Sample(id=one.id, scene=one.scene(), reference=one.reference, reply=one.reference)
        for one in targets(dialogues)
    ]


def with_next_personas(samples: Sequence[Sample]) -> list[Sample]:
    """The same replies beside the persona of the next dialogue (the last one gets the first's)."""
    personas = {_dialogue(sample): sample.scene.persona for sample in samples}
    names = list(personas)
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    return [
        sample.model_copy(
            update={
                "scene": sample.scene.model_copy(
                    update={"persona": personas[following[_dialogue(sample)]]}
                )
            }
        )
        for sample in samples
    ]


def _dialogue(sample: Sample) -> str:
    return sample.id.rpartition(":")[0]


def human_self_consistency(samples: Sequence[Sample], nli: Nli) -> dict[str, float]:
    """By the share of human replies that a threshold flags beside persona statements."""
    found = self_consistency()(samples, Kit(open_model("scripted"), nli=nli))
    return found.detail["by_gold_share"]


def covered(samples: Sequence[Sample], nli: Nli, threshold: float) -> float:
    """Persona coverage at a threshold."""
    return persona_coverage(threshold=threshold)(
        samples, Kit(open_model("scripted"), nli=nli)
    ).total


if __name__ == "__main__":
    main()
