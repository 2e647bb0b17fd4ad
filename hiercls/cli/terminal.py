"""The terminal, where there is one: consoles to draw on, and what to show while waiting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


def stdout_console() -> Console | None:
    """Return a console on standard output if that is a terminal."""
    return Console(highlight=False) if sys.stdout.isatty() else None


def stderr_console() -> Console | None:
    """Return a console on standard error if that is a terminal."""
    return Console(highlight=False, stderr=True) if sys.stderr.isatty() else None


@contextmanager
def loading(model: str) -> Iterator[None]:
    """Say on a terminal that a model is being loaded, as that takes a while."""
    console = stderr_console()
    if console is None:
        yield
        return
    with console.status(f"loading {model}"):
        yield
