"""`personae evaluate it-convai2`: both tables, JSON, and refusals."""

from __future__ import annotations

import json

import pytest

from personae.cli import app, opening
from personae.evaluate import it_convai2


@pytest.fixture
def evaluate(capsys, monkeypatch, tmp_path, word_embedder, word_nli):
    monkeypatch.setattr(opening, "embedder_for", lambda entry: word_embedder)
    monkeypatch.setattr(opening, "open_shipped_nli", lambda who: word_nli)
    monkeypatch.setattr(
        it_convai2, "weighers",
        lambda embedder: {"love": lambda q, r, all_: [float("love" in one) for one in all_]},
    )  # fmt: skip
    file = tmp_path / "data_valid_v2.json"
    items = [
        {"input": f"do you have {pet} ?", "full_personas": [], "rm_persona": f"i love {pet} .",
         "insuf_personas": [f"i have no {pet} here ."], "label": "yes"}
        for pet in ("goats", "snakes", "horses")
    ]  # fmt: skip
    file.write_text(json.dumps({"data": items}))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["evaluate", "it-convai2", "--data", str(file), *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_each_retriever_has_a_row_and_so_has_each_weigher(evaluate):
    code, out, _ = evaluate("--retriever", "bm25,nli")
    assert code == 0
    for word in ("bm25", "nli", "love", "1.000", "3 items"):
        assert word in out


def test_json_has_the_figures(evaluate):
    code, out, _ = evaluate("--retriever", "nli", "--limit", "2", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["items"] == 2
    assert found["retrievers"]["nli"]["contradicting"] == 0
    assert found["used_statement_first"] == {"love": 1.0}


def test_an_unknown_retriever_is_refused_before_anything_is_opened(evaluate):
    code, _, err = evaluate("--retriever", "dense")
    assert code == 2
    assert "There is no retriever 'dense'" in err
