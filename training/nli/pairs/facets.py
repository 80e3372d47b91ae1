"""Sides of a life by which two people's real sentences clash, agree, or do not touch.

Sentences of the corpora are sorted into the kinds of a facet by patterns: what a person works as,
at which school, with whom, whose number is told. Two kinds of a facet shut each other out
(a nurse, a mechanic), or say nothing of one another (three brothers, three dogs).
"""

# ruff: noqa: E501 - patterns read better whole
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .attributes import Label
from .lexicon import NEAR_FIELDS
from .rewrite import NEGATIVE, plain


@dataclass(frozen=True)
class Facet:
    """`kinds`: name and pattern; `across`: the label of sentences of two kinds; `within`: of one.

    No pair is made of two kinds that are `near` each other. `cue` must stand in a sentence.
    """

    name: str
    kinds: Mapping[str, str]
    across: Label
    within: Label | None = None
    near: Sequence[frozenset[str]] = ()
    cue: str = ""
    unless: str = r"$^"

    def apart(self, one: str, other: str) -> bool:
        """Whether two kinds may stand against each other."""
        return not any(one in group and other in group for group in self.near)


_JOB_KINDS = {
    "hospital": r"\bnurses?\b|\bdoctor\b|surgeon|hospital|\bmy patients\b|paramedic|medical (?:field|assistant)|radiolog|\ber\b|emt\b",
    "dental": r"dentist|dental|hygienist",
    "school": r"\bteacher\b|\bi teach\b|my students|my classroom|elementary school|preschool|substitute|tutor\b|principal",
    "college": r"professor|university lecturer",
    "restaurant": r"waitress|\bwaiter\b|wait tables|waiting tables|\bchef\b|line cook|short order|dishwasher|restaurant|diner\b|mcdonald|burger king|fast food|pizza|fry cook|serve food|subway",
    "bar": r"bartend|tend bar|\bbar\b|\bpub\b|bouncer|nightclub",
    "coffee": r"barista|starbucks|coffee shop",
    "law": r"lawyer|attorney|law firm|paralegal|legal|\blaw office\b|\bjudge\b",
    "police": r"police|\bcop\b|detective|sheriff|law enforcement|state trooper|prison guard|correction",
    "fire": r"fire ?(?:fighter|man|station|department)",
    "military": r"\barmy\b|\bnavy\b|air force|soldier|military|\bmarines?\b(?! bio)|\bsergeant",
    "animals": r"\bvet\b|veterinar|zoo\b|zookeeper|dog groomer|dog walker|walk dogs|animal shelter|pet ?sitter|with animals|train dogs|dog trainer",
    "farm": r"farmer|\bon a farm\b|\brancher|my ranch|\bi farm\b|dairy farm",
    "air": r"\bpilot\b|flight attendant|airline|stewardess|air traffic",
    "computers": r"programmer|software|web developer|developer|with computers|computer science job|\bi code\b|systems administrator|\bit tech|in it\b|tech support|data analyst|web design",
    "money": r"accountant|\bbank\b|banker|bank teller|financ|stock broker|bookkeep|auditor|tax prepar|hedge fund|accounting",
    "books": r"librarian|\blibrary\b|bookstore|book store",
    "driving": r"truck driver|trucker|bus driver|drive a (?:truck|bus|taxi|cab|semi)|uber|taxi|delivery driver|deliver packages|deliver pizza|chauffeur",
    "building": r"construction|carpenter|electrician|plumb|roofer|welder|contractor|\bi build houses",
    "cars": r"mechanic|auto (?:shop|repair)|fix cars|work on cars|body shop",
    "carsales": r"car sales|sell cars|car dealership|used cars",
    "music": r"(?:am|as) a (?:\w+ )?(?:musician|singer|drummer|guitarist|rapper|dj|composer|songwriter)|lead singer|tour(?:ing)? with my band|opera singer|record label",
    "writing": r"\bauthor\b|\bwriter\b|novelist|\bpoet\b|blogger|copywriter|write (?:novels|books) for",
    "news": r"journalist|reporter|newspaper|news anchor|\beditor\b|magazine|radio station|tv station",
    "art": r"\bartist\b|sculptor|illustrator|graphic design|tattoo|cartoonist",
    "acting": r"\bactor\b|actress|comedian|stunt|broadway",
    "fashion": r"\bmodel\b|fashion|seamstress|tailor|boutique",
    "photo": r"photographer",
    "hair": r"hair ?(?:dresser|stylist|salon)|barber|cosmetolog|nail salon|\bmy own salon|beautician",
    "sport": r"(?:football|basketball|baseball|soccer|hockey|tennis|golf|professional) player|personal trainer|yoga (?:teacher|instructor)|\bcoach\b|professional athlete|boxer\b|wrestler|gymnast|race car|lifeguard|fitness",
    "science": r"scientist|biologist|physicist|chemist\b|archaeolog|astronom|geologist|\blab\b|laboratory|research",
    "mind": r"psycholog|therapist|psychiatr|social work|counselor",
    "shop": r"cashier|walmart|target\b|retail|grocery|supermarket|clerk|store manager|department store|shoe store|candy store|the mall|costco|bagging|sears\b|ikea|hardware store|gas station|convenience",
    "office": r"secretary|receptionist|data entry|office (?:manager|job|worker)|in an office|executive assistant|administrative|human resources|\bhr\b|desk job",
    "church": r"\bpastor\b|priest|preacher|\bnun\b|minister\b",
    "house": r"\bmaid\b|housekeep|janitor|custodian|clean houses|house cleaner|cleaning",
    "kids": r"nanny|babysit|daycare|day care|au pair",
    "engineer": r"engineer|architect",
    "sea": r"fisherman|sailor|cruise ship|ship captain|fishing boat",
    "baking": r"\bbaker\b|bakery|decorate cakes|cake decorator|pastr",
    "flowers": r"florist|flower shop|gardener|landscap",
    "meat": r"butcher|slaughter",
    "estate": r"real estate|realtor",
    "medicine": r"pharmac",
    "sales": r"telemarket|insurance|in sales|sales ?(?:man|woman|person|rep)|travel agent|call center|marketing|advertis|customer service",
    "dance": r"dancer|ballerina|dance teacher|teach dance|dance studio",
    "factory": r"factory|warehouse|machinist|forklift|assembly line|ups\b|mill\b",
    "politics": r"politician|senator|\bmayor\b|diplomat|the government|white house|politics",
    "mail": r"post office|mail ?(?:man|carrier)|postal",
    "mining": r"\bminer\b|coal mine",
    "games": r"(?:video )?game (?:designer|developer|tester)|professional gamer|test video games|youtuber|streamer",
    "film": r"film(?:maker| director)|hollywood|movie (?:director|theater|producer)|produce movies",
    "own business": r"my own (?:business|company|shop|store)|small business|entrepreneur|\bceo\b|businessman|businesswoman|start ?up",
    "hotel": r"\bhotel\b|concierge|bellhop",
    "unemployed": r"unemployed|between jobs|jobless|lost my job|laid off|out of work|looking for (?:a |work|another)",
    "retired": r"\bretired\b|my retirement|social security",
    "stay at home": r"stay at home|house ?wife|homemaker",
}  # fmt: skip
_MORE_NEAR = [
    {"games", "computers", "film", "writing", "art", "engineer"}, {"film", "acting", "photo", "news"},
    *({"own business", kind} for kind in _JOB_KINDS), {"hotel", "restaurant", "bar", "house", "office"},
    {"retired", "unemployed", "stay at home"},
]  # fmt: skip
_LATER = r"used to|\bwas an?\b|want|wish|would|hope|dream|\bif i\b|someday|one day|future|aspir|become|\bwere\b|study|studying|student|school for|degree|going to be|plan|retired from|former|next (?:year|month)|soon|\b(?:mom|mother|dad|father|wife|husband|brother|sister|uncle|aunt|friend|boyfriend|girlfriend|parents|grandm\w+|grandf\w+|son|daughter|he|she|they|you|your)\b"
FACETS = [
    Facet("job", _JOB_KINDS, "contradiction", "entailment",
          near=tuple(map(frozenset, [*(g for g in NEAR_FIELDS), *_MORE_NEAR])),
          cue=r"\bwork|\bjob\b|for a living|career|profession|employ|\bi am (?:currently |now |actually )?(?:an?|the|in|unemployed|retired|between|jobless)\b|\bi (?:teach|drive|sell|manage|own|run|tend|wait|serve|deliver|clean|fix|build|bake|decorate|walk|train|babysit|code)\b|\bmy (?:patients|students|classroom|shop|business)\b",
          unless=_LATER),
    Facet("together", {
        "married": r"\bmy (?:husband|wife|spouse|hubby)\b|\bi am (?:\w+ )?married\b|\bi got married\b|\bi have been married\b|\bi married my\b",
        "single": r"\bi am (?:\w+ )?single\b|\bi never (?:got )?married\b|\bi have never been married\b|\bi (?:do not have|have no) (?:a )?(?:girlfriend|boyfriend|wife|husband|partner)\b|\bi am a bachelor\b",
        "engaged": r"\bengaged\b|\bmy fianc\w+|\bmy (?:upcoming )?wedding\b|getting married",
        "dating": r"\bmy (?:boyfriend|girlfriend)\b|\bi am dating\b|\bi have a (?:boyfriend|girlfriend)\b",
        "divorced": r"\bi am (?:\w+ )?divorced\b|\bmy divorce\b|\bmy ex (?:husband|wife)\b|\bgot divorced\b",
        "widowed": r"\bi am (?:a )?widow|\bmy (?:late )?(?:husband|wife) (?:died|passed)",
    }, "contradiction", "entailment", near=(frozenset({"engaged", "dating"}),
                                            frozenset({"single", "divorced", "widowed"})),
        unless=r"\bwant|wish|hope|someday|if i\b|would|\b(?:brother|sister|friend|mom|dad|parents|daughter|son) (?:is|are|got|was)|used to|\bwas\b|years ago"),
    Facet("school", {
        "school pupil": r"(?:in|attend|go to) (?:the )?(?:\w+ )?(?:elementary|middle|high) school|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|\dth) grade\b|my (?:senior|junior|freshman|sophomore) year (?:of|in) high school|homeschool",
        "college": r"\b(?:in|attend|go to|at|to) (?:a |the |my )?(?:\w+ ){0,2}(?:college|university)\b|my college|my major|\bi am majoring|college student|college (?:freshman|sophomore|junior|senior)|\bmy dorm",
        "graduate": r"grad(?:uate)? (?:school|student)|my phd|my masters?\b|doctorate|law school|med(?:ical)? school",
        "done": r"\bi (?:just |recently |already )?(?:graduated|finished (?:school|college|high school))\b|\bi have (?:a|my) (?:\w+ )?degree\b|\bi am (?:done|finished) with school",
        "left": r"drop(?:ped)? out|dropout|never (?:finished|went to) (?:school|college|high school)|did not (?:finish|go to) (?:school|college|high school)",
    }, "contradiction", "entailment", near=(frozenset({"college", "graduate"}), frozenset({"graduate", "done"}),
                                            frozenset({"done", "college"})),
        unless=r"\bwant|wish|hope|someday|if i\b|would|used to|\bwas\b|teach|professor|work at|coach|next year|kids|son\b|daughter|brother|sister|wife|husband|my mom|my dad|friend|save|saving|sweetheart|\bmet\b"),
    Facet("numbers", {
        "children": r"\b(?:NUM|an?|only|twin|young|little|beautiful|many|several) (?:\w+ )?(?:kids?|child|children|sons?|daughters?|boys|girls)\b",
        "siblings": r"\b(?:NUM|an?|older|younger|big|little|twin|many|several) (?:\w+ )?(?:brothers?|sisters?|siblings?)\b|\b(?:youngest|oldest|middle) (?:child |sibling )?of\b",
        "pets": r"\b(?:NUM|an?|my|many|several) (?:\w+ )?(?:dogs?|cats?|pets?|horses?|birds?|fish|turtles?|puppies|kittens|snakes?|rabbits?|hamsters?|parrots?|lizards?)\b",
        "vehicles": r"\b(?:NUM|an?|my|new|old) (?:\w+ )?(?:cars?|trucks?|motorcycles?|bikes?|vans?|jeeps?|boats?)\b",
        "age": r"\b(?:NUM) years? old\b|\bi (?:am|just turned|turned) (?:NUM)\b(?! feet)|years of age",
        "height": r"\bfeet\b|\bfoot\b|\binches\b",
        "jobs": r"\b(?:NUM) jobs\b|worked (?:there|here|at \w+) for (?:NUM) years|hours a (?:day|week)|dollars|a year at",
        "languages": r"\b(?:NUM|many|several) (?:\w+ )?(?:languages|dialects)\b",
        "grandchildren": r"grand(?:kids|children|son|daughter)",
        "places": r"\b(?:NUM|many|several) (?:\w+ )?(?:countries|states|cities)\b|bedroom",
    }, "neutral", None, cue=r"\b(?:i|we) (?:have|am|own|got|just turned|turned|speak|can speak|drive|work|worked|live)\b|\bmy (?:NUM)\b|\bi am\b.*\b(?:NUM)\b",
          unless=r"\b(?:he|she|they|his|her)\b|\bwas\b|want|wish|hope"),
]  # fmt: skip
_NUMBER = r"\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
_DENYING = {"single", "left", "unemployed"}  # kinds that are told by a denial
_CUE = re.compile(r"\b(?:i|my|we)\b")


def sort(sentences: Iterable[str], longest: int = 20) -> dict[str, dict[str, list[str]]]:
    """Short first-person statements by facet and the one kind of it that they show."""
    found: dict[str, dict[str, list[str]]] = {one.name: {} for one in FACETS}
    compiled = [
        (one, re.compile(one.cue.replace("NUM", _NUMBER)), re.compile(one.unless),
         {k: re.compile(p.replace("NUM", _NUMBER)) for k, p in one.kinds.items()})
        for one in FACETS
    ]  # fmt: skip
    for sentence in dict.fromkeys(sentences):
        s = plain(sentence)
        if len(s.split()) > longest or "?" in s or not _CUE.search(s):
            continue
        for facet, cue, unless, kinds in compiled:
            if not cue.search(s) or unless.search(s):
                continue
            shown = [kind for kind, pattern in kinds.items() if pattern.search(s)]
            if len(shown) == 1 and (shown[0] in _DENYING or not NEGATIVE.search(s)):
                found[facet.name].setdefault(shown[0], []).append(sentence)
    return found
