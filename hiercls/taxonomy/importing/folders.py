"""Folders of images: each folder is a node, below the folder that it is in."""

from __future__ import annotations

import os
from pathlib import Path

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import Fault
from hiercls.taxonomy.files import reason, shown_path
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.sketch import Sketch

# fmt: off
SUFFIXES = frozenset({
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".gif", ".bmp", ".dib",
    ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".j2k", ".jpx",
})
# fmt: on
SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})


def read_folders(top: Path, sketch: Sketch) -> None:
    """Read the names of folders, in sorted order; a folder that holds images is a class.

    Folders that say which split their images are of are looked through as one; those without any
    image in or below them are left out.

    Raises:
        Fault: If there are no images below it.
        TaxonomyError: If a folder cannot be read.
    """
    entries = _subfolders(top)
    splits = [name for name in entries if name.lower() in SPLITS]
    is_split = bool(splits) and len(splits) == len(entries)
    if is_split:
        message = f"folders of splits looked through as one: {', '.join(splits)}"
        sketch.notes.add("splits", message)
    seen: set[tuple[int, int]] = set()
    empty = Tally()
    root = sketch.add(top.resolve().name or "root")
    for start in [top / split for split in splits] if is_split else [top]:
        _walk(start, root, sketch, seen, empty)
    found = counted(empty.count, "folder")
    sketch.notes.add("empty", f"{found} without images left out", empty)
    if len(sketch.nodes) == 1:
        raise Fault("no image in a folder below; expected a folder of images for each class")


def _walk(top: Path, root: int, sketch: Sketch, seen: set[tuple[int, int]], empty: Tally) -> None:
    """Add the folders below one; a folder becomes a node once an image is met in or below it."""
    pending: list[tuple[Path, tuple[str, ...]]] = [(top, ())]
    folders: list[tuple[tuple[str, ...], bool]] = []
    while pending:
        folder, names = pending.pop()
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:  # a link to a folder above, or a second one
            continue
        seen.add((status.st_dev, status.st_ino))
        folders.append((names, _has_image(folder)))
        pending.extend((folder / name, (*names, name)) for name in reversed(_subfolders(folder)))
    filled = {
        names[:end] for names, has_image in folders if has_image for end in range(len(names) + 1)
    }
    for names, has_image in folders:
        if names not in filled:
            empty.add("/".join(names) or ".")
        elif names:
            number = root
            for name in names:
                number = sketch.child(number, name)
            sketch.nodes[number].is_class |= has_image


def _subfolders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in _entries(folder) if entry.is_dir())


def _has_image(folder: Path) -> bool:
    return any(
        os.path.splitext(entry.name)[1].lower() in SUFFIXES and entry.is_file()
        for entry in _entries(folder)
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise TaxonomyError(f"{shown_path(folder)} cannot be read: {reason(error)}") from None
