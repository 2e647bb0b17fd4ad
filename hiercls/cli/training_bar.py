"""How a training goes: a bar on a terminal, and a line now and then anywhere."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_KEPT = 0.9
"""Of loss and accuracy so far, at each step."""


class TrainingBar:
    """Draws the bar on a console, if there is one; says lines on standard error."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            _Figures(),
            TimeRemainingColumn(),
            console=console,
            disable=console is None,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task: TaskID | None = None
        self._figures: tuple[float, float] | None = None

    def begin(self, what: str, num_images: int) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=num_images, figures=None)
        self._figures = None

    def advance(self, num_images: int, *, loss: float | None, accuracy: float | None) -> None:
        if loss is not None and accuracy is not None:
            before = self._figures or (loss, accuracy)
            new = (loss, accuracy)
            self._figures = (
                _KEPT * before[0] + (1 - _KEPT) * new[0],
                _KEPT * before[1] + (1 - _KEPT) * new[1],
            )
        if self._task is not None:
            self._bar.update(self._task, advance=num_images, figures=self._figures)

    def say(self, line: str) -> None:
        if self._console is None:
            print(f"hiercls: {line}", file=sys.stderr, flush=True)
        else:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def __enter__(self) -> TrainingBar:
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


class _Figures(ProgressColumn):
    def render(self, task: Task) -> Text:
        figures = task.fields["figures"]
        return Text(f"loss {figures[0]:.3f}  {figures[1]:.1%} right" if figures else "")
