"""`personae data make threads`: made-up communities for PersonaConvBench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.output import print_json, stderr
from personae.cli.targets import refuse_existing


def make_threads(
    out: Annotated[Path, typer.Option("--out", help="The .json file to write.")],
    number: Annotated[int, typer.Option("--n", min=1, max=100_000, help="Threads.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make threads of communities in which a score depends on who wrote the reply (S024)."""
    import json

    from personae.formats.thread_making import made_threads
    from personae.formats.threads import written_threads
    from personae.media.atomic_file import write_atomically

    refuse_existing(out, force)
    threads = written_threads(made_threads(number, seed))
    write_atomically(out, json.dumps(threads, ensure_ascii=False, indent=1).encode())
    facts = {"threads": number, "authors": len(threads), "target": str(out)}
    if as_json:
        print_json(facts)
    else:
        told = f"{number} threads of {len(threads)} authors written to {out}."
        stderr().print(told, markup=False)
