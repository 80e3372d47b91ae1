from __future__ import annotations

import json
import random
from statistics import fmean

import numpy
import pytest

from personae.benchmarks.personalllm import (
    Row,
    described,
    open_pool,
    personalllm,
    split,
)
from personae.catalog.check import CheckContext
from personae.catalog.checks import s077_personalllm as s077
from personae.data import Sample
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.metrics.answer_scorers import (
    SCORERS,
    draw_users,
    reading_ease,
    representativeness,
    scale_of,
    vote_entropy,
    votes_of,
)
from personae.registry import build


@pytest.mark.parametrize(("alpha", "share"), [(0.01, 0.82), (0.05, 0.38), (0.1, 0.15), (1.0, 0)])
def test_so_many_users_cling_to_one_scorer(alpha, share):
    users = draw_users(5_000, alpha, 0)
    assert float((users.max(axis=1) >= 0.9).mean()) == pytest.approx(share, abs=0.03)
    assert users.sum(axis=1) == pytest.approx(numpy.ones(5_000))


@pytest.mark.parametrize(("alpha", "entropy"), [(0.1, 1.70), (1.0, 1.27), (10.0, 0.54)])
def test_votes_are_as_divided_as_computed_for_independent_scorers(alpha, entropy):
    z = numpy.random.default_rng(0).standard_normal((200, 8, 10))
    weights = draw_users(500, alpha, 1)
    rewards = (weights @ z.reshape(-1, 10).T).reshape(500, 200, 8)
    assert vote_entropy(votes_of(rewards)) == pytest.approx(entropy, abs=0.06)


def test_the_tiniest_alpha_still_gives_shares():
    assert numpy.isfinite(draw_users(50, 1e-4, 0)).all()
    with pytest.raises(InvalidOption, match="alpha must be above 0"):
        draw_users(5, 0.0, 0)


def test_representativeness_is_one_less_the_distance_moved():
    assert representativeness([1, 0, 0], [1, 0, 0]) == 1
    assert representativeness([1, 0, 0], [0, 0, 1]) == 0
    assert representativeness([1, 0, 0], [0, 1, 0]) == 0.5
    with pytest.raises(InvalidOption, match="sum to 1"):
        representativeness([1, 1], [0, 1])


def test_a_scorer_that_says_the_same_of_everything_counts_nothing():
    raw = numpy.array([[1.0, 5.0], [3.0, 5.0]])
    assert scale_of(raw).z(raw).tolist() == [[-1.0, 0.0], [1.0, 0.0]]


def test_short_words_read_more_easily():
    hard = "Institutional considerations necessitate comprehensive deliberation."
    assert reading_ease("The cat sat on the mat.") > reading_ease(hard)


def fake(tmp_path, count=12):
    def line(at):
        answers = {"plain": f"It is {at}.", "b": f"No {at}!"}
        return json.dumps({"prompt": f"Prompt {at}?", "answers": answers})

    lines = [line(at) for at in range(count)]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file, lines


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"prompt": "a"}', "needs a prompt and answers"),
        ('{"prompt": "a", "answers": {"plain": "b"}}', "at least two answers"),
        ('{"prompt": "a", "answers": {"plain": "b", "b": "b"}}', "one answer twice"),
        ('{"prompt": "a", "answers": {"plain": "b", "c": "d"}}', "answers of the same names"),
        ("[", "line 13"),
    ],
)
def test_a_bad_file_of_candidates_is_refused(tmp_path, line, fault):
    file, lines = fake(tmp_path)
    file.write_text("\n".join([*lines, line]), encoding="utf-8")
    with pytest.raises(FormatError, match=fault):
        personalllm(data=str(file))


def test_too_few_prompts_are_refused(tmp_path):
    with pytest.raises(FormatError, match="At least 10 prompts"):
        personalllm(data=str(fake(tmp_path, 3)[0]))


@pytest.mark.embedded
def test_the_three_checks_of_the_paper_hold():
    context = CheckContext(ScriptedModel, ScriptedModel, None)
    assert len(s077.check(context)) == 4


@pytest.mark.embedded
def test_the_shipped_candidates_are_eight_to_a_prompt():
    pool = open_pool()
    assert pool.z.shape[1:] == (8, len(SCORERS))
    assert len(pool.prompts) >= 50
    assert abs(pool.z.mean()) < 1e-9
    known, asked = split(pool, 0)
    assert not set(known) & set(asked)


@pytest.mark.embedded
def test_what_is_shown_is_what_was_asked_for():
    pool, row = open_pool(), Row(0, 1, 2)
    good, bad = pool.answers[0][1], pool.answers[0][2]
    assert described(pool, [row], "win").count(good) == 1
    assert bad not in described(pool, [row], "win")
    assert f"disliked this answer: {bad}" in described(pool, [row], "both")
    assert f"disliked this answer: {good}" in described(pool, [row], "mislabelled")
    assert described(pool, [], "win") == ""


def mean_reward(questions, chosen):
    """The mean reward of options that were chosen."""
    pairs = zip(questions, chosen, strict=True)
    return fmean(one.labels["rewards"][one.options.index(text)] for one, text in pairs)


@pytest.mark.embedded
def test_baselines_are_in_order_and_nobody_beats_the_oracle():
    made = personalllm(algo="icl", users=100, tests=100)
    rewards = {
        name: mean_reward(made.questions, [guess(one, random.Random(at))
                                           for at, one in enumerate(made.questions)])
        for name, guess in made.baselines.items()
    }  # fmt: skip
    assert rewards["oracle"] > rewards["weights"] > rewards["nearest"] > rewards["random"]


@pytest.mark.embedded
def test_a_written_answer_is_scored_like_a_candidate():
    from personae.encoders.embedder import open_embedder
    from personae.evaluate.asking import AskedQuestion

    question = personalllm(algo="none", users=20, tests=1, written=True).questions[0]
    kit = Kit(lm=ScriptedModel(), embedder=open_embedder())

    def measured(metric, reply, record):
        one = Sample(id="1", scene=question.scene, reply=reply, record=record)
        return build("metric", metric)([one], kit).total

    record = AskedQuestion(question).record
    unlisted = {**record, "options": []}
    option = question.options[0]
    assert measured("user-reward", option, unlisted) == pytest.approx(
        measured("user-reward", option, record), abs=1e-4
    )
    assert measured("user-win-rate", question.reference, record) in (0.5, 1.0)
    assert measured("user-win-rate", question.labels["plain"], record) == 0.5
