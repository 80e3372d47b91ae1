"""What all nouns share: immutable, strict about unknown fields, with a JSON round trip."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from personae.errors import FormatError

# A JSON value, loosely typed: pydantic's own JsonValue recurses on hostile depth.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]


class Noun(BaseModel):
    """Immutable data. `to_json` and `from_json` are inverses; equality is by value."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    def to_dict(self) -> JsonObject:
        """The plain JSON object, without fields that hold their default."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_json(self) -> str:
        """One line of JSON, without fields that hold their default."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, value: object) -> Self:
        """The noun that `to_dict` described. Raises FormatError naming the first bad field."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise FormatError(_first_fault(cls.__name__, error)) from error

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The noun that `to_json` wrote. Raises FormatError on anything else."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"This is not JSON: {error}.") from error
        return cls.from_dict(value)


def stable_id(prefix: str, *parts: object) -> str:
    """An id that depends on the parts alone: `prefix-` and 12 hex digits of their SHA-256."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _first_fault(name: str, error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    fault = faults[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the whole value"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"Not a valid {name}: {place}: {fault['msg']}{more}."
