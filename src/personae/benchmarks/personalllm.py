"""PersonalLLM: the answer that a simulated user likes best, from a few of their likes (S077)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from personae.benchmarks.nearness import best_of, vectors_of
from personae.benchmarks.types import Benchmark, Question, by_chance
from personae.data import Persona, Scene, Turn
from personae.draft import Count
from personae.errors import FormatError
from personae.metrics.answer_scorers import SCORERS, Scale, answer_scores, draw_users, scale_of
from personae.registry import EntryInfo
from personae.text.parsing import json_lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(
    systems=("S077",),
    aka=("personal-llm",),
    embedder=True,
    paper="Zollo et al. 2024, PersonalLLM: Tailoring LLMs to Individual Preferences",
    deviations="Ten cheap scorers stand for the reward models, and answers of the embedded model "
    "in eight ways for those of eight strong models. By default a model chooses among the "
    "candidates (`ask=choose`), since a small one cannot write in a style that it infers.",
)

FOLDER = Path(__file__).parent
PROMPTS, ANSWERS = FOLDER / "personalllm_prompts.txt", FOLDER / "personalllm_answers.jsonl"
TEST_SHARE = 0.3  # of the prompts: those that test users ask
HISTORY, NEAREST_USERS = 5, 20
DATABASE_ROWS = 20  # that each known user has; 50 in the paper, of 9,402 prompts
ASSISTANT, ASKER = "Assistant", "User"

Algorithm = Literal["none", "icl", "meta-knn"]
Shown = Literal["win", "lose", "both", "mislabelled"]
Positive = Annotated[float, Field(gt=0, le=1_000)]


@dataclass(frozen=True, slots=True)
class Pool:
    """Prompts with candidates, which of the candidates is the plain one, and their z-scores.

    `z[prompt, answer, scorer]`; `scale` makes the z-scores of whatever else is written.
    """

    prompts: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    plain: int
    z: NDArray[np.float64]
    scale: Scale

    def rewards(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """R[user, prompt, answer] of users who weigh the scorers so."""
        found: NDArray[np.float64] = (weights @ self.z.reshape(-1, len(SCORERS)).T).reshape(
            len(weights), *self.z.shape[:2]
        )
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """What a user judged: the prompt, their best answer and their worst, by position."""

    prompt: int
    win: int
    lose: int


def personalllm(
    *, algo: Algorithm = "icl", users: Count = 1000, alpha: Positive = 0.05, tests: Count = 200,
    history: Shown = "win", similar: bool = False, k: Count = 3, written: bool = False,
    data: str = "", seed: int = 0,
) -> Benchmark:  # fmt: skip
    """A test user with five judged prompts asks another: which of its candidates do they like best?

    `algo`: nothing is known (`none`), their own history is shown (`icl`), or the three nearest rows
    of the 20 most similar of `users` known users (`meta-knn`). `history`: winning answers, losing
    ones, both, or both with the labels exchanged; `k` of them are shown. `similar` takes for the
    history the prompts nearest to the question, not any five. `written` has the model write the
    answer instead. `data`: another file of candidates (`personae data make answers`).
    """
    pool = open_pool(data)
    found = _questions(pool, algo, users, alpha, tests, history, similar, k, seed)
    return Benchmark(
        version="1",
        ask="reply" if written else "choose",
        choose_by="calibrated",
        questions=tuple(found),
        metrics=("user-reward", "user-win-rate", "choice-accuracy"),
        source="Prompts of our own, answers by the embedded SmolLM2-135M-Instruct (Apache-2.0)."
        if not data else f"Candidates from {data}.",
        baselines={
            "random": by_chance,
            "plain": lambda question, rng: str(question.labels["plain"]),
            "crowd": lambda question, rng: str(question.labels["crowd"]),
            "nearest": by_likeness,
            "weights": lambda question, rng: str(question.labels["estimated"]),
            "oracle": lambda question, rng: question.reference,
        },
    )  # fmt: skip


def open_pool(data: str = "") -> Pool:
    """The shipped candidates, or those of a file. Raises FormatError, InvalidOption."""
    return _pool(Path(data).expanduser() if data else ANSWERS)


@cache
def _pool(file: Path) -> Pool:
    from personae.encoders.heads import shipped_embedder

    rows = list(_read(file))
    names = list(rows[0][1])
    if len(rows) < 2 * HISTORY:
        raise FormatError(f"At least {2 * HISTORY} prompts are needed.", file=file)
    prompts = tuple(prompt for prompt, _ in rows)
    answers = tuple(tuple(found[name] for name in names) for _, found in rows)
    pairs = [(p, one) for p, each in zip(prompts, answers, strict=True) for one in each]
    raw = answer_scores(pairs, shipped_embedder())
    scale = scale_of(raw)
    z = scale.z(raw).reshape(len(prompts), len(names), len(SCORERS))
    return Pool(prompts, answers, names.index("plain") if "plain" in names else 0, z, scale)


def _read(file: Path) -> list[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, Mapping[str, str]]] = []
    for place, value in json_lines(file):
        answers = value.get("answers") if isinstance(value, dict) else None
        prompt = value.get("prompt") if isinstance(value, dict) else None
        if not isinstance(prompt, str) or not isinstance(answers, dict):
            raise place.fault("A line needs a prompt and answers by their names.")
        if len(answers) < 2 or not all(isinstance(one, str) for one in answers.values()):
            raise place.fault("A prompt needs at least two answers that are texts.")
        if len(set(answers.values())) < len(answers):
            raise place.fault("A prompt has one answer twice: a choice could not tell them apart.")
        if found and list(answers) != list(found[0][1]):
            raise place.fault("Every prompt must have answers of the same names.")
        found.append((prompt, answers))
    if not found:
        raise FormatError("This file holds no prompts.", file=file)
    return found


def split(pool: Pool, seed: int) -> tuple[list[int], list[int]]:
    """The positions of the prompts that are known, and of those that are asked."""
    order = list(range(len(pool.prompts)))
    random.Random(f"personalllm/{seed}").shuffle(order)
    tests = max(1, round(len(order) * TEST_SHARE))
    return order[tests:], order[:tests]


def _questions(
    pool: Pool, algo: Algorithm, users: int, alpha: float, tests: int, history: Shown,
    similar: bool, k: int, seed: int,
) -> list[Question]:  # fmt: skip
    known, asked = split(pool, seed)
    database = Database.of(pool, known, draw_users(users, alpha, seed), seed)
    weights = draw_users(tests, alpha, seed + 1)
    rewards = pool.rewards(weights)
    found = []
    for user in range(tests):
        rng = random.Random(f"test/{seed}/{user}")
        prompt = rng.choice(asked)
        own = _history(pool, rewards[user], prompt, known, similar, rng)
        shown: list[Row] = []
        if algo == "icl":
            shown = nearest_rows(pool, prompt, own, k)
        elif algo == "meta-knn":
            shown = database.retrieved(pool, own, prompt, k)
        found.append(
            _question(pool, user, prompt, weights[user], rewards[user], own, shown, history,
                      database, rng)
        )  # fmt: skip
    return found


def _history(
    pool: Pool, rewards: NDArray[np.float64], prompt: int, known: Sequence[int], similar: bool,
    rng: random.Random,
) -> list[Row]:  # fmt: skip
    """Five prompts with the user's best and worst answer."""
    if similar:
        near = (
            vectors_of([pool.prompts[at] for at in known]) @ vectors_of([pool.prompts[prompt]])[0]
        )
        chosen = [known[at] for at in (-near).argsort()[:HISTORY].tolist()]
    else:
        chosen = rng.sample(list(known), HISTORY)
    return [row_of(rewards, at) for at in chosen]


