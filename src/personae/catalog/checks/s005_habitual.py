"""S005 habitual: schemas are read strictly, the right one is found, and replies say its facts."""

from __future__ import annotations

from collections.abc import Sequence

from personae import habits
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import content_stems, mcnemar, mean, replies_to
from personae.catalog.habit_probes import PROBES
from personae.data import Persona, Scene
from personae.encoders.nli import open_nli
from personae.encoders.types import Embedder
from personae.memory.habits import Found, found_habit
from personae.speaker import Speaker
from personae.text.habits import is_parsed, parse_habits, write_habits

FOUND_SHARE = 0.8
_OPTIONS = {"temperature": 0.3, "max_tokens": 48, "max_sentences": 2, "relevant": 0.0}


def check(context: CheckContext) -> list[str]:
    """The parser, the two-level retrieval of 40 messages, and replies beside the baseline's."""
    found = retrieved(context.embedder())
    return [parsed(), verdict(found), *said_more(context, found)]


def parsed() -> str:
    """Raise CheckFailed unless one text is taken and six are refused."""
    text = write_habits(habits.everyday()[:1])
    expect(parse_habits(text) == habits.everyday()[:1], "A well-formed text is not read back.")
    lines = text.splitlines()
    at = lines.index(":goals")
    malformed = {
        "a section is missing": [*lines[:at], *lines[at + 3 :]],
        "a section is empty": [*lines[: at + 1], *lines[at + 3 :]],
        "a section is unknown": [*lines[:at], ":aims", *lines[at + 1 :]],
        "a section stands twice": [*lines, *lines[at : at + 2]],
        "a fact has no bullet": [*lines[: at + 1], lines[at + 1][2:], *lines[at + 2 :]],
        "the header does not say who": [":event Walking a dog.", *lines[1:]],
    }
    taken = [name for name, some in malformed.items() if is_parsed("\n".join(some))]
    expect(not taken, f"A text is taken in which {' and '.join(taken)}.")
    return f"a well-formed schema is read, {len(malformed)} malformed ones are refused"


def retrieved(embedder: Embedder) -> list[Found]:
    """What each message finds among all shipped habits."""
    found = [found_habit(habits.everyday(), message, embedder) for message, _ in PROBES]
    return [one for one in found if one is not None]


def verdict(found: Sequence[Found]) -> str:
    """Raise CheckFailed unless enough messages find the habit that they are about."""
    places = {habit: at for at, habit in enumerate(habits.everyday())}
    hits = [
        float(places[one.habit] == wanted) for one, (_, wanted) in zip(found, PROBES, strict=True)
    ]
    line = f"right habit of {len(places)}: {sum(hits):.0f} of {len(hits)} messages"
    expect(mean(hits) >= FOUND_SHARE, f"{line}; {FOUND_SHARE:.0%} are asked for.")
    return line


def said_more(context: CheckContext, found: Sequence[Found]) -> list[str]:
    """Raise CheckFailed unless replies say something of the facts oftener than the baseline's."""
    persona = Persona(name="Kim", statements=tuple(one.source for one in habits.everyday()))
    scenes = [Scene(persona=persona, user="Sam").said("Sam", message) for message, _ in PROBES]
    lm, nli = context.lm(), open_nli()
    hits: dict[str, list[bool]] = {}
    for mode in ("baseline", "unconstrained"):
        speaker = Speaker(
            lm, "habitual", embedder=context.embedder(), nli=nli,
            options={**_OPTIONS, "mode": mode},
        )  # fmt: skip
        replies = replies_to(speaker, scenes, context.seed)
        hits[mode] = [
            uses(reply.text, one.facts, scene)
            for reply, one, scene in zip(replies, found, scenes, strict=True)
        ]
    p = mcnemar(hits["unconstrained"], hits["baseline"])
    line = (
        f"replies with a word of the found facts, of {len(scenes)}: baseline "
        f"{sum(hits['baseline'])}, unconstrained {sum(hits['unconstrained'])} (p = {p:.2g})"
    )
    expect(p < 0.05, f"{line}; that may be chance.")
    return [line]


def uses(reply: str, facts: Sequence[str], scene: Scene) -> bool:
    """Whether a reply has a content word of the facts that neither message nor persona has."""
    known = content_stems(" ".join((scene.last_user_text, *scene.persona.statements)))
    return bool(content_stems(reply) & (content_stems(" ".join(facts)) - known))
