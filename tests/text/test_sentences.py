from hypothesis import given
from hypothesis import strategies as st

from personae.text.sentences import complete_sentences, split_sentences, within_words


def test_sentences_end_at_marks_but_not_at_abbreviations():
    assert split_sentences("I saw Dr. Lee. He left at 3.5 p.m. today! Why?") == [
        "I saw Dr. Lee.",
        "He left at 3.5 p.m. today!",
        "Why?",
    ]


def test_chinese_sentences_need_no_spaces():
    assert split_sentences("你好。我是安娜！你呢？") == ["你好。", "我是安娜！", "你呢？"]


def test_only_whole_sentences_are_complete():
    assert complete_sentences("One. Two and") == "One."
    assert complete_sentences("no end") == "no end"


@given(st.text(max_size=200))
def test_splitting_loses_nothing_but_spaces(text: str):
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_a_number_can_end_a_sentence_but_not_when_it_numbers_a_list():
    assert split_sentences("I am 5. You are 12. Hm") == ["I am 5.", "You are 12.", "Hm"]
    assert split_sentences("1. Wash it.\n2. Dry it.") == ["1. Wash it.", "2. Dry it."]


def test_a_limit_of_words_keeps_whole_sentences_then_whole_clauses_then_words():
    text = "Six pennies, my friend, and no less. It is good rope."
    assert within_words(text, 11) == text
    assert within_words(text, 8) == "Six pennies, my friend, and no less."
    assert within_words(text, 5) == "Six pennies, my friend."
    assert within_words(text, 1) == "Six…"


@given(st.text(max_size=200), st.integers(min_value=1, max_value=30))
def test_a_limit_of_words_is_kept(text: str, limit: int):
    assert len(within_words(text, limit).split()) <= limit
