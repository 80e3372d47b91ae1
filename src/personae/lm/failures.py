"""Which class of failure an endpoint's trouble is, how to say it, and whether to try again."""

from __future__ import annotations

import contextlib
import email.utils
import math
import re
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

import httpcore

from personae.errors import BackendError, BackendFailure
from personae.lm.wire import ServerFault, shown

_OVERFLOW = re.compile(
    r"context.{0,20}(length|size|window)|exceed_context|maximum context|too many tokens"
    r"|prompt is too long|reduce the length",
    re.IGNORECASE,
)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the server asks us to wait: `retry-after-ms`, or Retry-After as seconds or date."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with contextlib.suppress(ValueError):
            seconds = float(headers.get(name, "")) * scale
            if math.isfinite(seconds):
                return max(seconds, 0.0)
    try:
        moment = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def classified(fault: ServerFault, status: int | None) -> tuple[BackendFailure, str]:
    """The failure class of what a server reports, and how to say it."""
    words = f"{fault.code} {fault.message}"
    if status in (401, 403):
        return "unauthorized", "refuses the key"
    if status == 404:
        return "not_found", "does not know this model or path"
    if status == 408:
        return "timeout", "gave up waiting"
    if status == 429 or (status is None and re.search("rate.?limit", words, re.IGNORECASE)):
        if "insufficient_quota" in words:
            return "rejected", "has no quota left for this key"
        return "rate_limited", "asks for fewer requests"
    if status is None or status >= 500:
        if _OVERFLOW.search(words):
            return "overflow", "cannot read a prompt that long"
        return "server", "failed"
    if status == 413 or _OVERFLOW.search(words):
        return "overflow", "cannot read a prompt that long"
    return "rejected", "refuses the request"


def may_pass(error: BackendError) -> bool:
    """Whether the same request may succeed a little later."""
    if error.status in (408, 409):
        return True
    if error.failure == "refused":
        return not isinstance(_root(error), ssl.SSLError)
    return error.failure in ("rate_limited", "server", "cut_stream")


def why_unreachable(error: httpcore.ConnectError) -> str:
    root = _root(error)
    if isinstance(root, socket.gaierror):
        return "cannot be reached: its host name is not known"
    if isinstance(root, ssl.SSLError):
        return f"cannot be trusted: TLS failed ({shown(str(root.reason or root))})"
    if isinstance(root, ConnectionRefusedError):
        return "cannot be reached: nothing listens there"
    return f"cannot be reached ({shown(str(error)) or type(root).__name__})"


def _root(error: BaseException) -> BaseException:
    """The first cause of an exception."""
    seen = 0
    while (cause := error.__cause__ or error.__context__) is not None and seen < 20:
        error, seen = cause, seen + 1
    return error
