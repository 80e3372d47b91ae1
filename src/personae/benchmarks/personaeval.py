"""PersonaEval: who says this line? Judges of role-play must at least know who speaks (S065)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from personae.benchmarks.nearness import best_of
from personae.benchmarks.types import Benchmark, Question, by_chance
from personae.data import Dialogue, Persona, Scene, Turn
from personae.errors import FormatError, InvalidOption
from personae.formats.reading import find_data, read_dialogues
from personae.registry import EntryInfo
from personae.text.tfidf import tfidf_scores

ENTRY = EntryInfo(
    systems=("S065",),
    aka=("role-identification",),
    paper="Zhou et al. 2025, PersonaEval: Are LLM Evaluators Human Enough to Judge Role-Play?",
    deviations="Items are made here (the published ones are on a hub); wrong speakers are those "
    "whose profiles share most words with the right one's, not chosen by embeddings and a model.",
)

READER, ASKER, HIDDEN = "Reader", "Interviewer", "???"
CONTEXT_TURNS, MIN_WORDS, PROFILE_CHARACTERS = 4, 5, 240


@dataclass(frozen=True, slots=True)
class Line:
    """A line that somebody says, and what was said before it."""

    id: str
    speaker: str
    text: str
    before: tuple[tuple[str, str], ...] = ()


def personaeval(*, data: str = "", options: int = 4, seed: int = 0) -> Benchmark:
    """One line a question; the right answer is the name of who says it.

    `data`: dialogues of several with personas, here or below $PERSONAE_DATA, as `coser-public/King
    Lear.json`; by default lines of the shipped characters. `options` names are offered.
    Raises FormatError, InvalidOption.
    """
    if options < 2:
        raise InvalidOption(f"A question offers at least two names, not options={options}.")
    profiles, lines = _read(data) if data else _shipped()
    if len(profiles) < options:
        raise FormatError(
            f"{len(profiles)} characters have a profile, and options={options} are to be offered.",
            file=data or None,
        )
    rng = random.Random(seed)
    return Benchmark(
        version="1",
        ask="choose",
        questions=tuple(_question(line, profiles, options, rng) for line in lines),
        metrics=("choice-accuracy", "top-2", "mean-rank", "brier", "calibration-error"),
        source=f"Lines of {data}." if data else "Lines of the shipped characters (ours).",
        baselines={"random": by_chance, "words": _by_words, "nearest": _by_meaning},
    )


def _question(line: Line, profiles: dict[str, str], options: int, rng: random.Random) -> Question:
    others = [name for name in profiles if name != line.speaker]
    near = tfidf_scores(profiles[line.speaker], [profiles[name] for name in others])
    ranked = sorted(zip(near, others, strict=True), key=lambda pair: (-pair[0], pair[1]))
    names = [line.speaker, *(name for _, name in ranked[: options - 1])]
    rng.shuffle(names)
    told = "\n".join(f"{name}: {profiles[name]}" for name in names)
    said = [f"{name}: {text}" for name, text in line.before]
    asked = "\n".join([*said, f"{HIDDEN}: {line.text}", "", f"Which of them is {HIDDEN}?"])
    return Question(
        id=line.id,
        scene=Scene(
            persona=Persona(name=READER, description=f"You know these people.\n{told}"),
            turns=(Turn(speaker=ASKER, text=asked),),
            user=ASKER,
        ),
        reference=line.speaker,
        options=tuple(names),
        labels={"line": line.text, "profiles": [profiles[name] for name in names]},
    )


def _by_words(question: Question, rng: random.Random) -> str:
    """The name whose profile shares most telling words with the line; by chance where none."""
    scores = tfidf_scores(question.labels["line"], question.labels["profiles"])
    return best_of(question.options, scores, rng)


def _by_meaning(question: Question, rng: random.Random) -> str:
    """The name of the profile that is nearest in the shipped embedder's meaning."""
    from personae.encoders.heads import shipped_embedder

    vectors = shipped_embedder().embed([question.labels["line"], *question.labels["profiles"]])
    return best_of(question.options, (vectors[1:] @ vectors[0]).tolist(), rng)


def _shipped() -> tuple[dict[str, str], list[Line]]:
    from personae.characters import names
    from personae.load import load_persona

    people = {name: load_persona(name) for name in names()}
    profiles = {one.name: _profile(one) for one in people.values()}
    lines = [
        Line(f"{name}:{at}", one.name, text)
        for name, one in people.items()
        for at, text in enumerate(one.utterances)
        if len(text.split()) >= MIN_WORDS
    ]
    return profiles, lines


def _read(data: str) -> tuple[dict[str, str], list[Line]]:
    dialogues = list(read_dialogues(find_data(data)))
    profiles = {
        name: _profile(one)
        for dialogue in dialogues
        for name, one in dialogue.personas.items()
        if _profile(one)
    }
    return profiles, [line for one in dialogues for line in _lines(one, profiles)]


def _lines(dialogue: Dialogue, profiles: dict[str, str]) -> Iterator[Line]:
    said: list[tuple[str, str]] = []
    for at, turn in enumerate(dialogue.turns):
        if turn.kind != "utterance" or not turn.text.strip():
            continue
        if turn.speaker in profiles and len(turn.text.split()) >= MIN_WORDS and said:
            before = tuple(said[-CONTEXT_TURNS:])
            yield Line(f"{dialogue.id}:{at}", turn.speaker, turn.text, before)
        said.append((turn.speaker, turn.text))


def _profile(persona: Persona) -> str:
    text = " ".join((persona.description, *persona.statements)).strip()
    return " ".join(text.split())[:PROFILE_CHARACTERS]
