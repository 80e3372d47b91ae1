"""Lorebook activation: which entries enter the prompt, as Character Card V2 and V3 define it.

Pure: what has been said goes in, the entries to insert come out. Decorators are those of the V3
specification; SillyTavern's entry extensions (probability, selectiveLogic, at-depth positions,
match_whole_words, scan_depth, prevent_recursion, exclude_recursion) are understood as well.

Deviations from the V3 text, both for cards in the wild: `constant` holds with `use_regex` too, and
an entry exported by SillyTavern, which sets `use_regex` on all of them, treats a key as a regular
expression only if it is written `/expression/flags`, and keeps its secondary keys.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from personae.data import Lorebook, LoreEntry, stable_id
from personae.text.macros import expand, scannable
from personae.text.regex_guard import BUDGET_STEPS, is_slashed, search

MAX_SCAN_CHARS = 64_000  # at the end of the recent turns; regular expressions see less
MAX_RECURSION = 8
REGEX_BUDGET_STEPS = 50_000_000.0  # for all regular expressions of one activation together
MAX_DECORATORS = 64

Role = Literal["system", "user", "assistant"]
Decorators = tuple[tuple[str, str], ...]

_POSITIONS = ("before_desc", "after_desc", "personality", "scenario")
_PROMPTS = ("post_history_instructions", "system_prompt")
_ROLES: tuple[Role, ...] = ("system", "user", "assistant")
_SILLYTAVERN_AT_DEPTH = 4
_LETTERS_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER")


@dataclass(frozen=True, slots=True)
class ActivatedEntry:
    """An entry to insert, its text (macros not yet expanded), where it goes, and why it is here.

    `position` is `before_char`, `after_char`, one of `before_desc`, `after_desc`, `personality`,
    `scenario`, or `depth`: then the text goes `depth` turns before the end, as `role`.
    `disables` names the application's own prompts that it switches off. `key` identifies the entry
    for `matched_before` of later calls.
    """

    entry: LoreEntry
    key: str
    content: str
    position: str
    depth: int | None
    role: Role
    reason: str
    tokens: int
    disables: tuple[str, ...] = ()


def activate(
    book: Lorebook,
    texts: Sequence[str],
    *,
    count_tokens: Callable[[str], int],
    rng: random.Random | None = None,
    greeting_index: int | None = None,
    turn_count: int | None = None,
    matched_before: Collection[str] | None = None,
    is_context_full: bool = False,
    char: str = "",
    user: str = "",
) -> tuple[ActivatedEntry, ...]:
    """The entries whose conditions hold now, in insertion order, within the token budget.

    `texts` are the recent turns, newest last. `turn_count` counts the character's own turns so
    far, `greeting_index` is the greeting in use (0 is the first), `matched_before` holds the keys
    of entries that were activated in earlier turns; a decorator whose information is None is
    ignored. `rng` draws for entries with a probability. `char` and `user` fill macros in keys.
    """
    scan = _Scan(tuple(texts), book.scan_depth, char, user)
    moment = _Moment(greeting_index, turn_count, matched_before, is_context_full)
    rng = rng or random.Random(0)
    waiting = [_prepared(entry, index) for index, entry in enumerate(book.entries)]
    waiting = [prepared for prepared in waiting if prepared.entry.enabled and prepared.content]
    active: list[tuple[_Prepared, str]] = []
    for level in range(MAX_RECURSION if book.recursive_scanning else 1):
        found = [
            (prepared, reason)
            for prepared in waiting
            if (reason := _reason(prepared, scan, moment, level))
        ]
        if not found:
            break
        gone = {prepared.index for prepared, _ in found}
        waiting = [prepared for prepared in waiting if prepared.index not in gone]
        kept = [pair for pair in found if _is_lucky(pair[0].entry, rng)]
        active += kept
        scan.add(
            prepared.content for prepared, _ in kept if not _flag(prepared, "prevent_recursion")
        )
    placed = [(prepared, _placed(prepared, reason, count_tokens)) for prepared, reason in active]
    fitting = _within_budget(placed, book.token_budget)
    return tuple(one for _, one in sorted(fitting, key=lambda pair: _insertion(pair[0])))


def parse_decorators(content: str) -> tuple[Decorators, str]:
    """The decorators that `content` begins with, and the rest without the blank lines around them.

    Fallbacks (`@@@name value`, right after what they stand in for) are resolved: the first of the
    chain that is known and has a valid value is taken; where none is, the first is kept, so that
    other applications get it back. Content without decorators is returned as it is.
    """
    lines = content.lstrip().split("\n") if content.lstrip().startswith("@@") else []
    chains: list[list[tuple[str, str]]] = []
    taken = 0
    for line in lines:
        stripped = line.strip()
        if stripped and (not stripped.startswith("@@") or len(chains) >= MAX_DECORATORS):
            break
        taken += 1
        name, _, value = stripped.lstrip("@").partition(" ")
        if stripped.startswith("@@@") and chains:
            chains[-1].append((name, value.strip()))
        elif stripped:
            chains.append([(name, value.strip())])
    if not taken:
        return (), content
    resolved = tuple(
        next((one for one in chain if is_understood(*one)), chain[0]) for chain in chains
    )
    return resolved, "\n".join(lines[taken:])


def is_understood(name: str, value: str) -> bool:
    """Whether we act on a decorator with this value."""
    check = _CHECKS.get(name)
    return check is not None and check(value)


def entry_key(entry: LoreEntry) -> str:
    """What identifies an entry across turns: its id, or a hash of its keys and content."""
    return entry.id or stable_id("lore", entry.name, entry.keys, entry.content)


def _is_whole(value: str) -> bool:
    return value.removeprefix("-").isdecimal() and len(value) <= 9


def _is_positive(value: str) -> bool:
    return _is_whole(value) and int(value) > 0


def _anything(_: str) -> bool:
    return True


_CHECKS: dict[str, Callable[[str], bool]] = {
    "activate": _anything,
    "activate_only_after": _is_whole,
    "activate_only_every": _is_positive,
    "additional_keys": bool,
    "depth": _is_whole,
    "disable_ui_prompt": _PROMPTS.__contains__,
    "dont_activate": _anything,
    "dont_activate_after_match": _anything,
    "exclude_keys": bool,
    "ignore_on_max_context": _anything,
    "is_greeting": _is_whole,
    "keep_activate_after_match": _anything,
    "position": _POSITIONS.__contains__,
    "role": _ROLES.__contains__,
    "scan_depth": _is_whole,
}


@dataclass(frozen=True, slots=True)
class _Moment:
    greeting_index: int | None
    turn_count: int | None
    matched_before: Collection[str] | None
    is_context_full: bool


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An entry with its decorators by name (the first of each counts)."""

    entry: LoreEntry
    index: int
    content: str
    rules: dict[str, str]
    key: str

    def number(self, rule: str) -> int | None:
        return int(self.rules[rule]) if rule in self.rules else None

    def words(self, rule: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.rules.get(rule, "").split(",") if word.strip())


