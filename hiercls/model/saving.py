"""Files that are there whole or not at all, whenever the process or the machine stops."""

from __future__ import annotations

import os
from pathlib import Path

from hiercls.errors import ModelError


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, see it on the disk, then move it there.

    Raises:
        ModelError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written: {error.strerror}") from error


def write_text(path: Path, content: str) -> None:
    """Do the same with text, as UTF-8."""
    write_bytes(path, content.encode())


def _sync_folder(folder: Path) -> None:
    """See the file's name on the disk as well; not every system lets a folder be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
