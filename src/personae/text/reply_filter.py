"""What a model writes, made into one reply: in character, short, and nobody else's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personae.text.sentences import complete_sentences, sentence_ends

_CONTROL = re.compile(r"<\|[^|<>\n]{0,40}\|?>?|</?s>|\[/?INST\]")
_PARAGRAPH = re.compile(r"\s*\n\s*\n")
_LINE = re.compile(r"\s*\n")
# Only what holds or follows one of these can end a reply: other pieces are just more text.
_TELLING = re.compile(r"[\n:：<\[/.!?…。！？|>\]]")
_BORROWED_LABELS = ("Assistant", "User", "Human")


class ReplyFilter:
    """Filters a reply of the speaker that goes by the names `own` while it streams.

    `feed` takes each piece the model writes and returns what may be shown now; `done` turns True
    when the reply is complete and the model can stop; `text` is the reply so far. What `feed`
    returned is never taken back, except that `finish` drops an unfinished last sentence.

    A reply ends at a control token, where another speaker's label begins, at the end of its line,
    and after `max_sentences` sentences. With `max_sentences=0` it may have any length and several
    lines, and ends at the first empty one.
    """

    def __init__(
        self, own: Sequence[str], others: Sequence[str] = (), *, max_sentences: int = 3
    ) -> None:
        labels = [name for name in (*own, "Assistant") if name]
        foreign = [name for name in (*others, *_BORROWED_LABELS) if name and name not in own]
        self._own_label = re.compile(
            rf"^\W*(?:{_any_of(labels)})\W{{0,2}}[:：][\s*]*", re.IGNORECASE
        )
        self._foreign_label = re.compile(rf"(?<!\w)\**(?:{_any_of(foreign)})\**\s?[:：]")
        self._hold_back = max(map(len, [*labels, *foreign])) + 4
        self._max_sentences = max_sentences
        self._raw = ""
        self._shown = 0
        self._was_plain = False
        self.done = False
        self.text = ""

    def feed(self, piece: str) -> str:
        """Take what the model wrote; return the further text to show (may be empty)."""
        if self.done:
            return ""
        self._raw += piece
        is_plain = not _TELLING.search(piece)
        if is_plain and self._was_plain and self.text:
            self.text += piece
        else:
            self.text, self.done = self._cut()
        self._was_plain = is_plain
        # A label is only known once its colon is there: its length is always held back.
        safe = len(self.text) - (0 if self.done else self._hold_back)
        fresh = self.text[self._shown : max(safe, self._shown)]
        self._shown += len(fresh)
        return fresh

    def finish(self, *, cut_short: bool) -> str:
        """The whole reply; `cut_short` when the model ran out of tokens, not of words."""
        self.text, ended = self._cut()
        self.text = self.text.strip()
        if cut_short and not ended:
            self.text = complete_sentences(self.text)
        self.done = True
        return self.text

    def rest(self) -> str:
        """After `finish`: what of the reply has not been shown yet."""
        return self.text[self._shown :]

    def _cut(self) -> tuple[str, bool]:
        """The part of the raw text that belongs to the reply, and whether the reply is over."""
        body = self._own_label.sub("", self._raw.lstrip(), count=1)
        line = _LINE if self._max_sentences else _PARAGRAPH
        matches = (pattern.search(body) for pattern in (_CONTROL, self._foreign_label, line))
        ends = [match.start() for match in matches if match]
        complete = [end for end in sentence_ends(body) if end < len(body)]
        if self._max_sentences and len(complete) >= self._max_sentences:
            ends.append(complete[self._max_sentences - 1])
        return (body[: min(ends)].rstrip(), True) if ends else (body, False)


def _any_of(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, names))
