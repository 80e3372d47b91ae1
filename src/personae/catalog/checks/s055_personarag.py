"""S055 PersonaRAG: twelve calls in order, each seeing the pool so far; passages fit the user."""

from __future__ import annotations

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Passage, Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Request
from personae.speaker import Speaker
from personae.steps.consult_agents import AGENTS, MERGE, THINK, ranked

QUESTION = "What could I do in the old harbour on Sunday?"
PASSAGES = (
    "On Sundays the harbour shows its steam engines and cranes at work.",
    "On Sundays the harbour has readings from sea novels in its library.",
)
USERS = (("I repair machines and engines.",), ("I read novels every evening.",))
CALLS = 12


def check(context: CheckContext) -> list[str]:
    """The calls of a scripted model, and the order of passages for two users."""
    lines = [called(context)]
    for at, user in enumerate(USERS):
        best = ranked(PASSAGES, QUESTION, user, context.embedder())[0]
        expect(best == PASSAGES[at], f"For {user[0]!r} the first passage is {best!r}.")
    return [*lines, "the same passages are ordered for each of two users by what they care for"]


def called(context: CheckContext) -> str:
    """Raise CheckFailed unless the calls are those of the paper's code, in its order."""
    requests: list[Request] = []

    def told(request: Request) -> str:
        requests.append(request)
        return f"Note {len(requests)}."

    guide = Persona(name="Guide", knowledge=tuple(Passage(text=text) for text in PASSAGES))
    scene = Scene(persona=guide, user="Ada", user_persona=Persona(name="Ada", statements=USERS[0]))
    speaker = Speaker(ScriptedModel(told), "personarag", embedder=context.embedder())
    speaker.reply(scene.said("Ada", QUESTION))
    expect(len(requests) == CALLS, f"There were {len(requests)} calls, not {CALLS}.")
    tasks = [THINK, *(task for name in AGENTS for task in (AGENTS[name], MERGE))]
    given = [request.messages[0].content for request in requests[:-1]]
    expect(given == tasks, "The calls are not in the stated order.")
    for at in range(3, CALLS - 1, 2):
        seen = requests[at].messages[-1].content
        expect(f"Note {at}." in seen, f"Call {at + 1} does not see the pool after call {at}.")
    last = "\n".join(message.content for message in requests[-1].messages)
    expect("Note 11." in last and "Note 1." in last, "The reply does not see thought and pool.")
    expect(not any(text in last for text in PASSAGES), "The reply sees the passages.")
    return f"{CALLS} calls: a thought, {len(AGENTS)} agents with a merge each, and the reply"
