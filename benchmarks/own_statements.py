"""Does the guard let each shipped character say what is true of it?

    python benchmarks/own_statements.py [--ask] [--methods plain,guard] [--only ana] [--json FILE]

Each statement of each English-speaking character is put to the guard's judge as a reply, as it
stands and in the forms that a chat has, against all statements of its character: how many are
refused at the guard's threshold, with and without the rule that a repeat is no contradiction.

`--ask` lets the embedded model answer a question about each statement with each method, and counts
by the second judge the replies that say the statement asked about, and those that contradict one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from personae import characters
from personae.data import Persona, Scene
from personae.encoders.contradiction import REPEATS, judge_replies
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import OnnxNli, open_nli
from personae.evaluate.targets import sample_seed
from personae.lm.names import open_model
from personae.load import load_persona
from personae.speaker import Speaker
from personae.steps.write_checked import GOLD_SHARE
from personae.text.questions import question_about

FORMS = ("{}", "Yes, {}", "Well, {}", "Of course! {}", "{} What about you?")
RATE_SHARE = 0.05
SAYS = 0.5  # entailment of the statement asked about


def english_characters() -> dict[str, Persona]:
    """The shipped characters whose statements the judges can read."""
    found = {name: load_persona(name) for name in characters.names()}
    return {name: one for name, one in found.items() if one.language.split("-")[0] in ("", "en")}


def refused(nli: OnnxNli, personas: Sequence[Persona], repeats: float | None) -> list[int]:
    """How many statements are refused, by form."""
    threshold = nli.thresholds[GOLD_SHARE]
    counts = []
    for form in FORMS:
        asked = [(form.format(one), p.statements) for p in personas for one in p.statements]
        judged = judge_replies(nli, asked, repeats=repeats)
        counts.append(sum(one.contradicts(threshold) for one in judged))
    return counts


def answers(personas: dict[str, Persona], methods: Sequence[str]) -> list[dict[str, Any]]:
    """One row a question: the statement, and each method's reply with the second judge's word."""
    lm = open_model("embedded", slots=1)
    nli, embedder, judge = open_nli(), open_embedder(), open_nli(name="second")
    speakers = {
        name: Speaker(lm, name, embedder=embedder, nli=nli, replayable=True) for name in methods
    }
    found = []
    try:
        for name, persona in personas.items():
            for number, statement in enumerate(persona.statements):
                question = question_about(statement)
                if question is None:
                    continue
                scene = Scene(persona=persona).said("User", question)
                row: dict[str, Any] = {"character": name, "asked": question, "true": statement}
                for method, speaker in speakers.items():
                    reply = speaker.reply(scene, seed=sample_seed(0, f"{name}-{number}"))
                    row[method] = told(judge, reply.text, statement, persona)
                found.append(row)
                print(json.dumps(row, ensure_ascii=False), flush=True)
    finally:
        lm.close()
    return found


def told(judge: OnnxNli, text: str, statement: str, persona: Persona) -> dict[str, Any]:
    """A reply, whether it says the statement, and whether it contradicts any."""
    own, every = judge_replies(judge, [(text, [statement]), (text, persona.statements)])
    return {
        "reply": text,
        "says": own.entailment > SAYS,
        "contradicts": every.contradicts(judge.thresholds[RATE_SHARE]),
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ask", action="store_true", help="2 s of one core a question and method")
    parser.add_argument("--methods", default="plain,guard")
    parser.add_argument("--only", default="", help="names of characters, with commas")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else characters.names()
    personas = {name: one for name, one in english_characters().items() if name in wanted}
    total = sum(len(one.statements) for one in personas.values())
    report: dict[str, Any] = {"characters": len(personas), "statements": total}
    for judge in ("first", "second"):
        nli = open_nli(name=judge)
        for repeats in (None, REPEATS):
            counts = refused(nli, list(personas.values()), repeats)
            rule = "without the rule" if repeats is None else "with the rule"
            report[f"refused, {judge} judge, {rule}"] = dict(zip(FORMS, counts, strict=True))
    if options.ask:
        rows = answers(personas, options.methods.split(","))
        for method in options.methods.split(","):
            report[method] = {
                "questions": len(rows),
                "says the statement": sum(row[method]["says"] for row in rows),
                "contradicts": sum(row[method]["contradicts"] for row in rows),
            }
        report["rows"] = rows
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({key: value for key, value in report.items() if key != "rows"}, indent=1))


if __name__ == "__main__":
    main()
