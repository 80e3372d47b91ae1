"""Speaker: a model and a method that reply to scenes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from personae.data import JsonObject, Scene, Turn
from personae.draft import Draft, Emission, Kit, Step
from personae.lm.types import LanguageModel, Likelihood, Request, Timings
from personae.registry import build, check_options, find

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply and everything that is known of how it came about.

    `first_shown_s`: seconds until the first words were shown that were not taken back again; for a
    method that shows nothing before it is done, the whole time.
    """

    text: str
    method: str
    model: str
    draft: Draft
    timings: Timings
    first_shown_s: float = 0.0

    def to_dict(self) -> JsonObject:
        """The JSON object that `personae ask --json` prints."""
        return {
            "reply": self.text,
            "method": self.method,
            "model": self.model,
            "candidates": [
                {"text": c.text, "scores": c.scores, **c.detail} for c in self.draft.candidates
            ],
            "evidence": [
                {"text": e.text, "source": e.source, "score": e.score, **e.detail}
                for e in self.draft.evidence
            ],
            "usage": {
                "prompt_tokens": self.draft.usage.prompt_tokens,
                "completion_tokens": self.draft.usage.completion_tokens,
                "cached_tokens": self.draft.usage.cached_tokens,
            },
            "timings": {
                "total_s": round(self.timings.total_s, 4),
                "first_token_s": round(self.timings.first_token_s, 4),
                "first_shown_s": round(self.first_shown_s, 4),
            },
        }

    def to_turn(self) -> Turn:
        """The reply as the persona's next turn, labelled with what later replies must know.

        These are the event it was made under, and the lore entries whose decorators ask for it.
        """
        notes = self.draft.notes
        labels = {name: notes[name] for name in ("event", "lore") if notes.get(name)}
        return Turn(speaker=self.draft.scene.persona.name, text=self.text, labels=labels)


class Speaker:
    """Replies to scenes with one method on one model; safe to use from many threads.

    `method` is a registry name with `options`, or a Step. `seed` makes replies repeatable: the
    reply to a scene depends on the seed and the scene alone when `replayable` is set (which gives
    up the warm prompt cache), and on what the engine has cached otherwise.
    Raises UnknownEntry, InvalidOption, CapabilityError.
    """

    def __init__(
        self,
        lm: LanguageModel,
        method: str | Step = "plain",
        *,
        options: Mapping[str, Any] | None = None,
        embedder: Embedder | None = None,
        nli: Nli | None = None,
        tools: Mapping[str, Callable[..., Any]] | None = None,
        seed: int = 0,
        replayable: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if isinstance(method, str):
            entry = find("method", method)
            self.method, self.options = entry.name, check_options(entry, options or {})
            self._step: Step = build("method", entry.name, self.options)
            needs: tuple[Any, ...] = entry.info.needs
        else:
            self.method, self.options = getattr(method, "__name__", "step"), dict(options or {})
            self._step, needs = method, ()
        self._kit = Kit(
            lm=lm, embedder=embedder, nli=nli, tools=tools or {}, seed=seed, replayable=replayable
        )
        if clock is not None:
            self._kit = replace(self._kit, clock=clock)
        self._kit.needs(f"The method {self.method!r}", *needs)

    @property
    def lm(self) -> LanguageModel:
        return self._kit.lm

    @property
    def embedder(self) -> Embedder | None:
        return self._kit.embedder

    @property
    def nli(self) -> Nli | None:
        return self._kit.nli

    def reply(
        self,
        scene: Scene,
        *,
        seed: int | None = None,
        emit: Callable[[Emission], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Reply:
        """The persona's next reply. `emit` hears the text as it comes; `cancel` stops it.

        Raises BackendError (Cancelled when stopped), InvalidOption when the prompt cannot fit.
        """
        started = time.perf_counter()
        shown_at: list[float] = []

        def heard(emission: Emission) -> None:
            if emission.kind == "restart":
                shown_at.clear()
            elif emission.kind == "text" and emission.text.strip():
                shown_at.append(time.perf_counter())
            if emit is not None:
                emit(emission)

        draft = self._step(Draft(scene), self._kit_for(seed, heard, cancel))
        total_s = time.perf_counter() - started
        timings = replace(draft.timings, total_s=total_s)
        first_shown_s = shown_at[0] - started if shown_at else total_s
        return Reply(draft.reply, self.method, self.lm.name, draft, timings, first_shown_s)

    def score_reference(self, scene: Scene, reference: str) -> Likelihood | None:
        """The likelihood of `reference` after the prompt that this method writes for `scene`.

        None where the model cannot score text. No reply is generated.
        """
        if "score" not in self.lm.capabilities:
            return None
        return self.lm.score(self.request(scene), [reference])[0]

    def request(self, scene: Scene, *, seed: int | None = None) -> Request:
        """What this method would ask the model for its reply to `scene`: prompt and adapters."""
        draft = self.prompt(scene, seed=seed)
        return Request(
            messages=() if draft.text_prompt else draft.messages,
            prompt=draft.text_prompt,
            prefill=draft.prefill,
            adapters=draft.adapters,
            replayable=self._kit.replayable,
        )

    def prompt(self, scene: Scene, *, seed: int | None = None) -> Draft:
        """The draft as it stands when the reply would be written: the very prompt, no reply."""
        kit = replace(self._kit_for(seed, None, None), prompt_only=True)
        return self._step(Draft(scene), kit)

    def _kit_for(
        self,
        seed: int | None,
        emit: Callable[[Emission], None] | None,
        cancel: threading.Event | None,
    ) -> Kit:
        own_seed = self._kit.seed if seed is None else seed
        kit = replace(self._kit, seed=own_seed, rng=random.Random(own_seed), cancel=cancel)
        return kit if emit is None else replace(kit, emit=emit)
