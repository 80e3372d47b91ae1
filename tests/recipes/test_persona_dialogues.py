"""What recipes may train on."""

from personae.recipes.persona_dialogues import (
    DEVELOPMENT,
    PersonaDialogue,
    development_dialogues,
    load,
    save,
    training_dialogues,
)


def test_dialogues_survive_a_file(tmp_path):
    dialogues = [
        PersonaDialogue("a", ("I bake.",), ((False, "Hi – you?"), (True, "Ja.\nNein.\u2028"))),
        PersonaDialogue("b", (), ()),
    ]
    save(dialogues, tmp_path / "d.jsonl")
    assert load(tmp_path / "d.jsonl") == dialogues


def test_triples_of_one_persona_become_one_dialogue(tmp_path):
    folder = tmp_path / "dnli-excerpt"
    folder.mkdir()
    (folder / "per-train.txt").write_text("i bake</s>i run\ni bake</s>i run\ni sail\n")
    (folder / "src-train.txt").write_text("hi .\nyou ?\nhello !\n")
    (folder / "tgt-train.txt").write_text("hey .\ni run .\ni ' m out .\n")
    for name, text in (
        ("xpersona/En_persona_valid.json", "[]"),
        (
            "synthetic-persona-chat/Synthetic-Persona-Chat_valid.csv",
            "user 1 personas,user 2 personas,Best Generated Conversation\n",
        ),
    ):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_text(text)
    found = {one.id: one for one in training_dialogues(tmp_path)}
    assert found["triples-0"].statements == ("I bake.", "I run.")
    assert found["triples-0"].turns == (
        (False, "Hi."), (True, "Hey."), (False, "You?"), (True, "I run."),
    )  # fmt: skip
    assert found["triples-1"].turns[-1] == (True, "I'm out.")


def test_what_is_kept_for_development_is_not_trained_on(dataset_dir):
    data = dataset_dir("xpersona").parent
    kept = development_dialogues(data)
    training = training_dialogues(data)
    assert len(kept) == DEVELOPMENT
    assert not {one.id for one in kept} & {one.id for one in training}
    assert not {one.turns for one in kept} & {one.turns for one in training}
    assert training == training_dialogues(data)
    assert training != training_dialogues(data, seed=1)
