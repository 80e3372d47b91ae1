"""Made-up communities in which a comment's score depends on who wrote it (S024).

Each author is liked or disliked in a community, and mostly writes in the tone that fits: the tone
can be read from any reply, the standing only from how earlier ones were received.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from personae.formats.threads import Comment, Thread

COMMUNITIES = ("gardening", "cycling", "breadmaking", "chess", "trainspotting")
AUTHORS = 30
LIKED = 0.65  # how often an author is liked in a community: forums mostly like
KEEPS_STANDING = 0.85  # how often a comment is received as its author is
KEEPS_TONE = 0.6  # how often the tone fits the standing
OWN_REPLIES = (3, 4, 5)
SCORES = (4, 40)

_TONES = {
    True: ("Thank you, {0} is what I was missing.", "Good point about {0}, I will try it.",
           "Glad you asked: {0} worked well for me.", "You are right, {0} made the difference."),
    False: ("That is nonsense, nobody uses {0}.", "Read the post again before you go on about {0}.",
            "I said {0}, how hard is that?", "Whatever. {0} is a waste of time."),
}  # fmt: skip
_THINGS = {
    "gardening": ("mulch", "the south bed", "seed tape", "a rain barrel"),
    "cycling": ("the wider tyre", "a lower gear", "chain wax", "the saddle height"),
    "breadmaking": ("a longer proof", "rye flour", "the cast iron pot", "cold water"),
    "chess": ("the queenside pawn", "an early rook lift", "the Caro-Kann", "slow games"),
    "trainspotting": ("the night express", "platform nine", "the old signal box", "a tripod"),
}
_ASKS = ("What about {0}?", "Have you tried {0}?", "Why not {0}?", "And {0}, does it help?")


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody with a standing in each community."""

    name: str
    liked_in: frozenset[str]


def made_threads(number: int, seed: int) -> Iterator[Thread]:
    """`number` threads; the same seed gives the same, and more only adds to them."""
    rng = random.Random(f"threads/{seed}")
    authors = [
        Author(f"author{at}", frozenset(one for one in COMMUNITIES if rng.random() < LIKED))
        for at in range(AUTHORS)
    ]
    for at in range(number):
        yield _thread(authors, random.Random(f"threads/{seed}/{at}"))


def _thread(authors: list[Author], rng: random.Random) -> Thread:
    community = rng.choice(COMMUNITIES)
    author, *others = rng.sample(authors, 5)
    thing = rng.choice(_THINGS[community])
    comments: list[Comment] = []
    for at in range(rng.choice(OWN_REPLIES)):
        other = others[at % len(others)]
        asked = rng.choice(_ASKS).format(rng.choice(_THINGS[community]))
        comments.append(Comment(other.name, asked, _score(other, community, rng), None))
        comments.append(_reply(author, community, len(comments) - 1, rng))
    return Thread(
        author=author.name,
        community=community,
        title=f"My season with {thing}",
        content=f"I have used {thing} since spring and wonder what you make of it.",
        score=_score(author, community, rng),
        comments=tuple(comments),
    )


def _reply(author: Author, community: str, parent: int, rng: random.Random) -> Comment:
    is_warm = (community in author.liked_in) == (rng.random() < KEEPS_TONE)
    body = rng.choice(_TONES[is_warm]).format(rng.choice(_THINGS[community]))
    return Comment(author.name, body, _score(author, community, rng), parent)


def _score(author: Author, community: str, rng: random.Random) -> int:
    is_good = (community in author.liked_in) == (rng.random() < KEEPS_STANDING)
    return rng.randint(*SCORES) * (1 if is_good else -1)
