"""Tests of personae.formats.personamem: published files, our own, and hostile ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.personamem import Questionnaire, read_personamem, write_personamem
from personae.histories.making import histories
from personae.histories.published import questionnaire, right_by_graph

ROW = {
    "question_id": "q1", "question_type": "recalling_the_latest_user_preferences",
    "topic": "study", "context_length_in_tokens": "40", "distance_to_ref_in_blocks": "2",
    "distance_to_ref_in_tokens": "20", "question": "I was part of an online group.",
    "correct_answer": "(b)", "shared_context_id": "c1", "end_index_in_shared_context": "2",
    "all_options": "['(a) You never did.', \"(b) You're fond of it.\", '(c) No.', '(d) Yes.']",
}  # fmt: skip
CONTEXT = {"c1": [
    {"role": "system", "content": "Current user persona: Ann, 30."},
    {"role": "user", "content": "User: I love online groups."},
    {"role": "assistant", "content": "Assistant: Good."},
]}  # fmt: skip


def files(folder, rows=(ROW,), context=CONTEXT, name="_32k"):
    with (folder / f"questions{name}.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, ROW)
        writer.writeheader()
        writer.writerows(rows)
    (folder / f"shared_contexts{name}.jsonl").write_text(json.dumps(context) + "\n")
    return folder


def test_published_files_are_read_under_the_names_of_today(tmp_path):
    found = read_personamem(files(tmp_path))
    (row,) = found.rows
    assert (row.type, row.right, row.end) == ("acknowledge_latest_preferences", 1, 2)
    assert row.options[1] == "You're fond of it."
    assert row.text == "I was part of an online group."
    assert (row.distance_sessions, row.distance_tokens, row.tokens) == (2, 20, 40)
    first, second, third = found.contexts["c1"]
    assert first.kind == "narration"
    assert (second.speaker, second.text) == ("User", "I love online groups.")
    assert (third.speaker, third.text) == ("Assistant", "Good.")


def test_a_table_may_be_named_itself(tmp_path):
    files(tmp_path)
    files(tmp_path, name="_128k")
    assert read_personamem(tmp_path / "questions_128k.csv").rows
    with pytest.raises(
        FormatError, match=r"One table .* not questions_128k.csv, questions_32k.csv"
    ):
        read_personamem(tmp_path)


def test_made_histories_come_back_as_they_were(tmp_path):
    made = questionnaire(histories(3, seed=2))
    write_personamem(tmp_path / "new", made)
    assert read_personamem(tmp_path / "new") == made
    assert all(right_by_graph(row) == [row.right] for row in made.rows)


def test_the_published_program_can_read_ours(tmp_path):
    """By the columns and keys that its inference script reads."""
    table, contexts = write_personamem(tmp_path, questionnaire(histories(1)))
    with table.open(newline="") as file:
        row = next(csv.DictReader(file))
    context = json.loads(contexts.read_text().splitlines()[0])[row["shared_context_id"]]
    shown = context[: int(row["end_index_in_shared_context"])]
    assert {message["role"] for message in shown} == {"user", "assistant"}
    assert row["correct_answer"] in ("(a)", "(b)", "(c)", "(d)")
    assert row["distance_to_ref_proportion_in_context"].endswith("%")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"correct_answer": "(e)"}, r"line 2: The right answer must be \(a\) to \(d\)"),
        ({"all_options": "['(a) x']"}, "line 2: A question has 4 options, not 1"),
        ({"all_options": "['(a) x', '(b)', '(c) y', '(d) z']"}, "must begin with"),
        ({"all_options": "__import__('os')"}, "line 2: The options are no list"),
        ({"all_options": "[" * 5000}, "line 2: The options are no list"),
        ({"end_index_in_shared_context": "9"}, "wants 9 messages"),
        ({"end_index_in_shared_context": "-1"}, "must be a number"),
        ({"end_index_in_shared_context": "9" * 5000}, "must be a number"),
        ({"shared_context_id": "c2"}, "which has 0"),
    ],
)
def test_what_is_wrong_in_the_table_is_told(tmp_path, change, told):
    with pytest.raises(FormatError, match=told):
        read_personamem(files(tmp_path, [{**ROW, **change}]))


@pytest.mark.parametrize(
    "context", [[], {"c1": {}}, {"c1": [1]}, {"c1": [{"role": "user"}]},
                {"c1": [{"role": "user", "content": "x", "said_at": "never"}] * 3}]
)  # fmt: skip
def test_what_is_wrong_in_a_context_is_told(tmp_path, context):
    with pytest.raises(FormatError, match=r"shared_contexts_32k.jsonl, line 1"):
        read_personamem(files(tmp_path, context=context))


def test_files_that_are_missing_are_named(tmp_path):
    with pytest.raises(FormatError, match="not none"):
        read_personamem(tmp_path)
    (files(tmp_path) / "shared_contexts_32k.jsonl").unlink()
    with pytest.raises(FormatError, match=r"shared_contexts_32k.jsonl: There is no such file"):
        read_personamem(tmp_path)
    files(tmp_path, rows=())
    with pytest.raises(FormatError, match="no question"):
        read_personamem(tmp_path)


@given(st.text(max_size=120))
def test_any_options_are_read_or_refused(tmp_path_factory, text):
    folder = files(tmp_path_factory.mktemp("any"), [{**ROW, "all_options": text}])
    with pytest.raises(FormatError):
        read_personamem(folder)


def test_nothing_asked_is_written_and_refused(tmp_path):
    write_personamem(tmp_path, Questionnaire((), {}))
    with pytest.raises(FormatError, match="no question"):
        read_personamem(tmp_path)


@pytest.mark.parametrize("at", ["x", 99, -2, True, None])
def test_a_trap_that_is_no_place_of_an_option_is_refused(tmp_path, at):
    made = questionnaire(histories(1))
    first = replace(made.rows[0], known={**made.rows[0].known, "outdated": at})
    write_personamem(tmp_path, replace(made, rows=(first,)))
    with pytest.raises(FormatError, match="no place of an option as 'outdated'"):
        read_personamem(tmp_path)
