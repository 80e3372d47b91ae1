"""show_examples: the card's example dialogues."""

from __future__ import annotations

import pytest

from personae.draft import Draft, Kit
from personae.lm.scripted import ScriptedModel
from personae.steps.show_examples import show_examples


@pytest.mark.parametrize(("limit", "shown"), [(0, 0), (1, 1), (3, 1)])
def test_examples_are_shown_with_their_names(rich_scene, limit, shown):
    draft = show_examples(limit=limit)(Draft(rich_scene), Kit(ScriptedModel()))
    assert [part.text for part in draft.parts] == ["Example:\nBo: Hi\nAna: Hello, bread?"][:shown]
    assert not any(part.pinned for part in draft.parts)
