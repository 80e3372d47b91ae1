"""Have the model say first what somebody like the persona would think of the last message."""

from __future__ import annotations

from dataclasses import replace

from personae.draft import Count, Draft, Kit, PromptPart, Step, Temperature
from personae.lm.types import Message, Request, Sampling
from personae.registry import EntryInfo
from personae.text.sentences import within_words

ENTRY = EntryInfo(systems=("S034",), needs=("chat",))

ASK = (
    "{text}\n\nDo not answer yet. First say in one sentence what matters to {name} in this, "
    "from what you know of {name}."
)
MAX_WORDS = 48


def think_first(*, max_tokens: Count = 48, temperature: Temperature = 0.0) -> Step:
    """Add what the model writes as a part right before the last message.

    The thought is drawn from the parts there are by then, without the history, so put this step
    after those that describe the persona. `/why` shows it as the note `thought`. It is thought for
    the bare prompt as well: a choice among options needs it.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        kit.needs("think_first", "chat")
        scene = draft.scene
        told = "\n\n".join(part.text for part in draft.parts if part.role == "system")
        asked = ASK.format(text=scene.last_user_text, name=scene.persona.display_name)
        written = kit.lm.generate(
            Request(
                messages=(*([Message("system", told)] if told else []), Message("user", asked)),
                sampling=Sampling(temperature=temperature, seed=kit.seed, max_tokens=max_tokens),
                cancel=kit.cancel,
                replayable=kit.replayable,
                adapters=draft.adapters,
            )
        )
        thought = within_words(" ".join(written.text.split()), MAX_WORDS)
        if not thought:
            return draft.noting(thought="")
        name = scene.persona.display_name
        part = PromptPart("thought", f"What matters to {name} here: {thought}", role="volatile")
        return replace(draft, parts=(*draft.parts, part), usage=draft.usage + written.usage).noting(
            thought=thought
        )

    return step
