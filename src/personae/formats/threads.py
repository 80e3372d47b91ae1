"""Threads of a forum as PersonaConvBench (S024) publishes them: posts with trees of comments.

`{author: [post, …]}`, a list of posts, or JSON Lines of them. A post has `title`, `content`,
`__sub__` (the community), `author`, `score` and `comments`; a comment `body`, `author`, `score` and
`replies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from personae.data import JsonObject
from personae.text.parsing import Record, json_records

MAX_THREADS, MAX_COMMENTS = 100_000, 10_000
MAX_SCORE = 10**9
MAX_DEPTH = 400  # each reply lies two levels deeper than what it replies to
GONE = ("", "[deleted]", "[removed]")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; `parent` is the position of the one that it replies to, None for the post.

    `score` is None where the file does not tell it.
    """

    author: str
    body: str
    score: int | None
    parent: int | None

    @property
    def is_gone(self) -> bool:
        return self.body.strip().lower() in GONE


@dataclass(frozen=True, slots=True)
class Thread:
    """A post and its comments, each after what it replies to."""

    author: str
    community: str
    title: str
    content: str
    score: int | None
    comments: tuple[Comment, ...]


def read_threads(file: Path) -> Iterator[Thread]:
    """The threads of a file. Raises FormatError, also for more than the limits allow."""
    count = 0
    for record in json_records(file, MAX_DEPTH):
        for post in _posts(record):
            count += 1
            if count > MAX_THREADS:
                raise post.place.fault(f"There are more than {MAX_THREADS} threads.")
            yield thread_of(post)


def thread_of(post: Record) -> Thread:
    """One post with its tree. Raises FormatError."""
    return Thread(
        author=post.text("author", ""),
        community=post.text("__sub__", ""),
        title=post.text("title", ""),
        content=post.text("content", ""),
        score=_score(post),
        comments=tuple(_comments(post)),
    )


def written_threads(threads: Iterable[Thread]) -> dict[str, list[JsonObject]]:
    """Threads in the published form, by author: what `read_threads` reads back."""
    found: dict[str, list[JsonObject]] = {}
    for one in threads:
        found.setdefault(one.author, []).append(_written(one))
    return found


def _written(thread: Thread) -> JsonObject:
    nodes: list[JsonObject] = []
    top: list[JsonObject] = []
    for one in thread.comments:
        node: JsonObject = {
            "body": one.body, "author": one.author, "score": one.score, "replies": []
        }  # fmt: skip
        nodes.append(node)
        (top if one.parent is None else nodes[one.parent]["replies"]).append(node)
    return {
        "title": thread.title, "content": thread.content, "__sub__": thread.community,
        "author": thread.author, "score": thread.score, "comments": top,
    }  # fmt: skip


def _posts(record: Record) -> Iterator[Record]:
    """The record itself, or the posts of each author in it."""
    if "comments" in record.fields or "title" in record.fields:
        yield record
        return
    for author in record.fields:
        for post in record.records(author, required=True):
            yield Record({"author": author, **post.fields}, post.place)


def _comments(post: Record) -> Iterator[Comment]:
    """All comments, parents first; without recursion, for trees may be as deep as files allow."""
    waiting: list[tuple[Record, int | None]] = [
        (one, None) for one in reversed(post.records("comments"))
    ]
    count = 0
    while waiting:
        node, parent = waiting.pop()
        if count >= MAX_COMMENTS:
            raise post.place.fault(f"A thread has more than {MAX_COMMENTS} comments.")
        yield Comment(node.text("author", ""), node.text("body", ""), _score(node), parent)
        waiting += [(one, count) for one in reversed(node.records("replies"))]
        count += 1


def _score(node: Record) -> int | None:
    """A whole number of votes; what is hidden, or no number of votes, is not known."""
    value = node.fields.get("score")
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_SCORE:
        return None
    return int(value)
