"""Datasets of Hugging Face, on disk or from the hub: their pictures become files once.

Rows are read from Parquet and Arrow files by pyarrow alone. Pictures that lie inside of them are
written into a folder of their own, beside a manifest, under a name that stands for the files they
are from; as long as these do not change, nothing is written again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from hiercls.data.examples import SPLIT_NAMES
from hiercls.errors import RequestError, TaxonomyError
from hiercls.images import SUFFIXES
from hiercls.taxonomy.fault import Fault
from hiercls.taxonomy.importing.dataset_rows import (
    ARROW_SUFFIXES,
    columns_of,
    columns_of_bytes,
    read_records,
    row_files,
)
from hiercls.taxonomy.importing.features import Level, label_levels
from hiercls.taxonomy.importing.hugging_face import INFO, features_of
from hiercls.taxonomy.importing.settings import ImportSettings

HUB = "hf:"
"""What stands before the id of a dataset on the hub."""

_VERSION = 1  # raised whenever the same files are unpacked otherwise
_MARKS = (INFO, "dataset_dict.json", "state.json")
_FETCHED = ["*.parquet", "*.arrow", INFO, "README.md"]
_TIMEOUT_SECONDS = 10
_CONVERTED = "refs/convert/parquet"
_IMAGE_NAMES = ("image", "img", "picture", "photo", "path", "file_name", "image_path")
_SHARD = re.compile(r"(.+?)-\d+-of-\d+")
_IN_A_FOLDER = 10_000  # pictures
_SIGNATURES = ((b"\xff\xd8", ".jpg"), (b"\x89PNG", ".png"), (b"GIF8", ".gif"), (b"RIFF", ".webp"))
_MANIFEST = "labels.jsonl"
_UNLABELLED = "<no label>"


def fetch(name: str) -> Path:
    """Return the folder of a dataset on the hub, downloaded if it is not here yet.

    Args:
        name: Its id, perhaps with a branch or commit: OWNER/NAME or OWNER/NAME@REVISION.

    Raises:
        RequestError: There is no such dataset, or the hub cannot be reached.
    """
    own, _, revision = name.partition("@")
    hub = import_module("huggingface_hub")
    errors = import_module("huggingface_hub.errors")
    try:
        folder = hub.snapshot_download(
            own,
            repo_type="dataset",
            revision=revision or None,
            allow_patterns=_FETCHED,
            etag_timeout=_TIMEOUT_SECONDS,
        )
    except (
        errors.HfHubHTTPError,
        errors.HFValidationError,
        errors.LocalEntryNotFoundError,
        OSError,
    ) as error:
        reason = " ".join(str(error).split())[:200]
        raise RequestError(f"{HUB}{name}: no dataset that can be had: {reason}") from None
    return Path(folder)


def is_dataset(path: Path) -> bool:
    """Return whether a file or folder is a dataset: marked as one, or of rows with pictures."""
    if path.is_dir():
        is_marked = any((path / name).is_file() for name in _MARKS)
        return is_marked or any(
            file.suffix in ARROW_SUFFIXES and file.stem != "labels" and file.stem != "metadata"
            for folder in (path, path / "data")
            if folder.is_dir()
            for file in folder.iterdir()
        )
    if path.suffix == ".arrow":
        return path.is_file()
    try:
        return path.suffix == ".parquet" and path.is_file() and bool(columns_of_bytes(path))
    except TaxonomyError:
        return False  # no table either, which is told as such


def unpack(source: Path) -> Path:
    """Return a manifest of a dataset, its pictures being files beside it.

    Raises:
        RequestError: It has no rows, no column of images or no label; or the folder cannot be
            written.
        TaxonomyError: A file cannot be read, or pyarrow is not installed.
    """
    files = [source] if source.is_file() else row_files(source)
    files = [file for file in files if file.suffix in ARROW_SUFFIXES]
    if not files:
        raise RequestError(
            f"{source}: no rows; expected files of Parquet or Arrow",
            hint=f"on the hub a branch of its own has them: {HUB}OWNER/NAME@{_CONVERTED}",
        )
    columns = _columns(source, files)
    folder = _cache() / _key(source, files)
    if not (folder / _MANIFEST).is_file():
        try:
            _unpack(_Unpacking(source, columns), files, folder)
        except OSError as error:
            raise RequestError(f"{folder}: cannot be written: {error.strerror}") from None
    return folder / _MANIFEST


@dataclass(frozen=True)
class _Columns:
    """Which columns of a dataset are what.

    Attributes:
        image: The picture, or its path.
        label: The most specific label.
        above: Labels above it, from the top down.
        split: The split, where a column says so.
    """

    image: str
    label: Level
    above: tuple[Level, ...]
    split: str | None

    @property
    def names(self) -> list[str]:
        split = [self.split] if self.split else []
        return [self.image, self.label.name, *(level.name for level in self.above), *split]


def _columns(source: Path, files: Sequence[Path]) -> _Columns:
    names, _ = columns_of(files[0])
    features = features_of(source, files, ImportSettings())
    try:
        levels = [level for level in label_levels(features, ()) if level.name in names]
    except Fault:
        levels = []
    label = next((level for level in levels if level.name == "label"), None)
    if label is None and "label" in names:
        label = Level("label", ())
    label = label or (levels[-1] if levels else None)
    image = next(
        (name for name in (*columns_of_bytes(files[0]), *_IMAGE_NAMES) if name in names), None
    )
    if image is None or label is None:
        missing = "images" if image is None else "labels"
        raise RequestError(f"{source}: no column of {missing}; found {', '.join(names) or 'none'}")
    above = [level for level in levels if 0 < len(level.labels) < len(label.labels)]
    split = next((name for name in ("split", "set") if name in names), None)
    return _Columns(image, label, tuple(above), split)


def _cache() -> Path:
    own = os.environ.get("HIERCLS_CACHE") or Path("~/.cache/hiercls").expanduser()
    return Path(own) / "datasets"


def _key(source: Path, files: Sequence[Path]) -> str:
    """Return a name that stands for files as they are now, and the splits that they are of."""
    known = [
        (str(file.resolve()), (at := file.stat()).st_size, at.st_mtime_ns, _split(file, source))
        for file in files
    ]
    return hashlib.sha256(json.dumps([_VERSION, known]).encode()).hexdigest()[:24]


def _unpack(unpacking: _Unpacking, files: Sequence[Path], folder: Path) -> None:
    """Write pictures and manifest under another name first, so that a folder is whole or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    started = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        with (started / _MANIFEST).open("w", encoding="utf-8") as manifest:
            for file in files:
                for row in unpacking.rows(file, started):
                    manifest.write(json.dumps(row) + "\n")
        if not folder.exists():
            started.rename(folder)
    finally:
        shutil.rmtree(started, ignore_errors=True)


