"""S100 Taskmaster-1: reader, validator, and the accept/reject fold to the final API call.

The collection room and the generated self-dialogues of the row are not checked here.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.formats.taskmaster import final_calls, read, validate, write

# Ten hand-made cases: utterances as (text, [(span, annotation name), …]), and the final call.
_R, _P, _C, _M, _U, _A = (
    "restaurant_reservation.", "pizza_ordering.", "coffee_ordering.", "movie_ticket.",
    "uber_lyft.", "auto_repair.",
)  # fmt: skip
_Case = tuple[list[tuple[str, list[tuple[str, str]]]], dict[str, dict[str, tuple[str, ...]]]]
_CASES: dict[str, _Case] = {
    "accepted at once": (
        [("Table at Boka for 8", [("Boka", _R + "name.restaurant.accept"),
                                  ("8", _R + "num.guests.accept")])],
        {"restaurant_reservation": {"name.restaurant": ("Boka",), "num.guests": ("8",)}},
    ),
    "mentioned only": (
        [("A table for 4, maybe", [("4", _R + "num.guests")])],
        {"restaurant_reservation": {}},
    ),
    "mentioned, then accepted": (
        [("At 7 pm", [("7 pm", _R + "time.reservation")]),
         ("7 pm it is", [("7 pm", _R + "time.reservation.accept")])],
        {"restaurant_reservation": {"time.reservation": ("7 pm",)}},
    ),
    "rejected, another accepted": (
        [("Thursday Kitchen?", [("Thursday Kitchen", _R + "name.restaurant.reject")]),
         ("Then Boka", [("Boka", _R + "name.restaurant.accept")])],
        {"restaurant_reservation": {"name.restaurant": ("Boka",)}},
    ),
    "accepted, then rejected": (
        [("Pepperoni", [("Pepperoni", _P + "type.topping.accept")]),
         ("We are out of pepperoni", [("pepperoni", _P + "type.topping.reject")])],
        {"pizza_ordering": {}},
    ),
    "rejected, then accepted after all": (
        [("No oat milk", [("oat milk", _C + "type.milk.reject")]),
         ("Oh, oat milk is back", [("oat milk", _C + "type.milk.accept")])],
        {"coffee_ordering": {"type.milk": ("oat milk",)}},
    ),
    "two values of one argument": (
        [("Ham and olives", [("Ham", _P + "type.topping.accept"),
                             ("olives", _P + "type.topping.accept")])],
        {"pizza_ordering": {"type.topping": ("Ham", "olives")}},
    ),
    "a reject of a longer span": (
        [("7 pm please", [("7 pm", _M + "time.start.accept")]),
         ("Nothing at 7 pm.", [("at 7 pm.", _M + "time.start.reject")])],
        {"movie_ticket": {}},
    ),
    "both annotators, and another spelling": (
        [("To the Airport", [("Airport", _U + "location.to.accept"),
                             ("Airport", _U + "location.to.accept")]),
         ("airport, right", [("airport", _U + "location.to.accept")])],
        {"uber_lyft": {"location.to": ("Airport",)}},
    ),
    "a late mention takes nothing back": (
        [("Tuesday", [("Tuesday", _A + "date.appt.accept")]),
         ("See you Tuesday", [("Tuesday", _A + "date.appt"), ("See you", _A + "accept")])],
        {"auto_repair": {"date.appt": ("Tuesday",)}},
    ),
}  # fmt: skip


def check(context: CheckContext) -> list[str]:
    """Fold ten cases, round-trip them, find a wrong offset, and do the same with the sample."""
    evidence = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        conversations = [_conversation(title, case[0]) for title, case in _CASES.items()]
        _round_trip(conversations, folder)
        for dialogue, (title, case) in zip(read(folder / "in.json"), _CASES.items(), strict=True):
            calls = {vertical: call.arguments for vertical, call in final_calls(dialogue).items()}
            expect(calls == case[1], f"Case {title!r} folds to {calls}, not {case[1]}.")
        evidence.append("10 of 10 hand-made accept/reject cases fold to their gold API call")
        evidence.append("they round-trip JSON-normalised equal")
        evidence.append(f"warned: {_wrong_offset(conversations[0], folder)}")
        evidence += _sample(context.datasets_dir / "taskmaster" / "sample.json", folder)
    return evidence


def _conversation(title: str, said: list[tuple[str, list[tuple[str, str]]]]) -> dict[str, Any]:
    return {
        "conversation_id": f"dlg-{title}",
        "instruction_id": "hand-made",
        "utterances": [
            {
                "index": index,
                "speaker": ("USER", "ASSISTANT")[index % 2],
                "text": text,
                "segments": [
                    {
                        "start_index": text.index(span),
                        "end_index": text.index(span) + len(span),
                        "text": span,
                        "annotations": [{"name": name}],
                    }
                    for span, name in spans
                ],
            }
            for index, (text, spans) in enumerate(said)
        ],
    }


def _round_trip(value: object, folder: Path) -> None:
    source, target = folder / "in.json", folder / "out.json"
    source.write_text(json.dumps(value), encoding="utf-8")
    write(read(source), target)
    expect(json.loads(target.read_bytes()) == value, "Reading and writing changes the JSON.")


def _wrong_offset(conversation: dict[str, Any], folder: Path) -> str:
    sound = [w for w in _warnings(conversation, folder) if "offsets" in w]
    expect(not sound, f"Right offsets are warned of: {sound}.")
    conversation["utterances"][0]["segments"][0]["end_index"] -= 1
    warnings = [w for w in _warnings(conversation, folder) if "offsets" in w]
    expect(len(warnings) == 1, f"One wrong offset gives {len(warnings)} warnings.")
    return warnings[0]


def _warnings(conversation: dict[str, Any], folder: Path) -> list[str]:
    file = folder / "one.json"
    file.write_text(json.dumps(conversation), encoding="utf-8")
    return [warning for dialogue in read(file) for warning in validate(dialogue)]


def _sample(file: Path, folder: Path) -> list[str]:
    if not file.exists():
        return [f"{file} is not here: the published sample was not read"]
    value = json.loads(file.read_bytes())
    _round_trip(value, folder)
    (dialogue,) = read(file)
    call = final_calls(dialogue)["restaurant_reservation"].arguments
    gold = {
        "name.restaurant": ("Boka",),
        "num.guests": ("8",),
        "time.reservation": ("7",),
        "location.restaurant": ("Southern NYC, maybe the East Village", "Southern NYC"),
    }
    expect(call == gold, f"The sample's final call is {call}, not {gold}.")
    warnings = validate(dialogue)
    expect(any("Thursday Kitche" in warning for warning in warnings), f"Warnings: {warnings}.")
    return [
        "the published sample round-trips equal and ends in a table at Boka for 8 at 7",
        *(f"warned: {warning}" for warning in warnings),
    ]
