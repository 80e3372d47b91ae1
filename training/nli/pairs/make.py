"""Puts pairs together: templates by attributes, themes, foods by diet, and mined dialogue."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from . import lexicon as lex
from .attributes import Attribute, Claim, Kind, Label, attributes, far_jobs, label
from .corpora import Corpora
from .facets import FACETS, Facet, sort
from .rewrite import (
    content,
    is_negative,
    opposite,
    paraphrase,
    plain,
    shorter,
    swapped,
    topics,
)  # fmt: skip
from .style import dress, fill, in_chat
from .themes import IMPLIED, THEMES
from .traits import NUMBER, TRAITS, shown

LABELS: tuple[Label, ...] = ("entailment", "neutral", "contradiction")
# Of a pair that is no contradiction, whichever of the others it is: train.py knows it.
CONSISTENT: Final = "consistent"


@dataclass(frozen=True)
class Pair:
    """One example, and where it comes from."""

    premise: str
    hypothesis: str
    label: Label | Literal["consistent"]
    source: str


Source = Callable[[random.Random], Pair | None]


class Maker:
    """Sources of pairs over one reading of the corpora."""

    def __init__(self, corpora: Corpora) -> None:
        self.corpora = corpora
        self.sentences = sorted({s for persona in corpora.personas for s in persona})
        self.chatter = chatter(corpora)
        self.attributes = attributes()
        self.themes = [
            [[s.strip() for s in side.split(";")] for side in line.split("|")]
            for line in THEMES.strip().splitlines()
        ]
        self.implied = [
            (line.split(">")[0].strip(), [s.strip() for s in line.split(">")[1].split(";")])
            for line in IMPLIED.strip().splitlines()
        ]
        self.jobs = job_sentences([*self.sentences, *(r for r, _ in corpora.spoken)])
        self.overlapping = list(overlaps(corpora))
        self.questions = sorted({
            s for reply, _ in corpora.spoken for s in re.split(r"(?<=[.!?])\s+", reply)
            if s.endswith("?") and 3 <= len(s.split()) <= 16
        })  # fmt: skip
        self.favorites = favorites(self.sentences)
        said = [part for reply, _ in corpora.spoken for part in re.split(r"(?<=[.!?])\s+", reply)]
        self.shown = shown([*self.sentences, *self.sentences, *said])
        self.counted = counted([*self.sentences, *(reply for reply, _ in corpora.spoken)])
        self.kinds = sort([*self.sentences, *said])
        self.work_places = work_places([*self.sentences, *(r for r, _ in corpora.spoken)])

    # --- by attribute ---------------------------------------------------------------------------

    def attribute(self, rng: random.Random) -> Pair | None:
        """Two claims about one attribute, labelled by its rules."""
        weights = [1.0 if a.name.startswith(("job of", "number")) else 2.5 for a in self.attributes]
        a = rng.choices(self.attributes, weights)[0]
        wanted = rng.choice(LABELS)
        for _ in range(12):
            said = claim(a, rng)
            statement = claim(a, rng, near=said)
            if label(said, statement) == wanted:
                break
        else:
            return None
        one = fill(rng.choice(list(said.forms())), said.value, rng)
        if a.name == "job" and said.kind == "has" and rng.random() < 0.5:
            one = rng.choice(self.jobs.get(said.value) or [one])
        other = fill(rng.choice(list(statement.forms())), statement.value, rng)
        if one == other and rng.random() < 0.8:
            return None
        return self._said(one, other, wanted, f"attribute {a.name}", rng)

    def theme(self, rng: random.Random) -> Pair:
        """Two sides of a theme."""
        theme = rng.choice(self.themes)
        side = rng.random() < 0.5
        if rng.random() < 0.45:
            same = theme[0]
            one, other = rng.sample(same, 2) if len(same) > 1 else (same[0], same[0])
            return self._said(one, other, "entailment", "theme", rng)
        one, other = rng.choice(theme[0]), rng.choice(theme[1])
        if side:
            one, other = other, one
        return self._said(one, other, "contradiction", "theme", rng)

    def theme_neutral(self, rng: random.Random) -> Pair | None:
        """Sides of different themes that share no topic; or a question about the theme."""
        one = rng.choice(rng.choice(rng.choice(self.themes)))
        if rng.random() < 0.5:
            other = rng.choice(rng.choice(rng.choice(self.themes)))
            if topics(one) & topics(other):
                return None
            return self._said(one, other, "neutral", "theme apart", rng)
        return self._aside(one, rng)

    def implication(self, rng: random.Random) -> Pair:
        """A sentence and what follows from it; or its denial; or another's consequence."""
        said, follows = rng.choice(self.implied)
        statement = rng.choice(follows)
        if rng.random() < 0.45:
            turned = opposite(statement, rng)
            if turned:
                return self._said(said, turned, "contradiction", "implied", rng)
        return self._said(said, statement, "entailment", "implied", rng)

    def diet(self, rng: random.Random) -> Pair:
        """What a vegan and a vegetarian eat, and what people with an allergy do not."""
        vegan = rng.random() < 0.5
        diet = rng.choice(VEGAN if vegan else VEGETARIAN)
        banned = ["meat", "seafood", "dairy"] if vegan else ["meat"]
        fine = ["vegetables", "fruit", "grains", "nuts"]
        clash = rng.random() < 0.65
        food = rng.choice(lex.FOODS[rng.choice(banned if clash else fine)])
        if not clash and rng.random() < 0.4:
            eats = rng.choice(("i hate {v}", "i never eat {v}", "i do not like {v}"))
            food = rng.choice(lex.FOODS["meat"])
            verdict: Label = "neutral"
        else:
            eats = rng.choice(EATS)
            verdict = "contradiction" if clash else "neutral"
        one, other = diet, eats.replace("{v}", food)
        if rng.random() < 0.5:
            one, other = other, one
        return self._said(one, other, verdict, "diet", rng)

    def food_kind(self, rng: random.Random) -> Pair:
        """Steak is meat: liking a kind of food against one of it."""
        kind, word = rng.choice((("meat", "meat"), ("seafood", "seafood"), ("fruit", "fruit"),
                                 ("vegetables", "vegetables"), ("dairy", "dairy"),
                                 ("sweets", "sweets")))  # fmt: skip
        food = rng.choice(lex.FOODS[kind])
        eats = rng.choice(EATS).replace("{v}", food)
        if rng.random() < 0.5:
            return self._said(eats, rng.choice((f"i eat {word}", f"i like {word}")), "entailment",
                              "food kind", rng)  # fmt: skip
        never = rng.choice((f"i do not eat {word}", f"i never eat {word}", f"i avoid all {word}"))
        one, other = (eats, never) if rng.random() < 0.5 else (never, eats)
        return self._said(one, other, "contradiction", "food kind", rng)

    def job_field(self, rng: random.Random) -> Pair | None:
        """Nurses work in hospitals: a profession against what is said of fields."""
        field, jobs = rng.choice(list(lex.JOB_FIELDS.items()))
        job = rng.choice(jobs)
        said = fill(rng.choice(self.attributes[0].has), job, rng)
        if rng.random() < 0.3:
            said = rng.choice(self.jobs.get(job) or [said])
        if rng.random() < 0.5:
            return self._said(said, rng.choice(lex.FIELD_SAYS[field]), "entailment", "job field",
                              rng)  # fmt: skip
        other = rng.choice(list(lex.JOB_FIELDS))
        if not all(far_jobs(job, there) for there in lex.JOB_FIELDS[other]):
            return None
        statement = rng.choice(lex.FIELD_SAYS[other])
        one, two = (said, statement) if rng.random() < 0.5 else (statement, said)
        return self._said(one, two, "contradiction", "job field", rng)

    # --- from dialogue --------------------------------------------------------------------------

    def written_down(self, rng: random.Random) -> Pair | None:
        """A reply and the statement that a person noted from it, or its opposite."""
        reply, noted = rng.choice(self.corpora.aligned)
        if len(noted.split()) < 3:
            return None
        if rng.random() < 0.42:
            turned = opposite(noted, rng) or swapped(noted, rng)
            return self._as_is(reply, turned, "contradiction", "noted", rng) if turned else None
        return self._as_is(reply, noted, "entailment", "noted", rng)

    def overlap(self, rng: random.Random) -> Pair | None:
        """A reply that repeats most words of the speaker's statement, or the opposite of it."""
        reply, sentence = rng.choice(self.overlapping)
        if rng.random() < 0.4:
            turned = swapped(sentence, rng) or opposite(sentence, rng)
            return self._as_is(reply, turned, "contradiction", "overlap", rng) if turned else None
        return self._as_is(reply, sentence, "entailment", "overlap", rng)

    def rewritten(self, rng: random.Random) -> Pair | None:
        """A persona sentence, rewritten to mean the same, less, or the opposite."""
        sentence = rng.choice(self.sentences)
        roll = rng.random()
        if roll < 0.36:
            turned = (swapped(sentence, rng) if rng.random() < 0.5 else None) or opposite(
                sentence, rng
            )
            if not turned:
                return None
            if rng.random() < 0.4:
                turned = paraphrase(turned, rng) or turned
            one, other = (sentence, turned) if rng.random() < 0.5 else (turned, sentence)
            return self._said(plain(one), plain(other), "contradiction", "rewritten", rng)
        same = shorter(sentence) if roll < 0.55 else paraphrase(sentence, rng)
        if not same:
            return None
        return self._said(plain(sentence), same, "entailment", "rewritten", rng)

    def jobs_apart(self, rng: random.Random) -> Pair | None:
        """Two people's sentences about their jobs; two favourites of one kind; two work places."""
        roll = rng.random()
        if roll < 0.4:
            a, b = rng.sample(list(self.jobs), 2)
            if not far_jobs(a, b):
                return None
            one, other = rng.choice(self.jobs[a]), rng.choice(self.jobs[b])
            return self._as_is(one, other, "contradiction", "jobs apart", rng)
        if roll < 0.65:
            a, b = rng.sample(self.work_places, 2)
            if content(a) & content(b) - {"work"}:
                return None
            return self._as_is(a, b, "contradiction", "work places", rng)
        kind = rng.choice([k for k, found in self.favorites.items() if len(found) > 3])
        a, b = rng.sample(self.favorites[kind], 2)
        if len(content(a) & content(b)) > 2:
            return None
        return self._as_is(a, b, "contradiction", "favourites", rng)

    def trait(self, rng: random.Random) -> Pair | None:
        """Sentences that show one trait, or one of them and what denies it."""
        trait = rng.choice([t for t in TRAITS if len(self.shown[t.name]) > 1])
        one, other = rng.sample(self.shown[trait.name], 2)
        roll = rng.random()
        if roll < 0.4:
            denial = rng.choice(trait.denies)
            if rng.random() < 0.3:
                return self._said(denial, plain(one), "contradiction", "trait", rng)
            return self._as_is(one, dress(denial, rng), "contradiction", "trait", rng)
        if roll < 0.7:
            return self._as_is(one, dress(rng.choice(trait.says), rng), "entailment", "trait", rng)
        if trait.name in ("job", "children", "musician", "siblings", "married"):
            named = [set(re.findall(r"[a-z]+", plain(s))) & _SPECIFIC for s in (one, other)]
            if named[0] != named[1]:
                return None
        if trait.name in ("reader", "meat eater", "driver", "drinker", "runner"):
            return None
        return self._as_is(one, other, "entailment", "trait shared", rng)

    def recounted(self, rng: random.Random) -> Pair | None:
        """A sentence against itself with another number."""
        sentence = rng.choice(self.counted)
        s = plain(sentence)
        numbers = list(NUMBER.finditer(s))
        at = rng.choice(numbers)
        value = rng.choice((str(rng.randint(2, 30)), rng.choice(lex.NUMBERS[1:])))
        old, new = NUMBER_VALUE.get(at[0], at[0]), NUMBER_VALUE.get(value, value)
        same = rng.random() < 0.3
        if same:
            value = next((w for w, n in NUMBER_VALUE.items() if n == old and w != at[0]), old)
        elif old == new:
            return None
        other = s[: at.start()] + value + s[at.end() :]
        one, other = (sentence, other) if rng.random() < 0.6 else (other, sentence)
        return Pair(one, other, "entailment" if same else "contradiction", "recounted")

    def strangers(self, rng: random.Random) -> Pair | None:
        """Sentences and replies of different people that share no topic."""
        statement = rng.choice(self.sentences)
        if rng.random() < 0.6:
            said, persona = rng.choice(self.corpora.spoken)
            if statement in persona:
                return None
        else:
            said = rng.choice(self.sentences)
        if topics(said) & topics(statement) or content(said) & content(statement):
            return None
        return self._as_is(said, statement, "neutral", "strangers", rng)

    def facet(self, rng: random.Random) -> Pair | None:
        """Real sentences of two kinds of a facet, or of one."""
        facet = rng.choices(FACETS, (4.0, 1.0, 1.5, 1.5))[0]
        kinds = self.kinds[facet.name]
        if facet.within and rng.random() < 0.25:
            return self._alike(facet, rng)
        # A kind counts by the root of its sentences: common ones neither rule nor drown.
        weights = [len(found) ** 0.5 for found in kinds.values()]
        a, b = rng.choices(list(kinds), weights, k=2) if kinds else ("", "")
        if a == b or not facet.apart(a, b):
            return None
        return self._as_is(rng.choice(kinds[a]), rng.choice(kinds[b]), facet.across,
                           f"{facet.name} apart", rng)  # fmt: skip

    def _alike(self, facet: Facet, rng: random.Random) -> Pair | None:
        """Two sentences of one kind."""
        several = [found for found in self.kinds[facet.name].values() if len(found) > 1]
        if not several or facet.within is None:
            return None
        one, other = rng.sample(rng.choice(several), 2)
        # Sentences about one kind of job that share no word may be of two jobs.
        sure = facet.name != "job" or content(one) & content(other)
        verdict = facet.within if sure else CONSISTENT
        return self._as_is(one, other, verdict, f"{facet.name} alike", rng)

    def consistent(self, rng: random.Random) -> Pair | None:
        """A reply, or a sentence of it, and a statement of its speaker; near ones more often."""
        said, persona = rng.choice(self.corpora.spoken)
        parts = [part for part in re.split(r"(?<=[.!?])\s+", said) if not part.endswith("?")]
        if not parts or not persona:
            return None
        clause = rng.choice(parts) if rng.random() < 0.7 else said
        words = content(clause)
        near = [one for one in persona if content(one) & words]
        statement = rng.choice(near if near and rng.random() < 0.7 else persona)
        return Pair(clause, statement, CONSISTENT, "consistent")

    def own_persona(self, rng: random.Random) -> Pair | None:
        """A reply of a person against the other sentences of the same persona: no contradiction."""
        said, persona = rng.choice(self.corpora.spoken)
        statement = rng.choice(persona)
        shared = content(said) & content(statement)
        if shared or len(statement.split()) < 3:
            return None
        return self._as_is(said, statement, "neutral", "own persona", rng)

    def same_persona(self, rng: random.Random) -> Pair | None:
        """Two sentences of one persona with little in common."""
        persona = rng.choice(self.corpora.personas)
        if len(persona) < 2:
            return None
        one, other = rng.sample(persona, 2)
        if content(one) & content(other) or (topics(one) & topics(other) and rng.random() < 0.5):
            return None
        return self._as_is(one, other, "neutral", "same persona", rng)

    def question(self, rng: random.Random) -> Pair:
        """A question, or small talk without a statement, against anything."""
        said = rng.choice(self.questions if rng.random() < 0.6 else self.chatter)
        return self._as_is(said, rng.choice(self.sentences), "neutral", "question", rng)

    def aside(self, rng: random.Random) -> Pair:
        return self._aside(plain(rng.choice(self.sentences)), rng)

    def _aside(self, sentence: str, rng: random.Random) -> Pair:
        """The same words asked, wished on, or said of someone else."""
        s = plain(sentence)
        made = others(s, rng)
        if made is None:
            return self._said(rng.choice(self.chatter), s, "neutral", "small talk", rng)
        return self._said(made, s, "neutral", "someone else", rng)

    # --- writing --------------------------------------------------------------------------------

    def _said(self, said: str, statement: str, verdict: Label, source: str, rng: random.Random
              ) -> Pair:  # fmt: skip
        premise = in_chat(said, self.chatter, rng)
        return Pair(premise, dress(statement, rng), verdict, source)

    def _as_is(self, said: str, statement: str, verdict: Label | Literal["consistent"], source: str,
               rng: random.Random) -> Pair:  # fmt: skip
        if rng.random() < 0.3:
            said = f"{rng.choice(self.chatter)} {said}"
        if rng.random() < 0.5:
            statement = dress(plain(statement), rng)
        return Pair(said, statement, verdict, source)


