"""Rewrites of a first-person sentence that keep its meaning, narrow it, or turn it round."""

from __future__ import annotations

import random
import re

from . import lexicon as lex
from .lexicon import words

EXPAND = [
    (r"\bi'm\b|\bim\b|\bi m\b", "i am"), (r"\bi've\b|\bi ve\b", "i have"),
    (r"\bi'd\b|\bi d\b", "i would"), (r"\bi'll\b|\bi ll\b", "i will"),
    (r"\bdon'?t\b|\bdon t\b", "do not"), (r"\bcan'?t\b|\bcan t\b|\bcannot\b", "can not"),
    (r"\bdoesn'?t\b|\bdoesn t\b", "does not"), (r"\bdidn'?t\b|\bdidn t\b", "did not"),
    (r"\bisn'?t\b", "is not"), (r"\bwon'?t\b", "will not"), (r"\bit's\b", "it is"),
    (r"\bhaven'?t\b", "have not"), (r"\bwasn'?t\b", "was not"), (r"\bfavourite\b", "favorite"),
]  # fmt: skip
NEGATIVE = re.compile(r"\b(not|never|no|nothing|nobody|hate|hardly|without|dislike|stand)\b|n't\b")
STOP = frozenset(
    words("""i, a, an, the, my, me, and, or, of, to, in, on, at, for, with, is, am, are, was, be,
    been, it, that, this, have, has, had, do, does, did, so, very, really, just, also, too, but,
    as, from, by, about, like, love, enjoy, lot, much, go, get, not, s, m, ve, t, are, you, your,
    we, our, they, he, she, his, her, its, would, will, can, some, all""")
)
DISLIKES = ("i hate", "i do not like", "i can not stand", "i dislike", "i never liked")


def plain(text: str) -> str:
    """Lower case, contractions written out, end marks off."""
    text = " ".join(text.lower().replace("’", "'").split()).rstrip(" .!")
    for pattern, full in EXPAND:
        text = re.sub(pattern, full, text)
    return text


def content(text: str) -> set[str]:
    """Stems of the words that carry meaning, very roughly."""
    return {_stem(word) for word in re.findall(r"[a-z0-9]+", plain(text)) if word not in STOP}


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")


def is_negative(text: str) -> bool:
    return bool(NEGATIVE.search(plain(text)))


def opposite(text: str, rng: random.Random) -> str | None:
    """A first-person sentence that cannot be true together with `text`; None if unsure."""
    s = plain(text)
    if "?" in s or len(s.split()) > 16:
        return None
    rules: list[tuple[str, tuple[str, ...]]] = [
        (r"^i (?:do not|don't) (like|love|enjoy|have|own|eat|drink|smoke|drive|work|watch|play|"
         r"want|know|believe|speak|live|read)\b", (r"i \1",)),
        (r"^i am not\b", ("i am",)), (r"^i can not\b", ("i can",)),
        (r"^i (?:hate|dislike|despise)\b", ("i love", "i like", "i really enjoy")),
        (r"^i have never\b", ("i have often",)),
        (r"^i never (\w+)\b", (r"i often \1", r"i always \1")),
        (r"^i (?:really |absolutely |also )?(?:like|love|enjoy|adore)\b", DISLIKES),
        (r"^i am (?:a|an)\b", ("i am not a",)), (r"^i am\b", ("i am not",)),
        (r"^i have (a|an|two|three|four|five|many|several|\d)\b",
         ("i do not have any", "i have no", "i do not have")),
        (r"^i have (been|lived|worked|played)\b", (r"i have never \1", r"i have not \1")),
        (r"^i can\b", ("i can not", "i am not able to")),
        (r"^i (?:own|drive|play|eat|drink|watch|read|speak|work|live|study|collect|listen|want|"
         r"write|go|volunteer|teach|sing|dance|cook|run|wear|use|need|grow|ride|spend|believe|"
         r"prefer|sleep|make|attend|belong)\b", ()),
        (r"^my ([\w ]{2,25}?) (is|are|was|were)\b(?! not)", (r"my \1 \2 not",)),
        (r"^i was\b", ("i was not", "i was never")),
        (r"^my favorite ([\w ]{2,20}?) is\b", (r"my favorite \1 is not",)),
    ]  # fmt: skip
    for pattern, replacements in rules:
        match = re.match(pattern, s)
        if not match:
            continue
        if " but " in s or " not " in s[match.end() :]:
            return None
        if not replacements:
            verb = s.split()[1]
            start = rng.choice((f"i do not {verb}", f"i never {verb}", f"i do not {verb}"))
            return start + s[match.end() :]
        made = re.sub(pattern, rng.choice(replacements), s, count=1)
        return re.sub(r"\b(any|no) (a|an) ", r"\1 ", made)
    return None


