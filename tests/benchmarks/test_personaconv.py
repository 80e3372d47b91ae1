"""Threads: filters, contexts, and a score that no prompt shows."""

from __future__ import annotations

import contextlib
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.benchmarks import personaconv as module
from personae.benchmarks.personaconv import known_replies, personaconv, target_of
from personae.data import Sample
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.formats.thread_making import made_threads
from personae.formats.threads import MAX_COMMENTS, Comment, Thread, read_threads, written_threads
from personae.lm.scripted import ScriptedModel
from personae.registry import build

KIT = Kit(lm=ScriptedModel(["x"]))
THREADS = list(made_threads(40, 0))


@pytest.mark.parametrize("task", ["sentiment", "impact", "generate"])
@pytest.mark.parametrize("context", ["with", "without", "random"])
def test_the_hidden_score_is_in_no_prompt(task, context, monkeypatch):
    hidden = "987654"
    marked = []
    for one in THREADS:
        target = target_of(one)
        comments = list(one.comments)
        sign = -1 if target.score < 0 else 1
        comments[target.at] = replace(comments[target.at], score=sign * int(hidden))
        marked.append(replace(one, comments=tuple(comments)))
    monkeypatch.setattr(module, "made_threads", lambda number, seed: iter(marked))
    made = personaconv(task=task, context=context, balanced=False)
    assert len(made.questions) == 40
    for one in made.questions:
        assert hidden not in one.scene.to_json()
        if task == "generate":
            assert f"reply: {one.reference}\n" not in one.scene.last_user_text


def test_contexts_show_the_author_s_history_another_s_or_none():
    shown = {
        name: personaconv(context=name, threads=40, balanced=False).questions
        for name in ("with", "without", "random")
    }
    for at, thread in enumerate(THREADS):
        own = [[one.body, one.score] for one in known_replies(target_of(thread))]
        assert shown["with"][at].labels["known"] == own
        assert shown["without"][at].labels["known"] == []
        assert shown["random"][at].labels["known"] != own


def thread(scores=(5, -9, 2), people=3, parent="Why?"):
    comments = [Comment(f"other{at}", parent, 1, None) for at in range(people)]
    comments += [Comment("me", f"reply {at}", score, 0) for at, score in enumerate(scores)]
    return Thread("me", "chess", "Title", "Content", 3, tuple(comments))


def test_the_target_is_the_largest_score_either_way():
    assert target_of(thread()).score == -9


@pytest.mark.parametrize(
    "one",
    [thread(people=2), thread(scores=(5, 9)), thread(scores=(1, 2, 3)), thread(parent="[deleted]")],
    ids=["few people", "few replies", "small scores", "parent gone"],
)
def test_threads_that_tell_little_are_left_out(one):
    assert target_of(one) is None


def test_signs_are_as_many_when_balanced():
    signs = [one.reference for one in personaconv(threads=200).questions]
    assert signs.count("positive") == signs.count("negative") > 30


def score(context, metric, task="sentiment", baseline="history"):
    made = personaconv(task=task, context=context, threads=200)
    rng = random.Random(0)
    samples = [
        Sample(
            id=one.id, scene=one.scene, reference=one.reference,
            reply=made.baselines[baseline](one, rng), record={"options": list(one.options)},
        )
        for one in made.questions
    ]  # fmt: skip
    return build("metric", metric)(samples, KIT).total


def test_history_helps_and_another_s_does_not():
    assert score("with", "mcc") - score("without", "mcc") > 0.2
    assert score("random", "mcc") < score("with", "mcc") - 0.2
    assert score("with", "rmse", "impact") < score("random", "rmse", "impact")


def test_threads_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "threads.json"
    file.write_text(json.dumps(written_threads(THREADS)))
    read = list(read_threads(file))
    assert sorted(map(repr, read)) == sorted(map(repr, THREADS))
    assert len(personaconv(data=str(file), balanced=False).questions) == 40


def test_a_list_of_posts_is_read_too(tmp_path):
    file = tmp_path / "posts.json"
    file.write_text(json.dumps([{"author": "a", "title": "t", "comments": []}]))
    assert [one.author for one in read_threads(file)] == ["a"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": "no list"}, "'a' is a string"),
        ([{"title": 3}], "'title' is a number"),
        ([{"title": "t", "comments": [3]}], "item of 'comments' is a number"),
        ([{"title": "t", "comments": [{"replies": {}}]}], "'replies' is an object"),
        ([{"title": "t", "comments": [{}] * (MAX_COMMENTS + 1)}], "more than 10000 comments"),
    ],
)
def test_bad_threads_are_refused(tmp_path, value, message):
    file = tmp_path / "threads.json"
    file.write_text(json.dumps(value))
    with pytest.raises(FormatError, match=message):
        list(read_threads(file))


def test_one_author_is_too_few(tmp_path):
    file = tmp_path / "threads.json"
    file.write_text(json.dumps(written_threads([thread()])))
    with pytest.raises(InvalidOption, match="fewer than two authors"):
        personaconv(data=str(file), balanced=False)


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["author", "comments", "replies", "score", "body"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("threads") / "any.json"
    file.write_text(json.dumps(value))
    with contextlib.suppress(FormatError):
        assert all(isinstance(one, Thread) for one in read_threads(file))


@pytest.mark.parametrize("score", ["1" + "0" * 400, "true", '"7"', "null"])
def test_what_is_no_number_of_votes_is_not_known(tmp_path, score):
    file = tmp_path / "threads.json"
    file.write_text(f'[{{"title": "T", "score": {score}, "comments": []}}]')
    (one,) = read_threads(file)
    assert one.score is None