VEGAN = lex.words("""i am vegan, i am a vegan, i follow a vegan diet, i do not eat animal products,
    i have been vegan for years, my diet is plant based, i became a vegan last year""")
VEGETARIAN = lex.words("""i am a vegetarian, i am vegetarian, i do not eat meat, i never eat meat,
    i gave up meat years ago, i am a strict vegetarian, i stopped eating meat""")
EATS = lex.words("""i love {v}, i eat {v} every week, my favorite food is {v}, i had {v} for lunch,
    i am eating {v} right now, i love to eat {v}, nothing beats {v}, i could live on {v},
    i just ate some {v}, i made {v} for dinner and ate all of it, {v} is my favorite food,
    i enjoy {v}, i like {v}""")
OTHERS = ("my brother", "my sister", "my neighbor", "my friend", "my cousin", "my boss",
          "a guy i know", "my uncle")  # fmt: skip


def others(s: str, rng: random.Random) -> str | None:
    """The first-person sentence asked of the listener, said of someone else, or only thought of."""
    match = re.match(r"^i am (.+)", s)
    who = rng.choice(OTHERS)
    if match:
        rest = match[1]
        return rng.choice((f"are you {rest} ?", f"{who} is {rest}", f"you are {rest} , right ?",
                           f"is it hard to be {rest} ?", f"so you are {rest} ? nice"))  # fmt: skip
    match = re.match(r"^i have (.+)", s)
    if match:
        rest = match[1]
        return rng.choice((f"do you have {rest} ?", f"{who} has {rest}", f"you have {rest} ? cool",
                           f"it must be nice to have {rest}"))  # fmt: skip
    match = re.match(r"^i (like|love|enjoy|play|eat|drink|work|live|own|drive|want|watch|read|hate)"
                     r" (.+)", s)  # fmt: skip
    if match:
        verb, rest = match.groups()
        return rng.choice((f"do you {verb} {rest} ?", f"{who} {verb}s {rest}",
                           f"so you {verb} {rest} ?",
                               f"a lot of people {verb} {rest}"))  # fmt: skip
    match = re.match(r"^my ([\w ]+?) (is|are) (.+)", s)
    if match:
        return rng.choice((f"is your {match[1]} {match[3]} ?", f"what is your {match[1]} ?",
                           f"your {match[1]} {match[2]} {match[3]} ? cool"))  # fmt: skip
    return None


