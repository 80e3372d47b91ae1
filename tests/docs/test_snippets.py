"""The documentation is true: Python blocks run, and shell blocks name what exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "AGENTS.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def needs_engine(page: Path) -> bool:
    return any("embedded" in block or "open_embedder" in block for block in blocks(page, "python"))


def run_python(page: Path, folder: Path) -> None:
    """Run all Python blocks of a page, one after the other, in one process and an empty folder."""
    code = "\n".join(blocks(page, "python"))
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:personae", "-c", code],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{page.name}:\n{done.stderr[-2000:]}"


WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]


@pytest.mark.parametrize(
    "page", [p for p in WITH_PYTHON if not needs_engine(p)], ids=lambda page: page.name
)
def test_python_snippets_run(page: Path, tmp_path: Path):
    run_python(page, tmp_path)


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.parametrize(
    "page", [p for p in WITH_PYTHON if needs_engine(p)], ids=lambda page: page.name
)
def test_python_snippets_on_the_real_models_run(page: Path, tmp_path: Path):
    run_python(page, tmp_path)


@cache
def help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from personae.cli import main; main()", *command, "--help"],
        capture_output=True, text=True, timeout=60, env={"COLUMNS": "200", "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 0, f"personae {' '.join(command)} --help: {done.stderr}"
    return done.stdout


def command_lines(page: Path) -> list[list[str]]:
    joined = "\n".join(blocks(page, "sh")).replace("\\\n", " ")
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("personae ")]


@pytest.mark.parametrize("page", [p for p in PAGES if command_lines(p)], ids=lambda p: p.name)
def test_commands_and_flags_in_shell_blocks_exist(page: Path):
    for words in command_lines(page):
        words = words[1 : words.index("|")] if "|" in words else words[1:]
        command = [words[0]] if words and not words[0].startswith("-") else []
        text = help_of(*command)
        for word in words[1:]:
            if "─ Commands ─" not in text or not re.search(
                rf"^\W*{re.escape(word)}\s", text, re.MULTILINE
            ):
                break
            command.append(word)
            text = help_of(*command)
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in text, f"{page.name}: {' '.join(words)}: {word}"


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
