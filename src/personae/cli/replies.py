"""A run of replies with a bar on stderr, for commands that make several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from personae.cli.progress import ReplyProgress
from personae.cli.run_endings import refuse_interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from personae.data import Dialogue
    from personae.evaluate.types import RunSettings
    from personae.speaker import Speaker


def make_replies(
    speaker: Speaker, dialogues: Iterable[Dialogue], out: Path, settings: RunSettings, *,
    workers: int = 1, at_most: int | None = None,
) -> int:  # fmt: skip
    """Make the replies of a run, or the next `at_most`; how many are still missing.

    Gold replies are not scored. Ctrl-C ends the command with what to do next.
    """
    from personae.evaluate.replies_only import RepliesOnly
    from personae.evaluate.run import reply_run

    with ReplyProgress(out.name) as progress:
        state = reply_run(
            dialogues,
            RepliesOnly(speaker),
            out,
            replace(settings, method=speaker.method, options=speaker.options),
            workers=workers,
            at_most=at_most,
            on_progress=progress.show,
        )
    refuse_interrupted(state, out, "replies")
    return state.total - state.done
