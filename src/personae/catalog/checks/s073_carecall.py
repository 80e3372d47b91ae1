"""S073 carecall: dialogues are collected, what is out of bounds is told, and replies keep to it.

Held-out labelled turns of the shipped role; CareCall's own calls where they are there. What the
unlikelihood did is checked on the adapter that ships, scored by the packaged model.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from personae import roles
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean, replies_to
from personae.data import Persona, Scene
from personae.data.role import Role
from personae.encoders.nli import open_nli
from personae.encoders.role_bounds import open_role_bounds
from personae.encoders.role_selection import RoleSelector, open_role_selector
from personae.encoders.selection import open_selector
from personae.formats.role_file import open_role
from personae.formats.role_turns import LabelledTurn, read_labelled
from personae.lm.types import LanguageModel, Request
from personae.recipes.role_collection import Collecting, collect
from personae.recipes.role_likelihood import messages
from personae.speaker import Reply, Speaker

ROLE = "phone-companion"
LEAST_F1 = 0.8  # as the design asks
_SCENES = 12
_COLLECTED = 4
_CARECALL = (
    ("carecall", "carecall_translated_samples.json"),
    ("carecall-corpus", "data", "carecall_translated_samples.json"),
)
_SCORED_MESSAGES = 8  # each has seven replies or so, and each reply costs a whole prompt
_LOWERS = 0.03  # of the probability out of bounds, at least: less is the noise of batches
_COSTS = 0.02  # of the likelihood in bounds, as the design allows
_BETTER = "hits@1/20 among hard negatives"
_OUT_FIRST = "out of bounds first of all"

# The probability that each reply is out of bounds, and the threshold.
Judge = tuple[Callable[[Sequence[str]], list[float]], float]


def check(context: CheckContext) -> list[str]:
    """Collection, classifier, both ends of theta, and the rate out of bounds."""
    role, lm = open_role(ROLE), context.lm()
    bounds = open_role_bounds(role, context.embedder(), open_nli())

    @lru_cache(maxsize=4)
    def told(replies: tuple[str, ...]) -> list[float]:
        return [one.probability for one in bounds.judge(replies)]

    def probabilities(replies: Sequence[str]) -> list[float]:
        return told(tuple(replies))

    judge = (probabilities, bounds.threshold)
    held, collected = held_out(role, by_people=True), held_out(role, by_people=False)
    selector = open_role_selector(role, open_selector(context.embedder()))
    return [
        *classify(judge, held),
        *tell_collected(judge, collected),
        *select(selector, judge, held),
        *loop_of_data(role, lm),
        *unlearned(lm, role, held),
        *both_ends(lm, held),
        *rates(lm, judge, held),
        *carecall([context.datasets_dir.joinpath(*names) for names in _CARECALL]),
    ]


def held_out(role: Role, *, by_people: bool) -> list[LabelledTurn]:
    """The labelled turns, of people or of a model, that the shipped head did not learn from."""
    own = set(roles.labelled_of(role.name, by_people=True))
    files = [file for file in roles.labelled_of(role.name) if (file in own) == by_people]
    turns = [turn for file in files for turn in read_labelled(file)]
    return [turn for turn in turns if turn.part == "test"]


def classify(judge: Judge, turns: Sequence[LabelledTurn]) -> list[str]:
    """F1 and AUROC on held-out turns. Raises CheckFailed below 0.8 or below the majority."""
    line, found, majority = figures(judge, turns)
    expect(found >= LEAST_F1, f"{line}; F1 is below {LEAST_F1}.")
    expect(found > majority, f"{line}; that is no better than the majority.")
    return [line]


def tell_collected(judge: Judge, turns: Sequence[LabelledTurn]) -> list[str]:
    """The same on turns that the embedded model wrote, which is harder; not required."""
    return [f"{figures(judge, turns)[0]} (written by the model; not required)"]


def figures(judge: Judge, turns: Sequence[LabelledTurn]) -> tuple[str, float, float]:
    """A line of figures, the F1, and the F1 of calling everything out of bounds."""
    import numpy as np

    from personae.recipes.logistic import auroc, f1_at

    tell, threshold = judge
    scores = np.array(tell([turn.reply for turn in turns]))
    is_out = np.array([turn.is_out for turn in turns])
    found = f1_at(scores, is_out, threshold)
    majority = f1_at(np.ones(len(turns)), is_out, 1.0)
    line = (
        f"out of bounds, {len(turns)} held-out turns ({int(is_out.sum())} are): F1 {found:.3f}, "
        f"AUROC {auroc(scores, is_out):.3f}; all called so: F1 {majority:.3f}"
    )
    return line, found, majority


def select(selector: RoleSelector | None, judge: Judge, turns: Sequence[LabelledTurn]) -> list[str]:
    """The trained selector against the untrained, on held-out calls. Raises CheckFailed."""
    import numpy as np

    from personae.recipes.role_selection import measured_selection, pool_of

    expect(selector is not None, "No selector was trained for the role.")
    assert selector is not None
    tell, threshold = judge
    out = np.array(tell([turn.reply for turn in turns]))
    pool = pool_of(turns, out, selector.selector)
    found = measured_selection(pool, selector.mix, threshold, 0)
    lines = []
    for behind in ("", ", behind the classifier"):
        trained, untrained = found[f"trained{behind}"], found[f"untrained{behind}"]
        line = (
            f"selector{behind}, {found['replies']} held-out replies: {_BETTER} "
            f"{trained[_BETTER]:.3f} trained, {untrained[_BETTER]:.3f} untrained; {_OUT_FIRST} "
            f"{trained[_OUT_FIRST]:.3f} and {untrained[_OUT_FIRST]:.3f}"
        )
        expect(trained[_BETTER] > untrained[_BETTER], f"{line}; it does not beat it.")
        expect(trained[_OUT_FIRST] < untrained[_OUT_FIRST], f"{line}; no less is out.")
        lines.append(line)
    return lines


def unlearned(lm: LanguageModel, role: Role, turns: Sequence[LabelledTurn]) -> list[str]:
    """With the role's adapter what is out of bounds is less likely, and what is in bounds is not.

    Without and with it: nats a token of what is in bounds, mean probability of a token of what is
    out. Raises CheckFailed.
    """
    name, there = f"role-{role.name}", getattr(lm, "adapters", None)
    if there is None:
        return [f"unlikelihood: skipped, {lm.name} takes no adapters"]
    expect(name in there, f"The model has no adapter {name!r}: nothing was unlearned.")
    asked = [*dict.fromkeys(turn.before for turn in turns if turn.heard)][:_SCORED_MESSAGES]
    tokens: dict[tuple[float, bool], list[float]] = {}
    for before in asked:
        own = [turn for turn in turns if turn.before == before]
        for weight in (0.0, 1.0):
            request = Request(messages=messages(role, before), adapters=((name, weight),))
            for turn, one in zip(own, lm.score(request, [t.reply for t in own]), strict=True):
                tokens.setdefault((weight, turn.is_out), []).extend(one.token_log_probs)
    nats = [-mean(tokens[weight, False]) for weight in (0.0, 1.0)]
    shares = [mean([math.exp(one) for one in tokens[weight, True]]) for weight in (0.0, 1.0)]
    line = (
        f"adapter, {len(asked)} held-out messages: in bounds {nats[0]:.3f} nats a token without, "
        f"{nats[1]:.3f} with; out of bounds {shares[0]:.3f} a token and {shares[1]:.3f}"
    )
    expect(shares[1] < shares[0] * (1 - _LOWERS), f"{line}; what is out is no less likely.")
    expect(
        nats[1] < nats[0] * (1 + _COSTS), f"{line}; that costs more than {_COSTS:.0%} in bounds."
    )
    return [line]


def loop_of_data(role: Role, lm: LanguageModel) -> list[str]:
    """A few dialogues are collected and read back. Raises CheckFailed where they are no calls."""
    from personae.formats.reading import read_dialogues

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "calls.jsonl"
        state = collect(role, lm, out, _COLLECTED, Collecting(seed=1), lambda _: None)
        calls = list(read_dialogues(out, "dialogues"))
    wrong = [
        one.id
        for one in calls
        if {turn.speaker for turn in one.turns} != {"char", "user"}
        or any(a.speaker == b.speaker for a, b in zip(one.turns, one.turns[1:], strict=False))
    ]
    expect(len(calls) == _COLLECTED, f"{len(calls)} of {_COLLECTED} dialogues were kept.")
    expect(not wrong, f"In {', '.join(wrong)} the speakers do not alternate.")
    return [
        f"collected {len(calls)} dialogues in {state.tried} tries, {dict(state.dropped)} dropped"
    ]


def both_ends(lm: LanguageModel, turns: Sequence[LabelledTurn]) -> list[str]:
    """With theta infinite nothing is retrieved, with minus infinity everything."""
    some = scenes(turns)[:4]
    made = {
        theta: Counter(
            reply.draft.notes["made_by"] for reply in held_by(lm, some, theta=float(theta))
        )
        for theta in ("inf", "-inf")
    }
    expect(made["inf"]["retrieve"] == 0, f"With theta=inf: {dict(made['inf'])}.")
    expect(made["-inf"]["retrieve"] == len(some), f"With theta=-inf: {dict(made['-inf'])}.")
    return [f"theta=inf retrieved 0 of {len(some)} replies, theta=-inf all {len(some)}"]


def rates(lm: LanguageModel, judge: Judge, turns: Sequence[LabelledTurn]) -> list[str]:
    """The share that the classifier calls out of bounds, of both methods. Raises CheckFailed."""
    asked = scenes(turns)[:_SCENES]
    plain = held_by(lm, asked, theta=float("inf"), threshold=1.0, weight=0.0)
    within = held_by(lm, asked)
    tell, threshold = judge
    share = {
        name: mean([float(one >= threshold) for one in tell([reply.text for reply in replies])])
        for name, replies in (("plain role prompt", plain), ("retrieve-fail-generate", within))
    }
    ways = Counter(reply.draft.notes["made_by"] for reply in within)
    line = f"classified out of bounds, {len(asked)} held-out messages: " + ", ".join(
        f"{name} {value:.2f}" for name, value in share.items()
    )
    expect(share["plain role prompt"] > 0, f"{line}; there was nothing to prevent.")
    expect(
        share["retrieve-fail-generate"] <= share["plain role prompt"] / 2, f"{line}; not halved."
    )
    told = ", ".join(f"{name} {count}" for name, count in sorted(ways.items()))
    return [f"{line} ({told})"]


def carecall(files: Sequence[Path]) -> list[str]:
    """The translated sample has 100 turns out of bounds, each the last of a `validated-` call."""
    from personae.formats.carecall import read

    file = next((one for one in files if one.exists()), None)
    if file is None:
        return [f"CareCall's 100 turns: skipped, {files[0]} is not here"]
    calls = list(read(file))
    out = [
        (call.id, position == len(call.turns) - 1)
        for call in calls
        for position, turn in enumerate(call.turns)
        if turn.labels.get("out_of_bounds") is True
    ]
    line = f"CareCall: {len(calls)} calls, {len(out)} turns out of bounds"
    expect((len(calls), len(out), len(set(out))) == (200, 100, 100), f"{line}, not 200 and 100.")
    expect(all(last and name.startswith("validated-") for name, last in out), f"{line}, misplaced.")
    return [line]


def scenes(turns: Sequence[LabelledTurn]) -> list[Scene]:
    """The moments before the turns, each once, where the user spoke last."""
    persona = Persona(name=open_role(ROLE).character)
    found = []
    for before in dict.fromkeys(turn.before for turn in turns):
        if not before or before[-1][0] != "user":
            continue
        scene = Scene(persona=persona, user="User")
        for speaker, text in before:
            scene = scene.said("User" if speaker == "user" else persona.name, text)
        found.append(scene)
    return found


def held_by(lm: LanguageModel, asked: Sequence[Scene], **options: float) -> list[Reply]:
    """Replies of the method with these options."""
    return replies_to(
        Speaker(lm, "retrieve-fail-generate", options=options, replayable=True), asked
    )