def claim(a: Attribute, rng: random.Random, near: Claim | None = None) -> Claim:
    """A random claim; half of the time about the same value as `near`."""
    options: list[tuple[Kind, float]] = [("has", 5)]
    options += [("lacks", 2.0)] if a.lacks else []
    options += [("any", 1.0)] if a.any else []
    options += [("none", 1.2)] if a.none else []
    options += [("group", 2.0)] if a.group_says else []
    options += [("no_group", 1.0)] if a.group_denies else []
    kind = rng.choices([o[0] for o in options], [o[1] for o in options])[0]
    value = rng.choice(a.values) if kind in ("has", "lacks") else ""
    if kind in ("group", "no_group"):
        value = rng.choice(list(a.group_says if kind == "group" else a.group_denies))
    if near and near.value and rng.random() < 0.6:
        if kind in ("has", "lacks"):
            value = rng.choice(list(near.members) or [value])
        elif kind in ("group", "no_group"):
            says = a.group_says if kind == "group" else a.group_denies
            around = [g for g in says if set(near.members) & set(a.groups.get(g, ()))]
            value = rng.choice(around) if around else value
    return Claim(a, kind, value)


_FIRST = re.compile(r"\b(?:i|i'm|im|i've|my|me|mine|we|our|us|myself)\b", re.IGNORECASE)


