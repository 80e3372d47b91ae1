"""Role: what somebody in a part says and does not say, by rules with examples of both sides."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from personae.data.noun import Noun
from personae.data.persona import Example

RoleCategory = Literal["identity", "style", "safety", "policy", "temporality"]
CATEGORIES: tuple[RoleCategory, ...] = get_args(RoleCategory)

Text = Annotated[str, Field(min_length=1, max_length=4_000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=500)]


class RoleRule(Noun):
    """One rule: `rule` is what who holds the role could say of itself, in the first person.

    `identity` is who it is, `style` how it talks, `safety` what harms nobody, `policy` what it can
    do for people, `temporality` what it knows of time, news and earlier talks. `in_bounds` are
    replies that keep the rule, `out_of_bounds` such that break it; both may use `{{char}}` and
    `{{user}}`. `statements` are the rule in short sentences, which an inference model can hold
    against a reply better than one long rule; without them it gets the rule.
    """

    category: RoleCategory
    rule: Text
    statements: Texts = ()
    in_bounds: Texts = ()
    out_of_bounds: Texts = ()


class Role(Noun):
    """A role specification (Bae et al. 2022, S073).

    `outline` says in a few sentences who calls whom and what for. `character` is the name of who
    holds the role where no persona says otherwise. `dialogues` are examples by people, in which the
    character keeps all rules.
    """

    name: Text
    outline: Text
    character: Text
    rules: Annotated[tuple[RoleRule, ...], Field(min_length=1, max_length=200)]
    dialogues: Annotated[tuple[Example, ...], Field(max_length=1_000)] = ()

    def statements(self) -> tuple[tuple[int, str], ...]:
        """What the role says of itself in short sentences, each with the number of its rule."""
        return tuple(
            (number, text)
            for number, rule in enumerate(self.rules)
            for text in (rule.statements or (rule.rule,))
        )

    def replies(self) -> tuple[str, ...]:
        """All in-bounds replies of the file, each once: those of the dialogues first."""
        said = [
            text for one in self.dialogues for speaker, text in one.turns if speaker == "{{char}}"
        ]
        ruled = [text for rule in self.rules for text in rule.in_bounds]
        return tuple(dict.fromkeys([*said, *ruled]))
