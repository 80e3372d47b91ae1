"""Traits that sentences show without naming a value, and what denies them.

Dialogue NLI calls two sentences that show one trait (having a job, a dog, children) entailment,
loosely. A part of our pairs follows that, so that its figures can be compared.
"""

# ruff: noqa: E501 - patterns read better whole
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .rewrite import NEGATIVE, plain

NUMBER = re.compile(r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")


@dataclass(frozen=True)
class Trait:
    """`shows`: a pattern of sentences of someone who has it; `says`, `denies`: plain statements."""

    name: str
    shows: str
    says: Sequence[str]
    denies: Sequence[str]
    unless: str = r"$^"


TRAITS = [
    Trait("job", r"\bmy (?:job|work|boss|coworkers?|career|office|commute|shift|salary)\b|\bi work\b"
          r"|\bat work\b|\bpromot|\bi have a .{0,12}job\b|\bgot hired\b|\bget paid\b",
          ("i have a job", "i am employed", "i have a career", "i work for a living",
           "my job is important", "i work hard"),
          ("i am unemployed", "i do not have a job", "i do not work", "i lost my job",
           "i am retired", "i am looking for a job", "i am out of work right now"),
          r"\bwork(?:ing)? out\b|lost|quit|retire|student|used to|want|wish|looking|homework|hope"),
    Trait("student", r"\bmy (?:classes|major|professor|degree|dorm|finals|homework|studies)\b|"
          r"\bi am (?:a|in) .{0,18}(?:student|freshman|sophomore|college|major)\b|\bi attend\b|"
          r"\bi (?:study|am studying|go to school|go to college)\b",
          ("i am a student", "i go to school", "i attend school", "i am getting an education"),
          ("i am not a student", "i never went to school", "i dropped out of school",
           "i finished school long ago"), r"used to|graduated|church|dance|kids|son|daughter"),
    Trait("dog", r"\bmy (?:\w+ )?(?:dogs?|puppy|puppies|poodle|beagle|pug|husky|chihuahua)\b|"
          r"\bi (?:have|own|got|adopted) (?:a|an|my) (?:\w+ ){0,2}(?:dog|puppy|poodle|beagle|pug)\b",
          ("i have a dog", "i own a dog", "i am a dog owner", "i have a pet"),
          ("i do not have any pets", "i do not have a dog", "i have no dogs", "i own no pets",
           "i have never had a dog"), r"died|dead|lost|favorite|hot dog|want|used to|passed"),
    Trait("cat", r"\bmy (?:\w+ )?(?:cats?|kittens?|kitty)\b|"
          r"\bi (?:have|own|got|adopted) (?:a|an|my) (?:\w+ ){0,2}(?:cat|kitten)\b",
          ("i have a cat", "i own a cat", "i am a cat owner", "i have a pet"),
          ("i do not have any pets", "i do not have a cat", "i have no cats", "i own no pets",
           "i have never had a cat"), r"died|dead|lost|favorite|want|used to|passed"),
    Trait("children", r"\bmy (?:\w+ )?(?:kids?|child|children|sons?|daughters?|boys|girls)\b|"
          r"\bi am a (?:\w+ )?(?:mom|mother|dad|father|parent)\b",
          ("i have children", "i have kids", "i am a parent", "i have a family"),
          ("i do not have children", "i have no kids", "i do not have any kids", "i am childless",
           "i never had children"), r"want|wish|died|someday|hope|future"),
    Trait("married", r"\bmy (?:husband|wife|spouse)\b|\bi am (?:\w+ )?married\b|\bi married\b|"
          r"\bi got married\b",
          ("i am married", "i have a spouse", "i am a married person"),
          ("i am single", "i have never been married", "i am not married", "i do not have a spouse",
           "i am still single"), r"\bex\b|divorc|died|late (?:wife|husband)|left me|want|future|was"),
    Trait("musician", r"\bi (?:can )?play (?:the )?(?:guitar|piano|drums|violin|bass|cello|flute)\b|"
          r"\bmy band\b|\bin an? (?:\w+ ){0,2}band\b|\bi (?:write|make|create) .{0,8}(?:music|songs)\b",
          ("i play an instrument", "i make music", "i am musical", "i am a musician"),
          ("i do not play any instruments", "i am not musical", "i can not play any instrument"),
          r"listen|watch|favorite|want"),
    Trait("siblings", r"\bmy (?:\w+ )?(?:brothers?|sisters?|siblings?|twin)\b|"
          r"\bi have (?:a|an) (?:\w+ ){0,2}(?:brother|sister|twin)\b",
          ("i have siblings", "i am not an only child", "i have a brother or a sister"),
          ("i am an only child", "i do not have any siblings", "i have no brothers or sisters"),
          r"died|in law|want"),
    Trait("runner", r"\bi (?:run|jog|exercise|work out|lift)\b|\bi go to the gym\b|\bmy workout",
          ("i exercise", "i work out", "i stay active", "i like to stay fit"),
          ("i never exercise", "i am a couch potato", "i hate exercise", "i do not work out"),
          r"business|company|shop|run away|home"),
    Trait("reader", r"\bi (?:read|love reading|like reading|enjoy reading|love to read)\b|\bmy books\b",
          ("i like to read", "i love books", "i am a reader", "i enjoy a good book"),
          ("i hate reading", "i never read", "i do not like books", "i do not read"),
          r"lips|minds|tarot"),
    Trait("drinker", r"\bi (?:drink|love|like) (?:\w+ )?(?:beer|wine|whiskey|vodka)\b",
          ("i drink alcohol", "i like to have a drink"),
          ("i do not drink alcohol", "i am sober", "i never drink", "i do not drink"), r"used to"),
    Trait("meat eater", r"\bi (?:\w+ )?(?:love|like|eat|grill|cook) (?:\w+ )?"
          r"(?:steaks?|bacon|burgers?|meat|ribs|chicken|beef|pork|hamburgers?)\b|"
          r"\bfavorite (?:food|meal|dish) (?:is|are) (?:\w+ )?(?:steak|chicken|burgers?|ribs|bacon)\b",
          ("i eat meat", "i am not a vegetarian"),
          ("i am vegan", "i am a vegetarian", "i do not eat meat", "i never eat meat",
           "i am a strict vegetarian"), r"veggie|vegan|tofu"),
    Trait("driver", r"\bmy (?:\w+ )?(?:car|truck|van|jeep|mustang)\b|\bi drive an? (?:\w+ ){1,3}",
          ("i have a car", "i can drive", "i own a vehicle"),
          ("i do not have a car", "i can not drive", "i do not drive"), r"want|wish|broke|sold"),
]  # fmt: skip


def shown(sentences: Sequence[str]) -> dict[str, list[str]]:
    """Short first-person statements of the corpora by the trait that they show."""
    found: dict[str, list[str]] = {trait.name: [] for trait in TRAITS}
    for sentence in sentences:
        s = plain(sentence)
        unfit = len(s.split()) > 18 or NEGATIVE.search(s) or NUMBER.search(s) or "?" in s
        if unfit or re.search(r"\bif\b|\byour?\b", s):
            continue
        for trait in TRAITS:
            if re.search(trait.shows, s) and not re.search(trait.unless, s):
                found[trait.name].append(sentence)
    return found
