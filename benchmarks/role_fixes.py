"""What fixing does: the classifier of a role before and after people fixed replies of a model.

    python benchmarks/role_fixes.py write OUT          # what the model says to 70 messages
    python benchmarks/role_fixes.py tell FIXES WORK    # the table, with 0, 10, 20, … of the fixes

`write` asks the plain role prompt for a reply to each message of the training part, and writes them
as labelled turns with nothing decided. Who reads them keeps the bad ones and writes beside each
what should have been said: that is what `/fix` in a chat writes, and what `tell` reads. `tell`
trains the classifier and the selector on what ships and the first N fixes, and measures both on
the held-out turns and on replies of the plain arm of `benchmarks/role_replies`, which somebody had
read before there were any fixes.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from personae import roles
from personae.data import Persona, Scene
from personae.formats.role_file import open_role
from personae.formats.role_turns import USER, read_labelled
from personae.lm.names import open_model
from personae.speaker import Speaker

ROLE = "phone-companion"
PLAIN = {"theta": float("inf"), "threshold": 1.0}
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
    telling.add_argument("--counts", type=int, nargs="*", default=[0, 10, 20, 40, 10**6])
    options = parser.parse_args()
    if options.what == "write":
        write(options.out, options.model, options.seed)
    else:
        tell(options.fixes, options.work, options.counts)


def write(out: Path, model: str, seed: int) -> None:
    """One line a message: what was said before, and the model's reply as one to be decided."""
    persona = Persona(name=open_role(ROLE).character)
    lm = open_model(model)
    try:
        speaker = Speaker(lm, "retrieve-fail-generate", options=PLAIN)
        with out.open("w", encoding="utf-8") as file:
            for number, before in enumerate(learned_messages()):
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


if __name__ == "__main__":
    main()
