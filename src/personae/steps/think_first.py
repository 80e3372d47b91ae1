"""Have the model say first what somebody like the persona would think of the last message."""

from __future__ import annotations

import json
from dataclasses import replace

from personae.draft import Count, Draft, Kit, PromptPart, Step, Temperature
from personae.lm.types import Generation, Message, Request, Sampling
from personae.registry import EntryInfo
from personae.text.quoting import MAX_SHOWN_CHARACTERS, one_line
from personae.text.sentences import within_words

ENTRY = EntryInfo(systems=("S034",), needs=("chat", "schema"))

ASK = (
    "{text}\n\nDo not answer yet. First say in one sentence what matters to {name} in this, "
    "from what you know of {name}."
)
MAX_WORDS, MAX_LETTERS = 48, 240
SCHEMA = {
    "type": "object",
    "properties": {"thought": {"type": "string", "maxLength": MAX_LETTERS}},
    "required": ["thought"],
}


def think_first(*, max_tokens: Count = 72, temperature: Temperature = 0.0) -> Step:
    """Add what the model writes as a part right before the last message.

    The thought is drawn from the parts there are by then, without the history, so put this step
    after those that describe the persona. `/why` shows it as the note `thought`. It is thought for
    the bare prompt as well: a choice among options needs it. A thought that is cut short is none.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        kit.needs("think_first", "chat", "schema")
        name = draft.scene.persona.display_name
        written = kit.lm.generate(_request(draft, kit, name, max_tokens, temperature))
        usage, thought = draft.usage + written.usage, _thought(written)
        if not thought:
            return replace(draft, usage=usage).noting(thought="")
        part = PromptPart("thought", f"What matters to {name} here: {thought}", role="volatile")
        return replace(draft, parts=(*draft.parts, part), usage=usage).noting(thought=thought)

    return step


def _request(draft: Draft, kit: Kit, name: str, max_tokens: int, temperature: float) -> Request:
    told = "\n\n".join(part.text for part in draft.parts if part.role == "system")
    # Only the beginning of a huge message is thought about; `fit_prompt` says that it is too long.
    text = draft.scene.last_user_text[:MAX_SHOWN_CHARACTERS]
    asked = Message("user", ASK.format(text=text, name=name))
    return Request(
        messages=(*([Message("system", told)] if told else []), asked),
        sampling=Sampling(temperature=temperature, seed=kit.seed, max_tokens=max_tokens),
        schema=SCHEMA,
        cancel=kit.cancel,
        replayable=kit.replayable,
        adapters=draft.adapters,
    )


def _thought(written: Generation) -> str:
    try:
        found = json.loads(written.text)["thought"]
    except (ValueError, TypeError, KeyError):
        return ""
    return within_words(one_line(found), MAX_WORDS) if isinstance(found, str) else ""
