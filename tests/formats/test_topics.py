"""Collections of articles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import places
from personae.errors import FormatError
from personae.formats.topics import Paragraph, read_topics

TEXT = """# The Tower
It is old,
and high.
? How old is it?
? Is it high?
= I climb towers.

It has a lamp.

# The Bridge

One arch.

Two piers.
"""


def test_text_has_articles_of_paragraphs_with_what_stands_behind_them(make_file):
    tower, bridge = read_topics(make_file("a.txt", TEXT))
    assert tower.title == "The Tower"
    assert tower.paragraphs == (
        Paragraph("It is old, and high.", ("How old is it?", "Is it high?"), "I climb towers."),
        Paragraph("It has a lamp."),
    )
    assert [one.text for one in bridge.paragraphs] == ["One arch.", "Two piers."]


def test_json_lines_say_the_same(make_file):
    lines = [{"title": "T", "link": "l", "paragraphs": ["A.", {"text": "B.", "questions": ["Q?"]}]}]
    (topic,) = read_topics(make_file("a.jsonl", lines, as_lines=True))
    assert topic.link == "l"
    assert topic.paragraphs == (Paragraph("A."), Paragraph("B.", ("Q?",)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "0 articles"),
        ("# A\nOne.", "1 paragraphs"),
        ("One.\n\nTwo.", "no title"),
        ("# A\n? Why?\n", "line 2.*no paragraph before"),
        ("# A\nOne.\n? Why?\nmore", "line 4.*goes on"),
        ("# A\na\n\nb\n# A\na\n\nb", "same title"),
    ],
)
def test_what_is_no_collection_is_told(make_file, content, told):
    with pytest.raises(FormatError, match=told):
        read_topics(make_file("a.txt", content))


@given(st.text(max_size=300))
def test_any_text_is_articles_or_a_fault(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("topics") / "a.txt"
    file.write_text("# A\n" + text, encoding="utf-8", errors="replace")
    try:
        topics = read_topics(file)
    except FormatError:
        return
    assert all(one.text for topic in topics for one in topic.paragraphs)


def test_the_shipped_places_have_questions_and_statements_everywhere():
    topics = read_topics(places.FILE)
    paragraphs = [one for topic in topics for one in topic.paragraphs]
    assert (len(topics), len(paragraphs)) == (30, 180)
    assert all(len(one.questions) == 2 and one.statement for one in paragraphs)
