"""Something happens to the character now, and it may bring it up itself (S076)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from personae.data import Event, Scene, Turn
from personae.draft import (
    Candidate,
    Count,
    Draft,
    Emission,
    Evidence,
    Kit,
    Limit,
    PromptPart,
    Step,
    Temperature,
    chain,
)
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona, fill
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S076",),
    aka=("honkaichat",),
    needs=("chat",),
    embedder=True,
    paper="HonkaiChat: Companions from Anime that feel alive!",
    deviations="The paper states no event schema and no sampling rule: both are ours (event noun, "
    "time window, cooldown, similarity plus recency). Its fine-tuning is not part of this entry.",
)

SIMILARITY_SHARE, RECENCY_SHARE = 0.7, 0.3
FEW_WORDS = 4
_TAIL_TURNS = 4
# A reply this similar (cosine) to what happened speaks of it; another is drawn below it.
SPEAKS_OF_IT = 0.4
_SEED_STEP = 104_729  # keeps the seeds of draws apart from those of attempts


def event_driven(
    *,
    temperature: Temperature = 0.7,
    max_tokens: Count = 96,
    max_sentences: Limit = 3,
    events: bool = True,
    proactive: bool = True,
    active_turns: Count = 3,
    detail: Detail = "brief",
    draws: Count = 4,
) -> Step:
    """Card, then the current event, then the history.

    An event stays for `active_turns` replies, then rests for its cooldown. With `proactive` the
    character brings it up itself when it has just begun, or when the user says little: the event
    then stands after the last turn, where a small model heeds it (the embedded one spoke of 11 of
    16 events so, of 4 with the event before that turn, of 2 with all of the card, `detail="full"`).
    With an embedder such a reply is drawn up to `draws` times, until one is similar to the event.
    `events=False` is the ablation.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        *([_add_event(proactive, active_turns)] if events else []),
        fit_prompt(),
        _write(draws, max_sentences),
        choose(by="event"),
    )


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The event chosen for this reply; `turn` counts the replies since it began, from 0."""

    event: Event
    turn: int
    score: float


def _add_event(proactive: bool, active_turns: int) -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        scene = draft.scene
        history = event_history(scene)
        now = scene.now or kit.clock()
        scheduled = _running(scene, now, history, active_turns) or _begin(scene, kit, now, history)
        if scheduled is None:
            return draft
        opens = proactive and (scheduled.turn == 0 or user_says_little(scene))
        part = _event_part(fill(event_text(scheduled.event, opens), scene), opens)
        found = Evidence(
            scheduled.event.what_happened, f"event:{scheduled.event.id}", scheduled.score
        )
        return replace(draft, parts=(*draft.parts, part), evidence=(*draft.evidence, found)).noting(
            event=scheduled.event.id, event_turn=scheduled.turn, proactive=opens
        )

    return step


def _event_part(text: str, opens: bool) -> PromptPart:
    """The event to speak of as the last thing said, any other before the last turn."""
    if opens:
        return PromptPart("event", text, role="history", depth=0, said_as="user")
    return PromptPart("event", text, role="volatile")


def _write(draws: int, max_sentences: int) -> Step:
    """Write the reply; one that is to bring up the event is drawn until it does."""
    write = generate(max_sentences=max_sentences)

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only or not draft.notes.get("proactive") or kit.embedder is None:
            return write(draft, kit)
        happened = fill(draft.evidence[-1].text, draft.scene)
        drawn: list[Candidate] = []
        for number in range(draws):
            if number:
                kit.emit(Emission("restart"))
            seeded = replace(kit, seed=kit.seed + number * _SEED_STEP)
            draft = write(replace(draft, candidates=()), seeded)
            drawn.append(_with_likeness(draft.candidates[0], happened, kit))
            if drawn[-1].scores["event"] >= SPEAKS_OF_IT:
                break
        best = max(drawn, key=lambda candidate: candidate.scores["event"])
        if best is not drawn[-1]:
            kit.emit(Emission("restart"))
            kit.emit(Emission("text", best.text))
        return replace(draft, candidates=tuple(drawn))

    return step


def _with_likeness(candidate: Candidate, happened: str, kit: Kit) -> Candidate:
    one, other = kit.need_embedder("event-driven").embed([candidate.text, happened])
    return replace(candidate, scores={**candidate.scores, "event": round(float(one @ other), 4)})


def event_history(scene: Scene) -> list[str]:
    """For each own turn so far, the id of the event active in it ("" for none)."""
    own = (
        turn
        for turn in scene.turns
        if turn.speaker == scene.persona.name and turn.kind == "utterance"
    )
    return [_event_id(turn) for turn in own]


def _event_id(turn: Turn) -> str:
    return str(turn.labels.get("event") or "")


def candidates(scene: Scene, now: datetime, history: Sequence[str]) -> list[Event]:
    """Events whose time window is open and whose cooldown is over."""
    return [
        event
        for event in (*scene.events, *scene.persona.events)
        if is_open(event, now) and not is_cooling(event, history)
    ]


def is_open(event: Event, now: datetime) -> bool:
    """Whether `now` lies in the event's window of the day, which may wrap past midnight."""
    if event.hours is None:
        return True
    start, end = event.hours
    hour = now.hour + now.minute / 60
    return start <= hour < end if start <= end else hour >= start or hour < end


