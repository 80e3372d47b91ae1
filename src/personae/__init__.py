"""personae: makes a language model stay in character, and proves it.

Names below are imported on first use, so that `import personae` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from personae.data import Dialogue, Persona, Scene, Turn
    from personae.draft import Draft, Kit, Step, chain
    from personae.errors import PersonaeError
    from personae.lm.names import open_model
    from personae.registry import build
    from personae.speaker import Reply, Speaker

_HOMES = {
    "Dialogue": "personae.data",
    "Draft": "personae.draft",
    "Kit": "personae.draft",
    "Persona": "personae.data",
    "PersonaeError": "personae.errors",
    "Reply": "personae.speaker",
    "Scene": "personae.data",
    "Speaker": "personae.speaker",
    "Step": "personae.draft",
    "Turn": "personae.data",
    "build": "personae.registry",
    "chain": "personae.draft",
    "load_persona": "personae.load",
    "open_model": "personae.lm.names",
}

__all__ = [
    "Dialogue",
    "Draft",
    "Kit",
    "Persona",
    "PersonaeError",
    "Reply",
    "Scene",
    "Speaker",
    "Step",
    "Turn",
    "build",
    "chain",
    "load_persona",
    "open_model",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'personae' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
