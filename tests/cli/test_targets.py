"""What a command is to write is refused before any work is done."""

from __future__ import annotations

import pytest

from personae.cli.targets import refuse_existing, refuse_other_than_svg
from personae.errors import InvalidOption


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path):
    file = tmp_path / "made.json"
    refuse_existing(file, force=False)
    file.write_text("{}", "utf-8")
    refuse_existing(file, force=True)
    with pytest.raises(InvalidOption, match="Pass --force"):
        refuse_existing(file, force=False)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_never_replaced(tmp_path, force):
    with pytest.raises(InvalidOption, match="is a folder"):
        refuse_existing(tmp_path, force)


def test_a_plot_is_an_svg_file(tmp_path):
    refuse_other_than_svg(None)
    refuse_other_than_svg(tmp_path / "heat.SVG")
    with pytest.raises(InvalidOption, match=r"--plot .*heat\.svg"):
        refuse_other_than_svg(tmp_path / "heat.png")
