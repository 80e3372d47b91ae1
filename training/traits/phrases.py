"""Words of ours for the Big Five, and sentences of five strengths made of them.

N is kept as the source of the scale has it (S115): 5 is very emotionally stable.
"""

from __future__ import annotations

import random

TRAITS = ("O", "C", "E", "A", "N")
# trait → (words of the low pole, words of the high pole)
_WORDS: dict[str, tuple[str, str]] = {
    "O": (
        "close-minded, narrow-minded, conventional, unimaginative, uncreative, unadventurous, "
        "incurious, traditional, down-to-earth, set in my ways, old-fashioned, rigid in my views, "
        "suspicious of new ideas, uninterested in art, bored by theories",
        "open-minded, curious, imaginative, creative, inventive, artistic, original, adventurous, "
        "intellectual, open to new experiences, fascinated by new ideas, a dreamer, "
        "interested in other cultures, eager to learn, unconventional",
    ),
    "C": (
        "careless, disorganized, messy, lazy, unreliable, forgetful, impulsive, sloppy, reckless, "
        "irresponsible, undisciplined, always late, a procrastinator, easily distracted, "
        "unprepared",
        "conscientious, organized, tidy, hardworking, reliable, responsible, disciplined, careful, "
        "thorough, punctual, diligent, dependable, methodical, well prepared, "
        "attentive to detail",
    ),
    "E": (
        "introverted, shy, quiet, reserved, withdrawn, solitary, timid, reclusive, "
        "uncomfortable in crowds, a loner, silent in company, happiest alone, "
        "drained by people, private, a wallflower",
        "extroverted, outgoing, talkative, sociable, energetic, lively, bold, assertive, "
        "the life of the party, gregarious, happiest among people, enthusiastic, chatty, "
        "comfortable in crowds, a people person",
    ),
    "A": (
        "disagreeable, rude, selfish, cold, quarrelsome, hostile, stubborn, harsh, cynical, "
        "manipulative, arrogant, unkind, distrustful, vengeful, merciless",
        "agreeable, kind, caring, warm, cooperative, helpful, generous, trusting, forgiving, "
        "compassionate, considerate, empathetic, polite, gentle, supportive",
    ),
    "N": (
        "neurotic, anxious, nervous, moody, emotionally unstable, easily upset, insecure, "
        "irritable, a worrier, tense, easily stressed, depressed, hot-tempered, panicky, "
        "overwhelmed by my feelings",
        "emotionally stable, calm, relaxed, composed, even-tempered, at ease, secure, unworried, "
        "level-headed, steady, hard to upset, cool under pressure, content, patient with myself, "
        "at peace",
    ),
}
# (sentence, strength on the pole's side): 2 is the end of the scale, 1 the step before it.
_FORMS = (
    ("I am very {}.", 2), ("I'm extremely {}.", 2), ("I have always been {}.", 2),
    ("As a {} person, that is how I live.", 2), ("Everyone tells me that I am {}.", 2),
    ("I am {}.", 2), ("I am rather {}.", 1), ("I can be a bit {}.", 1),
    ("I'd say that I'm somewhat {}.", 1), ("At times I am {}.", 1),
)  # fmt: skip
_DENIALS = (("I am not {}.", 1), ("I am not at all {}.", 2), ("Nobody would call me {}.", 1))
_BETWEEN = (
    "I am neither {low} nor {high}.", "I am sometimes {low} and sometimes {high}.",
    "I'm about average, not too {low} and not too {high}.",
)  # fmt: skip
_LISTS = (
    "I am {}, {} and {}.", "I would describe myself as {}, {}, and {}.",
    "I would say that my personality is {}, {} and {}.", "People see me as {}, {} and {}.",
    "I consider myself {}, {}, and {}, and I try to live like that.",
)  # fmt: skip
_STRONG = ("very ", "the ", "a ", "always ", "easily ", "well ")


def words(trait: str, side: int) -> list[str]:
    """The words of a pole: side 0 is low, 1 is high."""
    return [word.strip() for word in _WORDS[trait][side].split(",")]


def graded(trait: str) -> list[tuple[str, int, int]]:
    """Sentences that express the trait, their place on the scale of 1 to 5, and the number of the
    pair of words that they are made of."""
    made: list[tuple[str, int, int]] = []
    for number, pair in enumerate(zip(words(trait, 0), words(trait, 1), strict=True)):
        for word, sign in zip(pair, (-1, 1), strict=True):
            forms = [(form, strength) for form, strength in _FORMS if _fits(form, word)]
            made += [(form.format(word), 3 + sign * strength, number) for form, strength in forms]
            made += [(form.format(word), 3 - sign * s, number) for form, s in _DENIALS]
        low, high = pair
        made += [(form.format(low=low, high=high), 3, number) for form in _BETWEEN]
    return made


def mixed(number: int, rng: random.Random) -> list[tuple[str, dict[str, int]]]:
    """Sentences with words of three traits, as people describe themselves in one breath."""
    made = []
    for _ in range(number):
        sides = {trait: rng.randrange(2) for trait in rng.sample(TRAITS, 3)}
        if rng.random() < 0.6:  # most people describe themselves by one side
            sides = dict.fromkeys(sides, rng.randrange(2))
        chosen = [rng.choice(words(trait, side)) for trait, side in sides.items()]
        text = rng.choice(_LISTS).format(*chosen)
        made.append((text, {trait: 5 if side else 1 for trait, side in sides.items()}))
    return made


def _fits(form: str, word: str) -> bool:
    """Whether a form can take the word: no "very a loner", no "a set in my ways person"."""
    if "person" in form:
        return " " not in word and word[0] not in "aeiou"
    degree = any(f"{part} {{" in form for part in ("very", "extremely", "rather", "bit", "what"))
    return not (degree and (word.startswith(_STRONG) or "by " in word))
