"""Find the images that a command line names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from hiercls.errors import RequestError
from hiercls.images import SUFFIXES


def find_images(names: Iterable[str], listing: BinaryIO) -> list[str]:
    """Return the paths of the images that are asked for, in the order of the names.

    A file is taken whatever it is called, also one that is not there: its failure is told among
    the results. A folder stands for the images in it and below it by suffix, in sorted order,
    hidden ones left out; a pattern that names no file for what it matches.

    Args:
        names: Files, folders, patterns, and "-" for the listing.
        listing: One path a line, as on standard input.

    Raises:
        RequestError: There is no image at all, a folder cannot be read, or a pattern matches
            nothing.
    """
    names = list(names)
    images = [image for name in names for image in _named(name, listing)]
    if not images:
        raise RequestError(
            f"no images in {', '.join(names)}",
            hint="an image in a folder has one of the suffixes " + " ".join(sorted(SUFFIXES)),
        )
    return images


def _named(name: str, listing: BinaryIO) -> Iterator[str]:
    if name == "-":
        for path in _listed(listing):
            yield from _path(path)
    elif glob.has_magic(name) and not os.path.lexists(name):
        yield from _matching(name)
    else:
        yield from _path(name)


def _listed(listing: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(listing):
        if number == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if path := line.rstrip(b"\r\n"):
            yield os.fsdecode(path)


def _path(path: str) -> Iterator[str]:
    return _below(path) if os.path.isdir(path) else iter([path])


def _below(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if _is_image(name) and not name.startswith("."):
                yield os.path.join(parent, name)


def _unreadable(error: OSError) -> NoReturn:
    raise RequestError(f"{error.filename}: folder cannot be read: {error.strerror}")


def _matching(pattern: str) -> list[str]:
    """Return what a shell's pattern matches, once each: files by suffix, and whole folders.

    A pattern that spells the suffix out, such as `*.scan`, is taken at its word.
    """
    suffix = Path(pattern).suffix
    is_spelled_out = bool(suffix) and not glob.has_magic(suffix)
    images: dict[str, None] = {}
    for match in sorted(glob.glob(pattern, recursive=True)):
        if os.path.isdir(match):
            images.update(dict.fromkeys(_below(match)))
        elif is_spelled_out or _is_image(match):
            images[match] = None
    if not images:
        raise RequestError(f"{pattern}: matches no image; expected a file, a folder or a pattern")
    return list(images)


def _is_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES
