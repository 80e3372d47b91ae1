"""S027 PersonalDialog: the session schema is read, with traits, and bad sessions are refused.

The reader part of the row; the trait-biased decoding is not checked here.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.errors import FormatError
from personae.formats.personal_dialog import read

_PROFILES: list[dict[str, Any]] = [
    {"tag": ["摄影", "猫"], "loc": "福建 厦门", "gender": "female"},
    {"tag": "篮球;旅行", "loc": "北京", "gender": "male"},
]
_SESSION: dict[str, Any] = {
    "profile": _PROFILES,
    "dialog": [["今天 天气 真好"], ["是 啊 ， 去 打球 吗"], ["我 想 去 拍 照"]],
    "uid": [0, 1, 0],
}


def check(context: CheckContext) -> list[str]:
    """Read three hand-made sessions and two broken ones."""
    tested = {**_SESSION, "responder_profile": _PROFILES[1], "golden_response": ["好 主意"]}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sessions.jsonl"
        file.write_text(_lines(_SESSION, {**_SESSION, "uid": [1, 0, 1]}, tested), encoding="utf-8")
        first, second, third = list(read(file))
        traits = {name: persona.attributes for name, persona in first.personas.items()}
        refused = [_refusal(file, broken) for broken in ({"uid": [0, 1, 5]}, {"uid": [0]})]
    wanted = {
        "A": {"gender": "female", "location": "福建 厦门", "interests": "摄影, 猫"},
        "B": {"gender": "male", "location": "北京", "interests": "篮球, 旅行"},
    }
    expect(traits == wanted, f"The traits are {traits}, not {wanted}.")
    orders = ["".join(turn.speaker for turn in each.turns) for each in (first, second)]
    expect(orders == ["ABA", "BAB"], f"The speakers are {orders}, not ABA and BAB.")
    answering, reply = third.labels.get("test_speaker"), third.turns[-1]
    expect(
        (answering, reply.speaker, reply.text) == ("B", "B", "好 主意"),
        f"The gold response went to {reply.speaker!r}, answering side {answering!r}.",
    )
    return [
        "3 sessions read: speakers follow uid, traits gender, location and interests are kept",
        "the gold response is the turn of the speaker with the responder's profile (B)",
        *(f"refused: {reason}" for reason in refused),
    ]


def _lines(*sessions: dict[str, Any]) -> str:
    return "".join(json.dumps(session, ensure_ascii=False) + "\n" for session in sessions)


def _refusal(file: Path, change: dict[str, Any]) -> str:
    """Why the second line is refused when it is changed so; fails when it is not refused."""
    file.write_text(_lines(_SESSION, {**_SESSION, **change}), encoding="utf-8")
    try:
        count = len(list(read(file)))
    except FormatError as error:
        expect(error.line == 2, f"The error names line {error.line}, not 2.")
        return f"line 2: {error.reason}"
    expect(False, f"A session with {change} was read as {count} dialogues.")
    return ""
