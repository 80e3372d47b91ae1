"""`personae data`, as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from personae.cli.app import run
from personae.formats.reading import read_dialogues

EPISODES = """\
1 your persona: i keep bees.
2 hello there .\thi ! want [red]honey[/red] ?
3 yes .\tthree jars .
1 your persona: i am new.
2 hm ?\tok .
"""


@pytest.fixture
def call(capsys):
    """Runs a command; returns its exit code, what is on stdout, and what is on stderr."""

    def run_command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            run(["data", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


@pytest.fixture
def convai(tmp_path):
    file = tmp_path / "convai.txt"
    file.write_text(EPISODES, encoding="utf-8")
    return file


def test_show_prints_dialogues_with_their_personas(call, convai):
    code, out, err = call("show", convai)
    assert (code, err) == (0, "")
    assert "B is: i keep bees." in out
    assert "B: hi ! want [red]honey[/red] ?" in out


def test_show_as_json_gives_the_first_dialogues(call, convai):
    code, out, _ = call("show", convai, "--json", "--limit", 1)
    (dialogue,) = json.loads(out)
    assert (code, dialogue["id"], len(dialogue["turns"])) == (0, "convai-0", 4)
    _, out, _ = call("show", convai, "--json", "--limit", 0)
    assert len(json.loads(out)) == 2


def test_show_works_for_persona_files_too(call, dataset_dir):
    file = dataset_dir("prodigy-characters") / "characters.json"
    code, out, _ = call("show", file, "--json", "-n", 1)
    assert (code, json.loads(out)[0]["traits"]["mbti"]) == (0, "ESFJ")
    assert "ESFJ | gender: female" in call("show", file)[1]


def test_convert_writes_another_format(call, convai, tmp_path):
    target = tmp_path / "out.json"
    code, out, err = call("convert", convai, target, "--to", "sharegpt")
    assert (code, out) == (0, "")
    assert "2 dialogues written" in err
    rows = json.loads(target.read_bytes())
    assert rows[0]["conversations"][0] == {"from": "system", "value": "i keep bees."}


def test_convert_to_jsonl_keeps_everything(call, convai, tmp_path):
    target = tmp_path / "out.jsonl"
    code, out, _ = call("convert", convai, target, "--json")
    assert (code, json.loads(out)["dialogues"]) == (0, 2)
    assert list(read_dialogues(target)) == list(read_dialogues(convai))


def test_convert_does_not_replace_a_file_unless_forced(call, convai, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text("precious", encoding="utf-8")
    code, _, err = call("convert", convai, target)
    assert (code, "--force" in err) == (2, True)
    assert target.read_text(encoding="utf-8") == "precious"
    assert call("convert", convai, target, "--force")[0] == 0


def test_convert_asks_for_a_format_that_the_ending_does_not_tell(call, convai, tmp_path):
    code, _, err = call("convert", convai, tmp_path / "out.txt")
    assert (code, "--to" in err, "parlai" in err) == (2, True, True)


def test_convert_leaves_nothing_behind_when_the_source_breaks(call, convai, tmp_path):
    convai.write_text(EPISODES + "broken\n", encoding="utf-8")
    code, _, err = call("convert", convai, tmp_path / "out.jsonl")
    assert code == 1
    assert err.startswith("error: ")
    assert "line 6" in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["convai.txt"]


def test_stats_count(call, convai):
    code, out, _ = call("stats", convai, "--json")
    counted = json.loads(out)
    assert code == 0
    assert (counted["dialogues"], counted["turns"], counted["personas"]) == (2, 6, 2)
    assert call("stats", convai)[1].count("dialogues") == 1


def test_options_reach_the_reader(call, tmp_path):
    row = {"id": "p", "meta": {"user": [], "assistant": []}, "dialogue": [["a", "b"]]}
    for number in (1, 2):
        (tmp_path / f"session-{number}-x.json").write_text(json.dumps([row]))
    file = tmp_path / "session-2-x.json"
    _, out, _ = call("stats", file, "--option", "joined=true", "--json")
    assert json.loads(out)["turns"] == 4
    assert call("stats", file, "--option", "joined")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["show", "nothing.json"], 1, "no such file"),
        (["show", "FILE", "--format", "parlay"], 2, "Did you mean 'parlai'"),
        (["show", "FILE", "--limit", "-1"], 2, "--limit"),
        (["shaw", "FILE"], 2, "shaw"),
    ],
)
def test_wrong_requests_get_one_sentence(call, convai, arguments, code, reason):
    given = [str(convai) if each == "FILE" else each for each in arguments]
    found, out, err = call(*given)
    assert (found, out) == (code, "")
    assert reason in err
    assert "Traceback" not in err


def test_the_help_loads_no_heavy_module():
    script = (
        "import sys\n"
        "import personae.cli.commands.data\n"
        "print([m for m in ('numpy', 'pydantic', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


ORDER = {
    "conversation_id": "dlg-1",
    "utterances": [
        {"index": 0, "speaker": "USER", "text": "A large one", "segments": [
            {"start_index": 2, "end_index": 6, "text": "larg",
             "annotations": [{"name": "pizza_ordering.size.pizza.accept"}]}]},
    ],
}  # fmt: skip


def test_validate_prints_what_is_odd_and_what_the_format_misses(call, tmp_path):
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([ORDER, {**ORDER, "utterances": []}]), encoding="utf-8")
    code, out, _ = call("validate", file)
    told = " ".join(out.split())
    assert code == 0
    assert "warning: dlg-1, utterance 0: the segment 'larg' ends inside a word" in told
    assert "warning: dlg-1: pizza_ordering never names name.store, name.pizza" in told
    assert "warning: dlg-1: another dialogue has the same id" in told
    assert told.endswith("dlg-1: it has no turns valid")


def test_validate_reads_to_the_end_and_exits_1_at_a_fault(call, tmp_path):
    file = tmp_path / "orders.json"
    broken = {"conversation_id": "dlg-2", "utterances": [{"speaker": "USER"}]}
    file.write_text(json.dumps([ORDER, broken]), encoding="utf-8")
    code, out, _ = call("validate", file, "--json")
    told = json.loads(out)
    assert (code, told["is_valid"]) == (1, False)
    assert "'text' is missing" in told["error"]
    assert len(told["warnings"]) == 2


def test_validate_reads_persona_files_too(call, dataset_dir):
    file = dataset_dir("prodigy-characters") / "characters.json"
    assert call("validate", file) == (0, "valid\n", "")


def test_a_target_that_cannot_be_written_is_named(call, convai, tmp_path):
    code, _, err = call("convert", convai, tmp_path / "nowhere" / "out.jsonl")
    assert code == 1
    assert "out.jsonl: This file cannot be written: No such file or directory." in err