def chatter(corpora: Corpora) -> list[str]:
    """Sentences of replies that say nothing of the speaker."""
    found = set()
    for reply, _ in corpora.spoken:
        for part in re.split(r"(?<=[.!?])\s+", reply):
            if 1 < len(part.split()) <= 10 and not _FIRST.search(part) and part[-1:] in ".!?":
                found.add(part)
    return sorted(found)


_JOBS = sorted((j for jobs in lex.JOB_FIELDS.values() for j in jobs), key=len, reverse=True)
_JOB = re.compile(
    r"\b(?:i am|i work as|i currently work as|my job is being|i am working as)"
    r" (?:currently )?(?:a|an) (?:\w+ )?(" + "|".join(map(re.escape, _JOBS)) + r")\b"
)


def job_sentences(sentences: Sequence[str]) -> dict[str, list[str]]:
    """Sentences of the corpora that name the speaker's own profession, by profession."""
    found: dict[str, set[str]] = {}
    for sentence in sentences:
        s = plain(sentence)
        match = _JOB.search(s)
        unsure = re.search(r"\bnot\b|\?|used to|want|wish|if i|student|future|aspiring|retired", s)
        if match and not unsure and len(s.split()) <= 25:
            found.setdefault(match[1], set()).add(sentence)
    return {job: sorted(kept) for job, kept in found.items()}


