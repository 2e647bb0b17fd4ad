"""Where results go: standard output or a file, one at a time."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from hiercls.errors import RequestError

_PLAIN_WIDTH = 120


class Results:
    """Take results; each is there for good when the next image begins.

    On a terminal they go through the console that draws the progress bar, so that neither
    writes over the other.
    """

    def __init__(self, stream: TextIO, console: Console | None = None) -> None:
        self._stream = stream
        self._console = console

    @property
    def width(self) -> int | None:
        """Columns to fit into; None where nothing has to fit."""
        return self._console.width if self._console else None

    def write(self, result: RenderableType) -> None:
        """Write text as it is, or a drawing of rich's, without its colours off a terminal."""
        if self._console:
            self._console.print(result, soft_wrap=True, markup=False, highlight=False, emoji=False)
            return
        try:
            self._stream.write(_plain(result) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise RequestError(f"results cannot be written: {error.strerror}") from error


def _plain(result: RenderableType) -> str:
    if isinstance(result, str):
        return result
    if isinstance(result, Text):
        return result.plain
    console = Console(file=io.StringIO(), width=_PLAIN_WIDTH, color_system=None)
    with console.capture() as captured:
        console.print(result, soft_wrap=True)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


@contextmanager
def open_results(path: str | None, console: Console | None = None) -> Iterator[Results]:
    """Open a file, or standard output, as UTF-8 with file names kept byte for byte.

    Args:
        path: None for standard output.
        console: The one on standard output, where that is a terminal.

    Raises:
        RequestError: The file cannot be written.
    """
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        yield Results(sys.stdout, console)
        return
    stream = _open(path)
    try:
        yield Results(stream)
    finally:
        with suppress(OSError):  # a full disk was told when a result was written
            stream.close()


def _open(path: str) -> TextIO:
    try:
        return open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError as error:
        raise RequestError(f"{path}: cannot be written: {error.strerror}") from None


def check_output(path: str | None) -> None:
    """Find out early, and without a trace, that results cannot be written to a file.

    Raises:
        RequestError: So it is.
    """
    if path is None:
        return
    folder = Path(path).parent
    if Path(path).is_dir():
        raise RequestError(f"{path}: a folder; expected a file for the results")
    if not folder.is_dir():
        raise RequestError(f"{path}: there is no folder {folder}", hint=f"mkdir -p {folder}")
    if not os.access(path if Path(path).exists() else folder, os.W_OK):
        raise RequestError(f"{path}: cannot be written: permission denied")
