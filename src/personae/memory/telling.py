"""What the embedder reads of a memory."""

from __future__ import annotations

from personae.data import Memory


def told(memory: Memory) -> str:
    """The memory with whom it is about: "I live in Rome." is found by "Where does Bo live?"."""
    return f"{memory.subject}: {memory.text}" if memory.subject else memory.text
