"""What turns do, by rules on real talk, and sentences of ours for the acts that talk has little of.

The rules are the baseline too: a judge that knows no more than they do is not worth its bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import sources
from expand import by_label

from personae.encoders.dialogue_act import Act

_REQUEST = re.compile(
    r"\b(?:can|could|would|will|won't) you (?:please |just |kindly |also )?(?!like|be "
    r"able|say|think|"
    r"believe|imagine|mind if)\w+|\bwould you mind\b|\bplease\b|\b(?:may|can|could) i "
    r"(?:have|see|get|"
    r"borrow|ask you|speak|use|take)\b|\bi(?:'d| would) like (?:you )?(?:to|a|an|some|the)\b|"
    r"\bi want (?:you to|to (?:book|order|buy|reserve|return))\b",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\b(?:why don't (?:you|we)|how about|what about (?:going|having|we)|let's|let us|shall we|"
    r"you (?:should|must|had better|have to|need to|ought to)|you'd better|would you like to|"
    r"do you want to|if i were you|we (?:should|could|must))\b",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?:(?:ok|okay|well|so|now|then|just|oh|and|but),? )*(?:please )?(?:don't |do not |never )?"
    r"(?:go|come|take|give|tell|show|let me "
    r"(?:see|know)|look|listen|wait|try|stop|turn|put|get|call|"
    r"send|bring|be|keep|remember|make sure|check|find|help|open|close|sit|stay|have a seat|sign|"
    r"follow|leave|hurry|calm|watch|read|write|say|ask|think|forget|set|schedule|remind|navigate|"
    r"play|book|order|buy|add|direct|relax|hold)\b(?! is| was|s\b)",
    re.IGNORECASE,
)
_ACCEPT = re.compile(
    r"^(?:(?:oh|ah|well|yes|yeah),? )?(?:sure|of course|certainly|no problem|all "
    r"right|alright|ok|okay|"
    r"fine|you bet|gladly|with pleasure|my pleasure|i'd (?:love|be happy|be glad) to|that sounds "
    r"(?:good|great|nice)(?=[.!,])|sounds (?:good|great)|good idea|great "
    r"idea|agreed|deal|absolutely|"
    r"by all means|why not|right away|no,? thanks?|no,? thank you|i'm afraid (?:not|i can)|"
    r"i'm sorry,? but|sorry,? (?:but )?i (?:can't|cannot|couldn't)|thanks,? but)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:i'll|i will|we'll|we will|i promise|i swear|i won't|let me (?!see|know)\w+|i can "
    r"(?:help|"
    r"give|show|take|do|get|send|lend) (?:you|it|that|him|her|them)|i(?:'m| am) (?:going "
    r"to|willing "
    r"to)|count on me|setting|scheduling|adding|i(?:'d| would) be (?:happy|glad))\b",
    re.IGNORECASE,
)


def act_by_rule(turn: str) -> Act:
    """The act of a turn by its words alone."""
    text = turn.strip().replace("’", "'")
    own = sources.sentences_of(text)
    if any(_REQUEST.search(one) or _PROPOSAL.search(one) or _IMPERATIVE.search(one) for one in own):
        return "directive"
    if text.endswith("?"):
        return "question"
    if _ACCEPT.search(text) or _PROMISE.search(text):
        return "commissive"
    return "question" if "?" in text else "inform"


_SLOTS: dict[str, Sequence[str]] = {
    "thing": ("the report", "a taxi", "your coat", "the keys", "some water", "the window", "my bag",
              "the music", "dinner", "the tickets", "a table for two", "my order", "this letter",
              "the door", "the bill", "a double room", "the meeting", "this form", "your passport"),
    "do": ("check {thing}", "bring {thing}", "call the doctor", "wait here", "come with me",
           "meet at eight", "send {thing}", "go to the cinema", "have lunch together",
           "take a break", "fix {thing}", "try it on", "speak more slowly", "start again",
           "look at {thing}", "cook tonight", "turn left at the bank", "go home",
           "take an aspirin", "play tennis"),
    "when": ("tomorrow", "tonight", "right now", "on Friday", "at six", "next week", "after work",
             "in a minute", "this afternoon", "before noon"),
    "fact": ("the shop is closed", "it costs twenty dollars", "my brother lives in Spain", "I was "
                                                                                           "ill "
             "last week", "the train was late", "it is too expensive", "he works at a bank", "we "
             "have been here for years", "I have never seen snow", "there is a lift", "I like jazz",
             "the food was cold", "nobody came", "it rained all day", "she is a nurse"),
}  # fmt: skip
_PATTERNS: dict[Act, Sequence[str]] = {
    "directive": (
        "{do}, [please|will you|would you]?",
        "[Please|Kindly|Just|Now] {do}[.| {when}.]",
        "[Don't|Never|Do not] [worry|forget {thing}|be late|touch {thing}|tell anybody|shout|give "
        "up].",
        "[I need|I want|I'd like] {thing} [{when}|, please|by noon|, if possible].",
        "[Why not|How about we|What if we|Maybe we could|Suppose we] {do} [{when}|]?",
        "[You might want to|It would be better to|I suggest you|I advise you to|My advice is to] "
        "{do}.",
        "[Let's|Shall we|Come on, let's] {do}[ {when}|].",
        "[Two coffees|One ticket to London|A kilo of apples|The bill|Room service], please.",
        "[Hurry up|Be careful|Cheer up|Watch out|Take it easy|Hold on|Come in|Help yourself|Have a "
        "seat|Keep the change|Wait a minute|Give me a hand|Calm down].",
        "[Are you free|Do you feel like going out|Fancy a drink|Care to join us|Want to come] "
        "{when}?",
        "[It's time|You need|You'd better|We have] to {do}[ {when}|].",
    ),
    "commissive": (
        "[I|We] [promise|guarantee|swear|agree] [to {do}|that I will {do}|it].",
        "[I'll|We'll|I shall] {do} [{when}|for you|].",
        "[Consider it done|You can count on me|Leave it to me|You have my word|It's a deal|Right "
        "away, "
        "sir|I'm on my way|Coming right up|Will do|I'd be delighted|At your service|As you wish].",
        "[Yes|Sure|Okay|Fine|Certainly|All right], [I can do that|that works for me|{when} is "
        "fine|I'll "
        "{do}|why not|if you like|no problem].",
        "[No, I won't|I'm afraid I can't|Sorry, I can't|I would rather not|No thanks, I don't "
        "want to] "
        "{do} [{when}|].",
        "[I'm sorry|I'm afraid|No], [but I have other plans|I am busy {when}|that won't be "
        "possible|not "
        "{when}|we are fully booked].",
        "[That's very kind|Thanks for asking|I'd love to], but [I have to work|I "
        "can't|{fact}|maybe "
        "another time].",
        "[Good idea|Sounds good|Great|Perfect], [I'm in|let me get my coat|see you {when}|I'll be "
        "there].",
        "[May I|Can I|Let me|Shall I|Allow me to] [help you with that|carry {thing} for you|get "
        "you "
        "{thing}|show you around|take you there]?",
        "[I will|We will|I'm going to] think [about it|it over][.| and call you {when}.]",
        "[OK|Okay|Alright|All right|Sure|Of course|No problem|Deal|Agreed|Certainly].",
    ),
    "inform": (
        "[Yes|No|Well|Actually|Yes, sir], {fact}.",
        "[I think|I heard|It seems|As far as I know|The truth is that|Unfortunately,] {fact}.",
        "{fact}[, and {fact}|].",
        "[That's|It is|It was] [terrible|wonderful|a pity|too bad|amazing|so boring|very "
        "expensive|not "
        "true|a long story|just around the corner].",
        "[Thank you|Thanks|Thanks a lot][.| for your help.| very much.| for {thing}.]",
        "[Here you are|Here is {thing}|Nice to meet you|Goodbye|Good morning|I'm fine, thanks|Not "
        "at "
        "all|You're welcome|Long time no see|Congratulations].",
        "[Last year|Yesterday|When I was young|Usually] [I had to {do}|we used to {do}|they asked "
        "me to "
        "{do}|he refused to {do}].",
        "[I don't know|I have no idea|I'm not sure] [why {fact}|how to {do}|what to say|].",
    ),
    "question": (
        "[What|How|Why|When|Where|Who] [is that|was it|are they from|did you go|does it "
        "cost|happened].",
        "[Do you know|Can you tell me|Could you tell me] [why {fact}|what time it is|where the "
        "bank is|"
        "how much it is]?",
        "[How long|How much|How often|What kind of food|Which one|What size] [does it take|is "
        "it|do you "
        "like|would you like|do you wear]?",
        "[Really|Is it true that {fact}|You mean {fact}|So {fact}|{fact}, right|Are you sure "
        "{fact}]?",
        "[What's wrong|What's up|How come|Who told you that|What's your name|Is there a bank near "
        "here|Have you ever been abroad|Did you sleep well]?",
        "[What do you think of|Have you seen|Did you like|How was|Where did you find] {thing}?",
    ),
}  # fmt: skip


def made(each: int, rng: random.Random) -> list[tuple[str, Act, str]]:
    """(sentence, act, group); a group's sentences are of one pattern."""
    return by_label(_PATTERNS, _SLOTS, each, rng)


def labelled(data: Path) -> list[tuple[str, Act]]:
    """Turns of people, with the act that the rules say: small talk, a car's assistant."""
    turns = [*sources.talk(data), *(turn for one in sources.talks(data) for turn in one)]
    turns += sources.car_talk(data)
    return [(turn, act_by_rule(turn)) for turn in dict.fromkeys(turns) if turn.strip()]
