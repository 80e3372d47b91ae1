"""usr: what the regressions are fitted on, and that the recipe goes from end to end."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from personae.data import Dialogue, Persona, Turn
from personae.encoders.dialogue_retrieval import Reply, open_retrieval
from personae.errors import FormatError
from personae.metrics.usr import shipped_regression
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.recipes.usr import (
    ODDITIES,
    Example,
    examples,
    figures_of,
    fitted,
    held_out,
    least_squares,
    odd_replies,
    parts_of,
    stock_phrases,
    usr,
)
from personae.registry import build

FACTS = ("I have two dogs.", "I am a nurse.", "I like jazz.")
TRUE = Reply(("Hi.", "Hello there.", "Do you have pets?"), "Yes I have two big dogs.", FACTS)


def dialogue(number: int) -> PersonaDialogue:
    topic = ("dogs", "jazz", "bread", "trains")[number % 4]
    return PersonaDialogue(
        f"d{number}", (f"I love {topic}.", f"I have {number} sisters."),
        ((False, f"What do you love, {number}?"), (True, f"I love {topic} more than {number}."),
         (False, "Really?"), (True, f"That is so cool! My {topic} are number {number}.")),
    )  # fmt: skip


DIALOGUES = [dialogue(number) for number in range(12)]


def test_every_oddity_is_made_of_the_reply_and_its_scene():
    made = dict(odd_replies(TRUE, ["That is cool!"], random.Random(0)))
    assert set(made) == set(ODDITIES)
    assert made["echo"] == "Do you have pets?"
    assert made["said before"] in TRUE.turns[:-1]
    assert made["statement"] in FACTS
    assert sum(fact in made["recited"] for fact in FACTS) >= 2
    assert sorted(made["shuffled"].split()) == sorted(TRUE.text.split())
    assert made["looped"].startswith("Yes I")


def test_stock_phrases_are_what_many_dialogues_say():
    found = stock_phrases(DIALOGUES)
    assert found == ["That is so cool!"] * 12
    assert stock_phrases(DIALOGUES[:2]) == []


def test_each_true_reply_stands_beside_one_of_another_turn():
    made = examples(DIALOGUES, 10, 0.0, random.Random(0))
    assert [one.kind for one in made] == ["true", "drawn"] * 10
    for true, drawn in zip(made[::2], made[1::2], strict=True):
        assert drawn.reply.turns == true.reply.turns
        assert drawn.reply.text != true.reply.text
    more = examples(DIALOGUES, 10, 1.0, random.Random(0))
    assert {one.kind for one in more} >= {"echo", "recited", "stock phrase", "looped"}
    assert examples(DIALOGUES, 10, 1.0, random.Random(0)) == more


def test_a_fit_tells_apart_what_its_feature_tells_apart():
    made = [Example(TRUE, kind) for kind in ("true", "drawn") * 20]
    seen = np.array([[float(one.is_true), 1.0] for one in made])
    fit = fitted(made, seen, ("a", "b"), 0.1, None)
    chances = fit.probabilities(seen)
    assert chances[0] > 0.9 > 0.1 > chances[1]
    assert figures_of(made, chances) == {"drawn": 1.0, "auroc drawn": 1.0}
    assert figures_of(made, np.full(40, 0.5)) == {"drawn": 0.5, "auroc drawn": 0.5}


def test_the_refit_finds_the_weights_that_made_the_grades():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(60, 3)) * [0.5, 2.0, 1.0] + [-3.0, 1.0, 0.0]
    cap = np.quantile(parts[:, 0], 0.1)
    grades = 3 + 2 * np.minimum(parts[:, 0], cap) - 0.25 * (parts[:, 1] - 1) / 2
    fit = least_squares(parts.tolist(), grades.tolist())
    by_unit = {name: term["weight"] / term["scale"] for name, term in fit["terms"].items()}
    assert by_unit["mlm"] == pytest.approx(2.0, abs=1e-3)
    assert by_unit["dr_c"] == pytest.approx(-0.125, abs=1e-4)
    assert by_unit["dr_f"] == pytest.approx(0.0, abs=1e-4)
    assert fit["terms"]["mlm"]["cap"] == pytest.approx(cap, abs=1e-5)
    contexts = [str(at // 6) for at in range(60)]
    found = held_out(parts.tolist(), grades.tolist(), contexts, 0)
    assert np.corrcoef(found, grades)[0, 1] > 0.95


def test_a_likelihood_that_people_dislike_is_worth_nothing_rather_than_less():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(60, 3))
    fit = least_squares(parts.tolist(), (parts[:, 1] - parts[:, 0]).tolist())
    assert fit["terms"]["mlm"]["weight"] == 0


def test_grades_that_a_context_decides_are_not_learned_from_its_own_replies():
    rng = np.random.default_rng(1)
    parts = np.repeat(rng.normal(size=(20, 3)), 3, axis=0)
    grades = np.repeat(rng.normal(size=20), 3)  # nothing to do with the parts
    found = held_out(parts.tolist(), grades.tolist(), [str(at // 3) for at in range(60)], 0)
    assert np.corrcoef(found, grades)[0, 1] < 0.2  # below 0 if anything: others have the rest


def test_a_file_of_few_dialogues_is_refused(tmp_path):
    file = tmp_path / "few.jsonl"
    talk = Dialogue(
        id="a", turns=(Turn(speaker="A", text="Hi."), Turn(speaker="B", text="Hello.")),
        personas={"B": Persona(name="B", statements=("I bake.",))},
    )  # fmt: skip
    file.write_text(talk.to_json() + "\n", "utf-8")
    with pytest.raises(FormatError, match="Fewer than ten sides"):
        parts_of(tmp_path, str(file), "dialogues", 0)


def test_the_recipe_writes_weights_that_open_and_goes_on_with_what_it_kept(tmp_path, monkeypatch):
    file = write_dialogues(tmp_path / "talks.jsonl")
    graded = tmp_path / "usr-topicalchat"
    graded.mkdir()
    (graded / "topical_chat.json").write_text(json.dumps(topical()), "utf-8")
    monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
    stages: list[str] = []
    recipe = usr(dialogues=str(file), format="dialogues", replies=16, held=6, oddities=1.0,
                 model="scripted")  # fmt: skip
    artifact = recipe(tmp_path, tmp_path / "work", lambda stage, *_: stages.append(stage), True)
    weights = artifact.folder / "weights.json"
    retrieval = open_retrieval(weights)
    assert 0 <= retrieval.of_context([TRUE])[0] <= 1
    assert shipped_regression(weights).weights.keys() == {"mlm", "dr_c", "dr_f"}
    assert artifact.facts["dr_c"].keys() >= {"drawn", "echo", "auroc drawn"}
    assert {"features: fitted", "features: held", "likelihoods"} <= set(stages)
    stages.clear()
    before = weights.read_text()
    recipe(tmp_path, tmp_path / "work", lambda stage, *_: stages.append(stage), True)
    assert set(stages) == {"likelihoods"}  # features are kept, likelihoods read from their file
    assert weights.read_text() == before


def test_the_registry_builds_it_by_name():
    assert callable(build("recipe", "usr", {"replies": 5}))


def write_dialogues(file):
    talks = [
        Dialogue(
            id=one.id,
            turns=tuple(Turn(speaker="B" if own else "A", text=text) for own, text in one.turns),
            personas={"B": Persona(name="B", statements=one.statements)},
        )
        for one in DIALOGUES
    ]
    file.write_text("".join(one.to_json() + "\n" for one in talks), "utf-8")
    return file


def topical() -> list[dict[str, object]]:
    return [
        {"source": f"hi {context} \n what do you like ? \n\n", "system_id": system,
         "system_output": f"i like {system} {context}", "context": "books are old .\n",
         "scores": {"overall": float(1 + (context + at) % 5)}}
        for context in range(12)
        for at, system in enumerate(("Original Ground Truth", "Argmax"))
    ]  # fmt: skip