def row_of(rewards: NDArray[np.float64], prompt: int) -> Row:
    """A user's best and worst answer to a prompt; rewards[prompt, answer]."""
    return Row(prompt, int(rewards[prompt].argmax()), int(rewards[prompt].argmin()))


def user_vector(pool: Pool, rows: Sequence[Row]) -> NDArray[np.float64]:
    """The mean over rows of what the winning answer means less what the losing one means."""
    wins = vectors_of([pool.answers[row.prompt][row.win] for row in rows])
    loses = vectors_of([pool.answers[row.prompt][row.lose] for row in rows])
    found: NDArray[np.float64] = (wins - loses).mean(axis=0).astype(float)
    return found


def nearest_rows(pool: Pool, prompt: int, rows: Sequence[Row], count: int) -> list[Row]:
    """The rows whose prompts are nearest to the one that is asked, nearest first, each once."""
    unique = list(dict.fromkeys(rows))
    scores = vectors_of([pool.prompts[row.prompt] for row in unique])
    order = (-(scores @ vectors_of([pool.prompts[prompt]])[0])).argsort(kind="stable")
    return [unique[at] for at in order[:count].tolist()]


@dataclass(frozen=True, slots=True)
class Database:
    """Users of whom much is known: their weights (for tests alone), rows, and unit vectors."""

    weights: NDArray[np.float64]
    rows: tuple[tuple[Row, ...], ...]
    vectors: NDArray[np.float64]
    mean_rewards: NDArray[np.float64]

    @classmethod
    def of(
        cls, pool: Pool, known: Sequence[int], weights: NDArray[np.float64], seed: int
    ) -> Database:
        """The database of these users over the known prompts."""
        import numpy

        rewards = pool.rewards(weights)
        rows = []
        for user, own in enumerate(rewards):
            rng = random.Random(f"known/{seed}/{user}")
            chosen = rng.sample(list(known), min(DATABASE_ROWS, len(known)))
            rows.append(tuple(row_of(own, at) for at in chosen))
        vectors = numpy.stack([_unit(user_vector(pool, own)) for own in rows])
        return cls(weights, tuple(rows), vectors, rewards.mean(axis=0))

    def nearest_users(self, vector: NDArray[np.float64], count: int = NEAREST_USERS) -> list[int]:
        """The users whose vectors have the largest cosine with this one."""
        order: list[int] = (-(self.vectors @ _unit(vector))).argsort(kind="stable").tolist()
        return order[:count]

    def retrieved(self, pool: Pool, own: Sequence[Row], prompt: int, count: int) -> list[Row]:
        """Rows of the nearest users whose prompts are nearest to the one that is asked."""
        users = self.nearest_users(user_vector(pool, own))
        return nearest_rows(pool, prompt, [row for at in users for row in self.rows[at]], count)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy

    length = float(numpy.linalg.norm(vector))
    return vector / length if length else vector


