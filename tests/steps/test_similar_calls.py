"""Calls by similarity: which function a turn asks for, and when none."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Tool
from personae.steps.similar_calls import similar_calls, without_name


class WordEmbedder:
    name = fingerprint = "words"
    dimensions = 512

    def embed(self, texts):
        rows = np.full((len(texts), self.dimensions), 1e-4, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace("?", "").replace(",", "").replace(".", "").split():
                row[crc32(word.encode()) % self.dimensions] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def tool(name: str, description: str, values: list[str] | None = None, **more) -> Tool:
    properties = {"item": {"type": "string", **({"enum": values} if values else {})}, **more}
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return Tool(name=name, description=description, parameters=parameters)


STOCK = tool("stock", "price of", ["rope", "lamp"])
BEDS = tool("beds", "sleep in", ["loft", "barn"])
CLOCK = Tool(name="clock", description="tell the hour")


def calls(heard: str, *tools: Tool, name: str = "", min_similarity: float = 0.4):
    found = similar_calls(
        heard, tools, WordEmbedder(), min_similarity=min_similarity, max_calls=2, name=name
    )
    return [(call.tool.name, call.arguments) for call in found]


def test_the_most_similar_value_is_the_argument():
    assert calls("price of the lamp?", STOCK, BEDS) == [("stock", {"item": "lamp"})]


def test_small_talk_calls_nothing():
    assert calls("good evening", STOCK, BEDS) == []


def test_two_clauses_may_ask_for_two_calls():
    found = calls("the price of rope, and sleep in loft?", STOCK, BEDS)
    assert sorted(found) == [("beds", {"item": "loft"}), ("stock", {"item": "rope"})]


def test_a_function_without_parameters_needs_no_arguments():
    assert calls("tell the hour", STOCK, CLOCK) == [("clock", {})]


def test_arguments_that_cannot_be_enumerated_are_left_to_the_model():
    free = tool("note", "write down")
    two = tool("send", "bring along", ["rope"], place={"type": "string"})
    assert calls("write down this", free) == [("note", None)]
    assert calls("bring along rope", two) == [("send", None)]


def test_addressing_the_character_by_name_is_no_request():
    news = tool("news", "Wenna knows", ["Wenna"])
    assert calls("Wenna, good evening", news, name="Wenna", min_similarity=0.2) == []
    assert without_name("Good evening, Wenna. Wenna's rope", "Wenna") == "Good evening, rope"


def test_at_most_max_calls_are_found_best_first():
    found = similar_calls(
        "the price of rope, and sleep in loft, and tell the hour", [STOCK, BEDS, CLOCK],
        WordEmbedder(), min_similarity=0.1, max_calls=2,
    )  # fmt: skip
    assert len(found) == 2
    assert found[0].similarity >= found[1].similarity


@given(st.text(max_size=80), st.dictionaries(st.text(max_size=8), st.none() | st.integers()))
def test_any_turn_and_any_parameters_can_be_compared(heard, properties):
    odd = Tool(name="odd", description="", parameters={"properties": properties, "required": 3})
    assert len(calls(heard, odd, STOCK)) <= 2
