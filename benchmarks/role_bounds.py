"""How well the shipped out-of-bounds classifier does on labelled dialogues of somebody else.

    python benchmarks/role_bounds.py FILE [--format carecall]

FILE is any dialogue file whose turns have the label `out_of_bounds`. CareCall's role is not ours:
its caller may have hobbies and friends, and ours may not, so that its labels are only partly right
for the shipped role. Prints AUROC, F1 at the shipped threshold, and F1 of calling everything out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from personae.encoders.role_bounds import open_role_bounds
from personae.formats.reading import read_dialogues
from personae.formats.role_file import open_role
from personae.formats.role_turns import labelled_turns
from personae.recipes.logistic import auroc, f1_at


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", default="")
    parser.add_argument("--role", default="phone-companion")
    options = parser.parse_args()
    dialogues = read_dialogues(options.file, options.format or None)
    turns = [turn for dialogue in dialogues for turn in labelled_turns(dialogue)]
    judge = open_role_bounds(open_role(options.role))
    scores = np.array([one.probability for one in judge.judge([turn.reply for turn in turns])])
    is_out = np.array([turn.is_out for turn in turns])
    found = {
        "turns": len(turns),
        "out of bounds": int(is_out.sum()),
        "AUROC": round(auroc(scores, is_out), 3),
        "F1": round(f1_at(scores, is_out, judge.threshold), 3),
        "F1 of all out of bounds": round(f1_at(np.ones(len(turns)), is_out, 1.0), 3),
        "in bounds flagged": round(float((scores[~is_out] >= judge.threshold).mean()), 3),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
