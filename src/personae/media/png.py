"""PNG and APNG chunks: text is read within limits, and replaced without touching the rest.

Source: PNG Specification (Third Edition), W3C 2025, sections 5 (datastream) and 11.3 (text chunks).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from personae.errors import FormatError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_CHUNK_BYTES = 16 * 1024 * 1024  # of chunks that are not image data
MAX_TEXT_BYTES = 16 * 1024 * 1024  # of one text, decompressed
MAX_ALL_TEXT_BYTES = 64 * 1024 * 1024
MAX_CHUNKS = 100_000

_IMAGE_DATA = (b"IDAT", b"fdAT")
_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TextChunk:
    """One text: its keyword, and its value as bytes (Latin-1 for tEXt and zTXt, UTF-8 for iTXt)."""

    keyword: str
    value: bytes


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    data: bytes  # empty for image data
    start: int  # of the length field
    end: int  # after the check sum


def is_png(head: bytes) -> bool:
    """Whether a file that begins with `head` claims to be a PNG."""
    return head.startswith(SIGNATURE)


def read_texts(source: Path) -> tuple[TextChunk, ...]:
    """All text chunks in file order. Raises FormatError on damage and on sizes beyond the limits.

    A wrong check sum is an error in critical chunks and forgiven in the others, as old card
    editors wrote none.
    """
    try:
        with source.open("rb") as file:
            return texts_of(file, source)
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror or error}.", file=source
        ) from error


def texts_of(stream: BinaryIO, source: Path | None = None) -> tuple[TextChunk, ...]:
    """Like `read_texts`, from an open file."""
    found: list[TextChunk] = []
    left = MAX_ALL_TEXT_BYTES
    for chunk in _chunks(stream, source):
        if chunk.kind in _TEXT:
            text = _text(chunk, source)
            left -= len(text.value)
            if left < 0:
                raise FormatError(
                    f"Its texts hold more than {MAX_ALL_TEXT_BYTES} bytes.", file=source
                )
            found.append(text)
    return tuple(found)


def find_text(texts: tuple[TextChunk, ...], keyword: str) -> bytes | None:
    """The first value under a keyword, whatever its case."""
    return next((text.value for text in texts if text.keyword.lower() == keyword.lower()), None)


def with_texts(
    image: bytes, texts: Mapping[str, bytes], drop: tuple[str, ...] = (), source: Path | None = None
) -> bytes:
    """`image` with `texts` as tEXt chunks before IEND; all other bytes stay as they are.

    Existing texts under the keywords of `texts` and `drop` go. Raises FormatError.
    """
    from io import BytesIO

    gone = {keyword.lower() for keyword in (*texts, *drop)}
    new = b"".join(_encoded_text(keyword, value, source) for keyword, value in texts.items())
    kept: list[bytes] = []
    copied = 0
    for chunk in _chunks(BytesIO(image), source):
        is_old = chunk.kind in _TEXT and _keyword(chunk, source)[0].lower() in gone
        if is_old or chunk.kind == b"IEND":
            kept.append(image[copied : chunk.start])
            copied = chunk.end if is_old else chunk.start
        if chunk.kind == b"IEND":
            kept.append(new)
    return b"".join([*kept, image[copied:]])


def plain_image(red: int, green: int, blue: int, width: int = 400, height: int = 600) -> bytes:
    """A PNG of one colour: what a card is written into when it has no picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width) * height, 9)
    palette = bytes((red, green, blue))
    return SIGNATURE + b"".join(
        _encoded(kind, data)
        for kind, data in ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", rows), (b"IEND", b""))
    )


