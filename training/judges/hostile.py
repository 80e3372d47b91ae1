"""Our own sentences for the toxicity judge: hostile ones, and those that only look so.

WARNING: what is assembled here is insulting on purpose. For each way of being hostile there are
sentences with the same words that are not: said of things, denied, reported, condemned, of oneself
and one's pride. Who wrote them knew the kinds of cases that HateCheck's paper lists, and none of
its sentences; the recipe takes care that none of them is trained on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from expand import sentences

GROUPS = (
    "women", "girls", "gay people", "lesbians", "bisexual people", "trans people", "trans women",
    "black people", "brown people", "Asians", "Chinese people", "Indians", "Pakistanis", "Arabs",
    "Mexicans", "Latinos", "Africans", "Nigerians", "Native Americans", "Roma", "Poles", "Jews",
    "Jewish people", "Muslims", "Hindus", "Sikhs", "Christians", "Catholics", "Mormons", "atheists",
    "immigrants", "refugees", "migrants", "foreigners", "asylum seekers", "disabled people",
    "blind people", "deaf people", "autistic people", "people in wheelchairs",
    "people with Down syndrome", "old people", "fat people", "homeless people", "poor people",
    "white people", "men", "mentally ill people", "single mothers", "queer people",
)  # fmt: skip
PERSONS = (
    "woman", "girl", "gay man", "lesbian", "trans woman", "black man", "black woman", "Asian",
    "Indian", "Arab", "Mexican", "African", "Roma woman", "Jew", "Muslim", "Hindu", "Sikh",
    "Christian", "immigrant", "refugee", "migrant", "foreigner", "disabled man", "blind girl",
    "deaf person", "autistic boy", "old man", "old woman", "white guy", "single mother",
)  # fmt: skip
# What is in LDNOOBW's list as a noun for a person; no slur is spelled out here.
_SLUR = re.compile(
    r"(?:n.gg(?:er|a)|f.g(?:g.t)?|k.ke|sp.c|w.tback|r.ghead|t.welhead|tr.nny|b.aner|p.ki|j.gaboo|"
    r"b.tch|wh.re|sl.t|c.nt|tw.t|d.rkie|c..n|sh.male|sp.stic|p.key)$"
)
_BASE = {
    "insult": (
        "idiot", "moron", "imbecile", "loser", "clown", "coward", "pig", "rat", "parasite", "freak",
        "disgrace", "waste of space", "waste of oxygen", "brainless fool", "pathetic little man",
        "useless piece of garbage", "piece of shit", "scumbag", "dumbass", "jerk", "bastard",
        "asshole", "creep", "liar and a cheat", "bad joke", "dimwit", "degenerate", "nobody",
        "psycho",
        "ugly cow", "worthless nobody", "dumb bitch", "whiny little brat",
    ),
    "insults": (
        "idiots", "morons", "losers", "clowns", "cowards", "pigs", "rats", "parasites", "freaks",
        "scum", "vermin", "animals", "garbage", "savages", "leeches", "cockroaches", "a plague",
        "a disease", "filth", "thieves", "criminals", "liars", "subhuman", "a cancer", "monkeys",
        "degenerates", "trash", "worthless", "a waste of space", "dirty", "disgusting",
    ),
    "bad": (
        "stupid", "dumb", "ugly", "disgusting", "pathetic", "worthless", "useless", "lazy", "dirty",
        "brainless", "spineless", "revolting", "filthy", "ignorant", "retarded", "vile", "evil",
    ),
    "vice": (
        "steal", "lie", "cheat", "smell", "ruin everything", "live off the rest of us",
        "spread disease", "destroy our country", "can't be trusted", "are out to get our money",
        "breed like rabbits", "hate everything we stand for", "want to take over",
        "have no morals", "only want attention", "make me sick", "drag everybody down",
    ),
    "harm": (
        "beaten up", "shot", "hanged", "locked away", "wiped out", "deported", "burned alive",
        "put down like dogs", "beaten to death", "gassed", "thrown out", "run over", "drowned",
        "sterilised", "lined up against a wall", "kicked out of the country", "exterminated",
    ),
    "attack": (
        "kill", "shoot", "stab", "strangle", "beat up", "hunt down", "smash the face of", "burn",
        "run over", "poison", "slap", "punch", "hurt", "break the legs of", "attack",
    ),
    "thing": (
        "this phone", "my laptop", "the weather", "Monday", "this game", "that movie", "my car",
        "homework", "traffic", "this song", "the printer", "my alarm clock", "the ending of the "
        "book", "this recipe", "the wifi", "cold coffee", "this bus", "my old boiler", "spam",
        "the flu", "that sandwich", "the referee's whistle", "mosquitoes", "weeds", "this update",
    ),
    "job": (
        "nurse", "teacher", "driver", "cook", "lawyer", "plumber", "student", "farmer", "painter",
        "scientist", "police officer", "singer", "judge", "baker", "doctor", "engineer",
    ),
    "good": (
        "kind", "clever", "funny", "hard-working", "generous", "brave", "warm", "patient", "honest",
        "talented", "wonderful", "lovely", "smart", "helpful", "amazing", "beautiful",
    ),
    "right": (
        "the same rights as everybody", "respect", "a good life", "safety", "equal pay", "to vote",
        "to be heard", "love", "a fair chance", "dignity", "kindness", "help", "a place in our "
                                                                               "town",
    ),
    "swear": ("fucking", "goddamn", "bloody", "damn", "freaking"),
    "place": ("our town", "this country", "our schools", "my street", "this bar", "the office"),
    "kin": ("mother", "sister", "daughter", "wife", "brother", "family", "kids"),
    "food": ("pizza", "chocolate", "sushi", "this cake", "grandma's soup", "ice cream"),
    "them": ("him", "her", "them", "you", "that guy", "my neighbour", "my boss", "your {kin}"),
}  # fmt: skip

HOSTILE = (
    "You are [such |]a {insult}.",
    "You['re|r|] [a|the biggest] {swear} {insult}.",
    "You {swear} {insult}[.|, shut up.|, get lost.|, go away.]",
    "Shut [up|your mouth|the fuck up], [you {insult}|you {bad} {insult}|{insult}].",
    "[What a|You really are a|God, you are a] {bad} {insult}.",
    "You're too {bad} to [understand|get it|talk to|live|be here].",
    "[Nobody|No one] [likes|loves|wants|needs] you, [you {insult}|{insult}|you are {bad}].",
    "[Fuck|Screw] you[| and your {kin}].",
    "[Go|Just go] [kill yourself|die|to hell|drown yourself|jump off a bridge][.|, {insult}.|, "
    "nobody will miss you.|, you {bad} {insult}.]",
    "[I hope|Hopefully] you [die|get hit by a car|rot in hell|get cancer|choke on it|lose "
    "everything].",
    "I [will|'m going to|swear I will] {attack} {them}[.| tonight.| if I see you again.| and enjoy "
    "it.]",
    "Your {kin} [is|are all] {bad}[ and so are you|].",
    "You look like a {bad} {insult}.",
    "[Your|Ur] face is {bad}[, {insult}| and nobody wants to see it|].",
    "How can [someone|anybody] be so {bad}? [You disgust me|You make me sick|You should be ashamed "
    "you were born].",
    "I [hate|despise|can't stand|loathe|detest] {GROUP}.",
    "{GROUP} are [all |nothing but |just |]{insults}.",
    "[All|Most|These] {GROUP} are {bad}[ and {bad}|].",
    "{GROUP} {vice}.",
    "[Every|Each] {PERSON} [I know|I ever met|is a liar and] {vice}.",
    "{GROUP} [should|ought to|need to|must] be {harm}.",
    "[Someone|Somebody|We] should {attack} [all |every one of |]these {GROUP}.",
    "[I want to|I'd love to|Let's|We should] {attack} [a {PERSON}|some {GROUP}|that {PERSON}].",
    "[Get|Keep] [the|those|all] {GROUP} out of {place}.",
    "{GROUP} [don't|do not] [belong|deserve to be] [here|in {place}|among normal people].",
    "{GROUP} [don't|do not|should never] [deserve|have|get] {right}.",
    "[Why|Who] would [anyone|a sane person] [hire|trust|marry|date] a {PERSON}? [They {vice}|They "
    "are {insults}|They are all {bad}].",
    "[Of course|Typical,] the {PERSON} [stole it|was late|lied|is lazy|wants it for free], they "
    "all "
    "[do|are].",
    "A {PERSON} is [worth less than|no better than|not half as good as] [a dog|an animal|the rest "
    "of us|dirt].",
    "[The world|This country|Our city] would be better [without|if there were no] {GROUP}.",
    "{GROUP} are [inferior|not equal to us|not fully human|less intelligent than the rest of us].",
    "[There is nothing|I see nothing] good about {GROUP}, they {vice}.",
    "[My neighbours|They|Those people] are {GROUP}, [and they are {insults}|so they {vice}|what a "
    "{swear} nuisance].",
    "[Real|Good] [people|men] don't [mix|eat|work|live] with {GROUP}.",
    "[I don't hire|I never sit next to|I cross the street when I see|I spit on] {GROUP}[.|, they "
    "{vice}.]",
    "[Women|Girls|Wives] [belong in the kitchen|should obey|exist to please men|are too emotional "
    "to lead].",
    "[You|That girl|She] [dressed like that, so she was asking for it|deserves to be raped|is just "
    "a piece of meat].",
    "[Fuck|Screw|To hell with] [all |those |]{GROUP}.",
    "[You|Those|These] {swear} {GROUP} {vice}.",
    "You {slur}[.|, shut up.|, go back where you came from.|, nobody asked you.]",
    "[All these|Those|I can't stand] {slur}s [are ruining everything|should leave|everywhere].",
    "[He|She|My boss|That one] is [just |such |]a [{bad} |{swear} |]{slur}.",
    "[Hitler|The Nazis] [was|were] right about {GROUP}.",
    "It [was|is] [funny|fun|great] to [see|watch] {GROUP} [suffer|cry|get hurt|being {harm}].",
    "[What do you expect|That's what you get] from a {PERSON}, they {vice}.",
    "[Do you|Don't you] [also |] [hate|think we should get rid of] [those |all |] {GROUP}[ too|]?",
    "[Why|How come] are {GROUP} [so |always so ]{bad}?",
    "[I'd|You should] [punch|slap|beat] your [wife|kids|girlfriend] when they [talk back|cry|annoy "
    "you].",
    "[Nobody|No normal person] [wants|would ever like] a {PERSON} [as a friend|at the party|in the "
    "house].",
    "[Show me your tits|Send me nudes|I bet you suck good dick|Bend over], {insult}.",
)  # fmt: skip
HARMLESS = (
    "I [hate|can't stand|despise|loathe] {thing}.",
    "{thing} [is|was] [{swear} |so |such |][garbage|trash|awful|horrible|useless|shit|stupid].",
    "[Fuck|Screw|Damn] {thing}[.|, I need a break.|, let's go home.]",
    "[That|This] [is|was] {swear} [amazing|great|delicious|awesome|hilarious|beautiful]!",
    "[I'm so|We are] {swear} [happy|tired|hungry|proud|excited|late] [today|right now|].",
    "[Holy shit|Oh shit|What the hell|Damn], [that was close|that's good news|I forgot my "
    "keys|what "
    "a goal|you scared me].",
    "I could [kill|die] for [a|some] {food}.",
    "[You|She|They] [killed it|nailed it|destroyed the other team|crushed that exam] [today|last "
    "night|].",
    "[The game|That exam|This heat|The stairs] is [killing|murdering] me.",
    "[In the film|In the novel|In the game] [the hero has to|they] {attack} the [dragon|robber|"
    "zombie|king].",
    "I [kill|beat|shoot] [everyone|my friends] at [chess|the video game|basketball|darts].",
    "[The thief|The attacker|A drunk man] [hit|shot|stabbed|robbed] a {job} and [was arrested|went "
    "to prison|got away].",
    "{GROUP} are [{good}|{good} and {good}|people like you and me|part of our town|welcome here].",
    "I [love|like|admire|respect|work with|live with] [many |] {GROUP}.",
    "[My {kin}|My best friend|Our {job}|The {job}] is a {PERSON}[ and so {good}|].",
    "I am a {PERSON}[.|, and proud of it.|, and I love my life.|. Do you mind?|, so what?]",
    "As a {PERSON}, I [am happy here|work as a {job}|love cooking|enjoy my {food}|wish people "
    "would "
    "listen].",
    "{GROUP} deserve {right}[.|, like everybody.]",
    "[No|Not a single] {PERSON} [deserves|should have] to be [treated like that|{harm}|called a "
    "{insult}].",
    "[Nobody|No one] should [hate|hurt|insult|mock|{attack}] {GROUP}.",
    "{GROUP} are not {insults}[.|, whatever he says.|, and you know it.]",
    "[I don't|We do not|I never could] [hate|despise|look down on] {GROUP}.",
    "[Saying|Claiming|To say] that {GROUP} are [{insults}|{bad}] is [wrong|racist|hateful|a lie|"
    "cruel|ignorant].",
    '[He|Some man|A woman|My uncle] [said|shouted|wrote] "{GROUP} are {insults}", [and I reported '
    "it|which is disgusting|and everybody left|and I told him to stop].",
    '["All {GROUP} should be {harm}"|"I hate {GROUP}"] is [what a bigot says|exactly the kind of '
    "hate we fight|a disgusting thing to say].",
    "[People|Anyone] who [{attack}s|hates|insults] {GROUP} [should be ashamed|is wrong|should go "
    "to "
    "court].",
    "[They|Somebody|A stranger|Kids at school] called [me|my {kin}|her] a {insult}[ today|], [and "
    "it hurt|and I cried|and I don't know what to do|so I walked away].",
    "[Someone|My ex|A customer] called me a {slur}[.| today.|, and I am still upset.]",
    "[I feel|Sometimes I feel|I felt] like [such |] a {insult}[.| today.| after what I did.]",
    "I am [so |] {bad} [at maths|at dancing|before my first coffee|with names].",
    "[I was|We were] [bullied|beaten up|robbed] [for being|because I am] [a {PERSON}|different].",
    "[Did you read|Have you heard] about the [attack on|crimes against|laws about|protest of] "
    "{GROUP}?",
    "[What do you think|How do you feel] about [{GROUP}|the rights of {GROUP}|religion|politics]?",
    "[Do|Are] {GROUP} [celebrate it|often live here|also vote|allowed to marry] [too|in your "
    "country|]?",
    "[The history|The food|The music|The struggle] of {GROUP} [is fascinating|interests me|is "
    "worth "
    "reading about].",
    "[Many|Some|Two] {GROUP} [live in {place}|came to the meeting|work at the hospital|asked for "
    "help].",
    "[A|The] {PERSON} [opened a bakery|won the race|helped me yesterday|sat next to me on the bus|"
    "asked me the way].",
    "[You are|You're] [so |really |] {good}[.|, thank you.|, I mean it.]",
    "You are [not |hardly ] a {insult}[.|, don't say that.|, you just made a mistake.]",
    "[Don't|Please don't] [call yourself|call her|call him] a {insult}.",
    "[I disagree|That is not true|You are wrong about that|I don't think so], [but tell me "
    "more|let "
    "me explain|and here is why].",
    "[I'm angry|I am so mad|I'm furious] [at|with] [you|my {kin}|the bank|myself] [for lying|for "
    "being late|about the money|].",
    "[The|That] {job} [was rude|was late|made a mistake|was wrong], [but it happens|so I "
    "complained|and I was upset].",
    "[My dog|The cat|The baby] is [such a little |a ][devil|monster|pig|clown|brat][, I love him "
    "so "
    "much|, and so cute|].",
    "[The|A] [pig|rat|cockroach|dog|monkey|leech] [ran across the road|lives in our barn|is an "
    "animal|was in the kitchen].",
    "[I want to|Let's] [punch a pillow|kill some time|beat the eggs|shoot some hoops|burn some "
    "calories].",
    "[How do I|Can I] [kill|get rid of] [weeds|mosquitoes|this process|the lights|the smell]?",
    "[Men|Women|Old people|Immigrants] [earn less here|live longer|vote more often], [the study "
    "says|according to the paper|on average].",
    "[We queers|Us girls|We immigrants|We old folks] [stick together|know how to party|have to "
    "laugh about it].",
    "[That joke|What he said|The sign] about {GROUP} [was not funny|made me sick|is hateful], [we "
    "should speak up|I left|and I told him].",
)  # fmt: skip


def insulting() -> frozenset[str]:
    """Single words that are thrown at people."""
    return frozenset(word for word in (*_BASE["insult"], *_BASE["bad"]) if " " not in word)


def slurs(data: Path) -> list[str]:
    """Words for persons out of LDNOOBW's English list (CC BY 4.0)."""
    lines = (data / "ldnoobw" / "ldnoobw-en.txt").read_text("utf-8").splitlines()
    return [line for line in lines if _SLUR.fullmatch(line.strip())]


def made(data: Path, each: int, rng: random.Random) -> list[tuple[str, bool, str]]:
    """(sentence, whether it is hostile, group); a group's sentences are of one pattern."""
    slots: dict[str, Sequence[str]] = {
        **_BASE, "GROUP": GROUPS, "PERSON": PERSONS, "slur": slurs(data)
    }  # fmt: skip
    bad = sentences(HOSTILE, slots, each, rng, "hostile")
    good = sentences(HARMLESS, slots, each, rng, "harmless")
    return [(text, True, group) for text, group in bad] + [
        (text, False, group) for text, group in good
    ]
