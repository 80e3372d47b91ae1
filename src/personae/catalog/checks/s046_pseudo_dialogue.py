"""S046 PDP: matches equal brute force; StyleProb of pairs, of quotes and of neither is reported.

The row is partial: on the embedded model the pairs do not give more style than the list of quotes.
The character classifier of the paper's StyleProb is trained here, on lines of four of our own
characters that no prompt shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from personae import skills
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean, paired_p, replies_to
from personae.data import Persona, Scene
from personae.draft import Kit
from personae.load import load_persona
from personae.methods.pseudo_dialogue import Match, context_pool, matched_pairs
from personae.skills.skill import read_shots
from personae.speaker import Speaker
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

CHARACTERS = ("mary-anning", "noor", "tern", "wenna")
# The default of the embedded model; the same for all conditions.
_SAMPLING = {"temperature": 0.7, "max_tokens": 40, "max_sentences": 2}
_NGRAMS = (2, 3, 4, 5)
_MATCHED_TURNS, _ROUNDING = 6, 1e-5
_SMOOTHING, _EVIDENCE = 0.1, 12.0


def check(context: CheckContext) -> list[str]:
    """Compare the matches with brute force, then StyleProb of three conditions over 52 contexts."""
    embedder = context.embedder()
    personas = [load_persona(name) for name in CHARACTERS]
    evidence = check_matches(personas, embedder, context)
    classifier = train_classifier([training_lines(persona) for persona in personas])
    accuracy = held_out_accuracy(classifier, personas)
    evidence.append(
        f"the classifier names the speaker of {accuracy:.0%} of {8 * len(personas)} quotes it was "
        "not trained on (chance 25 %)"
    )
    expect(accuracy >= 0.5, f"The classifier is too weak to judge: {accuracy:.0%} of the quotes.")
    heard = contexts()
    scores = style_scores(context.lm(), embedder, personas, classifier, heard, context.seed)
    return evidence + compared(scores)


def check_matches(
    personas: Sequence[Persona], embedder: Embedder, context: CheckContext
) -> list[str]:
    """Both modes against a nested loop; static must not see the turn x, dynamic must."""
    kit = Kit(context.lm(), embedder=embedder)
    pool, heard = context_pool(), contexts()[:_MATCHED_TURNS]
    changed = 0
    for persona in personas:
        statics: set[frozenset[tuple[str, str]]] = set()
        dynamics: set[frozenset[tuple[str, str]]] = set()
        for x in heard:
            for mode, found in (("static", statics), ("dynamic", dynamics)):
                pairs = matched_pairs(persona.utterances, pool, x, _mode(mode), kit)
                require_best(pairs, pool, x, mode, embedder)
                found.add(frozenset(pairs))
        expect(len(statics) == 1, f"Static matches of {persona.name} change with the turn.")
        changed += len(dynamics)
    expect(changed > len(personas), "Dynamic matches never change with the turn.")
    return [
        f"{2 * len(personas) * len(heard)} matchings equal brute force over {len(pool)} contexts",
        f"static: 1 matching a character for {len(heard)} turns; dynamic: "
        f"{changed / len(personas):.1f} different ones",
    ]


def require_best(
    pairs: Sequence[tuple[str, str]], pool: Sequence[str], x: str, mode: str, embedder: Embedder
) -> None:
    """Raise CheckFailed unless each context has the largest score, one dot product at a time."""
    fs = dict(zip(pool, embedder.embed(list(pool)).tolist(), strict=True))
    turn = embedder.embed([x])[0].tolist()
    for context, line in pairs:
        g = embedder.embed([line])[0].tolist()
        query = [a + b for a, b in zip(g, turn, strict=True)] if mode == "dynamic" else g
        scores = {c: sum(a * b for a, b in zip(f, query, strict=True)) for c, f in fs.items()}
        expect(
            scores[context] >= max(scores.values()) - _ROUNDING,
            f"The {mode} match {context!r} of {line!r} for {x!r} is not brute force's.",
        )


def contexts() -> list[str]:
    """52 first turns of held-out skill dialogues: none of them is in the pool of contexts."""
    return [
        shot.dialogue[0][0]
        for name in ("persona-chat", "empathetic")
        for shot in read_shots(skills.path_of(name) / "heldout.jsonl")
    ]


def training_lines(persona: Persona) -> list[str]:
    """What else the card holds in words: never the utterances that the method shows."""
    own = {"{{char}}", persona.name, persona.display_name}
    spoken = [text for example in persona.examples for who, text in example.turns if who in own]
    texts = [
        *persona.statements, *persona.greetings, *spoken, persona.description, persona.personality,
        persona.style, *(passage.text for passage in persona.knowledge),
        *(event.what_happened for event in persona.events),
        *(entry.content for entry in (persona.lorebook.entries if persona.lorebook else ())),
    ]  # fmt: skip
    return [sentence for text in texts for sentence in split_sentences(text)]


@dataclass(frozen=True, slots=True)
class CharacterClassifier:
    """Naive Bayes over character n-grams of 2 to 5 letters; one row of weights a character.

    The mean log-odds of a text's n-grams counts `_EVIDENCE` times, whatever its length: else a
    long reply would always be certain.
    """

    columns: dict[str, int]
    weights: NDArray[np.float64]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row a text, one column a character; rows sum to 1."""
        import numpy as np

        rows = [_evidence(text, self.columns, self.weights) for text in texts]
        values = np.array(rows).reshape(len(texts), len(self.weights))
        exponents = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def train_classifier(lines: Sequence[Sequence[str]]) -> CharacterClassifier:
    """Count the n-grams of each character's lines, smoothed by `_SMOOTHING`; no prior."""
    import numpy as np

    counts = [Counter(gram for text in own for gram in _grams(text)) for own in lines]
    columns = {gram: column for column, gram in enumerate(sorted(set().union(*counts)))}
    weights = np.full((len(lines), len(columns)), _SMOOTHING)
    for row, own in zip(weights, counts, strict=True):
        for gram, count in own.items():
            row[columns[gram]] += count
    return CharacterClassifier(columns, np.log(weights / weights.sum(axis=1, keepdims=True)))


