"""Opens a language model by its name: `embedded`, `gguf:PATH`, `openai:MODEL@URL`, `hf:PATH` …

`embedded+FILE.gguf` and `gguf:PATH+FILE.gguf` add an adapter to what runs in this process.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from personae.errors import InvalidOption, UnknownEntry
from personae.lm.types import Capability, LanguageModel
from personae.settings import from_home, load_settings


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a model's name can have; `capabilities` are those without any option."""

    what: str
    capabilities: frozenset[Capability]


_LLAMA: tuple[Capability, ...] = (
    "chat", "complete", "score", "schema", "grammar", "distribution", "adapters",
)  # fmt: skip
FORMS: dict[str, Form] = {
    "embedded": Form("the packaged SmolLM2-135M-Instruct, in this process", frozenset(_LLAMA)),
    "gguf:PATH": Form("a GGUF file, in this process", frozenset(_LLAMA)),
    "openai:MODEL[@URL]": Form(
        "an OpenAI-compatible endpoint", frozenset(("chat", "schema", "tools"))
    ),
    "hf:PATH": Form(
        "a folder or GGUF file through transformers (hf:embedded is the packaged model)",
        frozenset(("chat", "complete", "score", "distribution", "logits", "hidden")),
    ),
    "scripted[:PATH]": Form(
        "a model that says what a script tells it", frozenset((*_LLAMA, "tools"))
    ),
}
MAX_NAME_CHARS = 4096
_ENDPOINT = re.compile(r"(?P<model>.+?)(?:@(?P<url>https?://.*))?", re.DOTALL)
_ADAPTERS = re.compile(r"(?:(?<=^embedded)|(?<=\.gguf))\+")
_URL_WITHOUT_SCHEME = re.compile(r"@(localhost|[\w.-]+:\d+|\[|[\w.-]+/)")


def open_model(name: str, **options: Any) -> LanguageModel:
    """The language model of that name; `options` are those of its backend.

    Raises UnknownEntry for a name of no known form, InvalidOption for options that the backend
    does not take, and whatever the backend raises when it cannot be opened.
    """
    name, adapters = split_adapters(name)
    if adapters:
        options = {**options, "adapters": [*options.get("adapters", ()), *adapters]}
    prefix, colon, rest = name.partition(":")
    opener = _OPENERS.get(prefix)
    takes_rest = {"embedded": False, "scripted": bool(rest)}.get(prefix, True)
    if opener is None or len(name) > MAX_NAME_CHARS or bool(colon) != takes_rest:
        forms = ", ".join(FORMS)
        given = name[:200] if opener else prefix[:200]
        raise UnknownEntry("model", given, _OPENERS, f"A model's name is one of: {forms}.")
    if takes_rest and not rest.strip():
        raise InvalidOption(f"The model name {name!r} ends too early. Write it as {_form(prefix)}.")
    return opener(rest, options)


def split_adapters(name: str) -> tuple[str, tuple[str, ...]]:
    """`embedded+FILE.gguf` and `gguf:PATH+FILE.gguf` as model and adapter files."""
    base, *files = _ADAPTERS.split(name) if name.startswith(("embedded", "gguf:")) else (name,)
    return base, tuple(files)


def split_endpoint(rest: str) -> tuple[str, str]:
    """`MODEL@URL` as model and URL; the URL is empty where there is none. Raises InvalidOption.

    The model's own name may hold an `@`: the URL begins at the first `@http://` or `@https://`.
    """
    found = _ENDPOINT.fullmatch(rest)
    model, url = (found["model"], found["url"] or "") if found else (rest, "")
    if not url and _URL_WITHOUT_SCHEME.search(model):
        # Taken as a model's name it would be sent to the default endpoint, far away.
        raise InvalidOption(f"The URL in {rest[:200]!r} has no scheme. Write http:// or https://.")
    return model, url


def _embedded(_: str, options: Mapping[str, Any]) -> LanguageModel:
    from personae.lm.embedded import open_embedded

    return _called(open_embedded, "embedded", options)


def _gguf(rest: str, options: Mapping[str, Any]) -> LanguageModel:
    from personae.lm.embedded import open_embedded

    return _called(open_embedded, "gguf:", options, from_home(rest))


def _openai(rest: str, options: Mapping[str, Any]) -> LanguageModel:
    from dataclasses import fields

    from personae.lm.openai import Limits, OpenAIModel, open_openai

    model, url = split_endpoint(rest)
    limits = tuple(item.name for item in fields(Limits))
    _check_options("openai:", OpenAIModel, options, more=limits)
    return open_openai(model, url, offline=load_settings().offline, **options)


def _hf(rest: str, options: Mapping[str, Any]) -> LanguageModel:
    from personae.lm.hf import open_hf

    from_home(rest)  # a name that is no path passes; only the home folder of nobody does not
    return _called(open_hf, "hf:", options, rest)


def _scripted(rest: str, options: Mapping[str, Any]) -> LanguageModel:
    from personae.lm.scripted import ScriptedModel, open_scripted

    _check_options("scripted", ScriptedModel, options)
    return open_scripted(from_home(rest) if rest else None, **options)


_OPENERS: dict[str, Callable[[str, Mapping[str, Any]], LanguageModel]] = {
    "embedded": _embedded, "gguf": _gguf, "openai": _openai, "hf": _hf, "scripted": _scripted,
}  # fmt: skip


def _form(prefix: str) -> str:
    return next(form for form in FORMS if form.partition("[")[0].partition(":")[0] == prefix)


def _called(
    factory: Callable[..., LanguageModel], who: str, options: Mapping[str, Any], *given: Any
) -> LanguageModel:
    _check_options(who, factory, options)
    return factory(*given, **options)


def _check_options(
    who: str, factory: Callable[..., Any], options: Mapping[str, Any], more: tuple[str, ...] = ()
) -> None:
    """Raise InvalidOption when the factory has no keyword-only argument of that name."""
    parameters = inspect.signature(factory).parameters.values()
    known = [item.name for item in parameters if item.kind is item.KEYWORD_ONLY] + [*more]
    for option in options:
        if option not in known:
            raise InvalidOption(
                f"The model {who!r} has no option {option!r}. Its options: {', '.join(known)}."
            )
