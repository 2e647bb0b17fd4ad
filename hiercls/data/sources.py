"""Where labelled images are: a manifest, a folder, a dataset, or conversations about them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hiercls.data.conversations import is_conversations, read_conversations
from hiercls.data.examples import SPLIT_NAMES
from hiercls.data.hugging_face import HUB, fetch, is_dataset, unpack
from hiercls.data.labels import SEPARATOR
from hiercls.data.tables import SUFFIXES, column, read_rows
from hiercls.errors import RequestError
from hiercls.images import SUFFIXES as IMAGE_SUFFIXES

IMAGE_COLUMNS = ("image", "path", "file_name")
SPLIT_COLUMNS = ("split", "set")
MANIFESTS = ("labels", "metadata")
"""What a manifest inside of a folder is called; the second is the custom of Hugging Face."""


class LabelledRow(NamedTuple):
    """An image with a label that is still to be found.

    Attributes:
        name: The image as the data writes it.
        label: As the data writes it.
        parent_path: Names above the label, joined by `/`; empty where the data says nothing.
        split: Where the data says so.
        where: Line or folder, for messages.
        is_one_of_many: Other rows may say more or less about the same image.
    """

    name: str
    label: str
    parent_path: str
    split: str | None
    where: str
    is_one_of_many: bool = False


@dataclass(frozen=True)
class Source:
    """Rows, and the folder that their images are relative to.

    Attributes:
        unpacked: The folder that pictures were unpacked into, where they lay inside of a file.
    """

    rows: Iterable[LabelledRow]
    base: Path
    unpacked: str | None = None


def open_source(path: str | os.PathLike[str]) -> Source:
    """Find out what kind of data there is, and get ready to read it.

    Raises:
        RequestError: It is none, or cannot be read.
    """
    text = os.fspath(path)
    if text.startswith(HUB):
        return _dataset(fetch(text.removeprefix(HUB)))
    source = Path(path)
    if is_dataset(source):
        return _dataset(source)
    if is_conversations(source):
        return Source(_answers(source), source.parent)
    if not source.is_dir():
        return Source(_manifest(source), source.parent)
    names = (f"{name}{suffix}" for name in MANIFESTS for suffix in SUFFIXES)
    for name in names:
        if (source / name).is_file():
            return Source(_manifest(source / name), source)
    return Source(_class_folders(source), source)


def _dataset(source: Path) -> Source:
    manifest = unpack(source)
    return Source(_manifest(manifest, noun="row"), manifest.parent, str(manifest.parent))


def _answers(path: Path) -> Iterator[LabelledRow]:
    for line, conversation in read_conversations(path):
        for answer in conversation.answers():
            yield LabelledRow(conversation.image, answer, "", None, line, is_one_of_many=True)


def _manifest(path: Path, *, noun: str = "line") -> Iterator[LabelledRow]:
    is_split_by_folder: bool | None = None
    for line, row in read_rows(path):
        image, label = column(row, IMAGE_COLUMNS), column(row, ("label",))
        if image is None or label is None:
            missing, names = ("image", IMAGE_COLUMNS) if image is None else ("label", ("label",))
            is_there = any(name in row for name in names)
            found = "it is empty" if is_there else f"found {', '.join(row) or 'no columns'}"
            raise RequestError(
                f"{path}:{line}: no {missing}; expected a column {' or '.join(names)}, {found}"
            )
        if is_split_by_folder is None:
            is_split_by_folder = _is_split_by_folder(path, row.keys(), image)
        split = _split_folder(image) if is_split_by_folder else column(row, SPLIT_COLUMNS)
        parent_path = column(row, ("parent_path",)) or ""
        yield LabelledRow(image, label, parent_path, split, f"on {noun} {line}")


def _is_split_by_folder(path: Path, columns: Iterable[str], first: str) -> bool:
    """Return whether the images of a manifest without splits all lie in folders called so."""
    if _split_folder(first) is None or not set(columns).isdisjoint(SPLIT_COLUMNS):
        return False
    images = (column(row, IMAGE_COLUMNS) for _, row in read_rows(path))
    return all(image is None or _split_folder(image) is not None for image in images)


def _split_folder(image: str) -> str | None:
    first, separator, _ = image.removeprefix("./").partition(SEPARATOR)
    return first if separator and first.lower() in SPLIT_NAMES else None


def _class_folders(source: Path) -> Iterator[LabelledRow]:
    """Yield the images below a folder; the folders they lie in are the path of their node."""
    for parent, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        parts = Path(parent).relative_to(source).parts
        split = parts[0] if parts and parts[0].lower() in SPLIT_NAMES else None
        label = SEPARATOR.join(parts[1:] if split else parts)
        for name in sorted(files):
            is_image = os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
            if is_image and not name.startswith(".") and label:
                yield LabelledRow(SEPARATOR.join((*parts, name)), label, "", split, f"in {parent}")
