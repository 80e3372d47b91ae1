"""A language model whose likelihoods are kept in a file: measuring goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from personae.lm.types import (
    Capability,
    Generation,
    LanguageModel,
    Likelihood,
    Message,
    NextTokens,
    OnText,
    Request,
    need_distributions,
)


@dataclass(slots=True)
class KeptLikelihoods:
    """The model, asked once for each likelihood.

    What else it is asked goes to it. Lines of the file that are cut off or not ours are passed
    over. Make one with `kept_likelihoods`.
    """

    model: LanguageModel
    file: Path
    known: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def fingerprint(self) -> str:
        return self.model.fingerprint

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.model.capabilities

    @property
    def context_tokens(self) -> int:
        return self.model.context_tokens

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        return self.model.generate(request, on_text)

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """As the model's, from the file where it was asked before."""
        keys = [self._key(request, text) for text in continuations]
        missing = [at for at, key in enumerate(keys) if key not in self.known]
        if missing:
            found = self.model.score(request, [continuations[at] for at in missing])
            for at, one in zip(missing, found, strict=True):
                self._keep(keys[at], list(one.token_log_probs))
        return tuple(Likelihood(tuple(self.known[key])) for key in keys)

    def tokenize(self, text: str) -> tuple[int, ...]:
        return need_distributions(self.model, "Tokens").tokenize(text)

    def detokenize(self, tokens: Sequence[int]) -> str:
        return need_distributions(self.model, "Tokens").detokenize(tokens)

    def next_tokens(
        self, requests: Sequence[Request], written: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        return need_distributions(self.model, "Tokens").next_tokens(requests, written, top)

    def forced_tokens(
        self, request: Request, tokens: Sequence[int], top: int
    ) -> tuple[NextTokens, ...]:
        return need_distributions(self.model, "Tokens").forced_tokens(request, tokens, top)

    def count_tokens(self, text: str) -> int:
        return self.model.count_tokens(text)

    def close(self) -> None:
        self.model.close()

    def _key(self, request: Request, text: str) -> str:
        asked: list[Any] = [
            self.fingerprint, [_told(one) for one in request.messages], request.prompt,
            request.prefill, list(request.adapters), text,
        ]  # fmt: skip
        content = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        return hashlib.sha256(content).hexdigest()[:32]

    def _keep(self, key: str, log_probs: list[float]) -> None:
        rounded = [round(one, 5) for one in log_probs]
        with self._lock:
            self.known[key] = rounded
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, rounded]) + "\n")


def kept_likelihoods(model: LanguageModel, file: Path) -> KeptLikelihoods:
    """The model with what `file` has of it; the file's folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if file.exists():
        content = file.read_text("utf-8", "replace")
        for line in content.splitlines():
            try:
                key, log_probs = json.loads(line)
            except (ValueError, TypeError):
                continue
            if isinstance(key, str) and _is_finite_list(log_probs):
                known[key] = log_probs
        if content and not content.endswith("\n"):
            with file.open("a", encoding="utf-8") as handle:
                handle.write("\n")
    return KeptLikelihoods(model, file, known)


def _told(message: Message) -> tuple[str, str]:
    return message.role, message.content


def _is_finite_list(given: Any) -> bool:
    return isinstance(given, list) and all(
        isinstance(one, int | float) and math.isfinite(one) for one in given
    )
