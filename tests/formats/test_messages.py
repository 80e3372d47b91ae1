"""Tests of personae.formats.messages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.formats.messages import detects, read, write

SYSTEM = {"role": "system", "content": "You are Ana."}
ASKED = {"role": "user", "content": "Hi"}
ANSWERED = {"role": "assistant", "content": "Hello"}


def one(make_file, row: dict) -> Dialogue:
    (dialogue,) = read(make_file("m.jsonl", [row], as_lines=True))
    return dialogue


def test_messages_become_turns_and_the_system_message_a_prompt(make_file):
    dialogue = one(make_file, {"id": "x", "messages": [SYSTEM, ASKED, ANSWERED]})
    assert dialogue.id == "x"
    assert dialogue.personas["assistant"].system_prompt == "You are Ana."
    assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [
        ("user", "Hi"),
        ("assistant", "Hello"),
    ]
    assert dialogue.labels["test_speaker"] == "assistant"


def test_a_preference_row_keeps_what_was_rejected(make_file):
    row = {"prompt": [ASKED], "chosen": [ANSWERED], "rejected": [{**ANSWERED, "content": "Go."}]}
    dialogue = one(make_file, row)
    assert [turn.text for turn in dialogue.turns] == ["Hi", "Hello"]
    assert dialogue.labels["rejected"] == row["rejected"]
    assert dialogue.labels["completion_turns"] == 1


def test_plain_text_rows_are_two_turns(make_file):
    dialogue = one(make_file, {"prompt": "2+2=", "completion": "4", "label": True})
    assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [
        ("user", "2+2="),
        ("assistant", "4"),
    ]
    assert dialogue.labels["fields"] == {"label": True}


def test_tool_calls_and_parts_are_kept(make_file):
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function"}]}
    result = {"role": "tool", "content": "7", "tool_call_id": "c"}
    image = {"type": "image_url", "image_url": {"url": "x"}}
    picture = {"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}
    dialogue = one(make_file, {"messages": [picture, call, result]})
    assert [(turn.kind, turn.text) for turn in dialogue.turns] == [
        ("utterance", "What is it?"),
        ("tool_call", ""),
        ("tool_result", "7"),
    ]


def test_a_named_assistant_is_the_answering_side(make_file):
    dialogue = one(make_file, {"messages": [SYSTEM, ASKED, {**ANSWERED, "name": "Ana"}]})
    assert dialogue.labels["test_speaker"] == "Ana"
    assert dialogue.personas["Ana"].system_prompt == "You are Ana."


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
fields = st.dictionaries(
    st.sampled_from(["weight", "tool_call_id", "name"]), texts.map("n".__add__)
)
parts = st.lists(st.builds(lambda t: {"type": "text", "text": t}, texts), max_size=2)


def message(*roles: str):
    return st.builds(
        lambda role, content, more: {**more, "role": role, "content": content},
        st.sampled_from(roles),
        texts | parts | st.none(),
        fields,
    )


spoken = st.lists(message("user", "assistant", "tool", "function"), max_size=4)
head = st.just([]) | st.builds(
    lambda role, text: [{"role": role, "content": text + "."}],
    st.sampled_from(["system", "developer"]),
    texts,
)
prompts = st.builds(list.__add__, head, spoken)
answers = st.lists(message("assistant"), min_size=1, max_size=2)
rows = st.one_of(
    st.builds(lambda m: {"messages": m}, prompts),
    st.builds(lambda p, c: {"prompt": p, "completion": c}, prompts, answers),
    st.builds(lambda p, c, r: {"prompt": p, "chosen": c, "rejected": r}, prompts, answers, answers),
    st.builds(lambda c, r: {"chosen": c, "rejected": r}, answers, answers),
    st.builds(lambda p, c: {"prompt": p, "completion": c}, texts, texts),
    st.builds(lambda p, c, r: {"prompt": p, "chosen": c, "rejected": r}, texts, texts, texts),
)
more = st.dictionaries(st.sampled_from(["label", "source"]), st.booleans() | texts)
ids = texts | st.integers(0, 99)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.builds(lambda row, m, n: {**m, **row, "id": n}, rows, more, ids), max_size=3))
def test_rows_are_written_as_they_were_read(tmp_path_factory, some):
    folder = tmp_path_factory.getbasetemp()
    text = "".join(json.dumps(row) + "\n" for row in some)
    (folder / "in.jsonl").write_text(text, encoding="utf-8")
    write(read(folder / "in.jsonl"), folder / "out.jsonl")
    written = (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in written] == some


def test_a_row_in_which_only_users_speak_keeps_their_role(tmp_path):
    row = {"messages": [{"role": "user", "content": "a", "name": "Ann"},
                        {"role": "user", "content": "b"}], "id": "1"}  # fmt: skip
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    write(read(tmp_path / "in.jsonl"), tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == row


def test_other_dialogues_get_a_system_message_and_roles(tmp_path):
    persona = Persona(name="Bo", description="A baker.", statements=("I bake.",))
    turns = (
        Turn(speaker="Ann", text="hi"),
        Turn(speaker="Bo", text="ho"),
        Turn(speaker="Cy", text="hey"),
        Turn(speaker="Narrator", text="Rain.", kind="narration"),
    )
    dialogue = Dialogue(
        id="d", turns=turns, personas={"Bo": persona}, labels={"test_speaker": "Bo", "topic": 3}
    )
    write([dialogue], tmp_path / "x.jsonl")
    assert json.loads((tmp_path / "x.jsonl").read_bytes()) == {
        "id": "d",
        "messages": [
            {"role": "system", "content": "A baker.\nI bake."},
            {"role": "user", "content": "hi", "name": "Ann"},
            {"role": "assistant", "content": "ho"},
            {"role": "user", "content": "hey", "name": "Cy"},
            {"role": "system", "content": "Rain."},
        ],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "x"}, "none of: messages"),
        ({"messages": "x"}, "'messages' is a string"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "'robot' is none of"),
        ({"messages": [{"content": "x"}]}, "'role' is missing"),
        ({"messages": [{"role": "user", "content": 7}]}, "neither a string nor"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "not an object"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "'text' is missing"),
        ({"prompt": 7, "completion": "x"}, "'prompt' is a number"),
    ],
)
def test_wrong_rows_are_refused_with_their_line(make_file, row, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("m.jsonl", [{"messages": []}, row], as_lines=True)))
    assert caught.value.line == 2


def test_rows_are_recognised(tmp_path):
    assert detects(b'{"messages": []}', tmp_path)
    assert detects(b'{"prompt": "a", "completion": "b"}', tmp_path)
    assert detects(b'{"chosen": [], "rejected": []}', tmp_path)
    assert not detects(b'{"prompt": "a"}', tmp_path)
