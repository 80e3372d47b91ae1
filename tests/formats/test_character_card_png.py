"""Character cards in pictures."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.errors import FormatError
from personae.formats import character_card, character_card_png
from personae.formats.character_card import BACKFILL_WARNING
from personae.media.png import find_text, plain_image, read_texts, with_texts

IMAGE = plain_image(1, 2, 3, 4, 6)
CARD = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Três", "first_mes": "x"}}
OLD = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Two", "first_mes": "x"}}


def packed(card, encoding="utf-8") -> bytes:
    return base64.b64encode(json.dumps(card, ensure_ascii=False).encode(encoding))


def read(file) -> Persona:
    (persona,) = character_card_png.read(file)
    return persona


def test_ccv3_is_read_before_chara_whatever_the_case(make_file):
    image = with_texts(IMAGE, {"Chara": packed(OLD), "CCV3": packed(CARD)})
    assert read(make_file("a.png", image)).name == "Três"
    assert read(make_file("a.png", with_texts(IMAGE, {"chara": packed(OLD)}))).name == "Two"


def test_old_cards_with_latin_1_loose_base64_or_plain_json_are_read(make_file):
    loose = packed(CARD).rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")
    lines = b"\n".join(loose[at : at + 20] for at in range(0, len(loose), 20))
    for value in (packed(CARD, "latin-1"), lines, json.dumps(CARD).encode()):
        assert read(make_file("a.png", with_texts(IMAGE, {"chara": value}))).name == "Três"


def test_cards_in_itxt_chunks_are_read(make_file):
    data = b"chara\0\1\0\0\0" + zlib.compress(packed(OLD))
    chunk = struct.pack(">I", len(data)) + b"iTXt" + data + bytes(4)
    assert read(make_file("a.png", IMAGE[:-12] + chunk + IMAGE[-12:])).name == "Two"


def test_both_cards_are_written_and_the_older_one_warns(tmp_path):
    target = tmp_path / "a.png"
    character_card_png.write([Persona(name="A")], target)
    texts = read_texts(target)
    third, second = (
        json.loads(base64.b64decode(find_text(texts, key))) for key in ("ccv3", "chara")
    )
    assert third["spec"] == "chara_card_v3"
    assert second["spec"] == "chara_card_v2"
    assert second["data"]["creator_notes"] == BACKFILL_WARNING
    assert third["data"]["creator_notes"] == ""


def test_an_export_for_v2_alone_has_no_warning(tmp_path):
    target = tmp_path / "a.png"
    character_card_png.write([Persona(name="A")], target, version=2)
    texts = read_texts(target)
    assert find_text(texts, "ccv3") is None
    assert BACKFILL_WARNING not in base64.b64decode(find_text(texts, "chara")).decode()


def test_the_picture_that_a_card_came_in_is_kept_byte_for_byte(make_file, tmp_path):
    origin = make_file(
        "a.png", with_texts(IMAGE + b"tail", {"ccv3": packed(CARD), "Author": b"me"})
    )
    target = tmp_path / "b.png"
    character_card_png.write([read(origin)], target, origin=origin)
    bare = with_texts(target.read_bytes(), {}, drop=("ccv3", "chara"))
    assert bare == with_texts(IMAGE + b"tail", {"Author": b"me"})
    assert read(target).name == "Três"


def test_a_picture_may_be_replaced_by_its_own_card(make_file):
    file = make_file("a.png", with_texts(IMAGE, {"chara": packed(OLD)}))
    character_card_png.write([read(file)], file, origin=file)
    assert with_texts(file.read_bytes(), {}, drop=("ccv3", "chara")) == IMAGE


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({}, "holds no character card"), ({"chara": b"!!!"}, "not base64"),
        ({"chara": b"A"}, "not base64"), ({"ccv3": base64.b64encode(b"{")}, "not JSON"),
        ({"ccv3": b""}, "not JSON"), ({"ccv3": packed([])}, "must be an object"),
        ({"ccv3": packed({"data": {"name": "x", "tags": 1}})}, "tags must be a list"),
    ],
)  # fmt: skip
def test_pictures_without_a_proper_card_are_refused(make_file, texts, message):
    file = make_file("a.png", with_texts(IMAGE, texts))
    with pytest.raises(FormatError, match=message) as caught:
        read(file)
    assert str(file) in str(caught.value)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.booleans())
def test_any_text_in_a_picture_is_read_or_refused(make_file, content, is_encoded):
    value = base64.b64encode(content) if is_encoded else content
    with contextlib.suppress(FormatError):
        read(make_file("a.png", with_texts(IMAGE, {"ccv3": value})))


@given(st.integers(0, 200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_picture_that_is_cut_off_is_refused(make_file, missing):
    image = with_texts(IMAGE, {"ccv3": packed(CARD)})
    with pytest.raises(FormatError):
        read(make_file("a.png", image[: max(0, len(image) - 1 - missing)]))


def test_asset_chunks_with_names_that_climb_are_refused(make_file, tmp_path):
    image = with_texts(IMAGE, {"ccv3": packed(CARD), "chara-ext-asset_:../x": b"QQ=="})
    origin = make_file("a.png", image)
    with pytest.raises(FormatError, match="refused"):
        character_card_png.write([read(origin)], tmp_path / "b.png", origin=origin)
    assert not (tmp_path / "b.png").exists()


def test_a_card_whose_lorebook_is_null_goes_into_a_picture(make_file, tmp_path):
    source = make_file("a.json", {"spec": "chara_card_v2", "spec_version": "2.0",
                                  "data": {"name": "Ana", "character_book": None}})  # fmt: skip
    picture = tmp_path / "a.png"
    character_card_png.write(character_card.read(source), picture)
    assert character_card_png.read_card(picture)["data"]["character_book"] is None
