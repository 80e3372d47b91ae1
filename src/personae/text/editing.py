"""Where words and clauses stand in a text, how far texts are apart, and what an edit changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from personae.text.sentences import sentence_ends

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_TOKEN = re.compile(r"\w+|[^\w\s]+")  # NLTK's WordPunctTokenizer
_JOINT = re.compile(
    r"\s*(?:[,;:]|\s[-–—]+\s)(?:\s*(?:and|but|so|because|although|though|since|while|or)\b)?\s*"
    r"|\s+(?:but|because|although|though|since|while)\b\s*"
    r"|\s+(?:and|so)\s+(?=(?:i|i['’]?m|we|my|he|she|it|they|you|then|now)\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\s*(?:(?:and|but|so|because|although|though|since|while|or)\b\s*)?", re.IGNORECASE
)
_CLOSING = re.compile(r"[\s.!?…,;:\"'”’)]*$")
_CAPITAL_I = re.compile(r"\bI\b")
_SMALL_I = re.compile(r"^i\b")
_PROPER = re.compile(r"^(?:I\b|\w+['’]?\w*[A-Z]|[A-Z]\w* [A-Z])")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, by the positions of its characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The stretch itself."""
        return text[self.start : self.end]


def word_spans(text: str) -> list[Span]:
    """Where the words of a text stand; an apostrophe belongs to its word."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def clause_spans(text: str) -> list[Span]:
    """Where the clauses stand, without the marks and conjunctions that join them.

    Sentences are cut at commas, semicolons, dashes and conjunctions that begin a clause.
    """
    found: list[Span] = []
    for start, end in pairwise([0, *sentence_ends(text), len(text)]):
        joints = [match.span() for match in _JOINT.finditer(text, start, end)]
        starts = [start, *(joint[1] for joint in joints)]
        ends = [*(joint[0] for joint in joints), end]
        for first, last in zip(starts, ends, strict=True):
            opening = _OPENING.match(text, first, last)
            first = opening.end() if opening else first
            core = first + len(_CLOSING.sub("", text[first:last]))
            if _WORD.search(text, first, core):
                found.append(Span(first, core))
    return found


def without_end(sentence: str) -> str:
    """A sentence without the marks that close it."""
    return _CLOSING.sub("", sentence.strip())


def spliced(text: str, span: Span, insert: str) -> str:
    """`text` with the stretch replaced; the insert's first letter follows how the text is written.

    A capital at the beginning of a sentence stays one; elsewhere the insert begins small, but for
    "I" and what looks like a name. Text without capitals stays without.
    """
    led_by = text[: span.start].rstrip()
    if not led_by or led_by[-1] in ".!?…":
        if span.of(text)[:1].isupper():
            insert = insert[:1].upper() + insert[1:]
    elif not _PROPER.match(insert):
        insert = insert[:1].lower() + insert[1:]
    if _CAPITAL_I.search(text):
        insert = _SMALL_I.sub("I", insert)
    return text[: span.start] + insert + text[span.end :]


def tokens(text: str) -> list[str]:
    """Lower-case words and runs of punctuation, as NLTK's WordPunctTokenizer gives them."""
    return _TOKEN.findall(text.lower())


def edit_distance(left: Sequence[str], right: Sequence[str]) -> int:
    """The fewest insertions, deletions and substitutions that turn one list into the other."""
    row = list(range(len(right) + 1))
    for number, one in enumerate(left, start=1):
        above, row[0] = row[0], number
        for at, other in enumerate(right, start=1):
            diagonal = above + (one != other)
            above = row[at]
            row[at] = min(diagonal, above + 1, row[at - 1] + 1)
    return row[-1]


def kept_tokens(left: Sequence[str], right: Sequence[str]) -> int:
    """How many items of `left` stand in `right` in the same order: the longest common part."""
    row = [0] * (len(right) + 1)
    for one in left:
        diagonal = 0
        for at, other in enumerate(right, start=1):
            above = row[at]
            row[at] = diagonal + 1 if one == other else max(above, row[at - 1])
            diagonal = above
    return row[-1]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch that was replaced: what stood there and what stands there now."""

    before: str
    after: str


def changes(before: str, after: str) -> list[Change]:
    """What was replaced, word by word, in the order of the text."""
    return [Change(old, new) for old, new, is_kept in _aligned(before, after) if not is_kept]


def word_diff(before: str, after: str) -> str:
    """Both texts in one, as `git diff --word-diff` shows them: `[-old-]{+new+}`."""
    shown = []
    for old, new, is_kept in _aligned(before, after):
        if is_kept:
            shown.append(new)
            continue
        # A blank at an edge stays outside the marks.
        lead = old[: len(old) - len(old.lstrip())] or new[: len(new) - len(new.lstrip())]
        tail = new[len(new.rstrip()) :] if new.strip() else ""
        removed = f"[-{old.strip()}-]" if old.strip() else ""
        added = f"{{+{new.strip()}+}}" if new.strip() else ""
        shown.append(f"{lead}{removed}{added}{tail}")
    return "".join(shown)


def _aligned(before: str, after: str) -> list[tuple[str, str, bool]]:
    pieces = [re.findall(r"\s*(?:\w+(?:['’]\w+)*|[^\w\s]|$)", text) for text in (before, after)]
    matcher = SequenceMatcher(None, pieces[0], pieces[1], autojunk=False)
    return [
        ("".join(pieces[0][i:j]), "".join(pieces[1][k:m]), kind == "equal")
        for kind, i, j, k, m in matcher.get_opcodes()
    ]
