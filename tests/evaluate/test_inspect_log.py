"""Runs as logs of Inspect and back, and logs that are hostile."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Persona, Turn
from personae.errors import BackendError, FormatError, InvalidOption
from personae.evaluate.inspect_log import export_log, import_log
from personae.evaluate.record import read_run, read_samples
from personae.evaluate.run import reply_run
from personae.evaluate.score import score_runs, write_scores
from personae.evaluate.types import RunSettings
from personae.lm.scripted import CutShort, ScriptedModel
from personae.speaker import Speaker

MADE = Path(__file__).parent / "inspect" / "made_by_inspect.eval"  # by inspect-ai 0.3.285
TALK = Dialogue(
    id="talk/1",
    turns=(
        Turn(speaker="Tom", text="Any pets?"),
        Turn(speaker="Ana", text="Two dogs."),
        Turn(speaker="Tom", text="Names?"),
        Turn(speaker="Ana", text="Salt and Pepper – “both” 🐕."),
        Turn(speaker="Tom", text="Bye!"),
        Turn(speaker="Ana", text="Bye."),
    ),
    personas={"Ana": Persona(name="Ana", statements=("I have two dogs.",))},
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A scored run of three samples, of which one failed."""
    broken = CutShort("Sal", BackendError("The stream broke off.", failure="cut_stream"))
    model = ScriptedModel(["Yes, two dogs.", broken, "Bye."])
    told = RunSettings("talks", "0" * 64, "dialogues", "plain", model.name, model.fingerprint)
    out = tmp_path / "run"
    reply_run([TALK], Speaker(model, "plain", replayable=True), out, told, workers=1)
    assert [bool(one.error) for one in read_samples(out)] == [False, True, False]
    write_scores(score_runs([out], ["word-f1", "length"]))
    return out


@pytest.mark.parametrize("ending", [".json", ".eval"])
def test_a_run_comes_back_the_same_to_the_byte(ending, run, tmp_path):
    log, back = tmp_path / f"log{ending}", tmp_path / "back"
    assert export_log(run, log) == 3
    assert import_log(log, back) == 3
    for name in ("samples.jsonl", "run.json"):
        assert (back / name).read_bytes() == (run / name).read_bytes()
    figures = [score_runs([folder], ["word-f1"]).figures["word-f1"][0] for folder in (run, back)]
    assert figures[0].scores.total == figures[1].scores.total


def test_a_log_says_what_was_asked_replied_and_scored(run, tmp_path):
    export_log(run, tmp_path / "log.json")
    log = json.loads((tmp_path / "log.json").read_text())
    assert (log["version"], log["status"], log["eval"]["model"]) == (2, "success", "scripted")
    first, failed, _ = log["samples"]
    assert [one["role"] for one in first["messages"]] == ["system", "user", "assistant"]
    assert "I have two dogs." in first["messages"][0]["content"]
    assert first["output"]["choices"][0]["message"]["content"] == "Yes, two dogs."
    assert first["target"] == "Two dogs."
    assert first["scores"]["word-f1"]["value"] == pytest.approx(0.8)
    assert failed["output"]["choices"] == []
    assert "broke off" in failed["error"]["message"]
    assert log["results"]["completed_samples"] == 2
    (metric,) = (one for one in log["results"]["scores"] if one["name"] == "word-f1")
    assert (
        metric["metrics"]["mean"]["value"]
        == score_runs([run], ["word-f1"]).figures["word-f1"][0].scores.total
    )


@pytest.mark.parametrize("ending", [".json", ".eval"])
def test_inspect_reads_what_we_write(ending, run, tmp_path):
    """Needs inspect-ai, which is too large for the dev extra: pip install inspect-ai."""
    inspect_log = pytest.importorskip("inspect_ai.log")
    export_log(run, tmp_path / f"log{ending}")
    log = inspect_log.read_eval_log(str(tmp_path / f"log{ending}"))
    assert log.status == "success"
    assert [one.id for one in log.samples] == ["talk/1:1", "talk/1:3", "talk/1:5"]
    assert log.samples[0].output.completion == "Yes, two dogs."
    assert log.samples[1].error.message == "The stream broke off."
    assert log.samples[0].scores["word-f1"].value == pytest.approx(0.8)


def test_a_log_of_inspect_becomes_a_run_that_can_be_scored(tmp_path):
    pytest.importorskip("zstandard")
    assert import_log(MADE, tmp_path / "run") == 6
    samples = read_samples(tmp_path / "run")
    assert [one.id for one in samples] == ["a:1", "2:1", "c:1", "a:2", "2:2", "c:2"]
    ana, hello, broken = samples[:3]
    assert ana.scene.persona.description == "You are Ana."
    assert ana.scene.last_user_text == "Hi?"
    assert (ana.reference, ana.reply[:17]) == ("Hello", "Hello, I am Ana. ")
    assert ana.record["scores"] == {"includes": "C"}
    assert hello.record["options"] == ["x", "y"]
    assert hello.record["labels"] == {"targets": ["hello", "Hello"]}
    assert broken.error == "ValueError('the model broke')"
    record = read_run(tmp_path / "run")
    assert record["model"]["name"] == "mockllm/model"
    assert record["imported"]["packages"] == {"inspect_ai": "0.3.285"}
    (figure,) = score_runs([tmp_path / "run"], ["word-f1"]).figures["word-f1"]
    assert len(figure.scores.applicable) == 4


