"""What travels beside a card: its picture, and the assets of CHARX archives and PNG chunks.

Assets are bytes that are carried from one container to another: never run, never fetched.
"""

from __future__ import annotations

import base64
import binascii
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from personae.data import JsonObject
from personae.errors import FormatError
from personae.media.archive import is_safe_name, read_members
from personae.media.png import find_text, is_png, plain_image, read_texts, with_texts
from personae.text.parsing import read_bytes, read_head

CARD_MEMBER = "card.json"
KEYWORDS = ("ccv3", "chara")  # in the order in which they are read
EMBEDDED = "embeded://"  # the specification's spelling
IN_CHUNK = "__asset:"
CHUNK_PREFIX = "chara-ext-asset_:"

_PICTURE = "assets/icon/images/main.png"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Belongings:
    """The files beside a card by path, and its picture (a PNG without card texts; may be empty)."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    picture: bytes = b""


def is_archive(head: bytes) -> bool:
    """Whether a file that begins with `head` claims to be a ZIP archive."""
    return head.startswith(_ZIP)


def belongings_of(source: Path | None) -> Belongings:
    """What `source` holds beside its card; nothing for JSON and YAML. Raises FormatError."""
    if source is None or not source.is_file():
        return Belongings()
    head = read_head(source)
    if is_png(head):
        return _of_png(source)
    if is_archive(head):
        return _of_archive(source)
    return Belongings()


def with_locations(card: JsonObject, old: str, new: str) -> JsonObject:
    """`card` with asset locations that begin with `old` beginning with `new`."""
    changed = copy.deepcopy(card)
    for asset in _assets(changed):
        uri = asset.get("uri")
        if isinstance(uri, str) and uri.startswith(old):
            asset["uri"] = new + uri.removeprefix(old)
    return changed


def with_picture(card: JsonObject, files: dict[str, bytes], picture: bytes) -> JsonObject:
    """`card` whose main icon is `picture`, put among `files`; unless it has an icon of its own."""
    changed = copy.deepcopy(card)
    icons = [asset for asset in _assets(changed) if asset.get("type") == "icon"]
    main = next((asset for asset in icons if asset.get("name") == "main"), None)
    if not picture or (main is not None and main.get("uri") != "ccdefault:"):
        return changed
    path = _PICTURE
    while path in files:
        path = path.replace("main", "main-card", 1)
    files[path] = picture
    entry = {"type": "icon", "uri": EMBEDDED + path, "name": "main", "ext": "png"}
    if main is None:
        changed["data"]["assets"] = [*_assets(changed), entry]
    else:
        main.update(entry)
    return changed


def picture_for(name: str, picture: bytes) -> bytes:
    """`picture`, or a plain one whose colour depends on the name."""
    if picture:
        return picture
    red, green, blue = (64 + byte // 2 for byte in sha256(name.encode()).digest()[:3])
    return plain_image(red, green, blue)


def unpacked_base64(text: bytes, what: str, source: Path) -> bytes:
    """Base64 with blanks, without padding, or in the URL alphabet. Raises FormatError."""
    compact = b"".join(text.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"The {what} is not base64: {error}.", file=source) from error


def main_icon(card: JsonObject, files: Mapping[str, bytes]) -> bytes:
    """The main icon among `files`, if it is a PNG; else the first one; else nothing."""
    icons = [asset for asset in _assets(card) if asset.get("type") == "icon"]
    icons.sort(key=lambda asset: asset.get("name") != "main")
    for asset in icons:
        content = files.get(str(asset.get("uri")).removeprefix(EMBEDDED), b"")
        if is_png(content):
            return content
    return b""


def _of_png(source: Path) -> Belongings:
    texts = read_texts(source)
    files: dict[str, bytes] = {}
    for text in texts:
        if text.keyword.startswith(CHUNK_PREFIX):
            path = text.keyword.removeprefix(CHUNK_PREFIX)
            if not is_safe_name(path):
                raise FormatError(f"The asset name {path[:80]!r} is refused.", file=source)
            files.setdefault(path, unpacked_base64(text.value, f"asset {path!r}", source))
    gone = (*KEYWORDS, *(text.keyword for text in texts if text.keyword.startswith(CHUNK_PREFIX)))
    return Belongings(files, with_texts(read_bytes(source), {}, drop=gone, source=source))


def _of_archive(source: Path) -> Belongings:
    files = read_members(source)
    files.pop(CARD_MEMBER, None)
    return Belongings(files)


def _assets(card: JsonObject) -> list[JsonObject]:
    data = card.get("data")
    assets = data.get("assets") if isinstance(data, dict) else None
    if not isinstance(assets, list):
        return []
    return [asset for asset in assets if isinstance(asset, dict)]


def card_text(source: Path) -> tuple[bytes, str]:
    """The JSON of the card in a PNG and the keyword it stands under. Raises FormatError."""
    texts = read_texts(source)
    for keyword in KEYWORDS:
        value = find_text(texts, keyword)
        if value is not None:
            raw = value if value.lstrip().startswith(b"{") else None  # some write it in the open
            return raw or unpacked_base64(value, f"text {keyword!r}", source), keyword
    raise FormatError(
        "This picture holds no character card (no text 'ccv3' or 'chara').", file=source
    )
