"""A pytest plug-in: `assert_in_character(card, model)` fails where a reply contradicts the card.

pytest loads this file wherever personae is installed: it imports nothing heavy before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from personae.data import Persona
    from personae.encoders.types import Nli
    from personae.evaluate.in_character import Examination
    from personae.lm.types import LanguageModel

# Name in pytest.ini, what it is, and how its text is read.
_SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "model": ("the model that plays, as `embedded`; see `personae models`", str),
    "method": ("the method that it plays with; see `personae list methods`", str),
    "judge": ("the inference model that judges: first or second", str),
    "threshold": ("contradiction probability above which a reply fails, 0 to 1", float),
    "allowed": ("share of replies that may fail, 0 to 1", float),
    "limit": ("so many questions of a card, spread over all", int),
    "seed": ("same seed, same replies", int),
}
DEFAULT_ALLOWED = 0.05  # what the default threshold flags of human replies


def pytest_addoption(parser: pytest.Parser) -> None:
    """`personae_model` and the others in pytest.ini, `--personae-model` on the command line."""
    group = parser.getgroup("personae", "characters that stay in character")
    for name, (what, _) in _SETTINGS.items():
        parser.addini(f"personae_{name}", what)
        group.addoption(f"--personae-{name}", default=None, metavar=name.upper(), help=what)


def assert_in_character(
    card: str | Path | Persona,
    model: str | LanguageModel = "",
    *,
    method: str = "",
    options: Mapping[str, Any] | None = None,
    questions: Sequence[str] = (),
    threshold: float | None = None,
    allowed: float = DEFAULT_ALLOWED,
    limit: int | None = None,
    judge: str = "second",
    seed: int = 0,
) -> Examination:
    """Ask a character about its card; fail where more than `allowed` of its replies contradict it.

    `card` is a path, a shipped character's name or a Persona; `model` a name (default: the
    configured one) or an open model. `questions` are asked instead of those that the card's
    statements answer. `threshold` is a contradiction probability (default: the one that flags 5 %
    of human replies). The judge is the second inference model, because the method `guard` writes
    what the first one likes. Returns what was examined. Raises PersonaeError for a wrong request.
    """
    from personae.cli.opening import load_card, open_named_model, open_speaker
    from personae.data import Persona
    from personae.errors import InvalidOption
    from personae.evaluate.in_character import examine

    if not 0 <= allowed <= 1:
        raise InvalidOption(f"allowed={allowed} is no share: give 0 to 1.")
    persona = card if isinstance(card, Persona) else load_card(str(card))
    nli = _judge(judge)
    lm = open_named_model(model, slots=1, method=method) if isinstance(model, str) else model
    try:
        speaker = open_speaker(lm, method, dict(options or {}), seed=seed, replayable=True)
        found = examine(
            persona, speaker, nli, questions=questions, threshold=threshold, limit=limit, seed=seed
        )
    finally:
        if isinstance(model, str):
            lm.close()
    if found.share > allowed:
        raise AssertionError(found.describe())
    return found


@cache
def _judge(name: str) -> Nli:
    """The inference model of that name, opened once for all tests."""
    from personae.encoders.nli import open_nli

    return open_nli(name=name)


@pytest.fixture(name="assert_in_character")
def _assert_in_character(
    request: pytest.FixtureRequest, _personae_models: dict[str, LanguageModel]
) -> Callable[..., Examination]:
    """The function of this name, with the defaults of pytest.ini and the command line.

    A model that is named is opened once for all tests. What personae refuses fails the test with
    its one sentence.
    """
    told = _told(request.config)

    def check(card: str | Path | Persona, model: str | LanguageModel = "", **given: Any) -> Any:
        from personae.errors import PersonaeError

        __tracebackhide__ = True
        words = {**told, **given}
        wanted = model or words.pop("model", "")
        words.pop("model", None)
        try:
            if isinstance(wanted, str):
                wanted = _opened(_personae_models, wanted, words.get("method", ""))
            return assert_in_character(card, wanted, **words)
        except (AssertionError, PersonaeError) as error:
            return pytest.fail(str(error), pytrace=False)

    return check


@pytest.fixture(scope="session")
def _personae_models() -> Iterator[dict[str, LanguageModel]]:
    """The models that tests named, by name; closed in the end."""
    opened: dict[str, LanguageModel] = {}
    yield opened
    for lm in opened.values():
        lm.close()


def _opened(models: dict[str, LanguageModel], name: str, method: str) -> LanguageModel:
    from personae.cli.opening import open_named_model

    if name not in models:
        models[name] = open_named_model(name, slots=1, method=method)
    return models[name]


def _told(config: pytest.Config) -> dict[str, Any]:
    """What pytest.ini and the command line say; raises UsageError for what is no number."""
    found: dict[str, Any] = {}
    for name, (what, read) in _SETTINGS.items():
        text = config.getoption(f"--personae-{name}") or config.getini(f"personae_{name}")
        if not text:
            continue
        try:
            found[name] = read(text)
        except ValueError as error:
            raise pytest.UsageError(f"personae_{name} = {text!r} is no number: {what}.") from error
    return found