@dataclass(slots=True)
class _Scan:
    """The text that keys are looked for in, folded once for each depth."""

    texts: tuple[str, ...]
    depth: int | None
    char: str
    user: str
    recursive: str = ""
    steps_left: float = REGEX_BUDGET_STEPS
    folded: dict[tuple[int | None, bool, bool], str] = field(default_factory=dict)

    def add(self, contents: Iterable[str]) -> None:
        """Let entries match the content of those just activated."""
        new = [_normal(scannable(content)) for content in contents]
        self.recursive = "\n".join([self.recursive, *new])[-MAX_SCAN_CHARS:]
        self.folded.clear()

    def text(self, depth: int | None, with_recursive: bool, folded: bool) -> str:
        """The last `depth` turns (all, if None), and the recursive text where it is wanted."""
        place = (depth, with_recursive, folded)
        if place not in self.folded:
            recent = self.texts if depth is None else self.texts[-depth:] if depth > 0 else ()
            text = _normal("\n".join(_last(recent)))
            text = f"{text}\n{self.recursive}" if with_recursive and self.recursive else text
            self.folded[place] = text.casefold() if folded else text
        return self.folded[place]


def _last(texts: Sequence[str]) -> list[str]:
    """The newest texts, up to the number of characters that are scanned."""
    taken: list[str] = []
    left = MAX_SCAN_CHARS
    for text in reversed(texts):
        if left <= 0:
            break
        taken.append(text[-left:])
        left -= len(text)
    return taken[::-1]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _prepared(entry: LoreEntry, index: int) -> _Prepared:
    more, content = parse_decorators(entry.content)
    rules: dict[str, str] = {}
    for name, value in (*entry.decorators, *more):
        if is_understood(name, value):
            rules.setdefault(name, value)
    return _Prepared(entry, index, content.strip("\r\n"), rules, entry_key(entry))


