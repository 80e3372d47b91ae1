"""Add replies that stand in a pool, those that follow the last message best."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from personae import skills
from personae.draft import Candidate, Count, Draft, Kit, Step
from personae.encoders.selection import open_selector
from personae.errors import InvalidOption
from personae.registry import EntryInfo
from personae.skills.skill import read_shots
from personae.text.faults import faults_of
from personae.text.parsing import read_text

ENTRY = EntryInfo(embedder=True)

POOL_LIMIT = 20_000
SHIPPED_SKILLS = ("persona-chat", "empathetic")


def draw_replies(*, pool: str = "", number: Count = 20) -> Step:
    """Add the `number` replies of a pool with the best bare score of `encoders.selection`.

    The pool is the persona's own typical lines, then a file with a reply a line, or (default) the
    replies of the shipped skills' dialogues. Raises FormatError, InvalidOption for a bad pool.
    """
    texts = read_replies(pool)

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only:
            return draft
        known = tuple(dict.fromkeys((*draft.scene.persona.utterances, *texts)))
        scores = open_selector(kit.embedder).scores(draft.scene.last_user_text, known)
        best = sorted(range(len(known)), key=lambda at: (-float(scores[at]), at))[:number]
        return replace(
            draft, candidates=(*draft.candidates, *(_candidate(known[at], draft) for at in best))
        )

    return step


def _candidate(text: str, draft: Draft) -> Candidate:
    name = draft.scene.persona.name
    own = [turn.text for turn in draft.scene.turns if turn.speaker == name]
    faults = faults_of(text, own=own, heard=draft.scene.last_user_text)
    return Candidate(text, made_by="draw_replies", detail={"faults": faults} if faults else {})


@lru_cache(maxsize=8)
def read_replies(pool: str) -> tuple[str, ...]:
    """The distinct replies of a file, or those of the shipped skills."""
    if not pool:
        shots = [
            shot
            for name in SHIPPED_SKILLS
            for file in ("shots.jsonl", "heldout.jsonl")
            for shot in read_shots(skills.path_of(name) / file)
        ]
        return tuple(dict.fromkeys(answer for shot in shots for _, answer in shot.dialogue))
    lines = read_text(Path(pool).expanduser()).splitlines()
    texts = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not 1 <= len(texts) <= POOL_LIMIT:
        raise InvalidOption(f"The pool {pool} has {len(texts)} replies, not 1 to {POOL_LIMIT}.")
    return texts
