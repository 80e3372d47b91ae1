"""The reader of the CPDC sample: what it makes of a conversation, and hostile files."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.catalog.cpdc_sample import read_turns
from personae.errors import FormatError

CONVERSATION = {
    "total_turn": 2,
    "npc": {
        "role": "Play a smith. Be brief.",
        "persona": {"name": "Dun", "occupation": "Smith.", "hobbies": "I fish."},
    },
    "state": {"place": "Forge"},
    "knowledge": {"knowledge_info": [{"name": "Axe"}, {"name": "Bow"}], "general_info": "Hot."},
    "turn_0": {
        "dialogue": [{"speaker": "player", "text": "Any axes?"}],
        "gold_response": "One.",
        "gold_functions": [{"name": "check_price", "parameters": {"item_name": "Axe"}}],
    },
    "turn_1": {
        "dialogue": [
            {"speaker": "player", "text": "Any axes?"},
            {"speaker": "npc", "text": "One."},
            {"speaker": "player", "text": "Thanks."},
        ],
        "gold_response": "Bye.",
        "gold_functions": [],
    },
}


def test_a_conversation_gives_a_scene_a_turn_with_tools_rebuilt_from_its_calls(tmp_path):
    file = tmp_path / "task.json"
    file.write_text(json.dumps([CONVERSATION]))
    first, second = read_turns(file)
    assert (first.reply, first.calls, second.calls) == ("One.", ("check_price",), ())
    assert first.scene.last_user_text == "Any axes?"
    assert [turn.speaker for turn in second.scene.turns] == ["Player", "Dun", "Player"]
    (tool,) = second.scene.persona.tools
    assert tool.parameters["properties"]["item_name"]["enum"] == ["Axe", "Bow"]
    assert second.scene.persona.statements == ("Smith.", "I fish.")


def test_the_published_sample_has_27_turns(dataset_dir):
    folder = dataset_dir("cpdc-samples")
    turns = read_turns(folder / "task1_sample.json", folder / "task2_sample.json")
    assert len(turns) == 27
    assert sum(not turn.calls for turn in turns) == 15


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[", b"\xff[]", b"[1]", b"[{}]", b"[" * 100_000, b'[{"total_turn": 1}]'],
)
def test_what_is_no_sample_is_refused(tmp_path, content):
    file = tmp_path / "task.json"
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"task\.json"):
        read_turns(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FormatError, match="Cannot be read"):
        read_turns(tmp_path / "none.json")


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(CONVERSATION)), inner, max_size=5)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from(sorted(CONVERSATION)), VALUES)
def test_any_wrong_field_is_refused_in_a_sentence_or_does_not_matter(tmp_path: Path, field, value):
    file = tmp_path / "task.json"
    file.write_text(json.dumps([{**CONVERSATION, field: value}]))
    with contextlib.suppress(FormatError):
        read_turns(file)
