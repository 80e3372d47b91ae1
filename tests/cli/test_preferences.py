from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from personae.cli.commands.data import app
from personae.cli.commands.evaluate import app as evaluate


def run(*words, of=app):
    return CliRunner().invoke(of, [str(word) for word in words])


def test_a_population_is_written_and_not_over_another(tmp_path):
    out = tmp_path / "people.jsonl"
    done = run("make", "population", "--n", 5, "--out", out, "--json")
    assert json.loads(done.stdout)["people"] == 5
    first = out.read_bytes()
    assert "exists already" in str(run("make", "population", "--out", out).exception)
    run("make", "population", "--n", 5, "--out", out, "--force")
    assert out.read_bytes() == first


def test_an_unknown_way_of_feedback_is_refused(tmp_path):
    done = run("make", "feedback", "--way", "guessed", "--out", tmp_path / "p.jsonl")
    assert "planted, revised" in str(done.exception)


def test_attributes_left_out_are_listed_with_what_they_cost():
    words = ("attributes-left-out", "--attributes", "religion,sex", "--persons", 1, "--json")
    found = json.loads(run(*words, of=evaluate).stdout)
    assert found["accuracy"] == 1
    assert [one["attribute"] for one in found["without"]] == ["religion", "sex"]
    assert found["without"][1]["difference"] == 0


@pytest.mark.embedded
def test_feedback_is_written_in_either_way(tmp_path):
    done = run("make", "feedback", "--n", 4, "--out", tmp_path / "p.jsonl", "--json")
    assert json.loads(done.stdout)["pairs"] == 4
    script = tmp_path / "script.yaml"
    script.write_text(json.dumps({"replies": ["A.", "B.", "C d."]}), encoding="utf-8")
    revised = ("--way", "revised", "--n", 2, "--model", f"scripted:{script}")
    done = run("make", "feedback", *revised, "--out", tmp_path / "r.jsonl", "--json")
    found = json.loads(done.stdout)
    assert found["way"] == "revised"
    assert found["gain_low"] <= found["gain"] <= found["gain_high"]
