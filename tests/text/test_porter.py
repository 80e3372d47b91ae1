"""Tests of personae.text.porter: it stems as NLTK 3's PorterStemmer does by default."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from personae.text.porter import porter_stem

# Words of Multi-Session Chat and of the rules, with what NLTK made of them (compared with 21,684).
STEMS = """
addresses:address anonymous:anonym archives:archiv beauty:beauti belting:belt brews:brew
budge:budg calmness:calm calms:calm chiefs:chief clearly:clearli clues:clue cocktails:cocktail
condition:condit connection:connect contacted:contact currents:current disorganized:disorgan
drizzled:drizzl electronics:electron enabled:enabl essentially:essenti exhibited:exhibit
factory:factori fixing:fix floated:float floppy:floppi foreseeable:forese freeze:freez
glands:gland groomed:groom hatchbacks:hatchback hervous:hervou holding:hold honestly:honestli
immersive:immers impossible:imposs intake:intak intensive:intens internships:internship
juicy:juici knots:knot koalas:koala lactose:lactos lattes:latt lawnmower:lawnmow linked:link
little:littl lives:live loose:loos markus:marku measurements:measur meets:meet millions:million
miserable:miser muskies:muski naturally:natur operations:oper overloading:overload
performing:perform picks:pick practically:practic pureed:pure reality:realiti reeves:reev
rereading:reread residence:resid romantic:romant sauce:sauc screened:screen sensible:sensibl
simmered:simmer solitaire:solitair sprinkling:sprinkl standing:stand story:stori
therapists:therapist thursdays:thursday trickle:trickl troublesome:troublesom vegatables:vegat
viable:viabl wheels:wheel wildfire:wildfir flies:fli dies:die died:die spied:spi happy:happi
enjoy:enjoy try:tri radically:radic hopefully:hope geology:geolog theological:theolog
possibly:possibl rationally:ration agreed:agre feed:feed falling:fall hissing:hiss hopping:hop
filing:file controll:control roll:roll adoption:adopt onion:onion sky:sky skies:sky dying:die
news:news is:is yyyy:yyyi relational:relat conditional:condit vietnamization:vietnam
sensibility:sensibl triplicate:triplic electricity:electr probate:probat rate:rate cease:ceas
owed:owe replacement:replac
"""


def test_stems_are_those_of_nltk():
    pairs = [pair.split(":") for pair in STEMS.split()]
    assert {word: porter_stem(word) for word, _ in pairs} == dict(pairs)


def test_case_does_not_matter():
    assert porter_stem("Running") == porter_stem("running") == "run"


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_any_text_has_a_stem_that_is_hardly_longer(text):
    assert len(porter_stem(text)) <= len(text) + 1
