"""The bytes of a taxonomy file as text, refusing cheaply what cannot be one."""

from __future__ import annotations

import stat
from pathlib import Path

from hiercls.errors import TaxonomyError

LARGEST_FILE = 100_000_000  # bytes; a million nodes with descriptions

_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(path: Path, *, max_bytes: int = LARGEST_FILE) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    Raises:
        TaxonomyError: If it is no regular file, too large, unreadable, or not UTF-8.
    """
    try:
        _refuse_odd_file(path, max_bytes)
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TaxonomyError(f"{path} cannot be read: {reason}") from None
    if len(content) > max_bytes:
        raise _too_large(path, len(content), max_bytes)
    return _decoded(content, path)


def _refuse_odd_file(path: Path, max_bytes: int) -> None:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise TaxonomyError(f"{path} is a folder; expected a taxonomy file")
    if not stat.S_ISREG(status.st_mode):
        raise TaxonomyError(f"{path} is not a regular file; expected a taxonomy file")
    if status.st_size > max_bytes:
        raise _too_large(path, status.st_size, max_bytes)


def _too_large(path: Path, size: int, max_bytes: int) -> TaxonomyError:
    return TaxonomyError(
        f"{path} has {size:,} bytes; expected at most {max_bytes:,}",
        hint="is it the right file? `Taxonomy.load(path, max_bytes=...)` raises the limit",
    )


def _decoded(content: bytes, path: Path) -> str:
    encoding = _MARKS.get(content[:2])
    if encoding:
        raise TaxonomyError(f"{path} is {encoding}; expected UTF-8", hint="save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TaxonomyError(
            f"{path}:{line}: the byte 0x{content[error.start]:02x} is not UTF-8; expected UTF-8",
            hint="save it as UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TaxonomyError(f"{path}:{line}: a NUL byte; expected text in UTF-8")
    return text
