"""PNG chunks."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.media import png
from personae.media.png import find_text, plain_image, read_texts, texts_of, with_texts

IMAGE = plain_image(10, 20, 30, 4, 6)


def chunk(kind: bytes, data: bytes, checksum: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + data) if checksum is None else checksum
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def holding(*chunks: bytes) -> bytes:
    return IMAGE[:-12] + b"".join(chunks) + IMAGE[-12:]


def texts(image: bytes):
    return texts_of(io.BytesIO(image))


def test_a_plain_image_is_a_picture_for_other_programs():
    image = pytest.importorskip("PIL.Image")
    with image.open(io.BytesIO(plain_image(200, 100, 50))) as picture:
        assert picture.size == (400, 600)
        assert picture.convert("RGB").getpixel((399, 599)) == (200, 100, 50)


def test_all_three_kinds_of_text_are_read_in_file_order():
    image = holding(
        chunk(b"tEXt", b"One\0caf\xe9"),
        chunk(b"zTXt", b"Two\0\0" + zlib.compress(b"packed")),
        chunk(b"iTXt", b"Three\0\0\0de\0Drei\0" + "ü".encode()),
        chunk(b"iTXt", b"Four\0\1\0\0\0" + zlib.compress(b"deep")),
    )
    assert [(one.keyword, one.value) for one in texts(image)] == [
        ("One", b"caf\xe9"), ("Two", b"packed"), ("Three", "ü".encode()), ("Four", b"deep"),
    ]  # fmt: skip
    assert find_text(texts(image), "tWO") == b"packed"
    assert find_text(texts(image), "five") is None


def test_new_texts_replace_old_ones_and_nothing_else_changes():
    other = chunk(b"tEXt", b"Software\0x", checksum=1)
    old = chunk(b"tEXt", b"Chara\0old"), chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(b"old"))
    image = IMAGE[:33] + old[0] + other + IMAGE[33:-12] + old[1] + IMAGE[-12:] + b"trailing"
    written = with_texts(image, {"chara": b"new"}, drop=("ccv3",))
    added = chunk(b"tEXt", b"chara\0new")
    assert written == IMAGE[:33] + other + IMAGE[33:-12] + added + IMAGE[-12:] + b"trailing"


@given(
    st.dictionaries(
        st.text(alphabet="abcXYZ_:/ ", min_size=1, max_size=12),
        st.binary(max_size=60).filter(lambda data: b"\0" not in data),
        max_size=4,
    )
)
def test_texts_round_trip(values):
    lowered = {key.lower(): value for key, value in values.items()}
    written = with_texts(IMAGE, lowered)
    assert {one.keyword: one.value for one in texts(written)} == lowered
    assert with_texts(written, {}, drop=tuple(lowered)) == IMAGE


def test_animated_pictures_keep_their_frames():
    frames = chunk(b"acTL", b"\0\0\0\1\0\0\0\0") + chunk(b"fdAT", b"x" * 50)
    written = with_texts(holding(frames), {"ccv3": b"card"})
    assert frames in written
    assert find_text(texts(written), "ccv3") == b"card"


@given(st.integers(0, len(IMAGE) - 1))
def test_a_picture_that_is_cut_off_is_refused(length):
    with pytest.raises(FormatError):
        texts(IMAGE[:length])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for content in (data, png.SIGNATURE + data, IMAGE[:33] + data):
        with contextlib.suppress(FormatError):
            texts(content)


@given(st.integers(8, len(IMAGE) - 1), st.integers(0, 255))
def test_any_damaged_byte_is_survived(place, value):
    image = holding(chunk(b"zTXt", b"k\0\0" + zlib.compress(b"v" * 30)))
    with contextlib.suppress(FormatError):
        texts(image[:place] + bytes([value]) + image[place + 1 :])


def test_wrong_check_sums_are_forgiven_in_texts_only():
    assert find_text(texts(holding(chunk(b"tEXt", b"k\0v", checksum=0))), "k") == b"v"
    with pytest.raises(FormatError, match="damaged"):
        texts(holding(chunk(b"IDAT", b"x", checksum=0)))


def test_a_claim_of_a_hundred_megabytes_is_refused_before_reading():
    claimed = struct.pack(">I4s", 100 * 1024 * 1024, b"tEXt")
    with pytest.raises(FormatError, match="claims 104857600 bytes"):
        texts(IMAGE[:33] + claimed)
    with pytest.raises(FormatError, match="claims"):
        texts(IMAGE[:33] + struct.pack(">I4s", 2**32 - 1, b"IDAT"))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_texts_that_unfold_without_end_are_refused(kind):
    bomb = zlib.compress(bytes(png.MAX_TEXT_BYTES + 1), 9)
    head = b"k\0\0" if kind == b"zTXt" else b"k\0\1\0\0\0"
    with pytest.raises(FormatError, match="unfolds to more"):
        texts(holding(chunk(kind, head + bomb)))


@pytest.mark.parametrize(
    "bad",
    [chunk(b"zTXt", b"k\0\0nonsense"), chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 99)[:-6]),
     chunk(b"iTXt", b"k\0\0"), chunk(b"tEXt", b"no keyword"), chunk(b"tEXt", b"")],
)  # fmt: skip
def test_damaged_texts_are_refused(bad):
    with pytest.raises(FormatError):
        texts(holding(bad))


def test_what_is_written_is_within_the_limits_of_reading():
    with pytest.raises(FormatError, match="more than a PNG chunk should hold"):
        with_texts(IMAGE, {"chara": bytes(png.MAX_CHUNK_BYTES)})
    with pytest.raises(FormatError, match="cannot name"):
        with_texts(IMAGE, {"龍": b""})


def test_errors_name_the_file(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"not a picture")
    with pytest.raises(FormatError, match=r"a\.png: This is not a PNG"):
        read_texts(file)
    with pytest.raises(FormatError, match="cannot be read"):
        read_texts(tmp_path)
