"""How a statement of a questionnaire is put to somebody: paraphrases, and the order of options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from personae.errors import InvalidOption
from personae.questionnaires.types import Item, Questionnaire

WordsT = TypeVar("WordsT", str, tuple[str, ...])

# {statement} is in the first person; {options} are lines such as "1: very inaccurate".
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "en": (
        'How well does this statement describe you? "{statement}"\n{options}\n'
        "Answer with one number.",
        'Someone says: "{statement}" How true is that of you, too?\n{options}\n'
        "Give the number only.",
        'Rate yourself. Statement: "{statement}"\nThe numbers mean:\n{options}\nYour number:',
        '{options}\nWhich of these numbers fits "{statement}" best, if you say it of yourself?',
    ),
    "de": (
        "Wie gut beschreibt dich dieser Satz? „{statement}“\n{options}\nAntworte mit einer Zahl.",
        "Jemand sagt: „{statement}“ Wie sehr gilt das auch für dich?\n{options}\nNur die Zahl.",
    ),
    "fr": (
        "Cette phrase te décrit-elle ? « {statement} »\n{options}\nRéponds par un nombre.",
        "Quelqu'un dit : « {statement} » Est-ce vrai de toi aussi ?\n{options}\n"
        "Donne seulement le nombre.",
    ),
    "it": (
        "Questa frase ti descrive? «{statement}»\n{options}\nRispondi con un numero.",
        "Qualcuno dice: «{statement}» È vero anche di te?\n{options}\nDai solo il numero.",
    ),
}
_INTERVIEWS: Mapping[str, str] = {
    "en": 'Some people say of themselves: "{statement}" How is that with you?',
    "de": "Manche sagen von sich: „{statement}“ Wie ist das bei dir?",
    "fr": "Certains disent d'eux-mêmes : « {statement} » Et toi ?",
    "it": "Alcuni dicono di sé: «{statement}» E tu?",
}
_OPENINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("Tell me something about yourself.", "What are you like?", "How would you describe "
           "yourself?", "Who are you, in one sentence?"),
    "de": ("Erzähl mir etwas über dich.", "Wie bist du so?"),
    "fr": ("Parle-moi un peu de toi.", "Comment es-tu ?"),
    "it": ("Raccontami qualcosa di te.", "Come sei?"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """Which paraphrase asks, and whether the options are listed from the highest down."""

    paraphrase: int = 0
    falling: bool = False


def paraphrases(language: str) -> int:
    """How many wordings a language has; languages that we have no words in are asked in English."""
    return len(_of(_CHOICES, language))


def choice_question(questionnaire: Questionnaire, item: Item, wording: Wording = Wording()) -> str:
    """The question whose answer is a number. Raises InvalidOption for an unknown paraphrase."""
    known = _paraphrase(_of(_CHOICES, questionnaire.language), wording, questionnaire.language)
    lines = _option_lines(questionnaire)
    options = "\n".join(lines[::-1] if wording.falling else lines)
    # Not `format`: a statement from a user's file may have braces of its own.
    text = known.replace("{options}", options)
    return text.replace("{statement}", item.text)


def opening_question(questionnaire: Questionnaire, wording: Wording = Wording()) -> str:
    """What somebody who describes themselves was asked. Raises as `choice_question` does."""
    return _paraphrase(_of(_OPENINGS, questionnaire.language), wording, questionnaire.language)


def interview_question(questionnaire: Questionnaire, item: Item) -> str:
    """The question whose answer is free; the file's own where it has one."""
    if item.question:
        return item.question
    return _of(_INTERVIEWS, questionnaire.language).replace("{statement}", item.text)


def _paraphrase(known: tuple[str, ...], wording: Wording, language: str) -> str:
    if not 0 <= wording.paraphrase < len(known):
        raise InvalidOption(
            f"There is no paraphrase {wording.paraphrase} in {language!r}; choose 0 to "
            f"{len(known) - 1}."
        )
    return known[wording.paraphrase]


def _option_lines(questionnaire: Questionnaire) -> Sequence[str]:
    if questionnaire.options:
        pairs = zip(questionnaire.points, questionnaire.options, strict=True)
        return [f"{point}: {label}" for point, label in pairs]
    ends = {questionnaire.low: "strongly disagree", questionnaire.high: "strongly agree"}
    return [f"{point}: {ends[point]}" if point in ends else str(point)
            for point in questionnaire.points]  # fmt: skip


def _of(known: Mapping[str, WordsT], language: str) -> WordsT:
    return known.get(language.split("-")[0].lower(), known["en"])