def is_cooling(event: Event, history: Sequence[str]) -> bool:
    """Whether the event was active within its cooldown, counted in own turns."""
    return event.cooldown_turns > 0 and event.id in history[-event.cooldown_turns :]


def user_says_little(scene: Scene) -> bool:
    """Whether the user's last two turns have fewer than four words each."""
    said = [
        turn.text
        for turn in scene.turns
        if turn.speaker != scene.persona.name and turn.kind == "utterance"
    ][-2:]
    return len(said) == 2 and all(len(text.split()) < FEW_WORDS for text in said)


def event_text(event: Event, opens: bool) -> str:
    """The prompt block of an event; to be spoken of, it is what happened and nothing else."""
    if opens:
        return f"Say in your own words what is happening: {event.what_happened}"
    lines = [f"Happening right now: {event.what_happened}"]
    if event.place:
        lines.append(f"Where: {event.place}.")
    if event.effect_on_mood:
        lines.append(f"It makes you feel: {event.effect_on_mood}.")
    return "\n".join(lines)


def _running(
    scene: Scene, now: datetime, history: Sequence[str], active_turns: int
) -> Scheduled | None:
    """The event of the last turn, while it lasts and its window is still open."""
    if not history or not history[-1]:
        return None
    turns = 0
    for event_id in reversed(history):
        if event_id != history[-1]:
            break
        turns += 1
    event = next((e for e in (*scene.events, *scene.persona.events) if e.id == history[-1]), None)
    # An event without a cooldown may begin again at once: each run of `active_turns` is one.
    turn = turns % active_turns
    if event is None or turn == 0 or not is_open(event, now):
        return None
    return Scheduled(event, turn, 1.0)


def _begin(scene: Scene, kit: Kit, now: datetime, history: Sequence[str]) -> Scheduled | None:
    """A new event: the most fitting one with an embedder, else one drawn by weight."""
    pool = candidates(scene, now, history)
    if not pool:
        return None
    tail = " ".join(turn.text for turn in scene.turns[-_TAIL_TURNS:])
    if kit.embedder is None or not tail.strip():
        rng = random.Random(f"{kit.seed}/{len(history)}")
        return Scheduled(rng.choices(pool, [event.weight for event in pool])[0], 0, 0.0)
    topics = [", ".join(event.topics) or event.what_happened for event in pool]
    vectors = kit.embedder.embed([tail, *topics])
    similarity = vectors[1:] @ vectors[0]
    scores = [
        SIMILARITY_SHARE * float(similarity[i]) + RECENCY_SHARE * _rested(event, history)
        for i, event in enumerate(pool)
    ]
    best = max(range(len(pool)), key=lambda i: (max(scores[i], 0.0) * pool[i].weight, -i))
    return Scheduled(pool[best], 0, round(scores[best], 4))


def _rested(event: Event, history: Sequence[str]) -> float:
    """1 for an event that has never been active, less the more recently it was."""
    if event.id not in history:
        return 1.0
    turns_ago = list(reversed(history)).index(event.id)
    return turns_ago / len(history)