def _reason(prepared: _Prepared, scan: _Scan, moment: _Moment, level: int) -> str:
    """Why the entry is active, or an empty string."""
    rules = prepared.rules
    if "activate" in rules:
        return "@@activate"
    if "dont_activate" in rules:
        return ""
    if moment.matched_before is not None and prepared.key in moment.matched_before:
        if "dont_activate_after_match" in rules:
            return ""
        if "keep_activate_after_match" in rules:
            return "@@keep_activate_after_match"
    if not _is_time(prepared, moment):
        return ""
    if level > 0 and _flag(prepared, "exclude_recursion"):
        return ""
    return _match(prepared, scan, level > 0)


def _is_time(prepared: _Prepared, moment: _Moment) -> bool:
    """Whether the decorators that count turns and greetings allow the entry now."""
    greeting, after = prepared.number("is_greeting"), prepared.number("activate_only_after")
    every = prepared.number("activate_only_every")
    if None not in (greeting, moment.greeting_index) and greeting != moment.greeting_index:
        return False
    if moment.is_context_full and "ignore_on_max_context" in prepared.rules:
        return False
    count = moment.turn_count
    if count is None:
        return True
    return (after is None or count >= after) and (every is None or count % every == 0)


def _match(prepared: _Prepared, scan: _Scan, with_recursive: bool) -> str:
    entry = prepared.entry
    is_regex = entry.use_regex and not _is_sillytavern(entry)

    def has(key: str) -> bool:
        return _contains(prepared, scan, key, is_regex, with_recursive)

    def has_any(keys: Iterable[str]) -> str | None:
        return next((key for key in keys if has(key)), None)

    additional = prepared.words("additional_keys")
    first = has_any((*entry.keys, *additional) if is_regex else entry.keys)
    if not entry.constant and first is None:
        return ""
    if not is_regex:
        if additional and has_any(additional) is None:
            return ""
        if has_any(prepared.words("exclude_keys")) is not None:
            return ""
        if not entry.constant and not _is_selected(entry, has):
            return ""
    return "constant" if entry.constant else f"key {first!r}"


def _is_selected(entry: LoreEntry, has: Callable[[str], bool]) -> bool:
    """Whether the secondary keys allow the entry (SillyTavern's four kinds of logic)."""
    if not entry.selective or not entry.secondary_keys:
        return True
    hits = [has(key) for key in entry.secondary_keys]
    logic = entry.extensions.get("selectiveLogic")
    if logic == 1:
        return not all(hits)
    if logic == 2:
        return not any(hits)
    return all(hits) if logic == 3 else any(hits)


def _contains(
    prepared: _Prepared, scan: _Scan, key: str, is_regex: bool, with_recursive: bool
) -> bool:
    entry = prepared.entry
    depth = prepared.number("scan_depth")
    if depth is None:
        own = entry.extensions.get("scan_depth")
        depth = own if type(own) is int and own >= 0 else scan.depth
    ignores_case = not entry.case_sensitive
    if is_regex or (_is_sillytavern(entry) and is_slashed(key)):
        text = scan.text(depth, with_recursive, False)
        found, steps = search(
            key, text, ignore_case=ignores_case, budget=min(scan.steps_left, BUDGET_STEPS)
        )
        scan.steps_left -= steps
        return found
    if "{{" in key or "<" in key:
        key = expand(key, char=scan.char, user=scan.user, rng=random.Random(0))
    key = _normal(key).strip()
    key = key.casefold() if ignores_case else key
    text = scan.text(depth, with_recursive, ignores_case)
    if not key:
        return False
    if entry.extensions.get("match_whole_words") is True:
        return _has_word(text, key)
    return key in text


