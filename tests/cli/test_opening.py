"""Opening a model for a command: as many slots as the method keeps prompts warm."""

from __future__ import annotations

import pytest

from personae.cli.opening import load_card, open_named_model
from personae.errors import UnknownEntry
from personae.lm import names


@pytest.mark.parametrize(
    ("name", "method", "given"),
    [
        ("embedded", "plain", {"slots": 1}),
        ("embedded", "rsa", {"slots": 3}),
        ("gguf:x.gguf", "self-conscious", {"slots": 3}),
        ("scripted", "self-conscious", {}),
    ],
)
def test_a_method_gets_the_slots_that_it_keeps_warm(monkeypatch, name, method, given):
    opened = []
    monkeypatch.setattr(names, "open_model", lambda name, **options: opened.append((name, options)))
    open_named_model(name, slots=1, method=method)
    assert opened == [(name, given)]


def test_an_unknown_method_is_refused_before_a_model_is_opened(monkeypatch):
    monkeypatch.setattr(names, "open_model", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(UnknownEntry):
        open_named_model("embedded", method="no-such-method")


def test_a_role_is_a_card_whatever_the_store_holds():
    assert load_card("role:phone-companion").name == "Marion"
    with pytest.raises(UnknownEntry, match="phone-companion"):
        load_card("role:phone")
