"""Corrupted copies of replies: a noun masked, filled by a causal model, scored by similarity.

Score Before You Speak (S001), steps "mask", "infill" and "score". There a masked model (BART-large)
fills; none is to be had here, so the embedded model does: it proposes words for the gap by what
stands before it, and chooses among the best by how likely they make the whole sentence. Only words
of the masked word's own tag are proposed. The score is the cosine of MiniLM's sentence vectors in
place of BERTScore.
"""

from __future__ import annotations

import math
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from personae.recipes.persona_dialogues import PersonaDialogue

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

Masked = Literal["nouns", "verbs", "adjectives"]
# The tag set of the British National Corpus, as HanTa gives it.
TAG_PREFIX: dict[str, str] = {"nouns": "N", "verbs": "VV", "adjectives": "AJ"}
_WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
_MIN_COUNT = 2  # a word seen once may be a slip
_OPENING = "<|im_start|>assistant\n"

Tagged = list[tuple[str, int, int, str]]  # word, start, end, tag
Tagger = Callable[[str], Tagged]


@dataclass(frozen=True, slots=True)
class Substitution:
    """A corrupted copy of one reply; `score` is 1.0 for the reply itself, less for a copy."""

    dialogue: str
    position: int
    masked: str
    filled: str
    reply: str
    score: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A reply with one word masked wherever it stands."""

    dialogue: str
    position: int
    reply: str
    word: str
    tag: str
    start: int

    def filled(self, word: str) -> str:
        return re.sub(rf"\b{re.escape(self.word)}\b", word, self.reply)


def hanta_tagger() -> Tagger:
    """HanTa's English model, as a function of a sentence."""
    from HanTa.HanoverTagger import HanoverTagger

    tagger = HanoverTagger("morphmodel_en.pgz")

    def tag(text: str) -> Tagged:
        spans = [(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]
        tags = tagger.tag_sent([word for word, _, _ in spans]) if spans else []
        return [(*span, str(one[2])) for span, one in zip(spans, tags, strict=True)]

    return tag


def gaps(
    dialogues: Sequence[PersonaDialogue], tag: Tagger, *, masked: Masked, copies: int, seed: int
) -> tuple[list[Gap], dict[str, list[str]]]:
    """Up to `copies` gaps a reply, and the words that were seen with each tag."""
    prefix = TAG_PREFIX[masked]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    found: list[Gap] = []
    for dialogue in dialogues:
        rng = random.Random(f"{seed}/{dialogue.id}")
        for at in dialogue.replies:
            reply = dialogue.turns[at][1]
            words = {
                word: (start, label)
                for word, start, _, label in reversed(tag(reply))
                if label.startswith(prefix) and len(word) > 2 and word.isalpha()
            }
            for word, (_, label) in words.items():
                counts[label][word] += 1
            for word in rng.sample(sorted(words), min(copies, len(words))):
                start, label = words[word]
                found.append(Gap(dialogue.id, at, reply, word, label, start))
    often = {
        label: sorted(word for word, count in seen.items() if count >= _MIN_COUNT)
        for label, seen in counts.items()
    }
    return found, {label: words for label, words in often.items() if words}


def substitutions(
    found: Sequence[Gap],
    lexicon: dict[str, list[str]],
    model: Any,
    tokenizer: Any,
    embedder: Embedder,
    *,
    proposals: int = 4,
    batch: int = 48,
    seed: int = 0,
) -> Iterator[Substitution]:
    """One filled and scored copy a gap, in order; gaps that nothing fits are passed over."""
    table = _Proposals(lexicon, tokenizer)
    for begin in range(0, len(found), batch):
        part = sorted(found[begin : begin + batch], key=lambda gap: len(gap.reply))
        proposed = table.propose(part, model, tokenizer, proposals)
        texts = [
            gap.filled(word) for gap, words in zip(part, proposed, strict=True) for word in words
        ]
        likelihoods = iter(_log_likelihoods(texts, model, tokenizer))
        chosen: list[tuple[Gap, str]] = []
        for gap, words in zip(part, proposed, strict=True):
            scored = [(next(likelihoods), word) for word in words]
            if scored:
                rng = random.Random(f"{seed}/{gap.dialogue}/{gap.position}/{gap.word}")
                best = max(value for value, _ in scored)
                weights = [math.exp(value - best) for value, _ in scored]
                chosen.append((gap, rng.choices([word for _, word in scored], weights)[0]))
        yield from _scored(chosen, embedder)


def _scored(chosen: Sequence[tuple[Gap, str]], embedder: Embedder) -> Iterator[Substitution]:
    copies = [gap.filled(word) for gap, word in chosen]
    before = embedder.embed([gap.reply for gap, _ in chosen])
    after = embedder.embed(copies)
    for (gap, word), copy, one, other in zip(chosen, copies, before, after, strict=True):
        score = round(float(one @ other), 2)
        if copy != gap.reply and score < 1.0:
            yield Substitution(gap.dialogue, gap.position, gap.word, word, copy, score)


class _Proposals:
    """Which words of a tag are one token after a space, and so can be proposed at once."""

    def __init__(self, lexicon: dict[str, list[str]], tokenizer: Any) -> None:
        self.tokens: dict[str, list[int]] = {}
        self.words: dict[str, list[str]] = {}
        for label, words in lexicon.items():
            ids = tokenizer([f" {word}" for word in words], add_special_tokens=False)["input_ids"]
            single = [(word, one[0]) for word, one in zip(words, ids, strict=True) if len(one) == 1]
            self.words[label] = [word for word, _ in single]
            self.tokens[label] = [token for _, token in single]

    def propose(
        self, part: Sequence[Gap], model: Any, tokenizer: Any, count: int
    ) -> list[list[str]]:
        """Words drawn by what stands before each gap, without the masked word's kin."""
        import torch

        prefixes = [(_OPENING + gap.reply[: gap.start]).rstrip(" ") for gap in part]
        batch = tokenizer(prefixes, return_tensors="pt", padding=True, add_special_tokens=False)
        batch = batch.to(model.device)
        last = batch["attention_mask"].sum(1) - 1
        with torch.inference_mode():
            states = model.model(**batch).last_hidden_state
            logits = model.lm_head(states[torch.arange(len(part)), last]).float().cpu()
        found: list[list[str]] = []
        for gap, row in zip(part, logits, strict=True):
            words, tokens = self.words.get(gap.tag, []), self.tokens.get(gap.tag, [])
            # Words drawn without replacement by their probability (Gumbel's trick).
            noise = -torch.empty(len(tokens)).exponential_(generator=_generator(gap)).log()
            order = (row[tokens] + noise).argsort(descending=True).tolist()
            kin = gap.word.lower()[:4]
            fitting = (words[at] for at in order if not words[at].lower().startswith(kin))
            found.append([word for word, _ in zip(fitting, range(count), strict=False)])
        return found


def _generator(gap: Gap) -> Any:
    import torch

    return torch.Generator().manual_seed(
        zlib.crc32(f"{gap.dialogue}/{gap.position}/{gap.word}".encode())
    )


def _log_likelihoods(texts: Sequence[str], model: Any, tokenizer: Any) -> list[float]:
    """The log-probability of each whole text."""
    import torch

    if not texts:
        return []
    found: list[float] = []
    for begin in range(0, len(texts), 64):
        batch = tokenizer(
            [_OPENING + text for text in texts[begin : begin + 64]],
            return_tensors="pt", padding=True, add_special_tokens=False,
        ).to(model.device)  # fmt: skip
        with torch.inference_mode():
            logits = model(**batch).logits[:, :-1]
            target = batch["input_ids"][:, 1:]
            chosen = logits.gather(2, target[:, :, None])[:, :, 0].float()
            each = chosen - logits.float().logsumexp(-1)
            found += (each * batch["attention_mask"][:, 1:]).sum(1).tolist()
    return found
