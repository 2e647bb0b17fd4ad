"""Labelled examples from wherever they are: a manifest, or a folder of class folders."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from hiercls.data.examples import Example, Examples, Unresolved, listed, unresolved_error
from hiercls.data.labels import SEPARATOR, Labels
from hiercls.data.tables import SUFFIXES, column, read_rows
from hiercls.errors import RequestError
from hiercls.images import SUFFIXES as IMAGE_SUFFIXES
from hiercls.taxonomy import Taxonomy

IMAGE_COLUMNS = ("image", "path", "file_name")
SPLIT_COLUMNS = ("split", "set")
SPLIT_FOLDERS = frozenset({"train", "training", "val", "valid", "validation", "test"})


class _Row(NamedTuple):
    """An image with a label that is still to be found."""

    name: str
    label: str
    parent_path: str
    split: str | None
    where: str


def read_examples(
    path: str | os.PathLike[str],
    taxonomy: Taxonomy,
    *,
    split: str | None = None,
    unresolved: Literal["refuse", "skip"] = "refuse",
) -> Examples:
    """Return the labelled examples of a manifest or a folder.

    A manifest is CSV, TSV, JSON lines or Parquet with the columns `image` (or `path`) and
    `label`, and optionally `split` (or `set`) and `parent_path`; image paths are relative to it.
    A folder holds such a file called `labels`, or else class folders, flat or nested. Where
    nothing else says so, a first folder called train, val or test is the split. Labels are
    understood as `Labels` says.

    Args:
        path: The manifest or the folder.
        taxonomy: Where the labels must be found.
        split: Only the examples of this split.
        unresolved: What to do with labels that are no nodes: "refuse" the data, or "skip" their
            rows and list them in the result.

    Raises:
        RequestError: The data cannot be read, is empty, has labels that are no nodes, or has one
            image under two labels.
    """
    source = Path(path)
    rows, base = _rows(source)
    reading = _Reading(Labels(taxonomy), base, split)
    for row in rows:
        reading.take(row)
    return reading.examples(str(source), taxonomy, unresolved)


@dataclass
class _Reading:
    """What is known of the data half-way."""

    labels: Labels
    base: Path
    split: str | None
    items: list[Example] = field(default_factory=list)
    splits: Counter[str] = field(default_factory=Counter)
    seen: dict[str, str] = field(default_factory=dict)
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    num_rows: int = 0

    def take(self, row: _Row) -> None:
        self.num_rows += 1
        if row.split is not None:
            self.splits[row.split] += 1
        if self.split is not None and row.split != self.split:
            return
        node = self.labels.find(row.label, parent_path=row.parent_path)
        if node is None:
            self.wrong.setdefault((row.label, row.parent_path), []).append(row.where)
            return
        image = os.path.join(self.base, row.name)
        known = self.seen.setdefault(os.path.normpath(image), node)
        if known != node:
            self.contradictions.append(f"{row.name!r} as {known!r} and {node!r} ({row.where})")
        elif len(self.seen) > len(self.items):
            self.items.append(Example(image, node, row.name, row.split))
        else:
            self.duplicates.append(row.name)

    def examples(
        self, source: str, taxonomy: Taxonomy, unresolved: Literal["refuse", "skip"]
    ) -> Examples:
        wrong = [self._unresolved(label, lines) for label, lines in self.wrong.items()]
        if wrong and unresolved == "refuse":
            raise unresolved_error(source, wrong, taxonomy.name)
        if self.contradictions:
            raise RequestError(
                f"{source}: {len(self.contradictions):,} rows give an image a second label:"
                f" {listed(self.contradictions)}"
            )
        if not self.items:
            raise self._nothing(source)
        return Examples(
            source, tuple(self.items), tuple(wrong), tuple(self.duplicates), dict(self.splits)
        )

    def _unresolved(self, label: tuple[str, str], lines: list[str]) -> Unresolved:
        reason, near = self.labels.reason(label[0], parent_path=label[1])
        shown = SEPARATOR.join(part for part in reversed(label) if part)
        return Unresolved(shown, reason, near, len(lines), lines[0])

    def _nothing(self, source: str) -> RequestError:
        if self.split is None or not self.num_rows:
            return RequestError(f"{source}: no labelled images; expected at least one")
        found = ", ".join(self.splits) or "none"
        return RequestError(f"{source}: no images in the split {self.split!r}; found {found}")


def _rows(source: Path) -> tuple[Iterator[_Row], Path]:
    """Return the rows of the data, and the folder that image names are relative to."""
    if not source.is_dir():
        return _manifest(source), source.parent
    for suffix in SUFFIXES:
        manifest = source / f"labels{suffix}"
        if manifest.is_file():
            return _manifest(manifest), source
    return _class_folders(source), source


def _manifest(path: Path) -> Iterator[_Row]:
    for line, row in read_rows(path):
        image, label = column(row, IMAGE_COLUMNS), column(row, ("label",))
        if image is None or label is None:
            missing, names = ("image", IMAGE_COLUMNS) if image is None else ("label", ("label",))
            is_there = any(name in row for name in names)
            found = "it is empty" if is_there else f"found {', '.join(row) or 'no columns'}"
            raise RequestError(
                f"{path}:{line}: no {missing}; expected a column {' or '.join(names)}, {found}"
            )
        parent_path = column(row, ("parent_path",)) or ""
        split = column(row, SPLIT_COLUMNS) or _split_folder(image.split(SEPARATOR)[:-1])
        yield _Row(image, label, parent_path, split, f"on line {line}")


def _class_folders(source: Path) -> Iterator[_Row]:
    """Yield the images below a folder; the folders they lie in are the path of their node."""
    for parent, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        parts = Path(parent).relative_to(source).parts
        split = _split_folder(parts)
        label = SEPARATOR.join(parts[1:] if split else parts)
        for name in sorted(files):
            is_image = os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
            if is_image and not name.startswith(".") and label:
                yield _Row(SEPARATOR.join((*parts, name)), label, "", split, f"in {parent}")


def _split_folder(parts: Sequence[str]) -> str | None:
    """Return the first folder of an image where it is called like a split."""
    return parts[0] if parts and parts[0].lower() in SPLIT_FOLDERS else None
