"""Attributes of a person: how a value is said, denied, and what it shuts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from . import lexicon as lex

Label = Literal["entailment", "neutral", "contradiction"]
Kind = Literal["has", "lacks", "group", "no_group", "any", "none"]


@dataclass(frozen=True)
class Attribute:
    """`exclusive`: a person has one value, so that two values `apart` shut each other out."""

    name: str
    values: Sequence[str]
    has: Sequence[str]
    lacks: Sequence[str] = ()
    any: Sequence[str] = ()
    none: Sequence[str] = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    group_says: Mapping[str, Sequence[str]] = field(default_factory=dict)
    group_denies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exclusive: bool = False
    same: Callable[[str, str], bool] = lambda a, b: a == b
    apart: Callable[[str, str], bool] = lambda a, b: a != b


@dataclass(frozen=True)
class Claim:
    """What a sentence says of an attribute: has or lacks a value, or one of a group."""

    attribute: Attribute
    kind: Kind
    value: str = ""

    def forms(self) -> Sequence[str]:
        """Templates that say so."""
        a = self.attribute
        named = {"has": a.has, "lacks": a.lacks, "any": a.any, "none": a.none}
        if self.kind == "group":
            return a.group_says.get(self.value, ())
        if self.kind == "no_group":
            return a.group_denies.get(self.value, ())
        return named[self.kind]

    @property
    def members(self) -> Sequence[str]:
        """The values that the claim speaks of."""
        return self.attribute.groups.get(self.value, ()) if "group" in self.kind else (self.value,)

    @property
    def denies(self) -> bool:
        return self.kind in ("lacks", "no_group", "none")


def label(said: Claim, statement: Claim) -> Label | None:
    """The label by the rules of the attribute; None where the rules cannot say."""
    a = said.attribute
    if said.denies and statement.denies:
        return _both_deny(said, statement)
    if said.denies or statement.denies:
        return _one_denies(said, statement)
    if statement.kind == "any":
        return "entailment"
    if said.kind == "any":
        return "neutral"
    if said.kind == statement.kind == "has":
        if a.same(said.value, statement.value):
            return "entailment"
        if not a.exclusive:
            return "neutral"
        return "contradiction" if a.apart(said.value, statement.value) else None
    inside = set(said.members) <= set(statement.members)
    if inside:
        return "entailment"
    if set(said.members) & set(statement.members):
        return "neutral"
    if not a.exclusive:
        return "neutral"
    far = all(a.apart(x, y) for x in said.members for y in statement.members)
    return "contradiction" if far else None


def _both_deny(said: Claim, statement: Claim) -> Label:
    if said.kind == "none" or (
        statement.kind != "none" and set(statement.members) <= set(said.members)
    ):
        return "entailment"
    return "neutral"


def _one_denies(said: Claim, statement: Claim) -> Label | None:
    a = said.attribute
    no, yes = (said, statement) if said.denies else (statement, said)
    if no.kind == "none":
        return "contradiction"
    if yes.kind == "any":
        return "neutral"
    if set(yes.members) <= set(no.members):
        return "contradiction"
    if a.exclusive and yes is said and all(a.apart(x, y) for x in yes.members for y in no.members):
        return "entailment"
    return "neutral" if not a.exclusive else None


def far_jobs(a: str, b: str) -> bool:
    """Whether two professions are of fields that shut each other out, or differ within one."""
    fields = [{f for f, jobs in lex.JOB_FIELDS.items() if job in jobs} for job in (a, b)]
    if fields[0] & fields[1]:
        return False
    return not any(fields[0] & near and fields[1] & near for near in lex.NEAR_FIELDS)


def _different_job(a: str, b: str) -> bool:
    return far_jobs(a, b) or not (set(a.split()) & set(b.split()) or _synonyms(a, b))


_JOB_SYNONYMS = [
    {"doctor", "surgeon", "physician", "pediatrician", "radiologist", "anesthesiologist"},
    {"nurse", "registered nurse", "nurse practitioner"}, {"lawyer", "attorney", "prosecutor"},
    {"police officer", "cop", "detective", "sheriff"}, {"firefighter", "fireman"},
    {"chef", "cook"}, {"waiter", "waitress"}, {"veterinarian", "vet"},
    {"programmer", "software engineer", "software developer", "computer programmer",
     "web developer", "web designer", "video game developer", "game designer"},
    {"writer", "author", "novelist", "poet", "playwright", "blogger", "copywriter"},
    {"journalist", "reporter", "columnist", "news anchor"},
    {"teacher", "professor", "principal"}, {"actor", "actress", "comedian"},
    {"hairdresser", "barber", "cosmetologist"}, {"maid", "housekeeper", "cleaner", "janitor"},
    {"singer", "rapper", "musician", "songwriter", "guitarist", "drummer", "dj", "composer",
     "cellist", "violinist"},
    {"salesman", "saleswoman", "cashier", "telemarketer"}, {"dancer", "ballerina"},
    {"painter", "artist", "illustrator", "cartoonist", "sculptor", "potter"},
    {"pastor", "preacher", "minister", "priest"}, {"therapist", "psychologist", "psychiatrist",
     "counselor", "social worker"}, {"soldier", "marine"}, {"nanny", "babysitter", "au pair"},
    {"trucker", "truck driver"}, {"mailman", "postal worker"}, {"miner", "coal miner"},
    {"secretary", "receptionist"}, {"sailor", "fisherman"}, {"farmer", "rancher"},
    {"accountant", "bookkeeper", "auditor"}, {"builder", "carpenter", "contractor"},
    {"scientist", "chemist", "biologist", "physicist", "botanist", "geologist", "astronomer"},
]  # fmt: skip


def _synonyms(a: str, b: str) -> bool:
    return any(a in group and b in group for group in _JOB_SYNONYMS)


def _jobs() -> list[str]:
    return list(dict.fromkeys(job for jobs in lex.JOB_FIELDS.values() for job in jobs))


def _job() -> Attribute:
    return Attribute(
        "job", _jobs(), exclusive=True, apart=_different_job,
        has=("i am {a_v}", "i am {a_v}", "i work as {a_v}", "my job is being {a_v}",
             "i make a living as {a_v}", "i have been {a_v} for {n} years", "i am {a_v} by trade",
             "i currently work as {a_v}", "i am employed as {a_v}", "my job title is {v}",
             "i have a job as {a_v}", "i just started working as {a_v}", "by day i am {a_v}",
             "i am {a_v} , so i am always busy", "being {a_v} is hard work but i love it",
             "i earn my money as {a_v}", "i work full time as {a_v}", "as {a_v} i see a lot",
             "i am {a_v} and i love it", "{a_v} , been doing that for {n} years"),
        lacks=("i am not {a_v}", "i do not work as {a_v}", "i have never been {a_v}"),
        any=lex.GENERAL_JOB, none=lex.NO_JOB,
        groups=lex.JOB_FIELDS, group_says=lex.FIELD_SAYS,
    )  # fmt: skip


def _relative_job(person: str) -> Attribute:
    names = [person, lex.SAME_PEOPLE.get(person, person)]
    forms = ("my {p} is {a_v}", "my {p} works as {a_v}", "my {p} is {a_v} , so i learned a lot",
             "my {p} has been {a_v} for {n} years", "my {p} makes a living as {a_v}")  # fmt: skip
    return Attribute(
        f"job of {person}", _jobs(), exclusive=True, apart=_different_job,
        has=tuple(form.replace("{p}", name) for form in forms for name in names),
        lacks=(f"my {person} is not {{a_v}}", f"my {person} has never been {{a_v}}"),
        none=(f"my {person} does not work", f"my {person} is unemployed"),
    )  # fmt: skip


def _employer() -> Attribute:
    return Attribute(
        "employer", lex.EMPLOYERS, exclusive=True,
        has=("i work at {v}", "i work for {v}", "i have a job at {v}", "i am employed by {v}",
             "i work in {v}", "i just started working at {v}", "my job is at {v}",
             "i got a job at {v}", "i have been working at {v} for {n} years"),
        lacks=("i do not work at {v}", "i have never worked at {v}"),
        any=lex.GENERAL_JOB, none=lex.NO_JOB,
    )  # fmt: skip


def _count(thing: str, one: str, any_of: Sequence[str], none: Sequence[str]) -> Attribute:
    has = [
        f"i have {{n_v}} {thing}",
        f"i have {{n_v}} {thing}",
        f"i am blessed with {{n_v}} {thing}",
        f"my {{n_v}} {thing} keep me busy",
        f"there are {{n_v}} {thing} in my family",
    ]
    if one in ("dog", "cat", "horse", "car", "job", "bird"):
        has = [f"i have {{n_v}} {thing}", f"i own {{n_v}} {thing}", f"i have got {{n_v}} {thing}",
               f"my {{n_v}} {thing} are great"]  # fmt: skip
    return Attribute(
        f"number of {thing}", lex.NUMBERS[1:8], exclusive=True, has=has,
        lacks=(f"i do not have {{n_v}} {thing}",), any=tuple(any_of),
        none=(*none, f"i only have one {one}"),
    )  # fmt: skip


def _counts() -> list[Attribute]:
    return [
        _count("kids", "child", ("i have kids", "i am a parent", "i have children"),
               ("i do not have any kids", "i have no children", "i do not have kids")),
        _count("children", "kid", ("i have children", "i am a parent"),
               ("i have no kids", "i am childless", "i never had children")),
        _count("sons", "son", ("i have sons", "i have boys", "i am a parent"),
               ("i do not have sons", "i have no children", "i only have daughters")),
        _count("daughters", "daughter", ("i have daughters", "i have girls", "i am a parent"),
               ("i do not have daughters", "i have no children", "i only have sons")),
        _count("brothers", "brother", ("i have brothers", "i have siblings"),
               ("i have no brothers", "i am an only child", "i do not have siblings")),
        _count("sisters", "sister", ("i have sisters", "i have siblings"),
               ("i have no sisters", "i am an only child", "i do not have siblings")),
        _count("siblings", "sibling", ("i have siblings", "i have brothers and sisters"),
               ("i have no siblings", "i am an only child")),
        _count("dogs", "dog", ("i have dogs", "i own dogs", "i have pets", "i am a dog owner"),
               ("i do not have any dogs", "i do not have any pets", "i have no dogs")),
        _count("cats", "cat", ("i have cats", "i own cats", "i have pets", "i am a cat owner"),
               ("i do not have any cats", "i do not have any pets", "i have no cats")),
        _count("horses", "horse", ("i have horses", "i own horses"),
               ("i do not have any horses", "i have no horses")),
        _count("cars", "car", ("i have cars", "i own cars"), ("i do not own any cars",)),
        _count("jobs", "job", ("i have a job", "i am employed"), ("i do not have a job",)),
    ]  # fmt: skip


def _age() -> Attribute:
    return Attribute(
        "age", lex.AGES, exclusive=True,
        has=("i am {n_v} years old", "i am {n_v}", "i am {n_v} years of age", "i just turned {n_v}",
             "my age is {n_v}", "i am only {n_v} , so i would not know", "i turned {n_v} this year",
             "at {n_v} i still feel like a kid", "i am a {n_v} year old"),
        lacks=("i am not {n_v} years old",),
        groups={
            "teen": [str(n) for n in range(16, 20)], "twenties": [str(n) for n in range(20, 30)],
            "thirties": [str(n) for n in range(30, 40)],
            "forties": [str(n) for n in range(40, 50)],
            "fifties": [str(n) for n in range(50, 60)],
            "old": [str(n) for n in range(65, 90)],
        },
        group_says={
            "teen": ("i am a teenager", "i am in my teens"),
            "twenties": ("i am in my twenties", "i am in my 20s", "i am twenty something"),
            "thirties": ("i am in my thirties", "i am in my 30s"),
            "forties": ("i am in my forties", "i am in my 40s"),
            "fifties": ("i am in my fifties", "i am in my 50s"),
            "old": ("i am a senior citizen", "i am old", "i am elderly"),
        },
    )  # fmt: skip


def _home() -> Attribute:
    states = {**lex.PLACES, **lex.COUNTRIES}
    values = [place for row in states.items() for place in (row[0], *row[1])]
    groups = {name: [name, *cities] for name, cities in states.items()}
    says = {name: _home_forms(name) for name in groups}
    groups["usa"] = [p for state, cities in lex.PLACES.items() for p in (state, *cities)]
    says["usa"] = [f for name in ("the united states", "america", "the usa")
                   for f in _home_forms(name)]  # fmt: skip
    for continent, countries in lex.CONTINENT.items():
        groups[continent] = [p for c in countries for p in (c, *lex.COUNTRIES[c])]
        says[continent] = _home_forms(continent)
    denies = {name: (f"i do not live in {name}", f"i have never been to {name}")
              for name in groups if name != "usa"}  # fmt: skip

    def apart(a: str, b: str) -> bool:
        return a != b and a not in groups.get(b, ()) and b not in groups.get(a, ())

    return Attribute(
        "home", values, has=_home_forms("{v}"), exclusive=True, apart=apart,
        lacks=("i do not live in {v}", "i have never been to {v}", "i have never lived in {v}"),
        groups=groups, group_says=says, group_denies=denies,
    )  # fmt: skip


def _home_forms(place: str) -> tuple[str, ...]:
    return (
        f"i live in {place}", f"i live in {place}", f"i reside in {place}",
            f"my home is in {place}",
        f"i currently live in {place}", f"i have a house in {place}",
        f"i have lived in {place} all my life", f"i live in {place} with my family",
        f"i am living in {place} right now", f"here in {place} where i live it is nice",
    )  # fmt: skip


def _origin() -> Attribute:
    states = {**lex.PLACES, **lex.COUNTRIES}
    groups = {name: [name, *cities] for name, cities in states.items()}
    values = [place for row in states.items() for place in (row[0], *row[1])]
    forms = ("i am from {v}", "i was born in {v}", "i grew up in {v}", "i come from {v}",
             "i was raised in {v}", "i am originally from {v}",
                 "my hometown is in {v}")  # fmt: skip

    def apart(a: str, b: str) -> bool:
        return a != b and a not in groups.get(b, ()) and b not in groups.get(a, ())

    says = {name: tuple(form.replace("{v}", name) for form in forms) for name in groups}
    for country, nation in lex.NATIONALITY.items():
        says[country] = (*says[country], f"i am {nation}", f"i am {nation} by birth")
    return Attribute("origin", values, has=forms, exclusive=True, apart=apart,
                     lacks=("i am not from {v}", "i was not born in {v}"),
                     groups=groups, group_says=says)  # fmt: skip


def _pets() -> Attribute:
    kinds = dict(lex.PETS)
    values = [pet for pets in kinds.values() for pet in pets]
    says = {k: (f"i have a {k}", f"i own a {k}", f"i am a {k} owner", f"i have a pet {k}")
            for k in kinds if k not in ("fish", "farm animals")}  # fmt: skip
    denies = {k: (f"i do not have a {k}", f"i have never owned a {k}", f"i do not own any {k}s")
              for k in says}  # fmt: skip
    return Attribute(
        "pet", values,
        has=("i have {a_v}", "i own {a_v}", "my {v} is named {name}", "i have {a_v} named {name}",
             "i just adopted {a_v}", "my {v} is so cute", "i need to feed my {v}",
             "i have a pet {v}", "my {v} {name} is my best friend", "i got {a_v} last year",
             "i spend my evenings with my {v}", "i have {a_v} called {name}"),
        lacks=("i do not have {a_v}", "i have never had {a_v}", "i do not own {a_v}"),
        any=("i have a pet", "i own a pet", "i am a pet owner", "i have an animal at home"),
        none=("i do not have any pets", "i have no pets", "i can not have pets where i live",
              "i do not own any animals", "i have never had a pet", "i am allergic to animals , so "
              "i have no pets"),
        groups=kinds, group_says=says, group_denies=denies,
    )  # fmt: skip


LIKES = ("i like {v}", "i love {v}", "i enjoy {v}", "i really like {v}", "i am a big fan of {v}",
         "{v} is my thing", "i am into {v}", "i adore {v}", "i am crazy about {v}",
         "i can not get enough of {v}", "i am fond of {v}", "nothing beats {v}")  # fmt: skip
HATES = ("i hate {v}", "i do not like {v}", "i can not stand {v}", "i dislike {v}",
         "i am not a fan of {v}", "i do not care for {v}", "i despise {v}",
         "i never liked {v}")  # fmt: skip


def _taste(
    name: str, values: Sequence[str], more: Sequence[str] = (), less: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    words: Mapping[str, Sequence[str]] | None = None,
) -> Attribute:  # fmt: skip
    words = words or {}
    says = {g: [f.replace("{v}", w) for f in LIKES for w in names] for g, names in words.items()}
    denies = {g: [f.replace("{v}", w) for f in HATES for w in names] for g, names in words.items()}
    return Attribute(
        f"likes {name}", values, has=(*LIKES, *more), lacks=(*HATES, *less), groups=groups or {},
        group_says=says, group_denies=denies,
    )  # fmt: skip


def _tastes() -> list[Attribute]:
    foods = dict(lex.FOODS)
    eat = ("i eat {v} all the time", "i love to eat {v}", "i could eat {v} every day",
           "i had {v} for dinner and it was great", "my favorite food is {v}",
           "{v} is my favorite food", "i like to eat {v}")  # fmt: skip
    no_eat = ("i never eat {v}", "i do not eat {v}", "{v} makes me sick")
    do = ("{v} is my favorite hobby", "in my free time i like {v}", "my hobby is {v}",
          "i spend my weekends {v}", "{v} relaxes me", "for fun i go {v}")  # fmt: skip
    hear = ("i listen to {v}", "i listen to {v} all day", "my favorite music is {v}",
            "{v} is the best music", "i always play {v} in the car")  # fmt: skip
    sport = ("i play {v}", "i love to play {v}", "i like playing {v}", "i watch {v}",
             "my favorite sport is {v}", "i am on the {v} team")  # fmt: skip
    watch = ("i watch {v} all the time", "i love watching {v}", "my favorite is {v}")
    drink = ("i drink {v} every day", "i love to drink {v}", "my favorite drink is {v}")
    read = ("i read {v}", "i love reading {v}", "i enjoy reading {v}")
    return [
        _taste("food", [f for kind in foods.values() for f in kind], eat, no_eat, foods,
               {"meat": ("meat",), "seafood": ("seafood",), "vegetables": ("vegetables",),
                "fruit": ("fruit",), "sweets": ("sweets", "desserts"),
                "italian": ("italian food",), "mexican": ("mexican food",)}),
        _taste("hobby", lex.HOBBIES, do, ("i never go {v}", "{v} bores me"),
               {"outdoor": lex.OUTDOOR, "exercise": lex.EXERCISE},
               {"outdoor": ("the outdoors", "being outside"),
                "exercise": ("working out", "exercise")}),
        _taste("music", lex.MUSIC, hear, ("i never listen to {v}", "{v} is awful music")),
        _taste("band", lex.BANDS, ("i listen to {v}", "my favorite band is {v}",
               "i saw {v} in concert and it was amazing"), ("i never listen to {v}",)),
        _taste("sport", lex.SPORTS, sport, ("i do not play {v}", "i never watch {v}"),
               {"all": lex.SPORTS}, {"all": ("sports",)}),
        _taste("color", lex.COLORS, ("my favorite color is {v}", "i wear {v} all the time"),
               ("i never wear {v}",)),
        _taste("film", lex.FILMS, watch, ("i never watch {v}",),
               {"all": lex.FILMS}, {"all": ("movies",)}),
        _taste("movie", lex.MOVIES, ("my favorite movie is {v}", "i have seen {v} ten times"),
               ("{v} is a terrible movie",)),
        _taste("show", lex.SHOWS, ("my favorite show is {v}", "i watch {v}", "i never miss {v}"),
               ("i never watch {v}",)),
        _taste("books", lex.BOOKS, read, ("i never read {v}",),
               {"all": lex.BOOKS}, {"all": ("books", "reading")}),
        _taste("animal", lex.ANIMALS, ("{v} are my favorite animal", "i think {v} are great"),
               ("{v} scare me",), {"all": lex.ANIMALS}, {"all": ("animals",)}),
        _taste("drink", lex.DRINKS, drink, ("i do not drink {v}", "i never drink {v}"),
               {"alcohol": lex.ALCOHOL}, {"alcohol": ("alcohol", "drinking alcohol")}),
        _taste("season", lex.SEASONS, ("my favorite season is {v}",), ("{v} is the worst season",)),
        _taste("holiday", lex.HOLIDAYS, ("my favorite holiday is {v}", "i celebrate {v}"),
               ("i do not celebrate {v}",)),
    ]  # fmt: skip


def _favorite(kind: str, values: Sequence[str], *more: str) -> Attribute:
    return Attribute(
        f"favorite {kind}", values, exclusive=True,
        has=(f"my favorite {kind} is {{v}}", f"{{v}} is my favorite {kind}",
             f"my favorite {kind} has to be {{v}}", f"the {kind} i like best is {{v}}",
             f"if i have to pick a {kind} , it is {{v}}", f"my favourite {kind} is {{v}} for sure",
             *more),
        lacks=(f"{{v}} is not my favorite {kind}", f"{{v}} is my least favorite {kind}",
               f"{{v}} is the {kind} i like least"),
        any=(f"i have a favorite {kind}",), none=(f"i do not have a favorite {kind}",),
    )  # fmt: skip


def _favorites() -> list[Attribute]:
    foods = [f for kind in lex.FOODS.values() for f in kind]
    return [
        _favorite("food", foods, "my favorite meal is {v}", "my favorite thing to eat is {v}"),
        _favorite("color", lex.COLORS), _favorite("season", lex.SEASONS),
        _favorite("music", lex.MUSIC, "my favorite genre is {v}",
            "my favorite kind of music is {v}"),
        _favorite("band", lex.BANDS, "my favorite artist is {v}"),
        _favorite("movie", lex.MOVIES, "my favorite film is {v}"),
        _favorite("show", lex.SHOWS, "my favorite tv show is {v}"),
        _favorite("sport", lex.SPORTS), _favorite("animal", lex.ANIMALS),
        _favorite("drink", lex.DRINKS), _favorite("holiday", lex.HOLIDAYS),
        _favorite("hobby", lex.HOBBIES, "my favorite thing to do is {v}",
                  "my favorite pastime is {v}"),
        _favorite("subject", lex.MAJORS, "my favorite class is {v}"),
    ]  # fmt: skip


def _looks() -> list[Attribute]:
    return [
        Attribute("hair", lex.HAIR, exclusive=True,
                  has=("my hair is {v}", "i have {v} hair", "i dyed my hair {v}",
                       "my hair color is {v}", "people notice my {v} hair", "i have long {v} hair"),
                  lacks=("i do not have {v} hair", "my hair is not {v}"),
                  none=("i am bald", "i have no hair")),
        Attribute("eyes", lex.EYES, exclusive=True,
                  has=("my eyes are {v}", "i have {v} eyes", "i was born with {v} eyes",
                       "my eye color is {v}"), lacks=("i do not have {v} eyes",)),
        Attribute("car", lex.CARS, exclusive=True,
                  has=("i drive {a_v}", "i own {a_v}", "my car is {a_v}", "i drive a used {v}",
                       "i have {a_v}", "i bought {a_v} last month"),
                  lacks=("i do not drive {a_v}",), any=("i have a vehicle", "i drive"),
                  none=("i do not have a car", "i do not drive", "i have no license")),
        Attribute("car color", lex.COLORS, exclusive=True,
                  has=("my car is {v}", "i drive a {v} car", "i have a {v} car"),
                  lacks=("my car is not {v}",), any=("i have a car", "i own a car"),
                  none=("i do not have a car",)),
    ]  # fmt: skip


def _skills() -> list[Attribute]:
    return [
        Attribute("instrument", lex.INSTRUMENTS,
                  has=("i play the {v}", "i can play the {v}", "i play {v}",
                      "i love playing the {v}",
                       "i have played the {v} for {n} years", "i play {v} in a band"),
                  lacks=("i can not play the {v}", "i never learned the {v}", "i do not play {v}"),
                  any=("i play an instrument", "i am musical", "i can play an instrument"),
                  none=("i do not play any instruments", "i can not play any instrument")),
        Attribute("language", lex.LANGUAGES,
                  has=("i speak {v}", "i can speak {v}", "i am fluent in {v}",
                      "i speak {v} at home"),
                  lacks=("i do not speak {v}", "i can not speak {v}", "i never learned {v}"),
                  any=("i speak a second language", "i speak more than english"),
                  none=("i only speak english", "english is the only language i speak")),
        Attribute("fear", lex.FEARS,
                  has=("i am afraid of {v}", "i am scared of {v}", "{v} scares me", "i fear {v}",
                       "i am terrified of {v}", "my biggest fear is {v}"),
                  lacks=("i am not afraid of {v}", "{v} does not scare me", "i do not fear {v}"),
                  any=("there are things that scare me",),
                  none=("i am not afraid of anything", "nothing scares me", "i have no fears")),
        Attribute("allergy", lex.ALLERGENS,
                  has=("i am allergic to {v}", "i have an allergy to {v}",
                      "{v} makes my throat swell "
                       "up because of my allergy", "i get hives from {v}"),
                  lacks=("i am not allergic to {v}", "{v} gives me no trouble at all"),
                  any=("i have allergies", "i have an allergy"),
                  none=("i do not have any allergies", "i am not allergic to anything")),
        Attribute("major", lex.MAJORS, exclusive=True,
                  has=("i study {v}", "i am studying {v}", "my major is {v}",
                      "i am majoring in {v}",
                       "i am working on a {v} degree", "i am a {v} major", "i am a {v} student",
                       "i am in college for {v}"),
                  lacks=("i do not study {v}",),
                  any=("i am a student", "i go to school", "i am in college", "i attend college"),
                  none=("i am not a student", "i never went to college",
                      "i dropped out of school")),
        Attribute("grade", lex.GRADES, exclusive=True,
                  has=("i am in {v} grade", "i am in the {v} grade", "i just started {v} grade",
                       "i am a {v} grader"),
                  any=("i am a student", "i go to school", "i am in school"),
                  none=("i am not in school", "i am done with school", "i am retired")),
        Attribute("religion", lex.RELIGIONS, exclusive=True,
                  apart=lambda a, b: a != b and not {a, b} <= {"christian", "catholic", "baptist",
                                                               "mormon"},
                  has=("i am {v}", "i was raised {v} and still am", "i am a proud {v}",
                       "my family and i are {v}"), lacks=("i am not {v}",)),
        Attribute("goal job", _jobs(), exclusive=True, apart=_different_job,
                  has=("i want to be {a_v}", "i want to become {a_v}", "i am studying to be {a_v}",
                       "my dream is to be {a_v}", "i hope to be {a_v} one day",
                       "i would like to be {a_v}", "i am going to school to be {a_v}",
                       "when i grow up i want to be {a_v}", "i wish i was {a_v}"),
                  lacks=("i never want to be {a_v}", "i do not want to be {a_v}")),
        Attribute("wish", lex.WISHES,
                  has=("i want to {v}", "i would like to {v}", "i hope to {v}",
                      "my dream is to {v}",
                       "one day i will {v}", "i wish i could {v}", "my goal is to {v}"),
                  lacks=("i do not want to {v}", "i never want to {v}", "i have no wish to {v}")),
    ]  # fmt: skip


def attributes() -> list[Attribute]:
    """All attributes, with one per relative for relatives' jobs."""
    relatives = ("mother", "father", "brother", "sister", "husband", "wife", "best friend",
                 "girlfriend", "boyfriend", "son", "daughter")  # fmt: skip
    return [
        _job(), _employer(), *_counts(), _age(), _home(), _origin(), _pets(), *_tastes(),
        *_favorites(), *_looks(), *_skills(), *(_relative_job(person) for person in relatives),
    ]  # fmt: skip
