"""The progress bar: how far, how fast, how many failures, how long yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

from hiercls.prediction import Prediction


class Watch:
    """Let predictions through, count them, and draw a bar if it has a console to draw on."""

    def __init__(self, total: int, console: Console | None) -> None:
        self.num_done = 0
        self.num_failed = 0
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            _Failed(),
            TimeRemainingColumn(),
            console=console,
            disable=console is None,
            transient=True,
            redirect_stdout=False,  # results must stay results
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=total, failed=0)

    def over(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        for prediction in predictions:
            yield prediction
            self.count(has_failed=prediction.error is not None)

    def count(self, *, has_failed: bool = False) -> None:
        """One more image is done."""
        self.num_done += 1
        self.num_failed += has_failed
        self._bar.update(self._task, completed=self.num_done, failed=self.num_failed)

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} images/s" if task.speed else "")


class _Failed(ProgressColumn):
    def render(self, task: Task) -> Text:
        failed = task.fields["failed"]
        return Text(f"{failed} failed" if failed else "", style="red")
