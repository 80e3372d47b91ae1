"""Graph files: what is written is read again, and what is broken is one sentence with its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.commonsense.facts import RELATIONS, TEXT_LIMIT, Fact, Graph, graph_of
from personae.commonsense.files import ENDINGS, append_facts, people, read_graph, write_graph
from personae.errors import FormatError, InvalidOption, PersonaeError
from personae.text.quoting import one_line

PHRASES = (
    st.text(min_size=1, max_size=TEXT_LIMIT)
    .map(one_line)
    .filter(lambda text: text and not text.startswith("#"))
)
FACTS = st.builds(
    Fact, PHRASES, st.sampled_from(RELATIONS), PHRASES, st.booleans(),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)  # fmt: skip
GRAPHS = st.lists(FACTS, min_size=1, max_size=8).map(graph_of)


@pytest.mark.parametrize("ending", ENDINGS)
@given(graph=GRAPHS)
def test_what_is_written_is_read_again(tmp_path_factory, ending, graph: Graph):
    file = tmp_path_factory.mktemp("graph") / f"graph{ending}"
    write_graph(graph, file)
    assert sorted(read_graph(file).facts) == sorted(graph.facts)


@pytest.mark.parametrize("ending", ENDINGS)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_file_is_read_or_refused_in_a_sentence(tmp_path_factory, ending, content):
    file = tmp_path_factory.mktemp("hostile") / f"graph{ending}"
    file.write_bytes(content)
    try:
        facts = read_graph(file).facts
    except PersonaeError as error:
        said = str(error)
    else:
        said = facts[0].text
    assert said.strip()


@pytest.mark.parametrize(
    ("ending", "content", "reason"),
    [
        (".tsv", "# only a remark\n", "has no facts"),
        (".tsv", "I sail\tgoal_plan\n", "line 1: The line has 2 columns"),
        (".tsv", "\nI sail\tgoals\trest\n", "line 2: There is no relation 'goals'"),
        (".tsv", "I sail\tgoal_plan\trest\tsure\n", "The score 'sure' is not a number"),
        (".tsv", "I sail\tgoal_plan\t" + "x" * 5000, "longer than"),
        (".jsonl", '{"head": "I sail", "relation": "goal_plan"}', "'tail' is missing"),
        (".jsonl", '{"head": 1, "relation": "goal_plan", "tail": "rest"}', "a string"),
        (".jsonl", '{"head": "a", "relation": "goal_plan", "tail": "b", "score": true}', "number"),
        (".jsonl", "[]", "not an object"),
        (".db", "I am no database, though long enough to be one.", "not a database"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, ending, content, reason):
    file = tmp_path / f"graph{ending}"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=reason):
        read_graph(file)


def test_a_database_with_other_types_is_refused(tmp_path):
    file = tmp_path / "graph.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE facts (head, relation, tail, score)")
        database.execute("INSERT INTO facts VALUES ('I sail', 'goal_plan', x'00', 1.0)")
    with pytest.raises(FormatError, match="Row 1 is not three texts and a number"):
        read_graph(file)


def test_a_missing_file_and_another_ending_are_refused(tmp_path):
    for name in ("graph.tsv", "graph.db"):
        with pytest.raises(FormatError, match="o such file"):
            read_graph(tmp_path / name)
    assert not (tmp_path / "graph.db").exists()
    with pytest.raises(InvalidOption, match="does not end in"):
        write_graph(people(), tmp_path / "graph.csv")


def test_facts_are_added_to_a_database_and_scored_anew(tmp_path):
    file = tmp_path / "graph.db"
    append_facts(file, [Fact("I sail", "goal_plan", "rest", score=0.5)])
    append_facts(
        file, [Fact("I sail", "goal_plan", "rest", score=0.7), Fact("I bake", "experience", "won")]
    )
    assert {(fact.head, fact.score) for fact in read_graph(file).facts} == {
        ("I sail", 0.7), ("I bake", 1.0),
    }  # fmt: skip
