"""Policy: what an operator wants said and kept back, whoever the character is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from personae.data.noun import Noun

Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=100)]


class PolicyRule(Noun):
    """One thing that is kept back.

    `about` names it without saying it ("the code word of the vault"), `rule` tells it to the model,
    as an operator would. `secrets` are the strings that give it away, `facts` short sentences that
    say it, which an inference model can hold against a reply. `instead` is said in its place.
    """

    about: Text
    rule: Text
    secrets: Texts = ()
    facts: Texts = ()
    instead: Annotated[str, Field(max_length=2_000)] = ""

    @property
    def said_instead(self) -> str:
        """What is said where the rule would be broken."""
        return self.instead or f"I keep {self.about} to myself. Ask me something else."


class Policy(Noun):
    """An operator's policy (S080). `duty` is what the character is there for, and may tell."""

    name: Text
    rules: Annotated[tuple[PolicyRule, ...], Field(min_length=1, max_length=100)]
    duty: Annotated[str, Field(max_length=4_000)] = ""