def held_out_accuracy(classifier: CharacterClassifier, personas: Sequence[Persona]) -> float:
    """The share of the characters' quotes given to the right one."""
    right = [
        float(row.argmax() == number)
        for number, persona in enumerate(personas)
        for row in classifier.probabilities(persona.utterances)
    ]
    return mean(right)


def style_scores(
    lm: LanguageModel,
    embedder: Embedder,
    personas: Sequence[Persona],
    classifier: CharacterClassifier,
    heard: Sequence[str],
    seed: int,
) -> dict[str, list[float]]:
    """P(the character) of the reply to each context, by condition; characters take turns."""
    scores: dict[str, list[float]] = {}
    targets = [number % len(personas) for number in range(len(heard))]
    for condition in ("static", "utterances only", "no utterances"):
        speaker = speaker_of(condition, lm, embedder)
        scenes = [
            scene_of(condition, personas[target], x)
            for target, x in zip(targets, heard, strict=True)
        ]
        texts = [reply.text for reply in replies_to(speaker, scenes, seed)]
        rows = classifier.probabilities(texts)
        scores[condition] = [float(row[target]) for row, target in zip(rows, targets, strict=True)]
    return scores


def speaker_of(condition: str, lm: LanguageModel, embedder: Embedder) -> Speaker:
    """The method under one condition; without utterances that is the plain method."""
    if condition == "no utterances":
        return Speaker(lm, "plain", options=_SAMPLING)
    match = "none" if condition == "utterances only" else condition
    options = {**_SAMPLING, "match": match}
    return Speaker(lm, "pseudo-dialogue", options=options, embedder=embedder)


def scene_of(condition: str, persona: Persona, heard: str) -> Scene:
    """The character by name and quotes alone, as the paper has it, and one turn of the user."""
    quotes = () if condition == "no utterances" else persona.utterances
    bare = Persona(name=persona.name, nickname=persona.nickname, utterances=quotes)
    return Scene(persona=bare).said("User", heard)


def compared(scores: dict[str, list[float]]) -> list[str]:
    """StyleProb of the conditions, and the paired test of each above the next."""
    means = {condition: mean(values) for condition, values in scores.items()}
    shown = ", ".join(f"{condition} {value:.3f}" for condition, value in means.items())
    evidence = [f"StyleProb over {len(scores['static'])} contexts: {shown} (not required)"]
    for more, less in pairwise(scores):
        differences = [a - b for a, b in zip(scores[more], scores[less], strict=True)]
        evidence.append(f"{more} above {less}: paired p = {paired_p(differences):.4f}")
    return evidence


def _mode(name: str) -> Match:
    return "dynamic" if name == "dynamic" else "static"


def _evidence(
    text: str, columns: dict[str, int], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    import numpy as np

    grams = list(_grams(text))
    known = [columns[gram] for gram in grams if gram in columns]
    total = weights[:, known].sum(axis=1)
    return np.asarray(total * _EVIDENCE / max(1, len(grams)))


def _grams(text: str) -> Iterator[str]:
    padded = f" {' '.join(text.lower().split())} "
    for size in _NGRAMS:
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]
