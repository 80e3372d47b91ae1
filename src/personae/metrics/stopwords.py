"""Words that do not count as content: the list of PLATO's `knowledge_f1`, and content words."""

from __future__ import annotations

from personae.metrics.words import normalised_words

# Of PaddlePaddle/models, PaddleNLP/Research/Dialogue-PLATO/tools/stopwords.txt (Apache-2.0); its
# punctuation and single letters are covered below.
_LISTED = """
    about above according across after again against all almost alone along already also although
    always am among an and another any anymore anyway are around as ask asked asking asks at away
    back backed backing backs be became because become becomes been began being beings between both
    but by can cannot certain certainly come could did differ different differently do does done
    during each either enjoy even evenly ever every favorite felt find finds for from further
    furthered furthering furthers gave general generally get gets give given gives go going got
    great had has have having he her here herself him himself his how however if in into is it its
    itself just keep keeps kind knew know known knows let lets like likely love may me might mostly
    much must my myself need needed needing needs never nevertheless no nobody non noone not nothing
    now nowhere of on once one only or other others our out over overall particularly per perhaps
    put puts rather re really seem seemed seeming seems shall she should showed showing shows since
    so some still such sure take taken than that the their them then there therefore these they
    thing things think thinks this those though thought thoughts through thus to together too took
    toward tried try trying under until up upon us use used uses very want wanted wanting wants was
    way ways we well wells went were what when where whether which while who whole whose why will
    with within work would yet you your yours
"""
# What is left of contractions when the apostrophe becomes a blank (PLATO's data have "i 'm").
_CONTRACTED = """
    ain aren couldn didn doesn don hadn hasn haven isn ll mustn shouldn ve wasn weren won wouldn im
    ive dont cant id
"""
STOPWORDS = frozenset((_LISTED + _CONTRACTED).split())


def content_words(text: str) -> frozenset[str]:
    """The different words of a text without stopwords and single ASCII letters."""
    return frozenset(word for word in normalised_words(text) if is_content(word))


def is_content(word: str) -> bool:
    """Whether a normalised word counts."""
    return word not in STOPWORDS and not (len(word) == 1 and word.isascii() and word.isalpha())
