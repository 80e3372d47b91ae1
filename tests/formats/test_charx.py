"""CHARX archives and the assets in them."""

from __future__ import annotations

import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.errors import FormatError
from personae.formats import character_card_png, charx
from personae.formats.card_assets import belongings_of, with_locations
from personae.media.archive import is_safe_name, packed, read_members
from personae.media.png import plain_image, with_texts

ICON = plain_image(9, 9, 9, 4, 4)
ASSETS = [
    {"type": "icon", "uri": "embeded://assets/icon/images/1.png", "name": "main", "ext": "png"},
    {"type": "x_script", "uri": "embeded://assets/other/code/a.lua", "name": "s", "ext": "lua"},
    {"type": "background", "uri": "https://x.example/b.png", "name": "b", "ext": "png"},
]
FILES = {
    "assets/icon/images/1.png": ICON,
    "assets/other/code/a.lua": b"os.exit()",
    "module.risum": bytes(range(256)),
}


def card(**data) -> bytes:
    return json.dumps(
        {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Ana", **data}}
    ).encode()


def read(file) -> Persona:
    (persona,) = charx.read(file)
    return persona


@pytest.fixture
def origin(make_file):
    return make_file("a.charx", packed({"card.json": card(assets=ASSETS), **FILES}))


@pytest.mark.parametrize("assets", [True, 3, "x", {"type": "icon"}])
def test_what_is_no_list_of_assets_is_none(assets):
    changed = with_locations({"data": {"assets": assets}}, "a", "b")
    assert changed == {"data": {"assets": assets}}


def test_assets_survive_byte_for_byte(origin, tmp_path):
    target = tmp_path / "b.charx"
    charx.write([read(origin)], target, origin=origin)
    written = read_members(target)
    assert {name: written[name] for name in FILES} == FILES
    assert json.loads(written["card.json"])["data"]["assets"] == ASSETS
    assert next(iter(written)) == "card.json"


def test_assets_survive_the_way_through_a_picture(origin, tmp_path):
    picture, back = tmp_path / "b.png", tmp_path / "c.charx"
    character_card_png.write([read(origin)], picture, origin=origin)
    assert with_texts(
        picture.read_bytes(), {}, drop=("ccv3", "chara", *(f"chara-ext-asset_:{f}" for f in FILES))
    ) == ICON  # fmt: skip
    (persona,) = character_card_png.read(picture)
    assert persona.card["assets"][1]["uri"] == "__asset:assets/other/code/a.lua"
    charx.write([persona], back, origin=picture)
    written = read_members(back)
    assert {name: written[name] for name in FILES} == FILES
    assert json.loads(written["card.json"])["data"]["assets"] == ASSETS


def test_the_picture_of_a_card_becomes_its_icon(tmp_path):
    picture, target = tmp_path / "a.png", tmp_path / "a.charx"
    character_card_png.write([Persona(name="A")], picture)
    charx.write(character_card_png.read(picture), target, origin=picture)
    (asset,) = read(target).card["assets"]
    path = asset["uri"].removeprefix("embeded://")
    assert (asset["type"], asset["name"], asset["ext"]) == ("icon", "main", "png")
    assert read_members(target)[path] == belongings_of(picture).picture


@settings(deadline=None, max_examples=30,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    st.dictionaries(
        st.text(alphabet="abc/.é", min_size=1, max_size=8).filter(is_safe_name),
        st.binary(max_size=50),
        max_size=4,
    )
)
def test_any_files_beside_the_card_survive(make_file, tmp_path, files):
    origin = make_file("a.charx", packed({"card.json": card(), **files}))
    charx.write([read(origin)], tmp_path / "b.charx", origin=origin)
    written = read_members(tmp_path / "b.charx")
    written.pop("card.json")
    assert written == files


def test_large_assets_of_zeros_can_be_read_again(make_file, tmp_path):
    origin = make_file("a.charx", packed({"card.json": card(), "zeros": bytes(3_000_000)}))
    charx.write([read(origin)], tmp_path / "b.charx", origin=origin)
    assert read_members(tmp_path / "b.charx")["zeros"] == bytes(3_000_000)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "holds no card.json"), ({"dir/card.json": card()}, "holds no card.json"),
        ({"card.json": b"{"}, "not JSON"), ({"card.json": b"[]"}, "must be an object"),
        ({"card.json": card(name=3, tags={})}, "tags must be a list"),
    ],
)  # fmt: skip
def test_archives_without_a_proper_card_are_refused(make_file, members, message):
    with pytest.raises(FormatError, match=message):
        read(make_file("a.charx", packed(members)))


def test_hostile_archives_are_refused(tmp_path, make_file):
    for name, content in (("../../evil", b"x"), ("bomb", bytes(9_000_000))):
        file = tmp_path / "a.charx"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("card.json", card())
            archive.writestr(name, content)
        with pytest.raises(FormatError):
            read(file)
    for content in (b"", b"PK\x03\x04", packed({"card.json": card()})[:-10], b"PK" * 99):
        with pytest.raises(FormatError):
            read(make_file("b.charx", content))


def test_a_charx_holds_version_three_only(tmp_path):
    with pytest.raises(FormatError, match="version 3"):
        charx.write([Persona(name="A")], tmp_path / "a.charx", version=2)