def favorites(sentences: Sequence[str]) -> dict[str, list[str]]:
    """Statements `my favorite KIND is …` by kind."""
    found: dict[str, list[str]] = {}
    for sentence in sentences:
        match = re.match(r"^my favorite (\w+) is ", plain(sentence))
        if match and match[1] not in ("thing", "part"):
            found.setdefault(match[1], []).append(sentence)
    return found


NUMBER_VALUE = {word: str(number) for number, word in enumerate(lex.NUMBERS, 1)}
_SPECIFIC = {
    *lex.words("""wife, husband, mom, dad, mother, father, brother, sister, son, daughter, guitar,
        piano, drums, violin, bass, cello, flute"""),
    *(word for jobs in lex.JOB_FIELDS.values() for job in jobs for word in job.split()),
}


def counted(sentences: Sequence[str]) -> list[str]:
    """Statements of the speaker with a number of things in them."""
    wanted = re.compile(r"\b(?:i have|i own|i am|my|i know|we have|there are)\b.*" + NUMBER.pattern)
    return sorted({s for s in sentences if wanted.search(plain(s)) and len(s.split()) <= 22})


def work_places(sentences: Sequence[str]) -> list[str]:
    """Short sentences `i work at|for|in …`."""
    wanted = re.compile(r"^i (?:currently )?work (?:at|for|in) (?!home|the night|my|night)")
    return sorted({s for s in sentences if wanted.match(plain(s)) and len(s.split()) <= 10
                   and not is_negative(s)})  # fmt: skip


