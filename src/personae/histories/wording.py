"""How things are said: templates of users and assistant, reasons, and errands without a bearing."""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody changes: as the user tells it, as told to the user, and what to ask first."""

    name: str
    told: tuple[str, ...]
    yours: str
    advice: str


# Each fits whatever was given up, so that none can be told from it.
REASONS = (
    Reason("cost", ("It was eating up half of my wages",
                    "I added up what I had spent on it, and felt quite ill"),
           "it was costing you far too much money", "what it costs over a whole year"),
    Reason("time", ("It took up every free evening that I had",
                    "There were weeks when I did nothing else, and the hours are gone"),
           "it took up too much of your time", "how many hours a week it takes"),
    Reason("neck", ("My neck was stiff for days afterwards",
                    "The pain in my neck and shoulders came back each time"),
           "it gave you a stiff neck", "whether your neck will stand it"),
    Reason("sleep", ("I lay awake until three whenever I had done it in the evening",
                     "Afterwards I was so wide awake that I could not sleep"),
           "you could not sleep after it", "how late in the evening it goes on"),
    Reason("lonely", ("I was always alone with it, and that got to me",
                      "There was never anybody to share it with"),
           "you felt lonely with it", "whether you would meet other people there"),
    Reason("fuss", ("People made such a fuss about it",
                    "All the to-do around it wore me out"),
           "there was too much fuss about it", "how much of a fuss they make"),
    Reason("boredom", ("It had become the same thing over and over",
                       "After a year there was nothing in it that I had not seen"),
           "it had become the same over and over", "how much variety there is"),
    Reason("rivalry", ("I kept measuring myself against everybody else",
                       "It had turned into a contest with people I hardly know"),
           "you kept comparing yourself with others", "whether there are rankings or prizes"),
    Reason("family", ("The others at home could not join in, and I want us to do more together",
                      "At home they felt left out of it"),
           "your family could not take part", "whether the family may come along"),
    Reason("nerves", ("It made me nervous instead of calm",
                      "My heart was racing the whole time, and I have enough stress as it is"),
           "it put your nerves on edge", "whether it will leave you calm"),
    Reason("challenge", ("It no longer asked anything of me",
                         "I could do it half asleep, and I like to be stretched"),
           "there was nothing left in it for you to learn", "whether there is something to learn"),
    Reason("planning", ("I had to arrange everything weeks ahead",
                        "You cannot do it on a whim; it has to be planned and booked"),
           "it had to be planned so far ahead", "how far ahead you must commit yourself"),
)  # fmt: skip
REASON = {one.name: one for one in REASONS}

SCENARIOS = (
    "My neighbour wants me to join the allotment club.",
    "A colleague asks whether I would come along to the photo club.",
    "The town has a place left in its amateur theatre.",
    "My cousin wants to do a course in beekeeping with me.",
    "There is a volunteer job going at the animal shelter.",
    "A friend is founding a walking group and counts on me.",
    "They are looking for people for the carnival committee.",
    "I have been offered a seat on the parish council.",
    "My sister thinks that I should get a dog.",
    "Somebody at work is selling a small sailing boat.",
    "The school is looking for people who read to children.",
    "I could have a stall of my own at the Christmas market.",
)

GREETINGS = (
    ("Hello again!", "Hello, {name}! What can I do for you?"),
    ("Hi, do you have a minute?", "Of course, {name}. Go ahead."),
    ("Good evening.", "Good evening, {name}. How can I help?"),
    ("It's me again. I have a few things today.", "Welcome back, {name}. Let us start."),
    ("Morning! I've got my coffee, so we can begin.", "Good morning, {name}. I am ready."),
)
FIRST = (
    "Hello, I'm {name}. I'm {age} and {job} from {town}. I hear that you can help with "
    "everyday things.",
    "Hi, my name is {name}, {age}, {job} from {town}. A friend told me to try you.",
    "Good morning. {name} here, {job} from {town}, {age} years old. Let us see what you can do.",
)
FIRST_ANSWERS = (
    "Nice to meet you, {name}! Ask me whatever you like.",
    "Welcome, {name}. I will do my best, so tell me what is on your mind.",
)
OPENINGS = (
    "There is something else.", "Another thing.", "Now to something different.",
    "And then there is this.", "Oh, and one more thing.", "Before I forget.",
)  # fmt: skip
FAREWELLS = (
    ("That's all for today, thanks.", "You are welcome, {name}. Until next time!"),
    ("Thanks, I have to run.", "Take care, {name}!"),
    ("Right, the kettle is boiling. Goodbye!", "Goodbye, {name}, and enjoy your tea."),
    ("Good, that helped me.", "I am glad to hear it. See you soon, {name}."),
)

LIKES = (
    "As to {about}: I like {doing} best.",
    "If you want to know where I stand with {about}: it is {doing} that I love.",
    "You should know that when it comes to {about} I am very fond of {doing}.",
    "You can't know it yet, but in {about} my favourite thing is {doing}.",
)
DETAILS = (
    "Last weekend it was {event}, and I was as happy as a child.",
    "Picture it: {event}. That is all I need.",
    "My best memory of it is {event}.",
    "",
)
CHANGES = (
    "I have to correct something about {about}. {Old} is over for me. {Reason}. It is "
    "{doing} now that I like best.",
    "Remember what I said of {about}? I have given up {old}. {Reason}. I have gone over "
    "to {doing}, and I love it.",
    "A small revolution in {about}: no more {old}. {Reason}. These days I prefer {doing}.",
    "With {about} I have changed my mind. {Reason}, so I stopped {old}. Now my favourite "
    "thing is {doing}.",
)
# In two breaths, with the assistant's question in between.
CHANGES_FIRST = (
    "I am through with {old}. {Reason}.",
    "You won't believe it, but I have had enough of {old}. {Reason}.",
    "So much for {old}, by the way. {Reason}.",
    "Do you know what I have stopped? {Old}. {Reason}.",
    "I have said goodbye to {old}. {Reason}.",
)
CHANGES_ASKED = (
    "I see. And what has taken its place?", "That is a pity. What do you do instead?",
    "I understand. Is there something that you like better now?",
)  # fmt: skip
CHANGES_THEN = (
    "{Doing}. I like that far better now.",
    "I have taken to {doing}, and it is just the right thing for me.",
    "Now I am all for {doing}.",
    "At the moment nothing beats {doing}.",
    "You will laugh: {doing}. I should have begun with that years ago.",
)
TRIED = (
    "I tried {doing} once, since a colleague insisted. It was fine for one afternoon, no "
    "more than that.",
    "Last week I gave {doing} a go with a friend. I can't say that it did much for me.",
    "For a bet I had to try {doing}. Well, now I have done it once.",
    "It was raining, so I had a go at {doing}. I was neither for it nor against it.",
    "Somebody gave me a voucher for {doing}. I have used it up, and that was that.",
)
HEARD = (
    "My {who} swears by {doing}. We never agree about such things.",
    "All that my {who} talks about is {doing}. Everyone to their own.",
    "I met my {who}, who is mad about {doing}. I just smiled and nodded.",
    "For my {who} there is nothing like {doing}. I listen and think of other things.",
    "My {who} wants to talk me into {doing}. I said that I would think it over.",
)
WHO = (
    "brother", "aunt", "flatmate", "boss", "godmother", "old teacher", "nephew", "neighbour",
    "mother-in-law", "dentist", "cousin", "niece",
)  # fmt: skip
FACTS = (
    "By the way, {told}",
    "I have to tell you this. {Told}",
    "You know what? {Told}",
    "This has nothing to do with it, but {told}",
    "A thing that nobody believes: {told}",
    "You may laugh, but {told}",
)
ANSWERS = {
    "likes": (
        "Good to know. I will remember that.", "That sounds lovely. I will keep it in mind.",
        "Thank you for telling me. It helps me to help you.", "How nice. I have noted it.",
    ),
    "changes": (
        "That makes sense. I will go by that from now on.", "Thank you, I have made a note.",
        "I can see why. I will keep the change in mind.", "Fair enough. People change.",
    ),
    "tried": (
        "It is good to have tried it.", "Then you know what it is like.",
        "An afternoon is no great loss.", "You were a good sport.",
    ),
    "heard": (
        "Tastes differ.", "It takes all sorts.", "A smile is often the best answer.",
        "So it goes.",
    ),
    "fact": (
        "Thank you for telling me.", "What a story!", "I would not have guessed that.",
        "I will remember it. You never know.",
    ),
}  # fmt: skip

ASKED = {
    "fact": ("{asked}", "I once told you something about this. {asked}",
             "Do you still know this? {asked}"),
    "latest": ("When it comes to {about}, what do I like best these days?",
               "What is my favourite thing at present, as far as {about} is concerned?",
               "Let us see how well you know me. What do I prefer now in {about}?"),
    "sequence": ("In what order have I changed my mind about {about}?",
                 "How have my tastes in {about} gone, from the beginning until now?",
                 "Tell me the whole story of my likings, as far as {about} is concerned."),
    "reasons": ("Why was it that I gave up {old} for {doing}?",
                "I once went from {old} to {doing}. What was my reason?",
                "What made me change from {old} to {doing}? I forget what I told you."),
    "recommend": ("I am thinking about {wanted}. What would you suggest to me?",
                  "I need an idea: {wanted}. What would suit me as I am now?",
                  "You know my tastes. What do you recommend? It is about {wanted}."),
    "new": ("When it comes to {about}, name me something that we have never talked about.",
            "I would like to try something that I have never mentioned to you, in {about}. What "
            "could it be?",
            "What is there for {about} that has not come up between us yet?"),
    "generalise": ("{scenario} Think of why I last changed my mind about {about}. What should I "
                   "ask first?",
                   "{scenario} Going by my last change of mind about {about}, what must I look "
                   "out for?",
                   "{scenario} I do not want to repeat what went wrong with {about} the last "
                   "time. What should I find out?"),
}  # fmt: skip
OPTION = {
    "fact": ("It was {answer}.", "You told me that it was {answer}.", "That was {answer}."),
    "latest": ("At present you like {doing} best.", "What you like best now is {doing}.",
               "These days it is {doing} that you love."),
    "sequence": ("You began with {order}.", "At first it was {order}.",
                 "I remember that it started with {order}."),
    "reasons": ("You told me that {yours}.", "As I recall, {yours}.",
                "The reason that you gave me was that {yours}."),
    "recommend": ("How about {recommended}?", "What would suit you is {recommended}.",
                  "For you I would suggest {recommended}."),
    "new": ("You have never mentioned {doing} to me. Why not try that?",
            "Something new for you would be {doing}.", "How about {doing}, for a change?"),
    "generalise": ("The last time {yours}, so ask {advice}.",
                   "You told me that {yours}. I would find out {advice}.",
                   "Since {yours}, look into {advice} before you say yes."),
}  # fmt: skip

NAMES = {
    "woman": ("Ada", "Birgit", "Carmen", "Doreen", "Esther", "Farah", "Greta", "Hilda", "Ilse",
              "Joan", "Kirsten", "Lotte"),
    "man": ("Arthur", "Boris", "Cyril", "Dennis", "Emil", "Frank", "Gustav", "Harold", "Ivan",
            "Jasper", "Karl", "Linus"),
}  # fmt: skip
JOBS = {
    "old": ("a retired teacher", "a retired bus driver", "a retired nurse", "a pensioner"),
    "young": ("a student", "an apprentice", "a trainee", "a student of law"),
    "woman": ("a bookkeeper", "a vet", "a baker", "an engineer", "a translator"),
    "man": ("a plumber", "a cook", "a clerk", "a physicist", "a nurse"),
}
AGES = {"old": (63, 81), "young": (18, 26), "woman": (31, 56), "man": (31, 56)}
TOWNS = (
    "Whitby", "Leeds", "Cork", "Truro", "Ghent", "Bergen", "Graz", "Lyon", "Porto", "Tartu",
    "Aarhus", "Perth",
)  # fmt: skip


def _percent(rng: random.Random) -> tuple[str, str]:
    share, whole = rng.randint(3, 95), rng.randint(2, 90) * 10
    return f"What is {share} per cent of {whole}?", f"It is {share * whole / 100:g}."


def _weekday(rng: random.Random) -> tuple[str, str]:
    day = date.fromordinal(rng.randint(735_000, 741_000))
    name = calendar.day_name[day.weekday()]
    return f"Which weekday was {day.day} {day:%B %Y}?", f"That was a {name}."


def _miles(rng: random.Random) -> tuple[str, str]:
    miles = rng.randint(3, 900)
    return f"How many kilometres are {miles} miles?", f"About {miles * 1.609344:.1f} kilometres."


def _fahrenheit(rng: random.Random) -> tuple[str, str]:
    degrees = rng.randint(20, 110)
    celsius = (degrees - 32) / 1.8
    return f"What are {degrees} degrees Fahrenheit in Celsius?", f"Close to {celsius:.1f} degrees."


def _split(rng: random.Random) -> tuple[str, str]:
    people, bill = rng.randint(3, 9), rng.randint(40, 400)
    each = bill / people
    return (
        f"We were {people} at the table, and the bill is {bill} euros. What does each of us pay?",
        f"Each pays {each:.2f} euros; with a tip call it {each * 1.1:.2f}.",
    )


def _letter(rng: random.Random) -> tuple[str, str]:
    to = rng.choice(("the landlord", "the insurance", "the gas company", "the school", "the bank"))
    what = rng.choice(("the broken boiler", "last month's bill", "the wrong address",
                       "an appointment in spring", "the missing form"))  # fmt: skip
    return (
        f"Please write two lines to {to} about {what}.",
        f"“Dear Sir or Madam, I am writing about {what}. Could you please let me know how we "
        "should proceed? Kind regards.”",
    )


def _timer(rng: random.Random) -> tuple[str, str]:
    hour, minute, wait = rng.randint(7, 20), rng.choice((5, 20, 35, 50)), rng.randint(45, 170)
    end = hour * 60 + minute + wait
    return (
        f"The washing goes on at {hour}:{minute:02} for {wait} minutes. When is it done?",
        f"At {end // 60 % 24}:{end % 60:02}.",
    )


def _spelling(rng: random.Random) -> tuple[str, str]:
    right, wrong = rng.choice((("rhythm", "rythm"), ("separate", "seperate"),
                               ("accommodate", "accomodate"), ("necessary", "neccessary"),
                               ("definitely", "definately"), ("liaison", "liason"),
                               ("committee", "comittee"), ("embarrass", "embarass")))  # fmt: skip
    return f"Is it {wrong} or {right}?", f"It is {right}."


ERRANDS: Sequence[Callable[[random.Random], tuple[str, str]]] = (
    _percent, _weekday, _miles, _fahrenheit, _split, _letter, _timer, _spelling,
)  # fmt: skip


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """The text as it goes on after a comma; "I" stays."""
    is_own = text.startswith(("I ", "I'"))
    return text if is_own else text[:1].lower() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """ "a, then b, and now c"."""
    *first, last = parts
    return f"{', then '.join(first)}, and now {last}"
