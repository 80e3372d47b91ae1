"""ZIP archives from strangers: read within limits, with names that stay inside."""

from __future__ import annotations

import importlib.util
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from personae.errors import FormatError

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_BLOCK_BYTES = 1024 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZSTANDARD = 93  # zipfile knows it from Python 3.14 on
_ZSTANDARD_WINDOW_BYTES = 64 * 1024 * 1024
_LOCAL_HEADER = b"PK\x03\x04"
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What is read at most; `ratio` is unpacked to packed size, for members above 1 MB.

    `zstandard`: whether members may be packed so, where the package of this name is installed.
    """

    members: int = 2_000
    member_bytes: int = 64 * 1024 * 1024
    total_bytes: int = 256 * 1024 * 1024
    file_bytes: int = 256 * 1024 * 1024
    directory_bytes: int = 2 * 1024 * 1024
    ratio: float = 200.0
    zstandard: bool = False


DEFAULT_LIMITS = ArchiveLimits()


def read_members(source: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """The files of an archive by name, in order; folders are left out.

    Raises FormatError on damage, on anything beyond `limits`, on encryption, on names that are
    absolute, climb (`..`), use backslashes or occur twice, and on links.
    """
    try:
        if source.stat().st_size > limits.file_bytes:
            raise FormatError(
                f"This archive is larger than {limits.file_bytes} bytes.", file=source
            )
        _check_directory(source, limits)
        with zipfile.ZipFile(source) as archive:
            return _unpacked(archive, source, limits)
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror or error}.", file=source
        ) from error
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
        ValueError, OverflowError,
    ) as error:  # fmt: skip
        raise FormatError(f"This archive is damaged: {error}.", file=source) from error


def packed(members: Mapping[str, bytes], compress: tuple[str, ...] = ()) -> bytes:
    """A ZIP archive of `members`, always the same bytes; only those in `compress` are deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            _check_name(name, None)
            info = zipfile.ZipInfo(name, date_time=_EARLIEST)
            info.external_attr = 0o644 << 16
            method = zipfile.ZIP_DEFLATED if name in compress else zipfile.ZIP_STORED
            archive.writestr(info, content, compress_type=method)
    return buffer.getvalue()


def is_safe_name(name: str) -> bool:
    """Whether a member name is a plain relative path."""
    parts = name.split("/")
    return (
        0 < len(name) <= 1024
        and "\\" not in name
        and name.isprintable()
        and not (len(name) > 1 and name[1] == ":")
        and not any(part in ("", ".", "..") for part in parts)
    )


def _check_directory(source: Path, limits: ArchiveLimits) -> None:
    """Refuse a huge table of contents before zipfile builds an object for each line of it."""
    with source.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 65_557))
        tail = file.read(65_557)
    at = tail.rfind(_END)
    if at == -1 or len(tail) - at < 22:
        raise FormatError("This is not a ZIP archive, or it is cut off.", file=source)
    if tail[max(0, at - 20) : at].startswith(_END_64):
        raise FormatError("This archive uses ZIP64, which is not read here.", file=source)
    count, directory_bytes = struct.unpack("<HI", tail[at + 10 : at + 16])
    if count > limits.members or directory_bytes > limits.directory_bytes:
        raise FormatError(
            f"This archive has more than {limits.members} members, or their names are too long.",
            file=source,
        )


def _unpacked(archive: zipfile.ZipFile, source: Path, limits: ArchiveLimits) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise FormatError(f"This archive has more than {limits.members} members.", file=source)
    contents: dict[str, bytes] = {}
    left = limits.total_bytes
    for info in infos:
        if info.is_dir():
            _check_name(info.orig_filename.rstrip("/"), source)
            continue
        _check_member(info, source, limits)
        if info.filename in contents:
            raise FormatError(f"The member {info.filename!r} occurs twice.", file=source)
        contents[info.filename] = _content(archive, info, source, min(left, limits.member_bytes))
        left -= len(contents[info.filename])
    return contents


def _check_member(info: zipfile.ZipInfo, source: Path, limits: ArchiveLimits) -> None:
    _check_name(info.orig_filename, source)
    name = repr(info.filename)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FormatError(f"The member {name} is a link, which is refused.", file=source)
    if info.flag_bits & 0x1:
        raise FormatError(f"The member {name} is encrypted, which is refused.", file=source)
    if info.compress_type == _ZSTANDARD and limits.zstandard:
        _need_zstandard(source)
    elif info.compress_type not in _METHODS:
        raise FormatError(f"The member {name} uses an unusual compression.", file=source)
    if info.file_size > limits.member_bytes:
        raise FormatError(
            f"The member {name} is larger than {limits.member_bytes} bytes.",
            file=source,
        )
    is_large = info.file_size > _BLOCK_BYTES
    if is_large and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise FormatError(
            f"The member {name} unfolds more than {limits.ratio:.0f} times, like a bomb.",
            file=source,
        )


def _check_name(name: str, source: Path | None) -> None:
    if not is_safe_name(name):
        raise FormatError(
            f"The member name {name[:80]!r} is refused: names must be plain relative paths.",
            file=source,
        )


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Path, limit_bytes: int
) -> bytes:
    """The member's bytes: what is read counts, not what its header claims."""
    if info.compress_type == _ZSTANDARD:
        content = _unpacked_zstandard(info, source, limit_bytes + 1)
    else:
        with archive.open(info) as member:
            content = member.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise FormatError("This archive unfolds to more bytes than are read.", file=source)
    return content


def _need_zstandard(source: Path) -> None:
    if importlib.util.find_spec("zstandard") is None:
        raise FormatError(
            "This archive is packed with Zstandard. Run: pip install zstandard", file=source
        )


def _unpacked_zstandard(info: zipfile.ZipInfo, source: Path, limit_bytes: int) -> bytes:
    """At most so many bytes of a member that zipfile itself cannot unpack."""
    import zstandard

    with source.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(30)
        if len(header) < 30 or not header.startswith(_LOCAL_HEADER):
            raise FormatError(
                f"The member {info.filename!r} is not where it should be.", file=source
            )
        file.seek(sum(struct.unpack("<HH", header[26:30])), io.SEEK_CUR)
        raw = file.read(info.compress_size)
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTANDARD_WINDOW_BYTES)
    try:
        with unpacker.stream_reader(raw) as reader:
            content: bytes = reader.read(limit_bytes)
    except zstandard.ZstdError as error:
        raise FormatError(f"This archive is damaged: {error}.", file=source) from error
    if len(content) < limit_bytes and zlib.crc32(content) != info.CRC:
        raise FormatError(f"The member {info.filename!r} is damaged.", file=source)
    return content
