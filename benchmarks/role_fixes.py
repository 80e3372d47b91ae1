"""What fixing does: the classifier of a role before and after people fixed replies of a model.

    python benchmarks/role_fixes.py write OUT          # what the model says to 70 messages
    python benchmarks/role_fixes.py tell FIXES WORK    # the table, with 0, 10, 20, … of the fixes

`write` asks the plain role prompt for a reply to each message of the training part. Who reads them
keeps the bad ones and writes beside each what should have been said: that is what `/fix` in a chat
writes, and what `tell` reads. `tell` trains the classifier on what ships and the first N fixes, and
measures it on the held-out turns, on the fixed turns themselves (which it learned from), and on
replies of the plain arm of `benchmarks/role_replies`, which somebody had read before there were any
fixes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from personae import roles
from personae.data import Persona, Role, Scene
from personae.encoders.role_bounds import BoundsFeatures
from personae.formats.role_file import open_role
from personae.formats.role_turns import USER, LabelledTurn, read_labelled
from personae.lm.names import open_model
from personae.recipes.role_bounds import Part, fit, labelled_files, measured, own_examples
from personae.speaker import Speaker

ROLE = "phone-companion"
PLAIN = {"theta": float("inf"), "threshold": 1.0, "weight": 0.0}
FOLDS, PIECE = 5, 32
PEOPLE = "phone-companion.turns.jsonl"
READ = Path(__file__).parent / "role_replies"


def main() -> None:
    """Write replies to be fixed, or tell the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    what = parser.add_subparsers(dest="what", required=True)
    writing = what.add_parser("write")
    writing.add_argument("out", type=Path)
    writing.add_argument("--model", default="embedded")
    writing.add_argument("--seed", type=int, default=0)
    telling = what.add_parser("tell")
    telling.add_argument("fixes", type=Path)
    telling.add_argument("work", type=Path)
    telling.add_argument("--counts", type=int, nargs="*", default=[0, 10, 20, 10**6])
    options = parser.parse_args()
    if options.what == "write":
        write(options.out, options.model, options.seed)
    else:
        tell(options.fixes, options.work, options.counts)


def write(out: Path, model: str, seed: int) -> None:
    """One line a message: what was said before, and the model's reply; goes on where it stopped."""
    done = len(out.read_text("utf-8").splitlines()) if out.exists() else 0
    persona = Persona(name=open_role(ROLE).character)
    lm = open_model(model)
    try:
        speaker = Speaker(lm, "retrieve-fail-generate", options=PLAIN)
        with out.open("a", encoding="utf-8") as file:
            for number, before in [*enumerate(learned_messages())][done:]:
                scene = Scene(persona=persona, user="User")
                for who, text in before:
                    scene = scene.said("User" if who == USER else persona.name, text)
                reply = speaker.reply(scene, seed=seed + number)
                row = {"id": f"fix-{number:03}", "before": before, "reply": reply.text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
    finally:
        lm.close()


def learned_messages() -> list[tuple[tuple[str, str], ...]]:
    """What was said before the replies of the training part, each once, in a drawn order."""
    turns = [one for file in roles.labelled_of(ROLE, by_people=True) for one in read_labelled(file)]
    found = [one.before for one in turns if one.part == "train" and one.heard]
    each = list(dict.fromkeys(found))
    random.Random(0).shuffle(each)
    return each


def tell(fixes: Path, work: Path, counts: Sequence[int]) -> None:
    """A line of JSON for each number of fixes, as soon as it is known."""
    work.mkdir(parents=True, exist_ok=True)
    seen = _Seen(work / "features.npz")
    spec, fixed = open_role(ROLE), read_labelled(fixes)
    shipped = labelled_files(ROLE, "")
    plain = plain_replies()
    held = [one for one in shipped if one.part == "test"]
    seen.read([*own_texts(spec), *(one.reply for one in (*shipped, *fixed, *plain))])
    own = own_part(spec, seen)
    for count in dict.fromkeys(min(one, len(fixed) // 2) for one in counts):
        learned = [one for one in shipped if one.part != "test"] + fixed[: 2 * count]
        fitted = fit(part_of(learned, seen), own, FOLDS, 0)
        row: dict[str, Any] = {"fixes": count, "threshold": fitted.facts["threshold"]}
        for name, turns in {
            "held out, by people": [one for one in held if one.source == PEOPLE],
            "held out, collected": [one for one in held if one.source != PEOPLE],
            "plain replies, read": plain,
            "the fixed turns": fixed,
        }.items():
            figures = measured(fitted, part_of(turns, seen))
            row[name] = {key: figures[key] for key in ("turns", "AUROC", "F1", "recall")}
        print(json.dumps(row), flush=True)


def plain_replies() -> list[LabelledTurn]:
    """What the plain prompt said to messages that nothing is trained on, as it was read."""
    rows, sheet = (
        [json.loads(line) for line in (READ / name).read_text("utf-8").splitlines()]
        for name in ("replies.jsonl", "sheet.jsonl")
    )
    read = {(row["heard"], row["reply"]): row["out"] for row in sheet}
    said = dict.fromkeys(
        (row["heard"], row["reply"]) for row in rows if row["arm"] == "plain role prompt"
    )
    return [LabelledTurn(one[0], ((USER, one[0]),), one[1], bool(read[one])) for one in said]


class _Seen:
    """What the classifier sees of replies, kept in a file: the same for every number of fixes."""

    def __init__(self, file: Path) -> None:
        from personae.encoders.embedder import open_embedder
        from personae.encoders.nli import open_nli

        self._file = file
        self._features = BoundsFeatures(open_role(ROLE), open_embedder(), open_nli())
        self._known: dict[str, Any] = {}
        if file.exists():
            with np.load(file, allow_pickle=False) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["x"], strict=True))

    def read(self, texts: Sequence[str]) -> None:
        """Compute what is not known yet, and keep it piece by piece."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for at in range(0, len(new), PIECE):
            piece = new[at : at + PIECE]
            self._known |= dict(zip(piece, self._features(piece), strict=True))
            np.savez(
                self._file, texts=np.array([*self._known]), x=np.stack([*self._known.values()])
            )
            print(f"{at + len(piece)} of {len(new)} replies read", file=sys.stderr, flush=True)

    def of(self, texts: Sequence[str]) -> Any:
        """(texts, width)."""
        return np.stack([self._known[text] for text in texts])


def part_of(turns: Sequence[LabelledTurn], seen: _Seen) -> Part:
    """The turns with what the classifier sees of them."""
    is_out = np.array([one.is_out for one in turns], dtype=bool)
    return Part(tuple(turns), seen.of([one.reply for one in turns]), is_out)


def own_texts(role: Role) -> list[str]:
    """The role's own examples, those in bounds first."""
    return [text for text, _ in own_examples(role)]


def own_part(role: Role, seen: _Seen) -> Part:
    """What is always learned from."""
    texts, out = zip(*own_examples(role), strict=True)
    return Part((), seen.of(texts), np.array(out, dtype=bool))


if __name__ == "__main__":
    main()
