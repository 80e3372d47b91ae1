"""A pipeline of four modules talks to the simulated user; what came of it is an outcome."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from personae.data import JsonObject
from personae.evaluate.task_dialogue.acts import Acts, State
from personae.evaluate.task_dialogue.domain import Domain
from personae.evaluate.task_dialogue.dst import Dst
from personae.evaluate.task_dialogue.nlg import Nlg, heard
from personae.evaluate.task_dialogue.nlu import Nlu
from personae.evaluate.task_dialogue.policy import Learned, Policy, exploring
from personae.evaluate.task_dialogue.user import Goal, User, draw_goal, worded

STEP, SUCCESS, FAILURE = -1.0, 20.0, -10.0  # rewards of a learner
LEARNING_RATE, DISCOUNT, EXPLORE = 0.1, 0.98, 0.25
EPISODES = 3_000


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The modules of a system that hears and speaks words."""

    nlu: Nlu
    dst: Dst
    policy: Policy
    nlg: Nlg


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn of the user and the system's: words, acts, and the state before and between."""

    before: State
    said: str
    meant: Acts
    understood: Acts
    state: State
    acts: Acts
    reply: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a dialogue (ConvLab-2's `multiwoz_eval`).

    `complete`: the user left content. `success`: all requests were answered truly for something
    that meets the constraints, and so does what was booked, where that was wanted. `booked`: the
    share of wanted bookings that meet the constraints, None where none was wanted. `precision` and
    `recall` are of what was informed against what was requested.
    """

    goal: str
    complete: bool
    success: bool
    booked: float | None
    precision: float
    recall: float
    turns: int

    @property
    def inform_f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_dict(self) -> JsonObject:
        """The outcome as a JSON object."""
        return asdict(self)


def talk(
    domain: Domain, pipeline: Pipeline, goal: Goal, seed: str
) -> tuple[Outcome, list[Exchange]]:
    """One dialogue in words. The same seed gives the same user to every pipeline."""
    user = User(domain, goal, random.Random(f"user {seed}"))
    words, chance = random.Random(f"words {seed}"), random.Random(f"system {seed}")
    state, exchanges, understood = State(), list[Exchange](), Acts()
    while meant := user.answer(understood):
        said = worded(meant, domain, words)
        acts = pipeline.nlu(said, state, chance)
        believed = pipeline.dst(state, acts, said)
        answer = pipeline.policy(believed)
        reply = pipeline.nlg(answer, chance)
        exchanges.append(Exchange(state, said, meant, acts, believed, answer, reply))
        state = _after(believed, answer, reply)
        understood = heard(reply, domain, meant[0].service or next(iter(goal)))
    return _outcome(domain, user, seed), exchanges


def learn(domain: Domain, dst: Dst, *, episodes: int = EPISODES, seed: int = 0) -> Learned:
    """Monte Carlo control with returns along each dialogue, at the level of acts: no words."""
    rng, table = random.Random(f"learn {seed}"), dict[tuple[object, ...], dict[str, float]]()
    for episode in range(episodes):
        visits: list[tuple[tuple[object, ...], str]] = []
        share = EXPLORE * (1 - episode / episodes)
        policy = exploring(domain, table, share, rng, visits)
        outcome = _rehearse(domain, dst, policy, draw_goal(domain, rng), f"{seed} {episode}")
        reward = SUCCESS if outcome.success and outcome.complete else FAILURE
        _update(table, visits, reward)
    return Learned({key: dict(values) for key, values in table.items()})


def _rehearse(domain: Domain, dst: Dst, policy: Policy, goal: Goal, seed: str) -> Outcome:
    user, state, understood = User(domain, goal, random.Random(seed)), State(), Acts()
    while meant := user.answer(understood):
        state = dst(state, meant, "")
        understood = policy(state)
        state = _after(state, understood, "")
    return _outcome(domain, user, seed)


def _update(
    table: dict[tuple[object, ...], dict[str, float]],
    visits: list[tuple[tuple[object, ...], str]], reward: float,
) -> None:  # fmt: skip
    """From the last visit back: each action is worth a step and what can be had after it."""
    ahead = reward
    for key, name in reversed(visits):
        values = table.setdefault(key, {})
        old = values.get(name, 0.0)
        values[name] = old + LEARNING_RATE * (STEP + DISCOUNT * ahead - old)
        ahead = STEP + DISCOUNT * ahead


def _after(state: State, acts: Acts, reply: str) -> State:
    """The state once the system has spoken."""
    offered, booked = dict(state.offered), dict(state.booked)
    informed = {(act.service, act.slot) for act in acts if act.intent == "inform"}
    for act in acts:
        if act.intent == "offer":
            offered[act.service] = act.value
        elif act.intent == "booked":
            booked[act.service] = act.value
    return replace(
        state, offered=offered, booked=booked, said=acts, history=(*state.history, reply),
        requested=tuple(one for one in state.requested if one not in informed),
    )  # fmt: skip


def _outcome(domain: Domain, user: User, name: str) -> Outcome:
    wanted = {(kind, slot) for kind, errand in user.goal.items() for slot in errand.requests}
    right = {
        key for key in wanted
        if key in user.informed and _is_true(domain, user, key, user.informed[key])
    }  # fmt: skip
    books = [kind for kind, errand in user.goal.items() if errand.booking]
    met = [_meets(domain, user.goal, kind, user.booked.get(kind, "")) for kind in books]
    booked = sum(met) / len(met) if met else None
    precision = len(right) / len(user.informed) if user.informed else 0.0
    recall = len(right) / len(wanted) if wanted else 1.0
    success = recall == 1 and (booked is None or booked == 1)
    return Outcome(name, user.complete, success, booked, precision, recall, user.turns)


def _is_true(domain: Domain, user: User, key: tuple[str, str], value: str) -> bool:
    kind, slot = key
    fitting = domain.services[kind].matching(user.goal[kind].constraints)
    return any(one[slot] == value for one in fitting)


def _meets(domain: Domain, goal: Goal, kind: str, name: str) -> bool:
    fitting: list[Mapping[str, str]] = domain.services[kind].matching(goal[kind].constraints)
    return any(one["name"] == name for one in fitting)


def goals_of(domain: Domain, number: int, seed: int) -> dict[str, Goal]:
    """So many goals by name; the same for every system."""
    rng = random.Random(f"goals {seed}")
    return {f"{seed}-{at}": draw_goal(domain, rng) for at in range(number)}
