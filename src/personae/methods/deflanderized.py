"""A game character that does its job: no over-acting, tools first, plain short answers (S015)."""

from __future__ import annotations

from dataclasses import replace

from personae.data import Persona
from personae.draft import Candidate, Count, Draft, Kit, PromptPart, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.call_tools import call_tools
from personae.steps.choose import choose
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.steps.show_examples import show_examples
from personae.text.sentences import split_sentences

ENTRY = EntryInfo(
    systems=("S015",),
    aka=("deflanderize", "npc"),
    needs=("chat", "schema"),
    embedder=True,
    paper="Deflanderization for Game Dialogue: Balancing Character Authenticity with Task "
    "Execution in LLM-based NPCs",
    deviations="Prompting track only; the paper's fine-tuned Qwen3-14B is not reproduced. The "
    "calls are enforced by a JSON schema, and a filter removes the phrases the prompt forbids.",
)

# Closing phrases that make every character sound the same; the prompt names them, the filter acts.
TAGLINES = (
    "may your", "safe travels", "farewell, traveler", "farewell, traveller", "adventure awaits",
    "fortune favor", "fortune favour", "mark my words", "let me know if", "feel free to",
    "how can i assist", "how may i assist", "is there anything else", "i'm here to help",
)  # fmt: skip


def deflanderized(
    *,
    deflanderize: bool = True,
    temperature: Temperature = 0.7,
    max_tokens: Count = 64,
    max_calls: Count = 2,
) -> Step:
    """Function prompt, execution, dialogue prompt, answer (paper, section 3).

    `deflanderize=False` is the ablation: the same steps with a plain role prompt and no filter.
    """
    if not deflanderize:
        return chain(
            sample(temperature=temperature, max_tokens=max_tokens),
            describe_persona(),
            call_tools(max_calls=max_calls),
            fit_prompt(),
            generate(),
            choose(),
        )
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(rules=False),
        show_examples(limit=1),
        _add_style_guide(),
        call_tools(max_calls=max_calls),
        fit_prompt(),
        generate(max_sentences=2),
        _drop_taglines(),
        choose(),
    )


def _add_style_guide() -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        part = PromptPart("rules", style_guide(draft.scene.persona), pinned=True)
        return replace(draft, parts=(*draft.parts, part))

    return step


def style_guide(persona: Persona) -> str:
    """The paper's de-flanderising blocks, in our words."""
    return (
        f"Answer as {persona.display_name}: one or two short sentences in simple, everyday words.\n"
        "- Answer the question first, from what is known above; if it is not known, say so.\n"
        "- Do not over-act: no speeches, no catchphrases, no dramatic closing line.\n"
        "- Do not recite who you are unless asked."
    )


def _drop_taglines() -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        return replace(draft, candidates=tuple(map(_without_taglines, draft.candidates)))

    return step


def _without_taglines(candidate: Candidate) -> Candidate:
    """The candidate without the sentences that hold a tagline.

    Where nothing would be left it stays, with a fault that makes others be chosen.
    """
    sentences = split_sentences(candidate.text)
    kept = [text for text in sentences if not holds_tagline(text)]
    if len(kept) == len(sentences):
        return candidate
    if not kept:
        faults = [*candidate.detail.get("faults", ()), "tagline"]
        return replace(candidate, detail={**candidate.detail, "faults": faults})
    dropped = [text for text in sentences if text not in kept]
    return replace(candidate, text=" ".join(kept), detail={**candidate.detail, "taglines": dropped})


def holds_tagline(text: str) -> bool:
    """Whether a forbidden closing phrase occurs in `text`."""
    return any(phrase in text.lower() for phrase in TAGLINES)
