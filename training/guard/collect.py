"""Let the embedded model reply to validation turns in the ways that the guard knows.

    python training/guard/collect.py ../shared/data replies.jsonl --turns 120 [--probes]

One line a turn: what was heard, said before and stated, the gold reply, and for each way of writing
the text with the log-probability of its tokens. A file that is there is gone on with. About 5 s of
one core a turn.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from personae.draft import Draft, Kit, chain
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.evaluate.probes import probes
from personae.evaluate.targets import Target, sample_seed, targets
from personae.formats.reading import read_dialogues
from personae.lm.names import open_model
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.sample import sample
from personae.steps.write_checked import Desk, Judge, bearing, reminded, write_attempt

SEEDS = (0, 1)
PROMPT = chain(sample(temperature=0.3), describe_persona(detail="brief"), fit_prompt())


def ways(draft: Draft, desk: Desk) -> dict[str, Draft]:
    """The prompts that replies are written after: the plain one, and with statements said before.

    `near` has the statement that bears most on the message, `far` the one that bears least: what
    the guard says again is now and then beside the point.
    """
    found = bearing(desk)
    return {
        "plain": draft,
        "near": reminded(draft, found[:1]),
        "far": reminded(draft, found[-1:]),
    }


def told(target: Target, kit: Kit) -> dict[str, Any]:
    """One line: the turn, and its replies by way and seed."""
    scene = target.scene()
    draft = PROMPT(Draft(scene), kit)
    # Nothing contradicts a threshold of 1: every reply is written to its end.
    desk = Desk(draft, kit, Judge(kit.need_nli("collect"), scene.persona.statements, 1.0), 2, False)
    replies = []
    for way, prompt in ways(draft, desk).items():
        for seed in SEEDS:
            own = replace(desk, kit=replace(kit, seed=sample_seed(seed, target.id)))
            attempt = write_attempt(own, prompt, 0, is_shown=False)
            tokens = attempt.generation.tokens if attempt.generation else ()
            replies.append({"way": way, "seed": seed, "text": attempt.text, "tokens": tokens})
    own_turns = [turn.text for turn in scene.turns if turn.speaker == scene.persona.name]
    return {
        "id": target.id,
        "heard": scene.last_user_text,
        "own": own_turns[-4:],
        "statements": scene.persona.statements,
        "gold": target.reference,
        "replies": replies,
    }


def main() -> None:
    """Append lines until there are as many as asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--turns", type=int, default=120)
    parser.add_argument("--probes", action="store_true", help="ask about statements instead")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    file = options.data / "xpersona" / "En_persona_valid.json"
    dialogues = tuple(read_dialogues(file, "xpersona"))
    found = list(targets(tuple(probes(dialogues)) if options.probes else dialogues))
    random.Random(options.seed).shuffle(found)
    lines = options.out.read_text("utf-8").splitlines() if options.out.exists() else []
    done = {json.loads(line)["id"] for line in lines}
    lm = open_model("embedded", slots=1)
    kit = Kit(lm, embedder=open_embedder(), nli=open_nli())
    try:
        with options.out.open("a", encoding="utf-8") as stream:
            for target in found[: options.turns]:
                if target.id not in done:
                    print(json.dumps(told(target, kit)), file=stream, flush=True)
    finally:
        lm.close()


if __name__ == "__main__":
    main()