def written(folder: Path, value: object) -> Path:
    file = folder / "log.json"
    file.write_text(json.dumps(value))
    return file


def one_sample(**more: object) -> dict:
    return {
        "version": 2, "eval": {"model": "m", "task": "t"},
        "samples": [{"id": "a", "epoch": 1, "input": "Hi", "target": "x", **more}],
    }  # fmt: skip


def test_parts_attachments_and_tools_of_messages(tmp_path):
    messages = [
        {"role": "system", "content": "attachment://f00"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hi"}, {"type": "image", "image": ""}],
        },
        {"role": "tool", "content": "4"},
        {"role": "assistant", "content": [{"type": "reasoning", "reasoning": "hm"}]},
        {"role": "user", "content": "And?"},
    ]
    choices = [{"message": {"role": "assistant", "content": [{"type": "text", "text": "Four."}]}}]
    value = one_sample(
        input=messages, output={"choices": choices}, attachments={"f00": "You count."},
        scores={"judge": {"value": float("nan")}, "match": {"value": 1}},
    )  # fmt: skip
    import_log(written(tmp_path, value), tmp_path / "run")
    (sample,) = read_samples(tmp_path / "run")
    assert sample.scene.persona.description == "You count."
    assert [turn.text for turn in sample.scene.turns] == ["Hi", "And?"]
    assert sample.reply == "Four."
    assert sample.record["scores"] == {"match": 1}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "not a JSON object"),
        ({"eval": {}}, "holds no samples"),
        ({"eval": {}, "samples": []}, "holds no samples"),
        ({"eval": {}, "samples": ["a"]}, "not an object with an id"),
        ({"samples": [{"id": 1}]}, "does not say what was run"),
        (one_sample(metadata={"personae": {"id": 3}}), "Not a valid Sample"),
        ({**one_sample(), "samples": one_sample()["samples"] * 2}, "Two samples have the id"),
        ({"eval": {}, "samples": [json.loads("[" * 80 + "]" * 80)]}, "nested deeper"),
    ],
)
def test_what_is_no_log_is_one_sentence_and_leaves_nothing(value, fault, tmp_path):
    with pytest.raises(FormatError, match=fault):
        import_log(written(tmp_path, value), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_is_never_overwritten_and_endings_are_checked(run, tmp_path):
    export_log(run, tmp_path / "log.json")
    with pytest.raises(InvalidOption, match="a run in"):
        import_log(tmp_path / "log.json", run)
    with pytest.raises(InvalidOption, match=r"\.json or \.eval"):
        export_log(run, tmp_path / "log.txt")


def archive(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"a.txt": b""}, "no header.json"),
        ({"../header.json": b"{}"}, "names must be plain relative paths"),
        ({"header.json": b"{"}, "header.json is not JSON"),
        ({"header.json": b'{"eval": {}}', "samples/a.json": b"[]"}, "not a JSON object"),
        ({"header.json": b'{"eval": {}}', "samples/a.json": b" " * 40_000_000}, "like a bomb"),
    ],
)
def test_a_hostile_archive_is_refused(members, fault, tmp_path):
    with pytest.raises(FormatError, match=fault):
        import_log(archive(tmp_path / "log.eval", members), tmp_path / "run")


def test_an_archive_packed_with_zstandard_is_read_within_limits(tmp_path, monkeypatch):
    pytest.importorskip("zstandard")
    from dataclasses import replace

    from personae.evaluate import inspect_log

    content = bytearray(MADE.read_bytes())
    with zipfile.ZipFile(MADE) as made:
        at = made.getinfo("samples/a_epoch_1.json").header_offset
    content[at + 90] ^= 0xFF
    (tmp_path / "broken.eval").write_bytes(content)
    with pytest.raises(FormatError, match="damaged"):
        import_log(tmp_path / "broken.eval", tmp_path / "run")
    small = replace(inspect_log.LOG_LIMITS, total_bytes=10_000)
    monkeypatch.setattr(inspect_log, "LOG_LIMITS", small)
    with pytest.raises(FormatError, match="unfolds to more bytes"):
        import_log(MADE, tmp_path / "run")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.binary(max_size=300),
    at=st.integers(0, 16_000),
    ending=st.sampled_from(["json", "eval"]),
)
def test_damaged_bytes_are_a_format_error_or_a_run(content, at, ending, tmp_path):
    whole = bytearray(MADE.read_bytes() if ending == "eval" else json.dumps(one_sample()).encode())
    at %= len(whole)
    whole[at : at + len(content)] = content
    file, out = tmp_path / f"log.{ending}", tmp_path / "run"
    file.write_bytes(whole)
    for old in out.glob("*.json*"):
        old.unlink()
    try:
        import_log(file, out)
    except FormatError:
        return
    read_samples(out)
