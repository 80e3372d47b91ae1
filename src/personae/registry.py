"""The folder is the registry: `methods/few_shot.py` is the entry `few-shot` of kind `method`.

A module becomes an entry by being in its kind's folder and declaring `ENTRY = EntryInfo(...)` with
literal values. Names, summaries and options are read without importing the module; it is imported
when the entry is built. The factory is the function named like the file, and its keyword arguments
are the options. Other packages add entries through the entry-point group `personae.entries`: the
point's value is a package with the same folders, its name a prefix (`acme/shout`).
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from personae.errors import FormatError, InvalidOption, PersonaeError, UnknownEntry

Kind = Literal[
    "format", "step", "method", "decoder", "builder", "recipe", "generator", "director",
    "metric", "benchmark", "study", "renderer",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
FOLDERS: dict[str, str] = {kind: {"study": "studies"}.get(kind, f"{kind}s") for kind in KINDS}
ENTRY_POINT_GROUP = "personae.entries"


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """What an entry declares about itself, in literal values.

    `systems` are catalog ids (S011), `aka` the paper's short names, `needs` model capabilities,
    `embedder` and `nli` whether it looks for these models, `deviations` what ours does differently.
    `slots` is how many prompts it keeps warm at once, in an engine of this process.
    """

    systems: tuple[str, ...] = ()
    aka: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    embedder: bool = False
    nli: bool = False
    slots: int = 1
    labelled: bool = False  # metrics only: it needs what a benchmark's question says of itself
    judge: bool = False  # metrics only: it grades replies, and no empty or copied one is good
    paper: str = ""
    deviations: str = ""
    reads: str = ""  # formats only: persona | dialogue
    extensions: tuple[str, ...] = ()  # formats only: file name endings


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered name and the module it stands for (not imported yet)."""

    kind: str
    name: str
    module: str
    file: Path
    info: EntryInfo = field(default_factory=EntryInfo)
    summary: str = ""

    def load(self) -> ModuleType:
        """Import the entry's module. Raises PersonaeError for an extension that does not import."""
        try:
            return importlib.import_module(self.module)
        except Exception as error:
            if self.module.startswith("personae."):
                raise
            raise PersonaeError(
                f"The {self.kind} {self.name!r} cannot be imported from {self.file}: "
                f"{type(error).__name__}: {error}."
            ) from error

    def factory(self) -> Callable[..., Any]:
        """The function named like the module's file."""
        found = getattr(self.load(), self.file.stem, None)
        if not callable(found):
            raise PersonaeError(
                f"The {self.kind} {self.name!r} has no factory: {self.module} must define "
                f"`{self.file.stem}(...)`."
            )
        return found  # type: ignore[no-any-return]


@cache
def entries(kind: str) -> dict[str, Entry]:
    """All entries of a kind by name, sorted; nothing is imported."""
    if kind not in FOLDERS:
        raise UnknownEntry("kind", kind, KINDS)
    found = _entries_of_package("personae", Path(__file__).parent, kind, prefix="")
    for prefix, package in _plugin_packages():
        for folder in _folders_of(package):
            found |= _entries_of_package(package, folder, kind, prefix=f"{prefix}/")
    return dict(sorted(found.items()))


def find(kind: str, name: str) -> Entry:
    """The entry by its name or one of its short names. Raises UnknownEntry with the nearest."""
    known = entries(kind)
    if name in known:
        return known[name]
    for entry in known.values():
        if name.lower() in (other.lower() for other in entry.info.aka):
            return entry
    raise UnknownEntry(kind, name, known, f"See `personae list {FOLDERS[kind]}`.")


def build(kind: str, name: str, options: Mapping[str, Any] | None = None) -> Any:
    """Build an entry with options. Raises UnknownEntry, InvalidOption."""
    entry = find(kind, name)
    return entry.factory()(**check_options(entry, options or {}))


@dataclass(frozen=True, slots=True)
class Option:
    """One keyword argument of a factory."""

    name: str
    annotation: Any
    default: Any

    @property
    def type_name(self) -> str:
        return _type_name(self.annotation)


def options_of(entry: Entry) -> dict[str, Option]:
    """The options of an entry, from its factory's signature."""
    factory = entry.factory()
    hints = get_type_hints(factory, include_extras=True)
    return {
        name: Option(name, hints.get(name, Any), parameter.default)
        for name, parameter in inspect.signature(factory).parameters.items()
    }


def check_options(entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
    """Validate options against the factory's signature. Raises InvalidOption."""
    from pydantic import TypeAdapter, ValidationError

    known = options_of(entry)
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise InvalidOption(
                f"The {entry.kind} {entry.name!r} has no option {name!r}. Its options: {allowed}."
            )
        try:
            checked[name] = TypeAdapter(known[name].annotation).validate_python(value)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]["msg"]
            raise InvalidOption(
                f"Option {name}={repr(value)[:80]} of the {entry.kind} {entry.name!r} does not "
                f"fit {known[name].type_name}: {fault}."
            ) from error
    return checked


def parse_options(pairs: list[str]) -> dict[str, Any]:
    """`["k=5", "style=warm"]` as `{"k": 5, "style": "warm"}`. Raises InvalidOption."""
    parsed: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise InvalidOption(f"{pair!r} is not an option. Write it as name=value.")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        parsed[name.strip().replace("-", "_")] = value
    return parsed


@lru_cache(maxsize=1)
def _plugin_packages() -> tuple[tuple[str, str], ...]:
    from importlib.metadata import entry_points

    return tuple((point.name, point.value) for point in entry_points(group=ENTRY_POINT_GROUP))


def _folders_of(package: str) -> Iterator[Path]:
    """Where an extension's package lies; nowhere when it was removed but is still announced."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(folder)


def _type_name(annotation: Any) -> str:
    """A type as a user reads it: ranges are told by the error, not by the type."""
    if hasattr(annotation, "__metadata__"):
        return _type_name(annotation.__origin__)
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(map(repr, parts))
    if get_origin(annotation) in (Union, UnionType):
        return " | ".join(map(_type_name, parts))
    name = "None" if annotation is type(None) else getattr(annotation, "__name__", None)
    return str(annotation).replace("typing.", "") if parts or name is None else str(name)


def _entries_of_package(package: str, folder: Path, kind: str, prefix: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for file in sorted((folder / FOLDERS[kind]).glob("[a-z]*.py")):
        info, summary = _declared(file)
        if info is not None:
            name = prefix + file.stem.replace("_", "-")
            module = f"{package}.{FOLDERS[kind]}.{file.stem}"
            found[name] = Entry(kind, name, module, file, info, summary)
    return found


def _declared(file: Path) -> tuple[EntryInfo | None, str]:
    """`ENTRY = EntryInfo(...)` and the first docstring line, read from the source text."""
    source = file.read_text(encoding="utf-8")
    if "ENTRY = EntryInfo(" not in source:
        return None, ""
    tree = _parsed(source, file)
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id == "ENTRY":
                return _info(node.value, file), summary
    return None, summary


def _parsed(source: str, file: Path) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise FormatError(f"Not Python: {error.msg}.", file=file, line=error.lineno) from error


def _info(call: ast.Call, file: Path) -> EntryInfo:
    try:
        words = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        return EntryInfo(**words)
    except (ValueError, TypeError) as error:
        raise FormatError(
            f"ENTRY is not an EntryInfo in literal values: {error}.", file=file, line=call.lineno
        ) from error
