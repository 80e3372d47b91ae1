from hypothesis import given
from hypothesis import strategies as st

from personae.text.reply_filter import ReplyFilter


def run(text: str, *, size: int = 3, cut_short: bool = False, **options) -> tuple[str, str]:
    """Feed `text` in pieces; return what was shown while streaming and the final reply."""
    reply_filter = ReplyFilter(["Ana", "Ana Bettencourt"], ["Ben", "Mary Anning"], **options)
    shown = ""
    for start in range(0, len(text), size):
        shown += reply_filter.feed(text[start : start + size])
        if reply_filter.done:
            break
    final = reply_filter.finish(cut_short=cut_short)
    return shown + reply_filter.rest(), final


def test_the_speakers_own_label_is_dropped():
    assert run("Ana: I mend radios.")[1] == "I mend radios."
    assert run("**Ana:** I mend radios.")[1] == "I mend radios."
    assert run("Ana Bettencourt: I mend radios.")[1] == "I mend radios."


def test_a_reply_ends_where_another_speaker_begins():
    assert run("I mend radios. Ben: really? Ana: yes")[1] == "I mend radios."
    assert run("I mend radios.\nBen: really?")[1] == "I mend radios."
    assert run("Yes. Mary Anning: no")[1] == "Yes."
    assert run("你好。User: hi")[1] == "你好。"


def test_a_name_inside_a_sentence_is_no_label():
    assert (
        run("I met Ben today, and Mary Anning too.")[1] == "I met Ben today, and Mary Anning too."
    )


def test_a_reply_ends_at_a_control_token():
    assert run("Hello there<|im_end|>\n<|im_start|>user")[1] == "Hello there"


def test_at_most_three_sentences_are_kept():
    assert run("One. Two! Three? Four. Five.")[1] == "One. Two! Three?"
    assert run("Hi, Dr. Who is 3.5 years old. Two. Three. Four.")[1] == (
        "Hi, Dr. Who is 3.5 years old. Two. Three."
    )


def test_without_a_sentence_limit_lines_are_kept_until_an_empty_one():
    assert run("One.\nTwo.\n\nThree.", max_sentences=0)[1] == "One.\nTwo."


def test_an_unfinished_sentence_is_dropped_only_when_tokens_ran_out():
    assert run("I am here. And then I wen", cut_short=True)[1] == "I am here."
    assert run("And then I wen", cut_short=True)[1] == "And then I wen"
    assert run("I am here. And then")[1] == "I am here. And then"


@given(st.text(max_size=120), st.integers(1, 9))
def test_what_is_shown_is_the_reply_whatever_the_pieces(text: str, size: int):
    shown, final = run(text, size=size)
    assert shown.strip() == final
    assert run(text, size=len(text) + 1)[1] == final


@given(st.lists(st.sampled_from(["Ana:", " Ben:", " I", " am", ".", "\n", " User:", "<|im_end|>"])))
def test_no_reply_holds_another_speakers_label_or_a_control_token(pieces: list[str]):
    _, final = run("".join(pieces))
    assert "Ben:" not in final
    assert "User:" not in final
    assert "<|" not in final
