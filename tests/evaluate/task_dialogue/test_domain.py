"""Domains are read whole or refused with a sentence."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.evaluate.task_dialogue.domain import TRAVEL, open_domain


def changed(tmp_path, change):
    value = yaml.safe_load(TRAVEL.read_text())
    change(value)
    file = tmp_path / "d.yaml"
    file.write_text(yaml.safe_dump(value))
    return file


def test_the_shipped_town_has_two_services_and_distinct_names():
    town = open_domain()
    assert set(town.services) == {"restaurant", "hotel"}
    names = [one["name"] for service in town.services.values() for one in service.entities]
    assert len(names) == len(set(names)) == 40
    found = town.services["restaurant"].matching({"food": "italian", "area": ""})
    assert found
    assert {one["food"] for one in found} == {"italian"}
    assert len(town.services["restaurant"].matching({"day": "monday"})) == 24


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.update(services={}), "has no services"),
        (lambda v: v["services"]["hotel"].update(columns=["name"]), "columns of 'hotel' must be"),
        (lambda v: v["services"]["hotel"].update(entities=[]), "has no entities"),
        (lambda v: v["services"]["hotel"]["entities"].append(["x"]), "does not have 6 columns"),
        (
            lambda v: v["services"]["hotel"]["entities"][0].__setitem__(2, "moon"),
            "has the area 'moon', which is no value",
        ),
        (lambda v: v["user"].pop("want"), "field 'want' is missing"),
        (lambda v: v["system"].update(offer=[]), "list 'offer' is empty"),
        (lambda v: v["system"].update(offer=["{where}"]), "other gaps than it may have: {service}"),
        (lambda v: v["system"].update(offer=["{name.real}"]), "other gaps"),
        (lambda v: v["system"].update(offer=["{name:9999999999}"]), "other gaps"),
        (lambda v: v["user"].update(want=["{} {}"]), "other gaps than it may have: one {}"),
        (lambda v: v["user"].update(want=["a } b"]), "template 'a } b' is broken"),
        (
            lambda v: v["services"]["hotel"]["constraints"]["area"].update(values={}),
            "slot 'area' has no values",
        ),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, change, message):
    with pytest.raises(FormatError, match=message):
        open_domain(changed(tmp_path, change))


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_refused_with_a_format_error(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("d") / "d.yaml"
    file.write_bytes(text.encode("utf-8", "replace"))
    with pytest.raises(FormatError):
        open_domain(file)


def test_aliases_are_refused_before_they_multiply(tmp_path):
    rows = [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(["a0: &a0 [x]", *rows]))
    with pytest.raises(FormatError, match="aliases"):
        open_domain(file)