@dataclass
class _Unpacking:
    """Turns the rows of a dataset into those of a manifest.

    Attributes:
        num_rows: Those that were turned already; pictures are called by their row.
    """

    source: Path
    columns: _Columns
    num_rows: int = 0

    def rows(self, file: Path, folder: Path) -> Iterator[dict[str, str]]:
        columns, split = self.columns, _split(file, self.source)
        for record in read_records(file, columns.names):
            row = {
                "image": self._image(record[columns.image], file, folder),
                "label": _text(record[columns.label.name], columns.label) or _UNLABELLED,
                "parent_path": "/".join(_text(record[own.name], own) for own in columns.above),
                "split": str(record[columns.split]) if columns.split else split,
            }
            self.num_rows += 1
            yield {name: text for name, text in row.items() if text}

    def _image(self, value: Any, file: Path, folder: Path) -> str:
        """Return the path of a picture, written out if the row holds the bytes of it."""
        known = value if isinstance(value, dict) else {"path": value}
        content, path = known.get("bytes"), known.get("path")
        if isinstance(path, bytes):
            content, path = path, None
        if content is None:
            return str(file.parent.resolve() / path) if path else ""
        part = folder / f"{self.num_rows // _IN_A_FOLDER:04d}"
        part.mkdir(exist_ok=True)
        picture = part / f"{self.num_rows:08d}{_suffix(content, str(path or ''))}"
        picture.write_bytes(content)
        return str(picture.relative_to(folder))


def _text(value: Any, level: Level) -> str:
    if value is None:
        return ""
    return level.label(value) if level.has(value) else str(value)


def _suffix(content: bytes, path: str) -> str:
    suffix = os.path.splitext(path)[1].lower()
    if suffix in SUFFIXES:
        return suffix
    return next((own for start, own in _SIGNATURES if content.startswith(start)), "")


def _split(file: Path, source: Path) -> str | None:
    """Return the split that a file of rows is of, by its name or that of its folder."""
    shard = _SHARD.fullmatch(file.stem)
    name = shard[1] if shard else re.split(r"[-_.]", file.stem)[-1]
    is_named = name != "data" if shard else name.lower() in SPLIT_NAMES
    if is_named:
        return name
    folder = file.parent
    return folder.name if folder != source and source.is_dir() and folder.name != "data" else None