def _question(
    pool: Pool, user: int, prompt: int, weights: NDArray[np.float64],
    rewards: NDArray[np.float64], own: Sequence[Row], shown: Sequence[Row], history: Shown,
    database: Database, rng: random.Random,
) -> Question:  # fmt: skip
    order = list(range(len(pool.answers[prompt])))
    rng.shuffle(order)
    options = [pool.answers[prompt][at] for at in order]
    mine = [float(rewards[prompt, at]) for at in order]
    estimate = _estimated(pool, own)
    by_estimate = [float(pool.z[prompt, at] @ estimate) for at in order]
    crowd = [float(database.mean_rewards[prompt, at]) for at in order]
    liked = [pool.answers[row.prompt][row.win] for row in shown]
    disliked = [pool.answers[row.prompt][row.lose] for row in shown]
    return Question(
        id=f"user-{user}",
        scene=Scene(
            persona=Persona(name=ASSISTANT, description=described(pool, shown, history)),
            turns=(Turn(speaker=ASKER, text=pool.prompts[prompt]),),
            user=ASKER,
        ),
        reference=options[mine.index(max(mine))],
        options=tuple(options),
        labels={
            "weights": weights.tolist(), "rewards": mine,
            "plain": pool.answers[prompt][pool.plain],
            "plain_reward": float(rewards[prompt, pool.plain]),
            "means": list(pool.scale.means), "deviations": list(pool.scale.deviations),
            "crowd": options[crowd.index(max(crowd))],
            "estimated": options[by_estimate.index(max(by_estimate))],
            "liked": liked, "disliked": disliked,
        },
    )  # fmt: skip


def described(pool: Pool, rows: Sequence[Row], history: Shown) -> str:
    """What the model is told of the user: how answers were liked; empty without rows."""
    if not rows:
        return ""
    lines = ["You answer a user. What they thought of earlier answers:"]
    exchanged = history == "mislabelled"
    for row in rows:
        good, bad = (pool.answers[row.prompt][at] for at in (row.win, row.lose))
        good, bad = (bad, good) if exchanged else (good, bad)
        lines.append(f"Question: {pool.prompts[row.prompt]}")
        lines += [f"They liked this answer: {good}"] if history != "lose" else []
        lines += [f"They disliked this answer: {bad}"] if history != "win" else []
    return "\n".join([*lines, "Answer in the way that they like."])


def _estimated(pool: Pool, own: Sequence[Row]) -> NDArray[np.float64]:
    """Weights as one would guess them who knows the scorers: mean z of wins less that of losses."""
    found: NDArray[np.float64] = sum(
        pool.z[row.prompt, row.win] - pool.z[row.prompt, row.lose] for row in own
    ) / len(own)
    return found


def by_likeness(question: Question, rng: random.Random) -> str:
    """The candidate most like the liked answers and unlike the disliked ones, in meaning."""
    liked, disliked = (list(question.labels[key]) for key in ("liked", "disliked"))
    if not liked:
        return rng.choice(question.options)
    lean = vectors_of(liked).mean(axis=0) - vectors_of(disliked).mean(axis=0)
    return best_of(question.options, (vectors_of(question.options) @ lean).tolist(), rng)
