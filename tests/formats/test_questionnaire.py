"""Questionnaires: the shipped keys, what a reader refuses, and InCharacter's files."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from personae import questionnaires
from personae.errors import FormatError, InvalidOption, PersonaeError, UnknownEntry
from personae.formats.questionnaire import languages_of, load_questionnaire, read_questionnaire

# five-factor-e 1.13.1, IPIP_NEO_ITEMS_REVERSED_120.
REVERSED_120 = {
    9, 19, 24, 30, 39, 40, 48, 49, 51, 53, 54, 60, 62, 67, 68, 69, 70, 73, 74, 75, 78, 79, 80, 81,
    83, 84, 85, 88, 89, 90, 92, 94, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108,
    109, 110, 111, 113, 114, 115, 116, 118, 119, 120,
}  # fmt: skip


def small(**changes: object) -> dict[str, object]:
    """A sound questionnaire of three items."""
    sound: dict[str, object] = {
        "name": "small",
        "range": [1, 5],
        "scales": {"W": {"title": "Warmth", "items": [1, -2]}},
        "fillers": [3],
        "languages": {"en": {"stem": "I", "items": {1: "Hug.", 2: "Bite.", 3: "Breathe."}}},
    }
    return sound | changes


def read(value: object, folder: Path, language: str = "en"):
    file = folder / "one.yaml"
    file.write_text(yaml.safe_dump(value), encoding="utf-8")
    return read_questionnaire(file, language)


def items(*texts: str) -> dict[str, object]:
    return {"en": {"items": dict(enumerate(texts, 1))}}


def test_ipip_50_has_ten_items_a_trait_with_the_keys_of_the_pool():
    sheet = load_questionnaire("ipip-50")
    turned = {scale.id: sorted(int(k) for k, s in scale.keys.items() if s < 0)
              for scale in sheet.scales}  # fmt: skip
    assert [len(scale.keys) for scale in sheet.scales] == [10] * 5
    assert turned == {
        "E": [6, 16, 26, 36, 46], "A": [2, 12, 22, 32], "C": [8, 18, 28, 38],
        # The pool keys emotional stability; neuroticism turns those that are positive there.
        "N": [9, 19], "O": [10, 20, 30],
    }  # fmt: skip
    assert sheet.items[0].text == "I am the life of the party."


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_the_neo_has_four_items_a_facet_and_the_published_keys(language):
    sheet = load_questionnaire("ipip-neo-120", language)
    assert len(sheet.items) == 120
    assert [len(scale.keys) for scale in sheet.scales] == [24] * 5 + [4] * 30
    for scales in (sheet.domains, [scale for scale in sheet.scales if scale.part_of]):
        assert {int(k) for s in scales for k, sign in s.keys.items() if sign < 0} == REVERSED_120
    for facet in (scale for scale in sheet.scales if scale.part_of):
        domain = next(scale for scale in sheet.domains if scale.id == facet.part_of)
        assert facet.keys.items() <= domain.keys.items()
    assert len(sheet.options) == 5


def test_the_neo_is_the_shared_files(dataset_dir):
    folder = dataset_dir("ipip-neo-120")
    for language in ("en", "de", "fr", "it"):
        sheet = load_questionnaire("ipip-neo-120", language)
        theirs = json.loads((folder / language / "questions.json").read_text("utf-8"))
        domains = {key: (scale.id, sign) for scale in sheet.domains
                   for key, sign in scale.keys.items()}  # fmt: skip
        for item, their in zip(sheet.items, theirs, strict=True):
            assert domains[item.id] == (their["domain"], 1 if their["keyed"] == "plus" else -1)
            if language != "en":
                assert item.text.rstrip(".") == " ".join(their["text"].split()).rstrip(".")


def test_norms_are_of_the_mean_of_items():
    norm = load_questionnaire("ipip-neo-120").norms["men-under-21"]["N"]
    assert norm.mean == pytest.approx(67.84 / 24)
    assert norm.deviation == pytest.approx(15.83 / 24)


def test_a_sound_file_is_read_with_its_stem_and_fillers(tmp_path):
    sheet = read(small(), tmp_path)
    assert [item.text for item in sheet.items] == ["I hug.", "I bite.", "I breathe."]
    assert sheet.scales[0].keys == {"1": 1, "2": -1}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scales": {}}, "'scales' is missing"),
        ({"scales": {"W": {"items": []}}}, "'W' has no items"),
        ({"scales": {"W": {"items": [1, -9]}}}, "keys the item '9', which is not there"),
        ({"scales": {"W": {"items": [1, -1, 2]}}}, "keys the item '1' twice"),
        ({"scales": {"W": {"items": [1, 2.5]}}}, "key 2.5"),
        ({"scales": {"W": {"items": [1, -2], "part_of": "X"}}}, "'X', which is no scale"),
        ({"fillers": []}, "'3' belongs to no scale"),
        ({"languages": items("Hug.", " hug. ", "Breathe.")}, "'1' and '2' are the same sentence"),
        ({"languages": items("Hug.", "", "Breathe.")}, "'2' is empty"),
        ({"languages": {"en": {"items": {1: 5, 2: "Bite.", 3: "No."}}}}, "not a sentence"),
        ({"range": [5, 1]}, "range is two whole numbers"),
        ({"range": [1, 10**400]}, "range is two numbers"),
        ({"range": [1, 5.5]}, "range is two whole numbers"),
        ({"range": "1-5"}, "range is two numbers"),
        ({"reports": "median"}, "mean or sum, not 'median'"),
        ({"colour": "red"}, "no field 'colour'"),
        ({"norms": {"people": {"W": [3, 0]}}}, "no spread above 0"),
        ({"norms": {"people": {"X": [3, 1]}}}, "name the scale 'X'"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_in_a_sentence(changes, sentence, tmp_path):
    with pytest.raises(FormatError, match=sentence):
        read(small(**changes), tmp_path)


def test_options_that_do_not_fit_the_range_are_refused(tmp_path):
    value = small()
    value["languages"]["en"]["options"] = ["no", "yes"]
    with pytest.raises(FormatError, match="2 options for the 5 answers"):
        read(value, tmp_path)


def test_another_language_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(InvalidOption, match="no language 'fr'; it has: en"):
        read(small(), tmp_path, "fr")


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownEntry, match="ipip-50"):
        load_questionnaire("ipip-5")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
    ),
)
FIELDS = ("range", "scales", "languages", "norms", "fillers", "name", "reports", "questions")


@given(VALUES, st.sampled_from(FIELDS))
def test_no_file_gives_a_traceback(value, field):
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(PersonaeError):
        file = Path(folder) / "one.json"
        file.write_text(json.dumps(small(**{field: value})), encoding="utf-8")
        assert read_questionnaire(file).items


INCHARACTER = {
    "name": "Tiny", "full_name": "Tiny Inventory", "range": [1, 5], "compute_mode": "AVG",
    "reverse": [2],
    "categories": [{"cat_name": "Warmth", "cat_questions": [1, 2],
                    "crowd": [{"crowd_name": "Crowd", "mean": 3.25, "std": 0.9, "n": 9}]}],
    "questions": {
        "1": {"origin_en": "Is warm.", "rewritten_en": "Are you warm?"},
        "2": {"origin_en": "Is cold.", "rewritten_en": "Are you cold?"},
        "3": {"origin_en": "Is here.", "rewritten_en": "Are you here?"},
    },
}  # fmt: skip


def test_incharacters_format_is_read(tmp_path):
    file = tmp_path / "Tiny.json"
    file.write_text(json.dumps(INCHARACTER))
    sheet = read_questionnaire(file)
    assert sheet.scales[0].keys == {"1": 1, "2": -1}
    assert sheet.items[0].question == "Are you warm?"
    assert sheet.norms["crowd"]["Warmth"].mean == 3.25
    assert languages_of(file) == ("en", "zh")


def test_the_bfi_of_incharacter_gets_the_stem_that_its_items_continue(tmp_path):
    file = tmp_path / "BFI.json"
    file.write_text(json.dumps({**INCHARACTER, "name": "BFI"}))
    assert read_questionnaire(file).items[0].text == "I see myself as someone who is warm."


def test_incharacters_reversed_items_must_be_there(tmp_path):
    file = tmp_path / "Tiny.json"
    file.write_text(json.dumps({**INCHARACTER, "reverse": [2, 7]}))
    with pytest.raises(FormatError, match="reversed item '7' is not there"):
        read_questionnaire(file)


def test_all_questionnaires_of_incharacter_are_read(dataset_dir):
    sizes = {}
    for file in dataset_dir("incharacter").glob("*.json"):
        if not file.stem.startswith("characters"):
            sheet = read_questionnaire(file)
            sizes[sheet.name] = len(sheet.items)
    assert sizes["BFI"] == 44
    assert sizes["16Personalities"] == 60
    assert len(sizes) == 14


def test_every_shipped_file_is_sound_in_every_language():
    for name in questionnaires.names():
        for language in languages_of(questionnaires.path_of(name)):
            assert load_questionnaire(name, language).language == language
