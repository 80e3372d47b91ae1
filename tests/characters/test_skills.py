"""The shipped skills load, are different, and keep their held-out dialogues apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import skills
from personae.errors import FormatError, UnknownEntry
from personae.skills.skill import MAX_FILE_BYTES, Shot, Skill, read_shots, read_skill

NAMES = skills.names()
GOOD_YAML = "name: small-talk\nuser: User\nassistant: Assistant\n"
GOOD_SHOT = '{"meta": ["I am tall."], "dialogue": [["Hi.", "Hello."]]}\n'


def heldout(name: str) -> tuple[Shot, ...]:
    return read_shots(skills.path_of(name) / "heldout.jsonl")


def normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def write_skill(
    folder: Path, card: str | bytes = GOOD_YAML, shots: str | bytes = GOOD_SHOT
) -> Path:
    for name, content in (("skill.yaml", card), ("shots.jsonl", shots)):
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    return folder


def test_the_four_skills_of_the_few_shot_bot_are_shipped() -> None:
    assert {"persona-chat", "task-booking", "empathetic", "knowledge"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_skill_loads_with_enough_shots_and_held_out_dialogues(name: str) -> None:
    skill = read_skill(skills.path_of(name))
    assert skill.name == name
    assert skill.description
    assert skill.license == "Apache-2.0"
    assert len(skill.shots) >= 6
    assert len(heldout(name)) >= 25


@pytest.mark.parametrize("name", NAMES)
def test_a_shot_has_facts_and_two_or_three_exchanges(name: str) -> None:
    for shot in (*read_skill(skills.path_of(name)).shots, *heldout(name)):
        assert shot.meta
        assert 2 <= len(shot.dialogue) <= 3
        assert all("\n" not in text for pair in shot.dialogue for text in pair)


def test_no_line_of_the_user_or_the_assistant_occurs_twice_anywhere() -> None:
    seen: set[str] = set()
    for name in NAMES:
        for shot in (*read_skill(skills.path_of(name)).shots, *heldout(name)):
            for text in (text for pair in shot.dialogue for text in pair):
                key = normalised(text)
                if len(key.split()) < 5:
                    continue
                assert key not in seen, text
                seen.add(key)


@pytest.mark.parametrize("name", NAMES)
def test_held_out_dialogues_are_not_templates_of_the_shots(name: str) -> None:
    def trigrams(shot: Shot) -> set[tuple[str, ...]]:
        words = normalised(" ".join(t for pair in shot.dialogue for t in pair)).split()
        return set(zip(words, words[1:], words[2:], strict=False))

    shots = [trigrams(shot) for shot in read_skill(skills.path_of(name)).shots]
    for held in heldout(name):
        grams = trigrams(held)
        assert max(len(grams & shot) / len(grams) for shot in shots) < 0.25, held.dialogue


def test_a_missing_skill_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownEntry, match="'empathetic'"):
        skills.path_of("empathic")


def test_a_skill_of_ones_own_loads_from_its_folder(tmp_path: Path) -> None:
    skill = read_skill(write_skill(tmp_path, shots="\n" + GOOD_SHOT + "\n" + GOOD_SHOT))
    assert skill.shots == (Shot(meta=("I am tall.",), dialogue=(("Hi.", "Hello."),)),) * 2
    assert Skill.from_json(skill.to_json()) == skill


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("- a list", "mapping"),
        ("", "mapping"),
        ("name: [", "not YAML"),
        ("1: 2", "mapping"),
        ("name: Bad Name", "name"),
        ("name: ok\nuser: ''", "user"),
        ('name: ok\nuser: "a\\nb"', "user"),
        ("name: ok\ncolour: red", "colour"),
        ("name: ok\nshots: []", "shots.jsonl"),
        ("name: ok\nmeta_header: 5", "meta_header"),
        ("name: ok\ndescription: !!python/object:os.system {}", "not YAML"),
        ("a: &a [x, x]\nb: [*a, *a]", "aliases"),
        ("name: " + "[" * 200, "deeply"),
        ("name: 2020-13-45", "not YAML"),
        (b"name: \xff\xfe", "UTF-8"),
        (b"name: a\x00b", "not YAML"),
        ("x: " + "y" * MAX_FILE_BYTES, "Larger"),
    ],
)
def test_a_broken_skill_card_is_refused_in_one_sentence(
    tmp_path: Path, card: str | bytes, message: str
) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_skill(write_skill(tmp_path, card=card))
    assert str(tmp_path / "skill.yaml") in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "Shot"),
        ("null", "Shot"),
        ('{"dialogue": []}', "dialogue"),
        ('{"dialogue": [["Hi."]]}', "dialogue.0"),
        ('{"dialogue": [["Hi.", " "]]}', "dialogue.0"),
        ('{"dialogue": [["Hi.", 5]]}', "dialogue.0"),
        ('{"dialogue": [["Hi.", "Ho."]], "meta": "fact"}', "meta"),
        ('{"dialogue": [["Hi.", "Ho."]], "more": 1}', "more"),
    ],
)
def test_a_broken_shot_is_refused_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_skill(write_skill(tmp_path, shots=GOOD_SHOT + line))
    assert caught.value.line == 2


def test_a_skill_without_shots_or_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="shots"):
        read_skill(write_skill(tmp_path, shots="\n\n"))
    (tmp_path / "shots.jsonl").unlink()
    with pytest.raises(FormatError, match=r"Cannot be read.*No such file"):
        read_skill(tmp_path)


@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_load_or_raise_a_format_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("skill")
    for card, shots in ((data, GOOD_SHOT), (GOOD_YAML, data)):
        try:
            skill = read_skill(write_skill(folder, card=card, shots=shots))
        except FormatError:
            continue
        assert skill.shots


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["meta", "dialogue", "x"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_arbitrary_json_is_a_shot_or_a_format_error(value: object) -> None:
    try:
        shot = Shot.from_dict(value)
    except FormatError:
        return
    assert Shot.from_dict(json.loads(shot.to_json())) == shot
