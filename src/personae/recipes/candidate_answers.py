"""Several answers to each of many prompts, in ways as unlike as the tastes they are to meet (S077).

The benchmark `personalllm` chooses among them; the shipped ones are the embedded model's.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import FormatError
from personae.lm.types import Message, Request, Sampling
from personae.recipes.kept_rows import kept_rows
from personae.text.parsing import read_text
from personae.text.sentences import complete_sentences

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel

ANSWER_TOKENS, ATTEMPTS = 80, 3
MAX_PROMPT_CHARS = 2_400  # as in the paper

Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Way:
    """How an answer is asked for: what the model is told, how freely it draws, how it begins.

    `prefill` must not end in a space: the next word brings its own.
    """

    name: str
    instruction: str
    temperature: float = 0.5
    prefill: str = ""


WAYS = (
    Way("plain", "You are a helpful assistant.", 0.2),
    Way("brief", "Answer in one short sentence. Say no more than that."),
    Way("list", "Answer with a list of three or four short points.", prefill="-"),
    Way(
        "warm",
        "You are a warm and cheerful friend. Be kind, show how you feel, and cheer the person up!",
        prefill="Oh,",
    ),
    Way("formal", "Answer as a formal report does, in long and careful sentences, without 'you'."),
    Way("simple", "Answer as you would to a small child, in short sentences with easy words."),
    Way(
        "asking",
        "Do not answer. Ask the person two questions that help to understand them.",
        prefill="May I ask you first:",
    ),
    Way("loose", "You are a helpful assistant.", 1.2),
)


def candidate_answers(
    lm: LanguageModel, prompts: Sequence[str], file: Path, seed: int, show: Show
) -> list[dict[str, Any]]:
    """A row for each prompt: its text, and an answer in each of the `WAYS`, by their names.

    Rows are kept in `file`: the same call goes on where it was stopped.
    """

    def made(number: int) -> Iterator[dict[str, Any]]:
        prompt = prompts[number]
        yield {"prompt": prompt, "answers": {way.name: answer(lm, prompt, way, seed)
                                             for way in WAYS}}  # fmt: skip
        show("answering", number + 1, len(prompts))

    return kept_rows(file, range(len(prompts)), made)


def answer(lm: LanguageModel, prompt: str, way: Way, seed: int) -> str:
    """One answer in whole sentences; drawn again where it is empty."""
    first = zlib.crc32(f"{seed}/{way.name}/{prompt}".encode())
    for attempt in range(ATTEMPTS):
        sampling = Sampling(
            temperature=way.temperature, seed=first + attempt, max_tokens=ANSWER_TOKENS,
            repeat_penalty=1.1,
        )  # fmt: skip
        request = Request(
            messages=(Message("system", way.instruction), Message("user", prompt)),
            prefill=way.prefill, sampling=sampling, replayable=True,
        )  # fmt: skip
        written = lm.generate(request)
        text = (way.prefill + written.text.removeprefix(way.prefill)).strip()
        text = complete_sentences(text) if written.finish_reason == "length" else text
        if text.strip(" -") and text.strip() != way.prefill.strip():
            return text.strip()
    return text.strip() or "…"


def read_prompts(source: Path) -> list[str]:
    """The prompts of a text file, one a line. Raises FormatError, which names the line."""
    try:
        lines = read_text(source).splitlines()
    except FormatError as error:
        told = f"This is no file of prompts, one a line: {error.reason}"
        raise FormatError(told, file=source, line=error.line) from error
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_PROMPT_CHARS:
            raise FormatError(
                f"A prompt has at most {MAX_PROMPT_CHARS} letters.", file=source, line=number
            )
    prompts = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not prompts:
        raise FormatError("This file holds no prompts.", file=source)
    return prompts
