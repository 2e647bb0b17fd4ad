"""The bytes of a taxonomy file as text, refusing cheaply what cannot be one."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from hiercls.errors import TaxonomyError

LARGEST_FILE = 100_000_000  # bytes; a million nodes with descriptions

_UTF_16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ufffe\\uffff]")
_ENCODING_HINT = "save it as plain text in UTF-8"


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
        raise TaxonomyError(f"{shown_path(path)} cannot be read: {reason(error)}") from None
    if len(content) > max_bytes:
        raise _too_large(path, len(content), max_bytes)
    return _decoded(content, shown_path(path))


def shown_path(path: str | os.PathLike[str]) -> str:
    """Return a path for a message: on one line, without control characters."""
    text = os.fspath(path)
    return text if text.isprintable() else repr(text)


def reason(error: OSError) -> str:
    """Return why the system refused, in lower case."""
    return (error.strerror or type(error).__name__).lower()


def _refuse_odd_file(path: Path, max_bytes: int) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise TaxonomyError(f"{shown_path(path)} is not a regular file; expected a taxonomy file")
    if status.st_size > max_bytes:
        raise _too_large(path, status.st_size, max_bytes)


def _too_large(path: Path, size: int, max_bytes: int) -> TaxonomyError:
    return TaxonomyError(
        f"{shown_path(path)} has {size:,} bytes; expected at most {max_bytes:,}",
        hint="is it the right file? `Taxonomy.load(path, max_bytes=...)` raises the limit",
    )


def _decoded(content: bytes, path: str) -> str:
    if content.startswith(_UTF_16_OR_32):
        raise TaxonomyError(f"{path} is UTF-16 or UTF-32; expected UTF-8", hint=_ENCODING_HINT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TaxonomyError(
            f"{path}:{line}: the byte 0x{content[error.start]:02x} is not UTF-8; expected UTF-8",
            hint=_ENCODING_HINT,
        ) from None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise TaxonomyError(
            f"{path}:{line}: the control character U+{ord(found[0]):04X}; expected text in UTF-8",
            hint=_ENCODING_HINT,
        )
    return text
