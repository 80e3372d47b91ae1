"""What every format does with files from strangers: it reads them, or says what is wrong."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.media.archive import packed
from personae.media.png import plain_image, with_texts
from personae.registry import entries, find

CARD = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": {
        "name": "Ana", "description": "{{char}} bakes for {{user}}.", "first_mes": "Hello!",
        "mes_example": "<START>\n{{user}}: Hi\n{{char}}: Bread?", "tags": ["baker"],
        "alternate_greetings": ["You again?"], "group_only_greetings": [], "creator": "us",
        "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
        "extensions": {"depth_prompt": {"depth": 4, "prompt": "x"}, "other": [1, None]},
        "character_book": {
            "name": "b", "scan_depth": 2, "token_budget": 100, "recursive_scanning": True,
            "extensions": {},
            "entries": [{
                "keys": ["dog"], "secondary_keys": ["cat"], "selective": True,
                "content": "@@depth 1\nRex is a dog.", "extensions": {}, "enabled": True,
                "insertion_order": 1, "use_regex": False, "constant": False, "priority": 3,
                "position": "before_char", "case_sensitive": False, "name": "r", "id": 7,
            }],
        },
    },
}  # fmt: skip
MESSAGES = [{"role": "system", "content": "You are Ana."}, {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function",
             "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "content": "7", "tool_call_id": "c"},
            {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}]  # fmt: skip
# One sound file of each format as (file name, content); lists are written as JSON Lines.
SAMPLES: dict[str, tuple[str, Any]] = {
    "carecall": ("a.json", {"guid": "validated-1", "data": [
        {"role": "user", "utterance": "Hi"},
        {"role": "system", "utterance": "I slept badly.", "out-of-bounds": True}]}),
    "character-card": ("a.json", CARD),
    "character-card-png": ("a.png", CARD),
    "charx": ("a.charx", CARD),
    "characterfile": ("a.json", {
        "name": "Ana", "bio": ["bakes"], "lore": ["old oven"], "topics": ["bread"],
        "messageExamples": [[{"user": "{{user1}}", "content": {"text": "Hi"}}]],
        "postExamples": ["Fresh!"], "adjectives": ["warm"],
        "style": {"all": ["short"], "chat": ["kind"], "post": []}, "system": "x",
        "settings": {"voice": {"model": "v"}},
    }),
    "dulemon": ("a.json", [{
        "bot_persona": ["B1: I bake."], "user_said_persona": ["U1: I have a dog."],
        "user_no_said_persona": [], "conversation": ["Usr: Hi", "Bot: And your dog?\tU1"]}]),
    "focus": ("a.json", {"data": [{
        "dialogID": "1", "landmark_link": "x", "persona": ["I ski."], "knowledge": ["It is high."],
        "utterance": [{"dialogue1": ["Is it high?", "It is high."], "persona_candidate": ["I ski."],
        "persona_grounding": [False], "knowledge_candidates": ["It is high.", "It is low."],
        "knowledge_answer_index": 0}]}]}),
    "it-convai2": ("a.json", {"data": [{
        "input": "Any pets?", "label": "A cat.", "rm_persona": "I have a cat.",
        "insuf_personas": ["I ski."], "full_personas": ["I ski.", "I have a cat."]}]}),
    "locomo": ("a.json", {"speaker_a": "Ana", "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": [{"speaker": "Ana", "dia_id": "D1:1", "text": "Hi", "blip_caption": "a dog"}],
        "qa": [{"question": "What?", "answer": 7, "evidence": ["D1:1"], "category": 2}]}),
    "lorebook": ("a.json", {"spec": "lorebook_v3", "data": CARD["data"]["character_book"]}),
    "personae-card": ("a.yaml", {
        "name": "Ana", "id": "ana", "statements": ["I bake."], "traits": {"mbti": "ISFJ"},
        "greetings": ["Hello!"], "attributes": {"age": "40"}, "version": "2",
        "examples": [{"turns": [["{{user}}", "Hi"], ["{{char}}", "Hello"]]}],
    }),
    "personas": ("a.jsonl", [{"name": "Ana", "statements": ["I ski."]},
                             {"name": "Bo", "description": "A baker."}]),
    "prodigy": ("characters.json", {"u1": {
        "character_name": "ROSA", "movie_id": "m1", "movie_name": "x", "gender": "female",
        "mbti": "introvert, intuitive, thinker, judger", "biography": ["I hum."],
        "paraphrasis_1": ["I sing."], "paraphrasis_2": [[]],
    }}),
    "coser": ("a.json", {"plots": [{"conversation": [{
        "key_characters": [{"name": "Lear", "motivation": "love"}],
        "dialogues": [{"character": "Lear", "message": "[Hm.] Speak, daughters."}],
    }]}], "character_datasets": {"Lear": {"profile": "A king."}}}),
    "realtalk": ("a.json", {"name": {"speaker_1": "Ana"}, "session_1": [
        {"speaker": "Ana", "dia_id": "D1:1", "clean_text": "Hi", "img_file": [],
         "date_time": "29.12.2023, 22:42:04"}],
        "qa": [{"question": "What?", "answer": "Hi", "evidence": ["D1:1"], "category": 1}]}),
    "tinytroupe-agent": ("a.agent.json", {"type": "TinyPerson", "persona": {
        "name": "Ana", "age": 40, "occupation": {"title": "baker"},
        "personality": {"traits": ["warm"], "big_five": {"openness": "High."}},
        "style": "short", "skills": ["bread"], "beliefs": ["early rising"],
    }}),
    "chat-log": ("a.txt", "Ana: Hi\nBo: Hello\n* Ana waves\n\n---\nBo: Bye\n"),
    "dailydialog": ("a.jsonl", [{"fold": "test", "topic": "work", "dialogue": [
        {"emotion": "no_emotion", "act": "question", "text": "Late again ?"}]}]),
    "dialogues": ("a.jsonl", [{"id": "d", "turns": [{"speaker": "A", "text": "Hi"}],
                               "personas": {"A": {"name": "A", "statements": ["I ski."]}}}]),
    "messages": ("a.jsonl", [
        {"id": "x", "messages": MESSAGES, "tools": []},
        {"prompt": MESSAGES[:2], "chosen": MESSAGES[4:], "rejected": MESSAGES[4:]},
    ]),
    "msc": ("session-1-test.json", [{
        "id": "a", "user_memory": [["I kayak."], []], "meta": {"user": ["x"], "assistant": ["y"]},
        "dialogue": [["I kayak.", "Nice."], ["Bye.", "Bye."]],
    }]),
    "parlai": ("a.txt", "1 your persona: I ski.\n2 partner's persona: I bake.\n"
                        "3 Hi\tHello\t0.5\ta|b\n1 Yes\tNo\n"),
    "personal-dialog": ("a.jsonl", [{
        "profile": [{"tag": ["x"], "loc": "y", "gender": "male"}, {"tag": "a;b", "loc": ""}],
        "dialog": [["a"], ["b"]], "uid": [0, 1], "responder_profile": {"tag": ["x"]},
        "golden_response": ["c"],
    }]),
    "sharegpt": ("a.json", {"id": "r", "source": "s", "conversations": [
        {"from": "system", "value": "x"}, {"from": "human", "value": "Hi"},
        {"from": "gpt", "value": "Hello", "weight": 1}]}),
    "silly-tavern-chat": ("a.jsonl", [
        {"user_name": "You", "character_name": "Mara", "create_date": "x", "chat_metadata": {}},
        {"name": "Mara", "is_user": False, "mes": "Ahoy.", "swipes": ["Ahoy."], "swipe_id": 0,
         "send_date": "2026-10-05 @09h 30m 40s", "extra": {"type": "narrator"}},
    ]),
    "synthetic-persona-chat": ("a.csv",
        "user 1 personas,user 2 personas,Best Generated Conversation\n"
        '"I ski.\nI sing.",I bake.,"User 1: Hi\nUser 2: Yes"\n'),
    "taskmaster": ("a.json", {"conversation_id": "d", "instruction_id": "i", "utterances": [
        {"index": 0, "speaker": "USER", "text": "For 8 at 7", "segments": [
            {"start_index": 4, "end_index": 5, "text": "8",
             "annotations": [{"name": "restaurant_reservation.num.guests.accept"}]}]}]}),
    "xpersona": ("It_a.json", [{"persona": ["I ski."], "dialogue": [["Hi", "Hello"]]}]),
}  # fmt: skip
FORMATS = sorted(SAMPLES)
JSON_FORMATS = [name for name in FORMATS if not isinstance(SAMPLES[name][1], str)]

junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([10**30, -1, 1e308, "", " ", "\x00", "{{char}}", "../../x", "x" * 5000])
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("abn_", max_size=5), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
edits = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from("rrrda"), junk), max_size=3)
cuts = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 12), st.binary(max_size=6)),
    min_size=1,
    max_size=3,
)


def _examples(count: int) -> settings:
    # A folder serves all examples of a test: each writes its file anew.
    shared = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, deadline=None, suppress_health_check=shared)


def changed(value: Any, some: list[tuple[int, str, Any]]) -> Any:
    """`value` with places in it replaced (r), deleted (d) or added to (a)."""
    root = [copy.deepcopy(value)]
    for at, how, new in some:
        spots = list(_spots(root))
        parent, key = spots[at % len(spots)]
        if how == "d" and len(spots) > 1:
            del parent[key]
        elif how == "a" and isinstance(parent[key], list):
            parent[key].append(new)
        elif how == "a" and isinstance(parent[key], dict):
            parent[key]["extra"] = new
        else:
            parent[key] = new
        if not root:
            return None
    return root[0]


def _spots(parent: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below `parent`, as the container and the key in it."""
    for key in list(parent) if isinstance(parent, dict) else range(len(parent)):
        yield parent, key
        if isinstance(parent[key], dict | list):
            yield from _spots(parent[key])