def _has_word(text: str, word: str) -> bool:
    """Whether `word` stands alone in `text`; in scripts without spaces it never has to."""
    at = text.find(word)
    while at != -1:
        end = at + len(word)
        before, after = text[at - 1 : at] if at else "", text[end : end + 1]
        if not (_joins(before, word[0]) or _joins(word[-1], after)):
            return True
        at = text.find(word, at + 1)
    return False


def _joins(left: str, right: str) -> bool:
    return all(
        char.isalnum() and not unicodedata.name(char, "").startswith(_LETTERS_WITHOUT_SPACES)
        for char in (left or " ", right or " ")
    )


def _is_sillytavern(entry: LoreEntry) -> bool:
    return "selectiveLogic" in entry.extensions or "display_index" in entry.extensions


def _flag(prepared: _Prepared, extension: str) -> bool:
    return prepared.entry.extensions.get(extension) is True


def _is_lucky(entry: LoreEntry, rng: random.Random) -> bool:
    chance = entry.extensions.get("probability")
    is_used = entry.extensions.get("useProbability") is True
    if not is_used or isinstance(chance, bool) or not isinstance(chance, int | float):
        return True
    return rng.random() * 100 < chance


def _placed(prepared: _Prepared, reason: str, count_tokens: Callable[[str], int]) -> ActivatedEntry:
    position, depth, role = _place(prepared)
    disables = prepared.rules.get("disable_ui_prompt")
    return ActivatedEntry(
        entry=prepared.entry,
        key=prepared.key,
        content=prepared.content,
        position=position,
        depth=depth,
        role=role,
        reason=reason,
        tokens=count_tokens(prepared.content),
        disables=(disables,) if disables else (),
    )


def _place(prepared: _Prepared) -> tuple[str, int | None, Role]:
    """Position, depth and role: the decorators first, then SillyTavern's, then the entry's own."""
    own = prepared.entry.extensions
    named = prepared.rules.get("role")
    number = own.get("role")
    coded = _ROLES[number] if type(number) is int and 0 <= number < len(_ROLES) else "system"
    role: Role = next((known for known in _ROLES if known == named), coded)
    if "position" in prepared.rules:
        return prepared.rules["position"], None, role
    depth = prepared.number("depth")
    if depth is None and own.get("position") == _SILLYTAVERN_AT_DEPTH:
        depth = own["depth"] if type(own.get("depth")) is int else 4
    if depth is not None:
        return "depth", max(0, depth), role
    return prepared.entry.position, None, role


def _insertion(prepared: _Prepared) -> tuple[float, int]:
    return prepared.entry.insertion_order, prepared.index


def _within_budget(
    placed: list[tuple[_Prepared, ActivatedEntry]], budget: int | None
) -> list[tuple[_Prepared, ActivatedEntry]]:
    """What fits: entries too large on their own go first, then the least important ones."""
    if budget is None or budget < 0:
        return placed
    fitting = [pair for pair in placed if pair[1].tokens <= budget]
    kept = sorted(fitting, key=lambda pair: _importance(pair[0]), reverse=True)
    total = sum(one.tokens for _, one in kept)
    while total > budget:
        total -= kept.pop()[1].tokens
    return kept


def _importance(prepared: _Prepared) -> tuple[bool, float, bool, float, int]:
    """Less: `@@ignore_on_max_context`, lower priority, not constant, lower order, later."""
    entry = prepared.entry
    yields = "ignore_on_max_context" in prepared.rules
    return not yields, entry.priority, entry.constant, entry.insertion_order, -prepared.index
