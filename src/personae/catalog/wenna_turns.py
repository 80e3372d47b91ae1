"""What travellers say to Wenna, and the function calls that each turn asks for (ours, Apache-2.0).

`SEEN` were at hand when the texts that `similar_calls` compares were worded; `FRESH` were written
afterwards and changed nothing.
"""

from __future__ import annotations

from typing import NamedTuple

CHARACTER = "wenna"


class LabelledTurn(NamedTuple):
    """A turn and its gold calls as (function, value of its one argument)."""

    text: str
    calls: tuple[tuple[str, str], ...] = ()


_STOCK, _SELL, _BED, _ERRAND, _ROAD = (
    "check_stock", "sell_item", "let_bed", "give_errand", "road_news",
)  # fmt: skip

SEEN = (
    LabelledTurn("Do you sell rope?", ((_STOCK, "hemp rope"),)),
    LabelledTurn("How much is the oil lantern?", ((_STOCK, "oil lantern"),)),
    LabelledTurn("What does a short knife cost?", ((_STOCK, "short knife"),)),
    LabelledTurn("Have you any boots left for the marsh?", ((_STOCK, "marsh boots"),)),
    LabelledTurn("Is there still a spear to be had?", ((_STOCK, "iron spear"),)),
    LabelledTurn("My wife has a fever. Do you have any fever bark?", ((_STOCK, "fever bark"),)),
    LabelledTurn("How many horseshoes have you got?", ((_STOCK, "horseshoe"),)),
    LabelledTurn("What do you want for the salted eel?", ((_STOCK, "salted eel"),)),
    LabelledTurn("Six pennies for the rope is fair. I'll take it.", ((_SELL, "hemp rope"),)),
    LabelledTurn("Sold. Give me the lantern, here are nine pennies.", ((_SELL, "oil lantern"),)),
    LabelledTurn("I'll buy the knife.", ((_SELL, "short knife"),)),
    LabelledTurn("All right, eighteen it is. Hand me the boots.", ((_SELL, "marsh boots"),)),
    LabelledTurn("One salted eel, please. Here's your penny.", ((_SELL, "salted eel"),)),
    LabelledTurn("I'll have the iron spear at thirty-five.", ((_SELL, "iron spear"),)),
    LabelledTurn("Is the chimney bed free tonight?", ((_BED, "chimney bed"),)),
    LabelledTurn("I need a bed. The one by the window will do.", ((_BED, "window bed"),)),
    LabelledTurn("Can I sleep in the loft?", ((_BED, "loft bed"),)),
    LabelledTurn("I'd like the loft bed for the night.", ((_BED, "loft bed"),)),
    LabelledTurn("Is there any paid work for me in Tinmarket?", ((_ERRAND, "Tinmarket"),)),
    LabelledTurn(
        "I heard the north bell post needs somebody. What's the job?",
        ((_ERRAND, "north bell post"),),
    ),
    LabelledTurn(
        "Have you got an errand to the charcoal camp for me?", ((_ERRAND, "charcoal camp"),)
    ),
    LabelledTurn(
        "I'm going to Tinmarket anyway. Can I carry something for you and be paid?",
        ((_ERRAND, "Tinmarket"),),
    ),
    LabelledTurn("How is the road north today?", ((_ROAD, "north"),)),
    LabelledTurn("Is the causeway to the south open?", ((_ROAD, "south"),)),
    LabelledTurn("What have you heard of the way south?", ((_ROAD, "south"),)),
    LabelledTurn("Can I still get through to the north tonight?", ((_ROAD, "north"),)),
    LabelledTurn(
        "How much are the boots, and is the loft bed free?",
        ((_STOCK, "marsh boots"), (_BED, "loft bed")),
    ),
    LabelledTurn(
        "What's the price of a horseshoe, and of a lantern?",
        ((_STOCK, "horseshoe"), (_STOCK, "oil lantern")),
    ),
    LabelledTurn("Good evening, Wenna."),
    LabelledTurn("How did you lose your fingers?"),
    LabelledTurn("Who taught you to keep accounts in knots?"),
    LabelledTurn("Nasty weather out there."),
    LabelledTurn("Do you like living here?"),
    LabelledTurn("How old are you?"),
    LabelledTurn("Thank you, that was a good stew."),
    LabelledTurn("Have you ever seen the sea?"),
    LabelledTurn("Tell me about your son."),
    LabelledTurn("Goodnight, then."),
    LabelledTurn("You look tired today."),
    LabelledTurn("What do you make of priests?"),
)

FRESH = (
    LabelledTurn("What would a lantern set me back?", ((_STOCK, "oil lantern"),)),
    LabelledTurn("Any eels in the house?", ((_STOCK, "salted eel"),)),
    LabelledTurn("I'm after a knife. Do you have one?", ((_STOCK, "short knife"),)),
    LabelledTurn("How many spears are left?", ((_STOCK, "iron spear"),)),
    LabelledTurn("My mule threw a shoe. Do you keep horseshoes?", ((_STOCK, "horseshoe"),)),
    LabelledTurn("Fine, I'll pay twelve for the knife.", ((_SELL, "short knife"),)),
    LabelledTurn("Wrap up one of those horseshoes, I'm buying.", ((_SELL, "horseshoe"),)),
    LabelledTurn("Here's my six. The rope is mine now, yes?", ((_SELL, "hemp rope"),)),
    LabelledTurn(
        "Which of your beds is next to the chimney, and is it taken?", ((_BED, "chimney bed"),)
    ),
    LabelledTurn("Put me in the window bed.", ((_BED, "window bed"),)),
    LabelledTurn("Who wants a bell hung on the north post?", ((_ERRAND, "north bell post"),)),
    LabelledTurn("I could fetch charcoal for you, if it pays.", ((_ERRAND, "charcoal camp"),)),
    LabelledTurn("Is the ferry running on the north side?", ((_ROAD, "north"),)),
    LabelledTurn("Did anyone come in from the south today? How's the going?", ((_ROAD, "south"),)),
    LabelledTurn("That pike on the wall, is it real?"),
    LabelledTurn("You have a fine fire going."),
    LabelledTurn("Were you ever married?"),
    LabelledTurn("I come from far away."),
    LabelledTurn("What's that smell?"),
    LabelledTurn("You drive a hard bargain."),
)
