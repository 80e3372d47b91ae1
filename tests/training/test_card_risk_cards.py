"""The grammar of the cards: two that share nothing, and the file that the check reads."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import personae

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "training"))
made = importlib.import_module("card_risk.cards")
sys.path.remove(str(ROOT / "training"))


def test_half_of_the_cards_are_risky_and_all_differ():
    cards = made.cards("train", 100)
    assert sum(card.is_risky for card in cards) == 50
    assert len({card.sentences for card in cards}) == 100
    assert cards == made.cards("train", 100)
    assert not any("{" in text for card in cards for text in card.sentences)


def test_the_grammars_share_no_template_and_no_filler():
    def parts(grammar):
        risky = [text for texts in grammar.risky.values() for text in texts]
        fillers = [text for texts in grammar.fillers.values() for text in texts]
        return {*risky, *grammar.benign, *fillers}

    assert not parts(made.TRAIN) & parts(made.HELD_OUT)


def test_the_file_of_the_check_is_what_the_grammar_makes():
    file = Path(personae.__file__).parent / "catalog" / "risky_cards.jsonl"
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert told == [
        {"sentences": list(card.sentences), "is_risky": card.is_risky}
        for card in made.cards("held-out", 200)
    ]
