"""Lorebook activation and decorators."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Lorebook, LoreEntry
from personae.text.lorebook import activate, entry_key, is_understood, parse_decorators


def words(text: str) -> int:
    return len(text.split())


def active(entries, *texts, book=None, **options):
    entries = [
        LoreEntry(**({"content": f"about {index}"} | entry)) for index, entry in enumerate(entries)
    ]
    lorebook = Lorebook(entries=tuple(entries), **(book or {}))
    return activate(lorebook, texts, count_tokens=words, **options)


def contents(*args, **options):
    return [one.content for one in active(*args, **options)]


def test_an_entry_enters_when_a_key_occurs_and_not_otherwise():
    assert contents([{"keys": ("dragon", "wyrm")}], "A WYRM!") == ["about 0"]
    assert contents([{"keys": ("dragon",)}], "A horse.") == []
    assert contents([{"keys": ("龍",)}], "白い龍の王") == ["about 0"]


def test_disabled_empty_and_keyless_entries_never_enter():
    entries = [
        {"keys": ("a",), "enabled": False}, {"keys": ("a",), "content": ""}, {"keys": ()},
        {"keys": ("",)}, {"keys": ("a",), "content": "@@activate", "enabled": False},
    ]  # fmt: skip
    assert contents(entries, "a") == []


def test_case_matters_only_where_the_entry_says_so():
    assert contents([{"keys": ("Rose",), "case_sensitive": True}], "a rose") == []
    assert contents([{"keys": ("Rose",), "case_sensitive": True}], "Rose!") == ["about 0"]


def test_keys_may_hold_macros_and_composed_letters_equal_decomposed_ones():
    assert contents([{"keys": ("{{user}}'s sword",)}], "Tom's sword", user="Tom") == ["about 0"]
    assert contents([{"keys": ("café",)}], "cafe\u0301") == ["about 0"]


def test_whole_words_are_matched_where_the_entry_asks_for_it():
    entry = {"keys": ("cat",), "extensions": {"match_whole_words": True}}
    assert contents([entry], "a category") == []
    assert contents([entry], "category, then a cat.") == ["about 0"]
    assert contents([{**entry, "keys": ("猫",)}], "黒猫です") == ["about 0"]


def test_selective_entries_need_a_secondary_key_too():
    entry = {"keys": ("gate",), "secondary_keys": ("north", "old"), "selective": True}
    assert contents([entry], "the gate") == []
    assert contents([entry], "the old gate") == ["about 0"]
    assert contents([{**entry, "selective": False}], "the gate") == ["about 0"]


@pytest.mark.parametrize(
    ("logic", "text", "enters"),
    [(1, "gate north old", False), (1, "gate north", True), (2, "gate", True),
     (2, "gate old", False), (3, "gate old", False), (3, "gate old north", True)],
)  # fmt: skip
def test_sillytavern_logic_of_secondary_keys(logic, text, enters):
    entry = {"keys": ("gate",), "secondary_keys": ("north", "old"), "selective": True,
             "extensions": {"selectiveLogic": logic}}  # fmt: skip
    assert bool(contents([entry], text)) is enters


def test_regular_expressions_are_used_where_the_entry_says_so():
    assert contents([{"keys": (r"dragons?\b",), "use_regex": True}], "two Dragons") == ["about 0"]
    assert contents([{"keys": ("[", "x"), "use_regex": True}], "x") == ["about 0"]
    assert contents([{"keys": ("[",), "use_regex": True}], "[") == []


def test_sillytavern_sets_use_regex_everywhere_and_means_it_only_for_slashed_keys():
    entry = {"keys": ("Mr. X (old)", "/wyrm\\d/"), "use_regex": True,
             "extensions": {"selectiveLogic": 0, "display_index": 1}}  # fmt: skip
    assert contents([entry], "mr. x (OLD) came") == ["about 0"]
    assert contents([entry], "wyrm7") == ["about 0"]
    assert contents([entry], "Mrs X old") == []


def test_a_book_of_hostile_expressions_does_not_hang():
    entries = [{"keys": (f"(a+)+{n}$", f".*.*{n}="), "use_regex": True} for n in range(300)]
    assert contents(entries, "a" * 100_000) == []


def test_scan_depth_counts_turns_from_the_newest():
    texts = ("dragon", "one", "two")
    assert contents([{"keys": ("dragon",)}], *texts, book={"scan_depth": 2}) == []
    assert contents([{"keys": ("dragon",)}], *texts, book={"scan_depth": 3}) == ["about 0"]
    assert contents([{"keys": ("dragon",)}], *texts, book={"scan_depth": 0}) == []
    own = {"keys": ("dragon",), "content": "@@scan_depth 3\nlore"}
    assert contents([own], *texts, book={"scan_depth": 1}) == ["lore"]


def test_constant_entries_always_enter():
    assert contents([{"constant": True}], "anything") == ["about 0"]
    assert contents([{"constant": True, "use_regex": True}]) == ["about 0"]


def test_entries_come_in_insertion_order():
    entries = [{"constant": True, "insertion_order": order} for order in (5, -1, 5, 2)]
    assert contents(entries) == ["about 1", "about 3", "about 0", "about 2"]


def test_recursive_scanning_follows_contents_and_ends():
    chain = [{"keys": ("a",), "content": "b"}, {"keys": ("b",), "content": "c"},
             {"keys": ("c",), "content": "a b c"}]  # fmt: skip
    assert contents(chain, "a") == ["b"]
    assert contents(chain, "a", book={"recursive_scanning": True}) == ["b", "c", "a b c"]


def test_recursion_sees_hidden_keys_and_no_comments():
    entries = [{"keys": ("a",), "content": "text {{hidden_key:b}}{{// c}}"},
               {"keys": ("b",), "content": "by b"},
               {"keys": ("c",), "content": "by c"}]  # fmt: skip
    found = contents(entries, "a", book={"recursive_scanning": True})
    assert found == ["text {{hidden_key:b}}{{// c}}", "by b"]


def test_a_long_chain_stops_at_the_depth_limit():
    entries = [{"keys": (f"k{n:03}",), "content": f"k{n + 1:03}"} for n in range(50)]
    found = contents(entries, "k000", book={"recursive_scanning": True})
    assert 1 < len(found) < 20


def test_the_budget_drops_the_lowest_priority_first():
    entries = [{"constant": True, "content": "one two three", "priority": priority}
               for priority in (5, 1, 9)]  # fmt: skip
    found = active(entries, book={"token_budget": 6})
    assert [one.entry.priority for one in found] == [5, 9]
    assert [one.tokens for one in found] == [3, 3]


def test_an_entry_larger_than_the_budget_does_not_starve_the_others():
    entries = [{"constant": True, "content": "x " * 50, "priority": 9},
               {"constant": True, "content": "small"}]  # fmt: skip
    assert contents(entries, book={"token_budget": 10}) == ["small"]
    assert contents(entries, book={"token_budget": 0}) == []


def test_entries_that_yield_on_full_contexts_go_first():
    entries = [{"constant": True, "content": "@@ignore_on_max_context\none", "priority": 99},
               {"constant": True, "content": "two"}]  # fmt: skip
    assert contents(entries, book={"token_budget": 1}) == ["two"]
    assert contents(entries, is_context_full=True) == ["two"]
    assert contents(entries) == ["one", "two"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=12), st.integers(0, 30))
def test_what_is_kept_fits_and_nothing_more_important_that_fits_alone_is_dropped(rows, budget):
    entries = [{"constant": True, "content": "w " * size, "priority": rank} for rank, size in rows]
    kept = active(entries, book={"token_budget": budget})
    assert sum(one.tokens for one in kept) <= budget
    worst = min((one.entry.priority for one in kept), default=99)
    fitting = [rank for rank, size in rows if size <= budget and rank > worst]
    assert len(fitting) == sum(one.entry.priority > worst for one in kept)


def decorated(*lines, **fields):
    return [{"keys": ("key",), "content": "\n".join([*lines, "", "lore"]), **fields}]


def test_turn_decorators_count_the_characters_turns():
    after, every = decorated("@@activate_only_after 3"), decorated("@@activate_only_every 2")
    assert [bool(contents(after, "key", turn_count=count)) for count in (2, 3, 4)] == [
        False, True, True,
    ]  # fmt: skip
    assert [bool(contents(every, "key", turn_count=count)) for count in (2, 3, 4)] == [
        True, False, True,
    ]  # fmt: skip
    assert contents(after, "key") == ["lore"]  # not known: ignored
    assert contents(decorated("@@activate_only_every 0"), "key", turn_count=1) == ["lore"]


def test_match_decorators_look_at_earlier_matches():
    keep, drop = decorated("@@keep_activate_after_match"), decorated("@@dont_activate_after_match")
    seen = {one.key for one in active(keep, "key")} | {one.key for one in active(drop, "key")}
    assert contents(keep, "nothing", matched_before=seen) == ["lore"]
    assert contents(keep, "nothing", matched_before=set()) == []
    assert contents(drop, "key", matched_before=seen) == []
    assert contents(drop, "key", matched_before=set()) == ["lore"]


def test_greeting_and_key_decorators():
    assert contents(decorated("@@is_greeting 1"), "key", greeting_index=0) == []
    assert contents(decorated("@@is_greeting 1"), "key", greeting_index=1) == ["lore"]
    assert contents(decorated("@@is_greeting 1"), "key") == ["lore"]
    assert contents(decorated("@@additional_keys red, blue"), "key") == []
    assert contents(decorated("@@additional_keys red, blue"), "a blue key") == ["lore"]
    assert contents(decorated("@@exclude_keys red, blue"), "a red key") == []
    assert contents(decorated("@@additional_keys r.d", use_regex=True), "red") == ["lore"]


def test_forcing_decorators():
    assert contents(decorated("@@activate"), "nothing") == ["lore"]
    assert contents(decorated("@@dont_activate"), "key") == []
    assert contents(decorated("@@dont_activate", "@@activate"), "nothing") == ["lore"]


def test_placing_decorators():
    (one,) = active(decorated("@@depth 3", "@@role assistant"), "key")
    assert (one.position, one.depth, one.role) == ("depth", 3, "assistant")
    (one,) = active(decorated("@@depth 3", "@@position scenario"), "key")
    assert (one.position, one.depth) == ("scenario", None)
    (one,) = active(decorated("@@position nowhere", position="after_char"), "key")
    assert (one.position, one.role) == ("after_char", "system")
    (one,) = active(decorated("@@disable_ui_prompt system_prompt"), "key")
    assert one.disables == ("system_prompt",)
    in_tavern = {"keys": ("key",), "extensions": {"position": 4, "depth": 2, "role": 1}}
    (one,) = active([in_tavern], "key")
    assert (one.position, one.depth, one.role) == ("depth", 2, "user")


def test_only_the_first_of_equal_decorators_counts():
    (one,) = active(decorated("@@depth 3", "@@depth 9"), "key")
    assert one.depth == 3


def test_parsed_decorators_count_like_written_ones():
    entry = {"keys": ("key",), "decorators": (("depth", "2"),)}
    assert active([entry], "key")[0].depth == 2


def test_probability_draws_with_the_given_generator():
    entry = {"constant": True, "extensions": {"probability": 50, "useProbability": True}}
    drawn = [bool(contents([entry], rng=random.Random(seed))) for seed in range(40)]
    assert 5 < sum(drawn) < 35
    assert drawn == [bool(contents([entry], rng=random.Random(seed))) for seed in range(40)]


def test_fallbacks_are_resolved_and_unknown_decorators_kept():
    content = (
        "@@risu_only 4\n@@@agn_only 4\n@@@depth 2\n\n@@depth x\n@@@role user\n@@mine 1\n\nText\n"
    )
    assert parse_decorators(content) == (
        (("depth", "2"), ("role", "user"), ("mine", "1")),
        "Text\n",
    )


def test_content_without_leading_decorators_is_left_alone():
    for content in ("", "\n\n text \n", "mail me @@ home\n@@depth 3", "@ x"):
        assert parse_decorators(content) == ((), content)


@given(st.text(alphabet="@adepth 0123\n,_", max_size=60))
def test_every_content_parses_and_the_rest_is_its_end(content):
    decorators, rest = parse_decorators(content)
    assert content.endswith(rest)
    assert all(isinstance(is_understood(*one), bool) for one in decorators)


@given(st.text(max_size=20), st.text(max_size=40))
def test_any_key_and_text_are_survived(key, text):
    found = contents([{"keys": (key,)}], text)
    assert found in ([], ["about 0"])


def test_keys_of_entries_are_ids_or_depend_on_the_content():
    assert entry_key(LoreEntry(content="a", id="7")) == "7"
    assert entry_key(LoreEntry(content="a")) != entry_key(LoreEntry(content="b"))
