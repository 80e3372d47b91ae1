"""How often a role is left: the plain role prompt against retrieve-fail-generate, read by a person.

    python benchmarks/role_replies.py write OUT        # replies of all arms, and a sheet to label
    python benchmarks/role_replies.py tell OUT         # the table, once the sheet has labels

`write` asks each arm for a reply to 60 messages: those of the held-out calls of the role's labelled
turns, and 22 that nothing else uses. The sheet (OUT/sheet.jsonl) has every distinct reply once, in
an order that tells nothing of the arm; whoever reads it fills in `out` (true or false) and `fits`
(whether it answers the message at all). `tell` prints both, and what the classifier says.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from personae import roles
from personae.catalog.checks.s022_persona_selection import mcnemar
from personae.data import Persona, Scene
from personae.encoders.role_bounds import open_role_bounds
from personae.formats.role_file import open_role
from personae.formats.role_turns import USER, read_labelled
from personae.lm.names import open_model
from personae.recipes.logistic import auroc, f1_at
from personae.speaker import Speaker

ROLE = "phone-companion"
PLAIN = "plain role prompt"
UNTUNED = {"weight": 0.0, "rerank": 0}  # as these arms were first read
ARMS: dict[str, dict[str, Any]] = {
    PLAIN: {"theta": float("inf"), "threshold": 1.0, **UNTUNED},
    "generate within bounds": {"theta": float("inf"), **UNTUNED},
    "retrieve-fail-generate": UNTUNED,
    "retrieve always": {"theta": float("-inf"), **UNTUNED},
    "plain role prompt, tuned model": {"theta": float("inf"), "threshold": 1.0},
}
MESSAGES = (
    "I was at the hairdresser's this morning.", "My sister has moved to Spain.",
    "Could you turn up the heating for me?", "I had porridge with honey.",
    "My back aches when I sit too long.", "I want to buy a new winter coat.",
    "Do you like music?", "What did you do at the weekend?", "I can't find my glasses anywhere.",
    "My neighbour has died.", "Have we spoken before?", "How is the traffic in town?",
    "I miss my son.", "Should I take something against the pain?", "Tell me a joke.",
    "I took the dog out twice today.", "Are you married?", "Who won the election?",
    "I spilt coffee on my best tablecloth.", "Can you remind me of my appointment tomorrow?",
    "I feel dizzy when I get up.", "You must be very busy.",
)  # fmt: skip


def main() -> None:
    """Write the replies, or tell the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("write", "tell"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.what == "write":
        write(options.out, options.model, options.seed)
    else:
        print(json.dumps(tell(options.out), indent=1))


def scenes() -> list[Scene]:
    """The moments before the replies: 38 held-out calls and 22 fresh messages."""
    role = open_role(ROLE)
    persona = Persona(name=role.character)
    turns = [one for file in roles.labelled_of(ROLE, by_people=True) for one in read_labelled(file)]
    held = [one.before for one in turns if one.part == "test" and one.before]
    found = []
    for before in [*dict.fromkeys(held), *((("user", text),) for text in MESSAGES)]:
        scene = Scene(persona=persona, user="User")
        for speaker, text in before:
            scene = scene.said("User" if speaker == USER else persona.name, text)
        found.append(scene)
    return found


def write(out: Path, model: str, seed: int) -> None:
    """Replies of all arms in `replies.jsonl`; the sheet to fill in beside it."""
    out.mkdir(parents=True, exist_ok=True)
    asked, rows = scenes(), list[dict[str, Any]]()
    lm = open_model(model)
    try:
        for arm, options in ARMS.items():
            speaker = Speaker(lm, "retrieve-fail-generate", options=options)
            for number, scene in enumerate(asked):
                reply = speaker.reply(scene, seed=seed + number)
                rows.append({
                    "arm": arm, "scene": number, "heard": scene.last_user_text,
                    "reply": reply.text, "made_by": reply.draft.notes["made_by"],
                    "refused": reply.draft.notes["refused"],
                    "seconds": round(reply.timings.total_s, 2),
                })  # fmt: skip
            print(f"{arm}: {len(asked)} replies", flush=True)
    finally:
        lm.close()
    write_rows(out / "replies.jsonl", rows)
    sheet = list(dict.fromkeys((row["heard"], row["reply"]) for row in rows))
    random.Random(seed).shuffle(sheet)
    write_rows(
        out / "sheet.jsonl",
        [{"heard": heard, "reply": reply, "out": None, "fits": None} for heard, reply in sheet],
    )


def tell(out: Path) -> dict[str, Any]:
    """The share out of bounds by arm, as read and as classified, and how the two agree."""
    rows, sheet = read_rows(out / "replies.jsonl"), read_rows(out / "sheet.jsonl")
    read = {(row["heard"], row["reply"]): row for row in sheet if row["out"] is not None}
    judge = open_role_bounds(open_role(ROLE))
    said = [(row["heard"], row["reply"]) for row in rows]
    odds = dict(zip(said, (b.probability for b in judge.judge([r for _, r in said])), strict=True))
    found: dict[str, Any] = {}
    out_of = {
        arm: [read[row["heard"], row["reply"]]["out"] for row in rows if row["arm"] == arm]
        for arm in ARMS
    }
    for arm in ARMS:
        own = [(row["heard"], row["reply"]) for row in rows if row["arm"] == arm]
        of_arm = [row for row in rows if row["arm"] == arm]
        found[arm] = {
            "replies": len(own),
            "out of bounds, read": share([read[one]["out"] for one in own]),
            "out of bounds, classified": share([odds[one] >= judge.threshold for one in own]),
            "answers the message, read": share([read[one]["fits"] for one in own]),
            "retrieved": share([row["made_by"] == "retrieve" for row in of_arm]),
            "fell back": share([row["made_by"] == "fall_back" for row in of_arm]),
            "McNemar p against the first arm": round(mcnemar(out_of[PLAIN], out_of[arm]), 4),
            "seconds a reply": round(sum(row["seconds"] for row in of_arm) / len(of_arm), 2),
        }
    found["the classifier on all that was read"] = agreement(read, odds, judge.threshold)
    plain = {(r["heard"], r["reply"]) for r in rows if r["arm"] == PLAIN}
    own_read = {key: row for key, row in read.items() if key in plain}
    found["the classifier on the plain arm"] = agreement(own_read, odds, judge.threshold)
    return found


def agreement(
    read: dict[tuple[str, str], Any], odds: dict[tuple[str, str], float], threshold: float
) -> dict[str, float]:
    """AUROC and F1 of the classifier against what was read."""
    import numpy as np

    scores = np.array([odds[key] for key in read])
    out = np.array([bool(row["out"]) for row in read.values()])
    return {
        "replies": len(read), "out of bounds": int(out.sum()),
        "AUROC": round(auroc(scores, out), 3), "F1": round(f1_at(scores, out, threshold), 3),
        "F1 of all out of bounds": round(f1_at(np.ones(len(out)), out, 1.0), 3),
    }  # fmt: skip


def share(values: Sequence[bool]) -> float:
    """How many are true, as a share."""
    return round(sum(map(bool, values)) / max(1, len(values)), 3)


def write_rows(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """JSON lines."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def read_rows(file: Path) -> list[dict[str, Any]]:
    """What `write_rows` wrote."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
