"""extend-persona: one statement more, that answers and contradicts nothing."""

from __future__ import annotations

import random

import pytest

from personae.draft import Draft, Kit
from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker
from personae.statements import everyday
from personae.steps.extend_persona import Pool, extend_persona, propose

POOL = ("I have no dogs at home.", "I have dogs at home.", "I sail on weekends.", "I sing.")


@pytest.fixture
def pool(tmp_path):
    file = tmp_path / "pool.txt"
    file.write_text("\n".join([*POOL, "", POOL[0]]), encoding="utf-8")
    return str(file)


@pytest.fixture
def extended(word_embedder, word_nli, pool):
    def run(scene, **options) -> Draft:
        kit = Kit(
            ScriptedModel(), embedder=word_embedder, nli=word_nli, seed=options.pop("seed", 0)
        )
        return extend_persona(**{"pool": pool, **options})(Draft(scene), kit)

    return run


def added(draft: Draft) -> str:
    return draft.notes.get("extended", "")


def test_the_statement_that_answers_is_added_for_this_reply(extended, dialogue_scene):
    scene = dialogue_scene("Do you sail?", statements=("I bake.",))
    draft = extended(scene)
    assert draft.scene.persona.statements == ("I bake.", "I sail on weekends.")
    assert scene.persona.statements == ("I bake.",)
    (evidence,) = draft.evidence
    assert (evidence.text, evidence.source) == ("I sail on weekends.", "pool")


def test_what_contradicts_the_persona_is_not_added(extended, dialogue_scene):
    scene = dialogue_scene("Have you any dogs at home?", statements=("All dogs at home are mine.",))
    options = {"covered": 1.0}
    assert added(extended(scene, consistent=False, **options)) in POOL[:2]
    assert added(extended(scene, **options)) == "I have dogs at home."
    denies = dialogue_scene("Have you any dogs at home?", statements=("There are no dogs here.",))
    assert added(extended(denies, **options)) == "I have no dogs at home."


def test_what_the_persona_said_before_counts_too(extended, dialogue_scene):
    scene = dialogue_scene("Pets?", "There are no dogs here.", "Have you dogs at home?")
    assert added(extended(scene, covered=1.0)) == "I have no dogs at home."


def test_a_persona_that_covers_the_question_stays_as_it_is(extended, dialogue_scene):
    scene = dialogue_scene("Do you sail often?", statements=("I do sail often.",))
    draft = extended(scene)
    assert (added(draft), draft.scene) == ("", scene)
    assert added(extended(scene, covered=1.0)) == "I sail on weekends."


def test_an_irrelevant_pool_adds_nothing(extended, dialogue_scene):
    scene = dialogue_scene("Qu'en pensez-vous?", statements=("I bake.",))
    assert added(extended(scene)) == ""
    assert extended(dialogue_scene(statements=("I bake.",))).scene.persona.statements == (
        "I bake.",
    )


def test_random_choice_follows_the_seed(extended, dialogue_scene):
    scene = dialogue_scene("What do you do?")
    drawn = {added(extended(scene, retriever="random", candidates=1, seed=n)) for n in range(20)}
    assert len(drawn) > 2
    again = [added(extended(scene, retriever="random", candidates=1, seed=5)) for _ in range(2)]
    assert again[0] == again[1] in drawn


@pytest.mark.parametrize("retriever", ["bm25", "embedder", "both"])
def test_every_retriever_finds_the_words_of_the_question(word_embedder, retriever):
    pool = Pool.of(POOL)
    found = propose(pool, "Do you sail?", [], retriever, 2, word_embedder, random.Random(0))
    assert "I sail on weekends." in [one.text for one in found]
    assert len(found) <= 2


def test_a_statement_it_has_already_is_not_proposed(word_embedder):
    pool = Pool.of(POOL)
    found = propose(
        pool, "sail", ["i sail on weekends"], "both", 4, word_embedder, random.Random(0)
    )
    assert "I sail on weekends." not in [one.text for one in found]


def test_a_pool_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(FormatError):
        extend_persona(pool=str(tmp_path / "absent.txt"))
    empty = tmp_path / "empty.txt"
    empty.write_text("\n\n")
    with pytest.raises(InvalidOption, match="0 statements"):
        extend_persona(pool=str(empty))


def test_the_models_it_needs_are_asked_for(dialogue_scene, word_embedder):
    scene = dialogue_scene("Do you sail?", statements=("I bake.",))
    with pytest.raises(CapabilityError, match="embedder"):
        extend_persona()(Draft(scene), Kit(ScriptedModel()))
    with pytest.raises(CapabilityError, match="inference"):
        extend_persona()(Draft(scene), Kit(ScriptedModel(), embedder=word_embedder))


def test_the_shipped_pool_has_hundreds_of_first_person_statements():
    assert len(everyday()) >= 300
    assert len(set(everyday())) == len(everyday())
    assert all(text.startswith(("I ", "My ")) and text.endswith(".") for text in everyday())


def test_the_method_shows_the_added_statement_in_its_prompt(
    dialogue_scene, word_embedder, word_nli, pool
):
    options = {"pool": pool}
    speaker = Speaker(
        ScriptedModel(), "persona-extending", options=options, embedder=word_embedder, nli=word_nli
    )
    scene = dialogue_scene("Do you sail?", statements=("I bake.",))
    assert "- I bake.\n- I sail on weekends." in speaker.prompt(scene).messages[0].content
    assert speaker.reply(scene).to_dict()["evidence"][0]["text"] == "I sail on weekends."
