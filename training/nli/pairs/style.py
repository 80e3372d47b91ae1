"""How a sentence is written down: casing, contractions, spaces, chat around it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from .lexicon import words

CONTRACTIONS = [
    ("i am ", ("i'm ", "im ", "i m ")), ("i have ", ("i've ",)), ("do not", ("don't", "dont")),
    ("can not", ("can't", "cannot", "cant")), ("is not", ("isn't",)), ("it is ", ("it's ",)),
    ("i would ", ("i'd ",)), ("does not", ("doesn't",)), ("did not", ("didn't",)),
    ("i will ", ("i'll ",)), ("have not", ("haven't",)), ("favorite", ("favourite", "fav")),
]  # fmt: skip
NUMBER_WORDS = """zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve,
    thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen"""
NAMES = ("max", "bella", "charlie", "luna", "rex", "daisy", "buddy", "spot", "milo", "ginger")
UNITS = {word: str(number) for number, word in enumerate(words(NUMBER_WORDS))}
TENS = words("zero, ten, twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety")
HEDGES = ("i guess {s}", "well {s}", "honestly {s}", "to be honest , {s}", "you know , {s}",
          "yeah , {s}", "no , {s}", "actually {s}", "lol , {s}", "haha {s}", "hi , {s}",
          "me too , {s}", "oh , {s}", "nope , {s}")  # fmt: skip


def number_word(digits: str) -> str:
    """`42` as forty two."""
    value = int(digits)
    if value < 20:
        return list(UNITS)[value]
    tens, rest = divmod(value, 10)
    return TENS[tens] + (f" {list(UNITS)[rest]}" if rest else "")


def with_article(noun: str) -> str:
    """`an engineer`; names of things that are plural or have an article stay."""
    return f"{'an' if noun[0] in 'aeiou' and not noun.startswith('u') else 'a'} {noun}"


def fill(template: str, value: str, rng: random.Random) -> str:
    """The template with the value and random small numbers and names."""
    numeral = value
    if value.isdigit():
        numeral = value if rng.random() < 0.5 else number_word(value)
    elif value in UNITS:
        numeral = value if rng.random() < 0.7 else UNITS[value]
    return (
        template.replace("{a_v}", with_article(value) if value else "")
        .replace("{n_v}", numeral)
        .replace("{v}", value)
        .replace("{name}", rng.choice(NAMES))
        .replace("{n}", rng.choice(("two", "five", "ten", "3", "7", "20")))
    )


def dress(sentence: str, rng: random.Random) -> str:
    """One of the ways in which people type the plain lower-case sentence."""
    text = sentence.strip().rstrip(".").strip()
    for plain, short in CONTRACTIONS:
        if plain in text and rng.random() < 0.35:
            text = text.replace(plain, rng.choice(short))
    end = rng.choice((".", ".", ".", ".", "!", ""))
    if text.endswith(("?", "!")):
        end = ""
    kind = rng.random()
    if kind < 0.5:
        return f"{text} {end}".strip()
    text = re.sub(r" ([,.!?])", r"\1", text)
    if kind < 0.8:
        text = re.sub(r"\bi\b", "I", text)
        text = re.sub(r"\bim\b", "I'm", text)
        return text[0].upper() + text[1:] + end if text else text
    return text + end


def in_chat(sentence: str, chatter: Sequence[str], rng: random.Random) -> str:
    """The sentence as part of a reply: with sentences around it, or a word before it."""
    if rng.random() < 0.12:
        sentence = rng.choice(HEDGES).format(s=sentence)
    before = [rng.choice(chatter) for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))]
    after = [rng.choice(chatter) for _ in range(rng.choice((0, 0, 0, 0, 1, 2)))]
    return " ".join([*before, dress(sentence, rng), *after])
