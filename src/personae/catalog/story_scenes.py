"""Thirty moments in which a story may be told, written for S013 before any was found."""

from __future__ import annotations

from personae.data import Persona, Scene

_PERSONAS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("I have a dog.", "I like to hike in the mountains.", "I work as a nurse."),
        ("Do you have any pets?", "What was your worst night at work?",
         "Have you ever been lost outside?", "Does your dog ever run away?",
         "What do you do when it storms?"),
    ),
    (
        ("I play the guitar in a band.", "I love to travel.", "I cannot swim."),
        ("How did you start with music?", "Tell me about your last trip.",
         "Did you ever lose your luggage?", "What was your first concert like?",
         "Have you been to Italy?"),
    ),
    (
        ("I am a teacher.", "I have two children.", "I like to read novels."),
        ("Were you good at maths?", "What was your first class like?",
         "Do your kids ask funny questions?", "What did you read as a child?",
         "Did you ever cheat at school?"),
    ),
    (
        ("I love to cook for my family.", "I grow tomatoes.", "My grandfather was a fisherman."),
        ("What is the best thing you ever cooked?", "Did a dinner ever go wrong?",
         "How is your garden?", "What did your grandfather teach you?",
         "Have you caught a big fish?"),
    ),
    (
        ("I run marathons.", "I drive an old car.", "I moved to the city last year."),
        ("How was your last race?", "Does your car ever break down?",
         "Do you know your neighbors?", "What happened when you moved in?",
         "Are you good at sports?"),
    ),
    (
        ("I am retired.", "I play chess.", "My wife and I met when we were young."),
        ("How did you meet your wife?", "What do you do all day?",
         "Who do you play chess with?", "What was your job?", "Do you like snow?"),
    ),
)  # fmt: skip

SCENES: tuple[Scene, ...] = tuple(
    Scene(persona=Persona(name="Kim", statements=statements), user="Sam").said("Sam", message)
    for statements, messages in _PERSONAS
    for message in messages
)
