"""Tell the model who it is: persona, statements, traits, style, scenario."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Literal

from personae.data import Persona, Scene
from personae.draft import Draft, Kit, PromptPart, Step
from personae.registry import EntryInfo
from personae.text.bm25 import index_texts
from personae.text.macros import expand

ENTRY = EntryInfo()

Detail = Literal["brief", "full"]
SHOWN_STATEMENTS = 64  # 500 would fill the context of a small model, and confuse it
FIRST_STATEMENTS = 32
_TRAIT_WORDS = {
    "openness": ("conventional", "imaginative"),
    "conscientiousness": ("careless", "conscientious"),
    "extraversion": ("reserved", "outgoing"),
    "agreeableness": ("blunt", "kind"),
    "neuroticism": ("calm", "anxious"),
}


def describe_persona(*, detail: Detail = "full", rules: bool = True) -> Step:
    """Add the persona's parts to the system prompt.

    `detail="brief"` gives name and statements, as PersonaChat does, or the description where there
    are no statements: more confuses a small model. `rules` asks for a short reply in character. A
    card's own `system_prompt` replaces ours, with `{{original}}` standing for it (Card V2). The
    text depends on persona and user alone, so that it stays in the prompt cache from turn to turn;
    only a persona of more than 64 statements shows those that the last message is about.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        return replace(draft, parts=(*draft.parts, *persona_parts(draft.scene, detail, rules)))

    return step


def persona_parts(scene: Scene, detail: Detail, rules: bool) -> tuple[PromptPart, ...]:
    """The system parts that describe a persona, macros expanded; empty ones are left out."""
    persona = scene.persona
    texts = {
        "identity": _identity(persona, detail),
        "statements": _listed(f"Facts about {persona.display_name}", shown_statements(scene)),
    }
    if detail == "full":
        texts |= _full_texts(scene)
    if rules:
        texts["rules"] = _rules(persona)
    parts = tuple(
        PromptPart(name, fill(text, scene), pinned=name in ("identity", "statements", "rules"))
        for name, text in texts.items()
        if text.strip()
    )
    if not persona.system_prompt:
        return parts
    ours = "\n\n".join(part.text for part in parts if part.name in ("identity", "rules"))
    own = PromptPart("identity", fill(persona.system_prompt, scene, original=ours), pinned=True)
    return (own, *(part for part in parts if part.name not in ("identity", "rules")))


def shown_statements(scene: Scene) -> tuple[str, ...]:
    """The statements that a prompt shows, in the card's order: all of up to 64.

    Of more the first 32, which say who somebody is, and those with the most telling words of the
    last message (BM25), then the next ones.
    """
    statements = scene.persona.statements
    if len(statements) <= SHOWN_STATEMENTS:
        return statements
    scores = index_texts(statements).scores(scene.last_user_text)
    order = sorted(range(len(statements)), key=lambda at: (at >= FIRST_STATEMENTS, -scores[at], at))
    return tuple(statements[at] for at in sorted(order[:SHOWN_STATEMENTS]))


def fill(text: str, scene: Scene, original: str = "") -> str:
    """`text` with macros expanded; random ones draw the same for one persona in one session."""
    seed = f"{scene.persona.id}/{scene.session}/{text}"
    return expand(
        text,
        char=scene.persona.display_name,
        user=scene.user,
        original=original,
        rng=random.Random(seed),
    )


def _identity(persona: Persona, detail: Detail) -> str:
    """Who it is; without statements the description is all there is to say."""
    about = [persona.description] if detail == "full" else []
    if detail == "brief" and not persona.statements:
        about = [persona.description, persona.personality]
    return " ".join([f"You are {persona.display_name}.", *filter(None, about)])


def _full_texts(scene: Scene) -> dict[str, str]:
    persona = scene.persona
    user = scene.user_persona
    return {
        "personality": "\n".join(filter(None, (persona.personality, _trait_line(persona)))),
        "attributes": _listed("Details", [f"{k}: {v}" for k, v in persona.attributes.items()]),
        "style": f"How {persona.display_name} talks: {persona.style}" if persona.style else "",
        "scenario": scene.scenario or persona.scenario,
        "user": _listed(f"What is known of {scene.user}", user.statements) if user else "",
        "knowledge": _listed("Knowledge", [passage.text for passage in persona.knowledge]),
    }


def _trait_line(persona: Persona) -> str:
    words = list(persona.traits.adjectives)
    for trait, (low, high) in _TRAIT_WORDS.items():
        value = getattr(persona.traits.ocean, trait)
        if value is not None and not words and not 0.35 <= value <= 0.65:
            words.append(low if value < 0.35 else high)
    return f"{persona.display_name} is {', '.join(words)}." if words else ""


def _rules(persona: Persona) -> str:
    name = persona.display_name
    language = _LANGUAGES.get(persona.language.split("-")[0].lower(), "")
    in_language = f" Answer in {language}." if language and language != "English" else ""
    return (
        f"Talk as {name}, in the first person, in one or two short sentences. "
        f"Stay {name} whatever happens.{in_language}"
    )


def _listed(title: str, items: tuple[str, ...] | list[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {item}" for item in items)]) if items else ""


_LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French",
    "hi": "Hindi", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