SWAPS: list[tuple[str, list[str]]] = [
    (r"^(?:i have|i own|i am blessed with|my) (NUM)\b", lex.NUMBERS[1:]),
    (r"^i (?:live|grew up|was born|was raised|reside) in (PLACE)\b",
     [*lex.PLACES, *lex.COUNTRIES]),
    (r"^i am from (PLACE)\b", [*lex.PLACES, *lex.COUNTRIES]),
    (r"^my favorite color is (COLOR)\b", lex.COLORS), (r"^my hair is (COLOR)\b", lex.HAIR),
    (r"^i am an? (JOB)\b", [job for jobs in lex.JOB_FIELDS.values() for job in jobs]),
    (r"^my (?:mother|mom|father|dad|wife|husband|sister|brother) (?:is|was) an? (JOB)\b",
     [job for jobs in lex.JOB_FIELDS.values() for job in jobs]),
]  # fmt: skip
_PATTERNS = [
    (re.compile(re.sub("NUM|PLACE|COLOR|JOB", "|".join(
        sorted(map(re.escape, values), key=len, reverse=True)), pattern)), values)
    for pattern, values in SWAPS
]  # fmt: skip


def swapped(text: str, rng: random.Random) -> str | None:
    """The sentence with its exclusive value (number, place, colour, job) changed."""
    from .attributes import far_jobs
    from .style import with_article

    s = plain(text)
    for pattern, values in _PATTERNS:
        match = pattern.match(s)
        if not match:
            continue
        value = rng.choice(values)
        if value == match[1] or (len(values) > 100 and not far_jobs(value, match[1])):
            return None
        head = s[: match.start(1)]
        if head.endswith((" a ", " an ")):
            return head.rsplit(" ", 2)[0] + " " + with_article(value) + s[match.end(1) :]
        return head + value + s[match.end(1) :]
    return None


PARAPHRASE = [
    (r"^i (?:love|like|enjoy) (\w+ing\b.*)", (r"\1 is something i enjoy", r"i am fond of \1",
                                              r"\1 is one of my favorite things",
                                              r"i am really into \1")),
    (r"^i (?:love|like) to (.+)", (r"i enjoy it when i can \1", r"i really like to \1",
                                   r"i am happy when i \1", r"i am someone who loves to \1")),
    (r"^i (?:love|like|enjoy) (?!to\b)(.+)", (r"i am a fan of \1", r"i really love \1",
                                              r"i am into \1", r"i adore \1")),
    (r"^i have (a|an|two|three|four|\d) (.+)", (r"i own \1 \2", r"i have got \1 \2")),
    (r"^i want to (.+)", (r"i would like to \1", r"i hope to \1", r"my dream is to \1")),
    (r"^i work (?:as|like) (a|an) (.+)", (r"i am \1 \2", r"my job is \2")),
    (r"^i am (a|an) ((?:\w+ ?){1,3})$", (r"i would call myself \1 \2", r"i am indeed \1 \2")),
    (r"^my favorite ([\w ]+?) is (.+)", (r"\2 is my favorite \1", r"the \1 i like best is \2")),
    (r"^i hate (.+)", (r"i can not stand \1", r"i really dislike \1", r"i do not like \1")),
    (r"^i do not like (.+)", (r"i hate \1", r"i am not a fan of \1")),
    (r"^i can not (.+)", (r"i am not able to \1", r"i am unable to \1")),
    (r"^my (mom|mother)\b(.+)", (r"my mother\2", r"my mom\2")),
    (r"^my (dad|father)\b(.+)", (r"my father\2", r"my dad\2")),
]  # fmt: skip