def encoded(name: str, value: Any) -> bytes:
    """The value as a file of the format has it."""
    if isinstance(value, str):
        return value.encode()
    text = json.dumps(value, ensure_ascii=False).encode()
    if name == "character-card-png":
        return with_texts(plain_image(1, 2, 3, 2, 2), {"ccv3": base64.b64encode(text)})
    if name == "charx":
        return packed({"card.json": text, "assets/a.bin": b"\x00\x01"})
    if isinstance(value, list) and SAMPLES[name][0].endswith(".jsonl"):
        return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in value)
    return text


def check_laws(name: str, content: bytes, folder: Path) -> None:
    """Reading gives nouns or a FormatError; nouns survive JSON; what is written can be read."""
    module = find("format", name).load()
    file = folder / SAMPLES[name][0]
    file.write_bytes(content)
    assert module.detects(content[:65536], file) in (True, False)
    try:
        nouns = list(module.read(file))
    except FormatError:
        return
    for noun in nouns:
        assert type(noun).from_json(noun.to_json()) == noun
    if hasattr(module, "write") and nouns:
        target = folder / f"out-{file.name}"
        try:
            module.write(nouns, target)
        except FormatError:
            return
        assert len(list(module.read(target))) == len(nouns)


def test_every_format_has_a_sound_file_here():
    assert sorted(SAMPLES) == sorted(entries("format")), "Add one to SAMPLES, or take it out."


@pytest.mark.parametrize("name", FORMATS)
def test_the_sound_file_of_each_format_is_recognised_and_read(name, tmp_path):
    file = tmp_path / SAMPLES[name][0]
    file.write_bytes(encoded(name, SAMPLES[name][1]))
    module = find("format", name).load()
    assert module.detects(file.read_bytes(), file)
    assert list(module.read(file))


@pytest.mark.parametrize("name", JSON_FORMATS)
@_examples(40)
@given(some=edits)
def test_any_change_of_types_is_read_or_refused(name, tmp_path, some):
    check_laws(name, encoded(name, changed(SAMPLES[name][1], some)), tmp_path)


@pytest.mark.parametrize("name", FORMATS)
@_examples(40)
@given(some=cuts)
def test_any_damage_of_bytes_is_read_or_refused(name, tmp_path, some):
    content = encoded(name, SAMPLES[name][1])
    for at, length, new in some:
        start = at % (len(content) + 1)
        content = content[:start] + new + content[start + length :]
    check_laws(name, content, tmp_path)


@pytest.mark.parametrize("name", FORMATS)
@_examples(20)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(name, tmp_path, content):
    check_laws(name, content, tmp_path)
