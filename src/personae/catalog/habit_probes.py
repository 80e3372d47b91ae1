"""Messages about the shipped habits, written before any was retrieved; each names its habit.

The place counts the habits of `habits/everyday.txt` from 0. Few of the words are the habit's own.
"""

from __future__ import annotations

PROBES: tuple[tuple[str, int], ...] = (
    ("Does your puppy get enough exercise?", 0),
    ("What do you do when your pet gets dirty outside?", 0),
    ("Are other animals okay around yours?", 0),
    ("Did you plant anything this year?", 1),
    ("How do you keep snails off your salad?", 1),
    ("What do you do with all those tomatoes?", 1),
    ("Are you doing any races soon?", 2),
    ("How do you stay in shape?", 2),
    ("What do you listen to while you jog?", 2),
    ("Who showed you how to make dough?", 3),
    ("I love the smell of a bakery.", 3),
    ("Do you make your own pastries?", 3),
    ("Who is your favorite author?", 4),
    ("What kind of stories do you enjoy before sleep?", 4),
    ("Are you in any clubs where people discuss literature?", 4),
    ("How many kids do you have in your class?", 5),
    ("Do students still get a lot of homework?", 5),
    ("What subject do you explain best?", 5),
    ("Is it hard to be awake while others sleep?", 6),
    ("How do you take care of sick people?", 6),
    ("Do the doctors listen to you?", 6),
    ("What is the biggest thing you ever caught?", 7),
    ("Do you own a boat?", 7),
    ("What bait works best?", 7),
    ("Are you a musician?", 8),
    ("When is your next show?", 8),
    ("Do you write your own songs?", 8),
    ("What is your best dish?", 9),
    ("Do your relatives come over to eat?", 9),
    ("I cannot make anything without a recipe.", 9),
    ("What console do you own?", 10),
    ("Did your team win last night?", 10),
    ("Have you climbed anything tall lately?", 11),
    ("What do you pack for a trip into the wild?", 11),
    ("Is there a nice trail near you?", 11),
    ("Is it not freezing in the water?", 12),
    ("I go to the beach a lot.", 12),
    ("Seen anything good on the big screen?", 13),
    ("Which director do you like?", 13),
    ("Do you buy snacks when you go to the theater?", 13),
)
