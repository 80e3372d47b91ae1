"""Writing a file so that readers see the old content or the new, and never a part."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from personae.errors import FormatError


def write_atomically(target: Path, content: bytes) -> None:
    """Write `content` to `target` through a temporary file beside it.

    Raises FormatError (disk full, no permission, no such folder); `target` is then as it was.
    """
    final = target.resolve()  # a link keeps pointing at its file
    temporary = final.with_name(f".{final.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FormatError(
            f"This file cannot be written: {error.strerror or error}.", file=target
        ) from error
