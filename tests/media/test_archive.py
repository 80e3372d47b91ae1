"""ZIP archives from strangers."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.media.archive import ArchiveLimits, is_safe_name, packed, read_members


@pytest.fixture
def archive(tmp_path):
    """Write an archive with raw member names, or raw bytes."""

    def make(members=(), *, raw=None, **options):
        file = tmp_path / "a.charx"
        if raw is None:
            with zipfile.ZipFile(file, "w", **options) as writer:
                for member, content in members:
                    writer.writestr(member, content)
        else:
            file.write_bytes(raw)
        return file

    return make


@given(
    st.dictionaries(
        st.text(alphabet="abc/é. ", min_size=1, max_size=9).filter(is_safe_name),
        st.binary(max_size=99),
        max_size=5,
    )
)
def test_members_round_trip_in_order_and_to_the_same_bytes(tmp_path_factory, members):
    file = tmp_path_factory.mktemp("zip") / "a.zip"
    file.write_bytes(packed(members, compress=tuple(members)[:1]))
    assert list(read_members(file).items()) == list(members.items())
    assert packed(members) == packed(members)


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/passwd", "C:/x", "c:x", "a\\b", "..\\x", "a//b", "./x", "a/./b",
     "a\nb", "x" * 2_000, ".."],
)  # fmt: skip
def test_names_that_leave_the_archive_are_refused(archive, name):
    with pytest.raises(FormatError, match=r"is refused|damaged"):
        read_members(archive([(name, b"x")]))
    with pytest.raises(FormatError):
        packed({name: b""})


def test_a_name_with_a_nul_byte_is_refused(archive):
    raw = packed({"abcd": b"x"}).replace(b"abcd", b"a\0/d")
    with pytest.raises(FormatError, match="is refused"):
        read_members(archive(raw=raw))


def test_links_are_refused(archive):
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with pytest.raises(FormatError, match="is a link"):
        read_members(archive([(info, "/etc/passwd")]))


def test_duplicates_are_refused(archive):
    raw = packed({"abcd": b"1", "abce": b"2"}).replace(b"abce", b"abcd")
    with pytest.raises(FormatError, match="occurs twice"):
        read_members(archive(raw=raw))


def test_bombs_are_refused_by_their_ratio(archive):
    file = archive([("a", bytes(8_000_000))], compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(FormatError, match="like a bomb"):
        read_members(file)


def test_sizes_and_counts_are_limited(archive):
    file = archive([(f"m{n}", b"x" * 100) for n in range(5)])
    for limits, message in (
        (ArchiveLimits(members=4), "more than 4 members"),
        (ArchiveLimits(member_bytes=99), "larger than 99 bytes"),
        (ArchiveLimits(total_bytes=499), "unfolds to more"),
        (ArchiveLimits(file_bytes=10), "larger than 10 bytes"),
        (ArchiveLimits(directory_bytes=10), "more than 2000 members"),
    ):
        with pytest.raises(FormatError, match=message):
            read_members(file, limits)
    assert len(read_members(file)) == 5


def test_sizes_that_lie_are_noticed(archive):
    raw = bytearray(packed({"a": bytes(3_000_000)}, compress=("a",)))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)  # uncompressed size in the directory
    with pytest.raises(FormatError):
        read_members(archive(raw=bytes(raw)))


def test_a_huge_directory_is_refused_before_it_is_read(archive):
    end = struct.pack("<4s4HIIH", b"PK\x05\x06", 0, 0, 60_000, 60_000, 3_000_000, 0, 0)
    with pytest.raises(FormatError, match="more than 2000 members"):
        read_members(archive(raw=bytes(4_000_000) + end))
    locator = b"PK\x06\x07" + bytes(16)
    with pytest.raises(FormatError, match="ZIP64"):
        read_members(archive(raw=locator + struct.pack("<4s4HIIH", b"PK\x05\x06", *[0] * 7)))


def test_encryption_and_rare_compressions_are_refused(archive):
    raw = bytearray(packed({"a": b"x"}))
    for at in (6, raw.rfind(b"PK\x01\x02") + 8):
        raw[at] |= 1
    with pytest.raises(FormatError, match="encrypted"):
        read_members(archive(raw=bytes(raw)))
    with pytest.raises(FormatError, match="unusual compression"):
        read_members(archive([("a", b"x")], compression=zipfile.ZIP_BZIP2))


def test_folders_are_left_out(archive):
    assert read_members(archive([("dir/", b""), ("dir/a", b"x")])) == {"dir/a": b"x"}


@given(st.data())
def test_damaged_archives_are_read_or_refused(tmp_path_factory, data):
    raw = bytearray(packed({"card.json": b"{}" * 40, "b": b"x" * 40}, compress=("card.json",)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.mktemp("zip") / "a.zip"
    file.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    with contextlib.suppress(FormatError):
        assert isinstance(read_members(file), dict)


def test_packed_archives_are_zip_files_for_others():
    with zipfile.ZipFile(io.BytesIO(packed({"a/b": b"1"}))) as archive:
        assert archive.testzip() is None
        assert archive.read("a/b") == b"1"
