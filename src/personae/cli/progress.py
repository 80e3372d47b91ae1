"""Progress bars: of runs of replies, and of rows by table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from personae.cli.output import stderr

if TYPE_CHECKING:
    from personae.evaluate.types import RunState
    from personae.store.moving import Show


class ReplyProgress:
    """A bar on stderr with rate, estimate and failures."""

    def __init__(self, label: str = "replies") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn(label),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failed]}"),
            console=stderr(),
        )
        self._task = self._bar.add_task("replies", total=None, start=False, rate="", failed="")

    def __enter__(self) -> ReplyProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar.tasks[0].start_time is not None:  # stopping a bar that was not shown shows one
            self._bar.stop()

    def show(self, state: RunState) -> None:
        """Show how far the run is; the bar appears with the first call."""
        task = self._bar.tasks[0]
        if task.start_time is None:
            self._bar.start()
            self._bar.start_task(self._task)
        elapsed = task.elapsed or 0.0
        rate = (state.done - state.resumed) / elapsed if elapsed > 0 else 0.0
        self._bar.update(
            self._task,
            total=state.total,
            completed=state.done,
            rate=f"{rate:.1f}/s" if rate else "",
            failed=f"{state.failed} failed" if state.failed else "",
        )


@contextmanager
def counted() -> Iterator[Show]:
    """A bar on stderr for each table that has rows."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar, tasks = Progress(*columns, console=stderr()), dict[str, TaskID]()

    def show(name: str, done: int, total: int) -> None:
        if name not in tasks:
            bar.start()
            tasks[name] = bar.add_task(name.replace("_", " "), total=total)
        bar.update(tasks[name], completed=done)

    try:
        yield show
    finally:
        if tasks:  # stopping a bar that was not shown shows one
            bar.stop()
