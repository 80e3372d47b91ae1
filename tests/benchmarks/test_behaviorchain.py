"""The benchmark behaviorchain: nodes in order, what was done before, names exchanged."""

from __future__ import annotations

import pytest

from personae.benchmarks import lifechoice
from personae.benchmarks.behaviorchain import behaviorchain, last_words
from personae.benchmarks.chain_items import chains_of, renamed
from personae.formats.behaviorchain import BehaviorChain, Node, Profile, write_chains

OPTIONS = ("Ana Lund swam.", "Ana walked.", "Bo sang.", "Anabel slept.")
CHAIN = BehaviorChain(
    "T", Profile("Ana Lund", ("Ana is bold.",), relationships=(("Bo", "her brother"),)),
    ("Ana was born.",),
    (Node("It rained on Ana.", OPTIONS, 1), Node("Ana walked. Sun.", OPTIONS, 0)),
)  # fmt: skip


@pytest.fixture
def file(tmp_path):
    write_chains([CHAIN], tmp_path / "c.jsonl")
    return str(tmp_path / "c.jsonl")


def test_a_node_is_asked_after_everything_before_it(file):
    made = behaviorchain(data=file, names="kept")
    first, second = made.questions
    assert made.ask == "choose"
    assert first.scene.persona.statements == ("Ana is bold.", "Bo: her brother")
    assert "Ana was born. It rained on Ana.\n" in first.scene.last_user_text
    assert "It rained on Ana. Ana walked. Sun.\n" in second.scene.last_user_text
    assert (first.reference, second.reference) == ("Ana walked.", "Ana Lund swam.")
    assert second.labels == {"chain": "T", "node": 1, "chain_length": 2, "task": "multi_choice"}


def test_the_right_behaviour_is_not_told_before_it_is_asked(file):
    first = behaviorchain(data=file, names="kept").questions[0]
    assert "walked" not in first.scene.to_json()


def test_new_names_leave_no_old_one_and_the_right_option_stays_right(file):
    chain = renamed(CHAIN, seed=3)
    told = " ".join([*chain.profile.lines, *chain.history, chain.nodes[0].context,
                     *chain.nodes[0].options])  # fmt: skip
    assert not {"Ana", "Lund", "Bo"} & set(told.replace(".", "").split())
    assert "Anabel" in told  # another word
    first = chain.profile.name.split()[0]
    assert chain.nodes[0].behavior == f"{first} walked."
    assert renamed(CHAIN, seed=3) == chain
    assert renamed(CHAIN, seed=4) != chain


def test_generation_asks_for_a_text_and_is_judged_by_the_options(file):
    made = behaviorchain(data=file, task="generation")
    assert made.ask == "reply"
    assert made.metrics[-1] == "behaviour-match"
    assert made.questions[0].options
    assert made.questions[0].scene.last_user_text.endswith("Say in one sentence what you did.")


def test_made_chains_have_ten_nodes_and_tell_each_behaviour_in_the_next_context():
    for chain in chains_of("made", chains=3, split="valid"):
        assert len(chain.nodes) == 10
        for before, after in zip(chain.nodes, chain.nodes[1:], strict=False):
            assert after.context.startswith(before.behavior)
        assert all(node.behavior not in node.context for node in chain.nodes)


def test_a_trait_chain_names_a_trait_in_the_right_option_alone():
    for chain in chains_of("traits", chains=5):
        traits = [line.removesuffix(".").split()[-1] for line in chain.profile.traits]
        for node in chain.nodes:
            named = [any(trait[:3] in text.lower() for trait in traits) for text in node.options]
            assert named[node.right]


def test_othello_gives_a_chain_for_each_role_without_the_play():
    chains = chains_of("othello")
    assert sum(len(one.nodes) for one in chains) == 32
    assert chains[0].title == "Othello: Othello"


def test_the_last_words_are_kept():
    assert last_words("a b c", 3) == "a b c"
    assert last_words("a b c", 2) == "… b c"


def test_the_baseline_is_the_profiles_nearest_option(file, monkeypatch, word_embedder):
    monkeypatch.setattr(lifechoice, "shipped_embedder", lambda: word_embedder)
    made = behaviorchain(data=file, names="kept")
    assert set(made.baselines) == {"chance", "first", "nearest"}
    assert made.baselines["nearest"](made.questions[0], None) in OPTIONS
