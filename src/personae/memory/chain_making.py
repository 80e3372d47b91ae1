"""A chain of behaviours, made from a story by a language model (BehaviorChain, S007).

Li et al. 2025: the first half of the story makes the profile; of each part of the second half one
key behaviour is taken with the plot before it; trivial behaviours are voted out, and their plot
goes to the next; what gives the behaviour away leaves the plot; three behaviours of other traits
stand beside it. Prompts are ours, for small models; the plot is cleaned by shared words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from personae.errors import InvalidOption
from personae.formats.behaviorchain import CODES, BehaviorChain, Node, Profile
from personae.memory.profiling import Ask, OnCall, profile_of
from personae.text.content_words import content_stems
from personae.text.quoting import marked, one_line
from personae.text.sentences import split_sentences

VOTES = 3
GIVEN_AWAY = 0.5  # share of a behaviour's telling words in one sentence from which it leaks
MOMENT_TOKENS, VOTE_TOKENS, OTHER_TOKENS = 160, 24, 120
_PART = re.compile(r"^\W*(plot|behaviou?r)\W*?[:.]\W*(.+)$", re.IGNORECASE | re.MULTILINE)
_LISTED = re.compile(r"^\W*(?:\d+\s*[.):]|[-*])\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A key behaviour, and the plot that led to it."""

    plot: str
    behavior: str


def made_chain(
    title: str,
    name: str,
    story: Sequence[str],
    ask: Ask,
    *,
    seed: int = 0,
    on_call: OnCall | None = None,
) -> BehaviorChain:
    """The chain of a character of a story in pieces. Raises InvalidOption where none comes out."""
    half = len(story) // 2
    profile = profile_of(name, story[:half], ask)
    moments = list(_moments(name, story[half:], ask, on_call))
    kept = without_trivial(moments, votes_on(name, moments, ask, seed))
    nodes = [node for one in kept if (node := _node(name, one, ask, seed)) is not None]
    if not nodes:
        raise InvalidOption(
            f"The model found no behaviour of {name!r} with three others in {title}. Use a larger "
            "model (--model), or a longer story."
        )
    return BehaviorChain(title, Profile(name, traits=profile.lines), (), tuple(nodes))


def _moments(
    name: str, story: Sequence[str], ask: Ask, on_call: OnCall | None
) -> Iterator[Moment]:  # fmt: skip
    own = [piece for piece in story if name in piece]
    for done, piece in enumerate(own, start=1):
        moment = read_moment(name, ask(_extract(name, piece), MOMENT_TOKENS))
        if on_call is not None:
            on_call(done, len(own))
        if moment is not None:
            yield moment


def read_moment(name: str, answer: str) -> Moment | None:
    """Plot and behaviour of an answer; None where one is missing, or is not the character's."""
    parts = {found[1].lower()[:4]: one_line(found[2]) for found in _PART.finditer(answer)}
    plot, behavior = parts.get("plot", ""), parts.get("beha", "")
    if not plot or name not in behavior:
        return None
    return Moment(plot, behavior)


def votes_on(name: str, moments: Sequence[Moment], ask: Ask, seed: int) -> list[set[int]]:
    """Which behaviours are trivial, asked three times in three orders."""
    votes = list[set[int]]()
    for vote in range(VOTES if moments else 0):
        order = random.Random(f"{seed}/{vote}").sample(range(len(moments)), len(moments))
        listed = "\n".join(f"{n}. {moments[at].behavior}" for n, at in enumerate(order, start=1))
        text = (
            f"Behaviors of {name}:\n{listed}\nWhich of them are trivial and show nothing of "
            "the character? Answer with their numbers, or with: none."
        )
        said = {int(number) for number in re.findall(r"\d+", ask(text, VOTE_TOKENS))}
        votes.append({order[number - 1] for number in said if 1 <= number <= len(order)})
    return votes


def without_trivial(moments: Sequence[Moment], votes: Sequence[set[int]]) -> list[Moment]:
    """The moments that not all votes call trivial; a dropped one's plot goes to the next.

    What it did belongs to the plot of the next, too. Where all are called trivial all stay.
    """
    trivial = set.intersection(*votes) if votes else set[int]()
    if len(trivial) == len(moments):
        return list(moments)
    kept, before = list[Moment](), ""
    for at, one in enumerate(moments):
        plot = f"{before} {one.plot}".strip()
        if at in trivial:
            before = f"{plot} {one.behavior}"
        else:
            kept.append(Moment(plot, one.behavior))
            before = ""
    return kept


def refined(plot: str, behavior: str) -> str:
    """The plot without the sentences that give the behaviour away."""
    telling = set(content_stems(behavior))
    return " ".join(
        sentence
        for sentence in split_sentences(plot)
        if len(telling & set(content_stems(sentence))) < GIVEN_AWAY * max(1, len(telling))
    )


def read_others(name: str, behavior: str, answer: str) -> list[str]:
    """Three other behaviours of an answer, fewer where it has fewer."""
    found = [one_line(text).strip('"') for text in _LISTED.findall(answer)]
    named = [text if text.startswith(name) else f"{name} {text[0].lower()}{text[1:]}"
             for text in found if text]  # fmt: skip
    return [text for text in dict.fromkeys(named) if text != behavior][: len(CODES) - 1]


def _node(name: str, moment: Moment, ask: Ask, seed: int) -> Node | None:
    plot = refined(moment.plot, moment.behavior)
    if not plot:
        return None
    answer = ask(_contrast(name, plot, moment.behavior), OTHER_TOKENS)
    others = read_others(name, moment.behavior, answer)
    if len(others) < len(CODES) - 1:
        return None
    options = [moment.behavior, *others]
    random.Random(f"{seed}/{moment.behavior}").shuffle(options)
    return Node(plot, tuple(options), options.index(moment.behavior))


def _extract(name: str, piece: str) -> str:
    return (
        f"Part of a story:\n{marked(piece)}\nWhat is the one thing that {name} does here which "
        f"says most of {name}'s character? Answer in two lines:\nPlot: what happened before it\n"
        f"Behavior: {name} …"
    )


def _contrast(name: str, plot: str, behavior: str) -> str:
    return (
        f"{plot}\nThen: {behavior}\nWhich trait of {name} does this show? Write three other things "
        f"that {name} could have done, each of a different trait, as a numbered list of sentences "
        f"that begin with {name}."
    )
