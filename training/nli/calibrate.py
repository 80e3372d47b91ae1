"""Find the thresholds above which few human gold replies count as contradictions.

    python training/nli/calibrate.py ../shared/data OUT

Gold replies of PersonaChat's validation part (xpersona) against their own persona. The thresholds
come from every second dialogue; the shares flagged are shown on the others.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from personae.encoders.contradiction import (
    GOLD_SHARES,
    REPEATS,
    Judged,
    contradiction_rate,
    judge_replies,
)
from personae.encoders.nli import OnnxNli, open_nli

Asked = list[tuple[str, list[str]]]


def gold_replies(data: Path) -> list[Asked]:
    """Per dialogue: its gold replies with the persona that they were written for."""
    file = data / "xpersona" / "En_persona_valid.json"
    dialogues = json.loads(file.read_text("utf-8"))
    return [[(reply, one["persona"]) for _, reply in one["dialogue"]] for one in dialogues]


def strangers(dialogues: list[Asked]) -> Asked:
    """Every reply against the persona of the dialogue before."""
    personas = [dialogue[0][1] for dialogue in dialogues if dialogue]
    return [
        (reply, personas[number - 1])
        for number, dialogue in enumerate(d for d in dialogues if d)
        for reply, _ in dialogue
    ]


def threshold(judged: list[Judged], share: float) -> float:
    """The lowest probability above which at most that share of the replies lies."""
    scores = np.sort([one.contradiction for one in judged])
    allowed = int(share * len(scores))
    return float(scores[len(scores) - 1 - allowed])


def calibrate(nli: OnnxNli, data: Path) -> dict[str, object]:
    """Thresholds, and what they flag elsewhere."""
    dialogues = gold_replies(data)
    fit = judge_replies(nli, [pair for dialogue in dialogues[::2] for pair in dialogue])
    check = judge_replies(nli, [pair for dialogue in dialogues[1::2] for pair in dialogue])
    other = judge_replies(nli, strangers(dialogues[1::2]))
    found = {share: threshold(fit, share) for share in GOLD_SHARES}
    return {
        "thresholds": {str(share): round(value, 6) for share, value in found.items()},
        "from": f"xpersona En valid, every second dialogue: {len(fit)} gold replies, own persona",
        "repeats": REPEATS,
        "flagged_of_other_half": {
            str(share): round(contradiction_rate(check, value), 4) for share, value in found.items()
        },
        "flagged_against_other_personas": {
            str(share): round(contradiction_rate(other, value), 4) for share, value in found.items()
        },
        "flagged_at_0.5": round(contradiction_rate(check, 0.5), 4),
    }


def main() -> None:
    """Write calibration.json into the model's folder, and the manifest anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    from build import write_manifest  # needs onnx, which the rest of this file does not

    nli = open_nli(options.folder)
    found = json.dumps(calibrate(nli, options.data), indent=2)
    (options.folder / "calibration.json").write_text(found + "\n", encoding="utf-8")
    tokenizer = options.folder / nli.manifest.tokenizer
    write_manifest(options.folder, tokenizer, nli.name)
    print(found)


if __name__ == "__main__":
    main()
