"""IT-ConvAI2 as a benchmark: what is added, and which statement is weighed most."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.evaluate import it_convai2 as module
from personae.evaluate.it_convai2 import Item, added, drawn, first_of, outcome, retriever_named
from personae.steps.extend_persona import Pool

ITEMS = [
    Item(f"do you have {pet} ?", (f"i have no {pet} here .",), f"i love {pet} a lot .", "yes .")
    for pet in ("goats", "snakes", "horses", "parrots")
]


@pytest.fixture
def pool() -> Pool:
    return Pool.of(
        [text for one in ITEMS for text in (one.removed, one.removed.replace("lot", "bit"),
         f"my friend and i keep {one.removed.split()[2]} here .")]
    )  # fmt: skip


def test_an_item_never_gets_back_its_own_statement(pool, word_embedder):
    for name, (retriever, _) in module.RETRIEVERS.items():
        for at, item in enumerate(ITEMS):
            assert added(item, at, pool, retriever, word_embedder, None) != item.removed, name


def test_what_passes_the_filter_contradicts_nothing(pool, word_embedder, word_nli):
    found = {name: outcome(ITEMS, pool, name, word_embedder, word_nli) for name in ("both", "nli")}
    assert found["both"].contradicting > 0
    assert found["nli"].contradicting == 0
    assert found["nli"].cosine > 0


def test_the_used_statement_is_first_where_it_weighs_most():
    assert first_of(ITEMS, lambda query, reply, statements: [
        float("love" in one) for one in statements]) == [True] * 4  # fmt: skip
    assert first_of(ITEMS, lambda query, reply, statements: [
        float("no" in one.split()) for one in statements]) == [False] * 4  # fmt: skip


def test_ties_are_broken_by_chance_and_not_by_the_files_order():
    many = [Item("q", (f"a{at}", f"b{at}"), f"c{at}") for at in range(300)]
    share = sum(first_of(many, lambda query, reply, statements: [0.0] * 3)) / 300
    assert 0.25 < share < 0.42


def test_items_are_drawn_by_the_seed_and_0_is_all():
    assert drawn(ITEMS, 2, 1) == drawn(ITEMS, 2, 1)
    assert {one.query for one in drawn(ITEMS, 0, 1)} == {one.query for one in ITEMS}
    assert len(drawn(ITEMS, 99, 1)) == 4


def test_an_unknown_retriever_is_named_with_those_there_are():
    with pytest.raises(InvalidOption, match="random, bm25, embedder, both, nli"):
        retriever_named("dense")
