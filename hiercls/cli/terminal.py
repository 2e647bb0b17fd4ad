"""The terminal, where there is one: consoles to draw on, and what to show while waiting."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console

_NARROWEST = 40  # columns that text is broken for


def stdout_console() -> Console | None:
    """Return a console on standard output if that is a terminal."""
    return Console(highlight=False) if sys.stdout.isatty() else None


def stderr_console() -> Console | None:
    """Return a console on standard error if that is a terminal."""
    return Console(highlight=False, stderr=True) if sys.stderr.isatty() else None


def fitted(text: str, stream: TextIO) -> str:
    """Return text with long lines broken between words, where the stream is a terminal.

    What is broken off stands four columns further in than its line begins.
    """
    if not stream.isatty():
        return text
    width = max(shutil.get_terminal_size().columns, _NARROWEST)
    return "\n".join(part for line in text.splitlines() for part in _broken(line, width))


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    inset = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(
        line, width, subsequent_indent=inset, break_long_words=False, break_on_hyphens=False
    )


@contextmanager
def loading(model: str) -> Iterator[None]:
    """Say on a terminal that a model is being loaded, as that takes a while."""
    console = stderr_console()
    if console is None:
        yield
        return
    with console.status(f"loading {model}"):
        yield
