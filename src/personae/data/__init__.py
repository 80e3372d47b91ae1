"""The nouns: immutable typed data with a JSON round trip, and nothing that needs a model."""

from personae.data.dialogue import Dialogue, Turn, TurnKind
from personae.data.lorebook import Lorebook, LoreEntry
from personae.data.memory import Memory, MemoryKind, Passage
from personae.data.noun import Json, JsonObject, Noun, stable_id
from personae.data.persona import (
    Event,
    Example,
    Ocean,
    Persona,
    Provenance,
    Tool,
    Traits,
)
from personae.data.policy import Policy, PolicyRule
from personae.data.role import Role, RoleRule
from personae.data.sample import Sample, Score
from personae.data.scene import Scene

__all__ = [
    "Dialogue",
    "Event",
    "Example",
    "Json",
    "JsonObject",
    "LoreEntry",
    "Lorebook",
    "Memory",
    "MemoryKind",
    "Noun",
    "Ocean",
    "Passage",
    "Persona",
    "Policy",
    "PolicyRule",
    "Provenance",
    "Role",
    "RoleRule",
    "Sample",
    "Scene",
    "Score",
    "Tool",
    "Traits",
    "Turn",
    "TurnKind",
    "stable_id",
]
