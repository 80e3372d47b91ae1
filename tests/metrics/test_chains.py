"""The measures of chains: the values of the design, whole chains, failures, written behaviours."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.bootstrap import interval
from personae.lm.scripted import ScriptedModel
from personae.metrics.behaviour_match import behaviour_match
from personae.metrics.chain_accuracy import chain_accuracy
from personae.metrics.chain_cam import chain_cam
from personae.metrics.chain_max import chain_max
from personae.metrics.chains import consecutive_of, longest_of
from personae.metrics.evidence_shown import evidence_shown

OPTIONS = ["She walked home.", "She took the boat.", "She wept.", "She sang a song."]
SCENE = Scene(persona=Persona(name="Ana"))


def node(chain: str, at: int, reply: str, *, length: int = 2, **more) -> Sample:
    labels = {"chain": chain, "node": at, "chain_length": length, **more.pop("labels", {})}
    record = {"options": OPTIONS, "labels": labels}
    return Sample(
        id=f"{chain}{at}", scene=SCENE, reference=OPTIONS[0], reply=reply, record=record, **more
    )


@pytest.mark.parametrize(
    ("rights", "cam", "longest"),
    [
        ([1, 1, 1, 1], 1.0, 1.0), ([1, 0, 1, 0], 0.2, 0.25), ([1, 1, 0, 0], 0.3, 0.5),
        ([0, 0], 0.0, 0.0), ([1], 1.0, 1.0), ([0, 1, 1], 0.5, 2 / 3),
    ],
)  # fmt: skip
def test_cam_and_longest_run_have_the_published_values(rights, cam, longest):
    assert consecutive_of(rights) == pytest.approx(cam)
    assert longest_of(rights) == pytest.approx(longest)


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_cam_lies_between_nothing_and_the_accuracy(rights):
    assert 0 <= consecutive_of(rights) <= sum(rights) / len(rights) + 1e-12
    assert longest_of(rights) <= sum(rights) / len(rights) + 1e-12


def test_chains_are_averaged_and_their_nodes_may_come_in_any_order(word_embedder, word_nli):
    right, wrong = OPTIONS[0], OPTIONS[1]
    samples = [node("b", 1, wrong), node("a", 1, right), node("a", 0, right), node("b", 0, right)]
    kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    cam = chain_cam()(samples, kit)
    assert cam.total == pytest.approx((1 + 1 / 3) / 2)
    # One value a chain, with its last node: what is drawn again is chains.
    assert cam.values == (pytest.approx(1 / 3), 1.0, None, None)
    assert interval(cam) is not None
    assert chain_accuracy()(samples, kit).total == 0.75
    assert chain_max()(samples, kit).total == 0.75


def test_a_failed_reply_is_wrong_and_a_chain_asked_in_part_has_no_value(word_embedder, word_nli):
    kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    samples = [node("a", 0, OPTIONS[0]), node("a", 1, "", error="timeout"), node("b", 0, "x")]
    found = chain_accuracy()(samples, kit)
    assert found.total == 0.5
    assert found.detail["chains_asked_in_part"] == 1


def test_no_chain_at_all_has_no_total(word_embedder, word_nli):
    kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    assert math.isnan(chain_cam()([Sample(id="x", scene=SCENE, reply="y")], kit).total)


def test_a_written_behaviour_is_right_where_its_nearest_option_is(word_embedder, word_nli):
    kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    told = {"labels": {"task": "generation"}}
    samples = [
        node("a", 0, "I walked home again.", **told), node("a", 1, "I took the boat!", **told),
    ]  # fmt: skip
    assert behaviour_match()(samples, kit).values == (1.0, 0.0)
    assert chain_accuracy()(samples, kit).total == 0.5


@pytest.mark.parametrize("reply", ["", "  "])
def test_an_empty_reply_is_never_right(word_embedder, word_nli, reply):
    kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
    assert behaviour_match()([node("a", 0, reply)], kit).total == 0.0


def test_evidence_shown_is_the_label_of_what_a_memory_found():
    def shown(value, **more):
        return Sample(id="x", scene=SCENE, record={"labels": {"evidence_shown": value}}, **more)

    samples = [shown(1.0), shown(0.5), shown(1.0, error="no"), Sample(id="y", scene=SCENE)]
    found = evidence_shown()(samples, Kit(ScriptedModel()))
    assert found.values == (1.0, 0.5, None, None)