def paraphrase(text: str, rng: random.Random) -> str | None:
    """The same in other words, by a pattern; None where none fits."""
    s = plain(text)
    for pattern, ways in PARAPHRASE:
        if re.match(pattern, s) and "?" not in s:
            made = re.sub(pattern, rng.choice(ways), s, count=1)
            return None if made == s else made
    return None


def shorter(text: str) -> str | None:
    """The sentence without its last clause: what is left follows from it."""
    s = plain(text)
    match = re.match(
        r"^((?:i|my) .{8,60}?)(?: and i | , | because | when | while | with my | since | so i |"
        r" every | on the weekend| after | during | in my free time)", s)  # fmt: skip
    if not match or "?" in s or " if " in s or NEGATIVE.search(match[1]):
        return None
    return match[1].strip()


TOPICS = {
    "job": r"work|job|career|boss|employ|office|business|retire|i am an? \w+(?:er|or|ist|ian|man)\b"
           r"|" + "|".join(re.escape(job) for jobs in lex.JOB_FIELDS.values() for job in jobs),
    "kids": r"\bkids?\b|child|\bson\b|\bsons\b|daughter|parent|mother|father|\bmom\b|\bdad\b|baby",
    "love": r"married|marri|wife|husband|single|divorc|boyfriend|girlfriend|engaged|dating|spouse",
    "siblings": r"brother|sister|sibling|twin|only child",
    "pets": r"\bpets?\b|dog|\bcats?\b|puppy|kitten|animal|horse|fish\b|bird|hamster|rabbit|snake",
    "home": r"\blive\b|\bhome\b|\bfrom\b|house|apartment|reside|moved|born|grew up|raised|city"
            r"|farm",
    "school": r"school|college|universit|student|study|degree|grade|major|class|graduat",
    "age": r"years old|\bold\b|young|\bage\b|twent|thirt|fort|fift|teen|\b\d\d\b|senior",
    "food": r"food|eat|vegan|vegetarian|meat|cook|diet|pizza|steak|chicken|bak|allerg|cheese",
    "music": r"music|band|sing|song|guitar|piano|drum|concert|rap\b|listen",
    "sport": r"sport|footbal|basketb|soccer|baseb|tennis|run\b|running|gym|athlet|exercis|hik|swim"
             r"|work out|fit\b|yoga",
    "looks": r"hair|tall|short\b|eyes|weigh|fat\b|thin|skinny|bald|tattoo|blond",
    "drink": r"drink|beer|wine|coffee|tea\b|smoke|sober|alcohol",
    "read": r"\bread|book|novel|writ",
    "color": r"color|blue|red\b|green|purple|pink|yellow|black|orange",
    "car": r"\bcar\b|drive|truck|license|vehicle|motorcyc|bike",
    "money": r"money|rich|poor|broke|debt|wealth",
    "travel": r"travel|countr|abroad|vacation|trip|beach|ocean|visit",
    "tv": r"movie|film|\btv\b|show|watch|game",
    "friends": r"friend|shy|social|outgoing|introvert|party|alone|lonely",
    "faith": r"church|god\b|religio|christian|atheist|pray|catholic|jewish",
    "health": r"sick|cancer|health|doctor|blind|deaf|disab|wheelchair|glasses|allerg",
    "army": r"army|military|navy|marine|soldier|veteran",
    "sleep": r"sleep|night|morning|early|late\b",
    "gender": r"\bman\b|\bwoman\b|\bmale\b|female|\bgirl\b|\bboy\b|\bguy\b|\blady\b|gay|transg",
    "fear": r"afraid|scare|fear|terrif",
    "weather": r"winter|summer|cold\b|\bhot\b|snow|rain|weather|season|\bfall\b|spring",
    "outdoors": r"outdoor|outside|nature|camp|fish|hunt|garden",
    "shopping": r"shop|mall\b|store", "dance": r"danc", "art": r"art\b|paint|draw",
    "language": r"language|speak|spanish|french|english",
}  # fmt: skip
_TOPICS = {name: re.compile(pattern) for name, pattern in TOPICS.items()}


def topics(text: str) -> set[str]:
    """What a sentence is about: two sentences without a shared topic do not bear on each other."""
    s = plain(text)
    return {name for name, pattern in _TOPICS.items() if pattern.search(s)}
