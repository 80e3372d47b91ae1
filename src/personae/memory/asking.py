"""Asking a language model for one line about a text, under a schema."""

from __future__ import annotations

import json

from personae.errors import BackendError
from personae.lm.types import LanguageModel, Message, Request, Sampling
from personae.text.quoting import marked


def asked_for(lm: LanguageModel, task: str, text: str, field: str) -> str:
    """What the model fills into `field`. Raises BackendError where it fills in nothing."""
    schema = {
        "type": "object", "properties": {field: {"type": "string", "maxLength": 200}},
        "required": [field], "additionalProperties": False,
    }  # fmt: skip
    request = Request(
        messages=(Message("user", f"{task}\n{marked(text)}"),), schema=schema,
        sampling=Sampling(temperature=0, max_tokens=96), replayable=True,
    )  # fmt: skip
    written = lm.generate(request).text
    try:
        value = json.loads(written)[field]
    except (ValueError, KeyError, TypeError) as error:
        message = f"{lm.name} did not fill in {field!r}: {written[:80]!r}."
        raise BackendError(message, failure="malformed") from error
    return str(value).strip()