def overlaps(corpora: Corpora) -> Iterator[tuple[str, str]]:
    """Replies that hold most of the words of one statement of their speaker."""
    seen = set()
    for reply, persona in corpora.spoken:
        clauses = [c for c in re.split(r"(?<=[.!?])\s+", reply)
                   if not c.endswith("?") and _FIRST.search(c)]  # fmt: skip
        for sentence in persona:
            words = content(sentence)
            if len(words) < 2 or (reply, sentence) in seen:
                continue
            seen.add((reply, sentence))
            for clause in clauses:
                held = len(words & content(clause)) / len(words)
                same_sign = is_negative(clause) == is_negative(sentence)
                if held >= 0.75 and same_sign and not re.search(r"\bif\b|\bwish\b", clause):
                    yield reply, sentence
                    break


def sources(maker: Maker) -> list[tuple[float, Source]]:
    """Where pairs come from, and how often."""
    return [
        (26, maker.attribute), (11, maker.theme), (4, maker.theme_neutral), (4, maker.implication),
        (4, maker.diet), (2, maker.food_kind), (8, maker.job_field), (14, maker.written_down),
        (16, maker.overlap), (14, maker.rewritten), (8, maker.jobs_apart), (14, maker.strangers),
        (22, maker.trait), (6, maker.recounted), (24, maker.facet), (16, maker.consistent),
        (5, maker.own_persona), (4, maker.same_persona), (5, maker.question), (6, maker.aside),
    ]  # fmt: skip


def stream(maker: Maker, seed: int) -> Iterator[Pair]:
    """Distinct pairs without end."""
    rng = random.Random(seed)
    makers = sources(maker)
    seen: set[tuple[str, str]] = set()
    while True:
        made = rng.choices([m for _, m in makers], [w for w, _ in makers])[0](rng)
        if made is None or not made.premise or not made.hypothesis:
            continue
        key = (made.premise.lower(), made.hypothesis.lower())
        if key not in seen:
            seen.add(key)
            yield made


def pairs(maker: Maker, number: int, seed: int) -> list[Pair]:
    """`number` distinct pairs."""
    return list(islice(stream(maker, seed), number))
