"""Atomic fidelity of a file of responses: sentences rated by a judge, three figures, what is off.

Shin et al. 2025 (S115): responses of one persona in several generations, each to several questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from personae.data import JsonObject
from personae.encoders.traits import Rating, Trait, open_trait_rater
from personae.errors import FormatError
from personae.lm.types import Message, Request, require
from personae.metrics.atomic import ATOMS_LIMIT, RatedReply, Target
from personae.metrics.atoms import Fidelity, fidelity
from personae.text.parsing import Record, json_records
from personae.text.sentences import split_sentences

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel, Likelihood

Judge: TypeAlias = Callable[[Sequence[str], Trait], list[Rating]]

# The options of the paper's judge, from 1 to 5: the two words of the poles.
POLES: dict[Trait, tuple[str, str]] = {
    "O": ("close-minded", "open-minded"),
    "C": ("careless", "conscientious"),
    "E": ("introverted", "extroverted"),
    "A": ("disagreeable", "agreeable"),
    "N": ("neurotic", "emotionally stable"),
}
NOT_EXPRESSED = "9"
_OPTIONS = ("1", "2", "3", "4", "5", NOT_EXPRESSED)


@dataclass(frozen=True, slots=True)
class Response:
    """One response: to which question, in which generation."""

    text: str
    generation: str = "0"
    question: str = ""


@dataclass(frozen=True, slots=True)
class AtomicReport:
    """The figures of one persona and every rated response, in the order of the file."""

    target: Target
    fidelity: Fidelity
    responses: tuple[Response, ...]
    rated: tuple[RatedReply, ...]

    def to_dict(self) -> JsonObject:
        """The report as a JSON object; `out_of_character` marks the sentences."""
        return {
            "target": asdict(self.target),
            "figures": asdict(self.fidelity),
            "responses": [
                {
                    "generation": response.generation,
                    "question": response.question,
                    "atoms": [
                        {
                            "text": one.atom,
                            "score": one.score,
                            "expressed": one.expressed,
                            "out_of_character": one in reply.out_of_character,
                        }
                        for one in reply.ratings
                    ],
                }
                for response, reply in zip(self.responses, self.rated, strict=True)
            ],
        }


def read_responses(path: Path) -> list[Response]:
    """A file of JSON Lines, or a folder as the paper's authors publish it.

    A line is an object with `response`, and optionally `generation` and `question`. In a folder
    every .json file is a generation: an object whose values have `raw_response` and `question`.
    Raises FormatError for anything else.
    """
    found = list(_generations(path) if path.is_dir() else map(_response, json_records(path)))
    if not found:
        raise FormatError("There is no response.", file=path)
    return found


def _response(record: Record) -> Response:
    return Response(
        text=record.text("response"),
        generation=str(record.fields.get("generation", 0)),
        question=str(record.fields.get("question", "")),
    )


def _generations(folder: Path) -> Iterator[Response]:
    for number, file in enumerate(sorted(folder.glob("*.json"))):
        for whole in json_records(file):
            for name in whole.fields:
                answer = whole.record(name)
                text, question = answer.text("raw_response"), answer.text("question", "")
                yield Response(text, str(number), question or name)


def rate_responses(responses: Sequence[Response], target: Target, judge: Judge) -> AtomicReport:
    """Rate every sentence (64 of a response at most) and compute the figures."""
    rated = []
    generations: dict[str, list[list[int]]] = {}
    for response in responses:
        atoms = split_sentences(response.text)[:ATOMS_LIMIT]
        reply = RatedReply("", response.generation, target, tuple(judge(atoms, target.trait)))
        generations.setdefault(response.generation, []).append(reply.scores)
        rated.append(reply)
    figures = fidelity(list(generations.values()), target.level)
    return AtomicReport(target, figures, tuple(responses), tuple(rated))


def by_classifier(embedder: Embedder | None = None) -> Judge:
    """The offline judge: a trained head on the embedder (`personae.encoders.traits`)."""
    return open_trait_rater(embedder).rate


def by_model(lm: LanguageModel) -> Judge:
    """The paper's kind of judge: a language model chooses among 1 to 5 and 9, "not expressed".

    The option with the highest likelihood counts, so that there is nothing to parse. Raises
    CapabilityError where the model gives no likelihoods.
    """
    require(lm, ("chat", "score"), "The judge of `personae evaluate atomic`")

    def judge(atoms: Sequence[str], trait: Trait) -> list[Rating]:
        return [_chosen(atom, trait, lm.score(_question(atom, trait), _OPTIONS)) for atom in atoms]

    def _chosen(atom: str, trait: Trait, likelihoods: Sequence[Likelihood]) -> Rating:
        totals = [one.total for one in likelihoods]
        option = _OPTIONS[totals.index(max(totals))]
        score = None if option == NOT_EXPRESSED else int(option)
        return Rating(atom, trait, score, float(score is not None), float(score or 3))

    return judge


def _question(atom: str, trait: Trait) -> Request:
    low, high = POLES[trait]
    text = (
        f"Somebody says: {atom!r}\nHow does the sentence describe its speaker?\n"
        f"1: very {low}\n2: moderately {low}\n3: neither {low} nor {high}\n"
        f"4: moderately {high}\n5: very {high}\n9: it says nothing about this\n"
        "Answer with one number."
    )
    return Request(messages=(Message("user", text),), replayable=True)
