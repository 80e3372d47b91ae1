"""S071 DailyDialog: both file formats are read, and label counts must agree (reader part only).

The act classifier and the generated look-alike set of the row are not checked here.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.dailydialog import ACTS, EMOTIONS, TOPICS, read, write_original

_FILES = ("test_original.json", "valid_original.json")
# Shares counted on these 2,000 dialogues (design entry S071).
_SHARES = {
    "act": {"inform": 0.421, "question": 0.282, "directive": 0.193, "commissive": 0.104},
    "emotion": {"no_emotion": 0.849, "happiness": 0.108, "surprise": 0.014, "anger": 0.012,
                "sadness": 0.011, "disgust": 0.003, "fear": 0.002},
}  # fmt: skip
_WORDS = (
    "hello",
    "would",
    "you",
    "like",
    "some",
    "tea",
    ",",
    "please",
    "?",
    "sure",
    "'",
    "thanks",
    ".",
)


def check(context: CheckContext) -> list[str]:
    """50 dialogues through the original files; a lost label is found; the shared data's figures."""
    made = _made(random.Random(context.seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_original(made, folder)
        back = list(read(folder))
        expect(back == made, "50 dialogues in the original format do not come back equal.")
        evidence = ["50 dialogues written as __eou__ files come back equal, labels included"]
        for kind in ("act", "emotion"):
            evidence.append(f"refused: {_refusal(folder, kind)}")
    return evidence + _figures(context.datasets_dir / "dailydialog")


def _made(rng: random.Random) -> list[Dialogue]:
    """50 seeded dialogues of the data set's schema; their words mean nothing."""
    return [
        Dialogue(
            id=f"dialogues_text-{number}",
            turns=tuple(
                Turn(
                    speaker="AB"[position % 2],
                    text=" ".join(rng.choices(_WORDS, k=rng.randint(1, 20))),
                    labels={"act": rng.choice(ACTS), "emotion": rng.choice(EMOTIONS)},
                )
                for position in range(rng.randint(2, 15))
            ),
            language="en",
            labels={"topic": rng.choice(TOPICS)},
        )
        for number in range(50)
    ]


def _refusal(folder: Path, kind: str) -> str:
    """Take one label off line 17 of a label file, and say how it is refused."""
    file = folder / f"dialogues_{kind}.txt"
    whole = file.read_text(encoding="utf-8")
    rows = whole.split("\n")
    rows[16] = rows[16].rpartition(" ")[0]
    file.write_text("\n".join(rows), encoding="utf-8")
    try:
        count = len(list(read(folder)))
    except FormatError as error:
        expect(error.line == 17, f"The error names line {error.line}, not 17.")
        return f"line 17 of {file.name}: {error.reason}"
    finally:
        file.write_text(whole, encoding="utf-8")
    expect(False, f"{count} dialogues were read although an {kind} is missing.")
    return ""


def _figures(folder: Path) -> list[str]:
    if not all((folder / name).exists() for name in _FILES):
        return [f"the JSONL files are not in {folder}: their figures were not compared"]
    dialogues = [dialogue for name in _FILES for dialogue in read(folder / name)]
    turns = [turn for dialogue in dialogues for turn in dialogue.turns]
    mean = len(turns) / len(dialogues)
    words = sum(len(turn.text.split()) for turn in turns) / len(turns)
    expect(len(dialogues) == 2000, f"{len(dialogues)} dialogues, not 2,000.")
    expect(round(mean, 2) == 7.90, f"{mean:.3f} turns a dialogue, not 7.90.")
    expect(round(words, 1) == 13.7, f"{words:.2f} words a turn, not 13.7.")
    for kind, shares in _SHARES.items():
        counts = Counter(str(turn.labels.get(kind)) for turn in turns)
        for label, share in shares.items():
            found = counts[label] / len(turns)
            expect(abs(found - share) < 0.001, f"{kind} {label}: {found:.4f}, not {share}.")
    return [
        f"2,000 dialogues as JSON lines: {mean:.2f} turns a dialogue, {words:.1f} words a turn",
        "shares of 4 acts and 7 emotions are as counted for the design, to 0.001",
    ]