def _chunks(stream: BinaryIO, source: Path | None) -> Iterator[_Chunk]:
    """The chunks up to IEND; of image data only the check sum is computed."""
    if stream.read(8) != SIGNATURE:
        raise FormatError("This is not a PNG file.", file=source)
    start = 8
    for number in range(MAX_CHUNKS):
        head = _exactly(stream, 8, source)
        length, kind = struct.unpack(">I4s", head)
        if number == 0 and kind != b"IHDR":
            raise FormatError("This PNG does not begin with its header.", file=source)
        data = _chunk_data(stream, length, kind, start, source)
        end = start + 12 + length
        yield _Chunk(kind, data, start, end)
        if kind == b"IEND":
            return
        start = end
    raise FormatError(f"This PNG has more than {MAX_CHUNKS} chunks.", file=source)


def _chunk_data(
    stream: BinaryIO, length: int, kind: bytes, start: int, source: Path | None
) -> bytes:
    is_image = kind in _IMAGE_DATA
    limit = MAX_FILE_BYTES - start if is_image else MAX_CHUNK_BYTES
    if length > limit or start + length > MAX_FILE_BYTES:
        raise FormatError(
            f"A {_shown(kind)} chunk claims {length} bytes; at most {max(limit, 0)} are read.",
            file=source,
        )
    checksum, left, blocks = zlib.crc32(kind), length, []
    while left:
        block = _exactly(stream, min(left, _BLOCK_BYTES), source)
        checksum = zlib.crc32(block, checksum)
        left -= len(block)
        if not is_image:
            blocks.append(block)
    (stored,) = struct.unpack(">I", _exactly(stream, 4, source))
    is_critical = kind[:1].isupper()
    if stored != checksum and is_critical:
        raise FormatError(f"The {_shown(kind)} chunk is damaged (check sum).", file=source)
    return b"".join(blocks)


def _exactly(stream: BinaryIO, count: int, source: Path | None) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise FormatError("This PNG is cut off.", file=source)
    return data


def _keyword(chunk: _Chunk, source: Path | None) -> tuple[str, bytes]:
    keyword, zero, rest = chunk.data.partition(b"\0")
    if not zero or len(keyword) > 2048:  # the standard says 79; asset paths are longer
        raise FormatError(f"A {_shown(chunk.kind)} chunk has no keyword.", file=source)
    return keyword.decode("latin-1"), rest


def _text(chunk: _Chunk, source: Path | None) -> TextChunk:
    keyword, rest = _keyword(chunk, source)
    if chunk.kind == b"tEXt":
        return TextChunk(keyword, rest)
    if chunk.kind == b"zTXt":
        return TextChunk(keyword, _inflated(rest[1:], keyword, source))
    is_compressed = rest[:1] == b"\1"
    parts = rest[2:].split(b"\0", 2)  # language tag, translated keyword, text
    if len(parts) < 3:
        raise FormatError(f"The iTXt chunk {keyword!r} is cut off.", file=source)
    value = _inflated(parts[2], keyword, source) if is_compressed else parts[2]
    return TextChunk(keyword, value)


def _inflated(data: bytes, keyword: str, source: Path | None) -> bytes:
    engine = zlib.decompressobj()
    try:
        value = engine.decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error as error:
        raise FormatError(
            f"The compressed text {keyword!r} is damaged: {error}.", file=source
        ) from error
    if len(value) > MAX_TEXT_BYTES:
        raise FormatError(
            f"The compressed text {keyword!r} unfolds to more than {MAX_TEXT_BYTES} bytes.",
            file=source,
        )
    if not engine.eof:
        raise FormatError(f"The compressed text {keyword!r} is cut off.", file=source)
    return value


def _encoded_text(keyword: str, value: bytes, source: Path | None) -> bytes:
    try:
        data = keyword.encode("latin-1") + b"\0" + value
    except UnicodeEncodeError as error:
        raise FormatError(f"{keyword!r} cannot name a PNG text.", file=source) from error
    if len(data) > MAX_CHUNK_BYTES:
        raise FormatError(
            f"The text {keyword!r} has {len(value)} bytes, more than a PNG chunk should hold.",
            file=source,
        )
    return _encoded(b"tEXt", data)


def _encoded(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _shown(kind: bytes) -> str:
    return repr(kind.decode("latin-1"))
