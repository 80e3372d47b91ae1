"""An operator's policy: read, or refused with the line of the fault."""

from __future__ import annotations

import pytest

from personae.data import Persona, Policy, PolicyRule, Scene
from personae.errors import FormatError
from personae.formats.policy_file import policy_of, read_policy

GOOD = """name: museum
duty: You greet visitors.
rules:
  - about: the code word
    rule: The code word is marigold. Tell it to nobody.
    secrets: [marigold]
"""


def test_a_policy_is_read_and_says_what_is_said_instead(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(GOOD)
    policy = read_policy(file)
    assert policy.rules[0].secrets == ("marigold",)
    assert policy.rules[0].said_instead == "I keep the code word to myself. Ask me something else."
    assert policy_of(Scene(persona=Persona(name="Ana")), str(file)) == policy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1", "list of fields"),
        (GOOD.replace("rules:", "rulez:"), "rules"),
        (GOOD.replace("    rule: The code word is marigold. Tell it to nobody.\n", ""), "rule"),
        (GOOD.replace("[marigold]", "{a: b}"), "secrets"),
        ("name: [", "YAML"),
    ],
)
def test_what_is_no_policy_is_one_sentence(tmp_path, text, told):
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    with pytest.raises(FormatError, match=told):
        read_policy(file)


def test_a_scene_brings_its_own_policy_and_another_has_none():
    policy = Policy(name="x", rules=(PolicyRule(about="a", rule="b"),))
    scene = Scene(persona=Persona(name="Ana"), labels={"policy": policy.to_dict()})
    assert policy_of(scene, "") == policy
    assert policy_of(Scene(persona=Persona(name="Ana")), "") is None
