"""A Hugging Face dataset on disk, whose features are labels of several levels.

The features name the labels of each level; which label is below which is told by the rows alone,
in Parquet or Arrow files. Nothing is downloaded, and of the rows the labels alone are read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.importing.features import Level, label_levels
from hiercls.taxonomy.importing.notes import counted, tally
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch

ROW_SUFFIXES = (".parquet", ".arrow")
INFO = "dataset_info.json"


def read_dataset(path: Path, sketch: Sketch, settings: ImportSettings) -> None:
    """Read the label features of a dataset's folder, `dataset_info.json`, or one file of rows.

    Levels are ordered by how many labels they have. A label of a lower level that stands with
    several of a higher one becomes a node with several parents.

    Raises:
        Fault: If there are no label features, or no rows to tell how they hang together.
        TaxonomyError: If a file cannot be read, or pyarrow is not installed.
    """
    folder = path if path.is_dir() else path.parent
    files = [path] if path.suffix in ROW_SUFFIXES else _row_files(folder)
    features = _features(path, files, settings.max_bytes)
    levels = label_levels(features, settings.of_role("level"))
    sketch.notes.add("levels", "levels taken: " + " > ".join(level.name for level in levels))
    if len(levels) == 1 and levels[0].labels:
        rows = {(number,) for number in range(len(levels[0].labels))}
    elif not files:
        listed = ", ".join(quoted(level.name) for level in levels)
        message = f"{len(levels)} label features ({listed}) and no rows; expected Parquet or Arrow"
        raise Fault(f"{message} files beside, which tell what label is below what")
    else:
        rows = set().union(*(_rows(file, [level.name for level in levels]) for file in files))
    _add_rows(rows, levels, sketch)


def _row_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in ROW_SUFFIXES)


def _features(path: Path, files: Sequence[Path], max_bytes: int) -> object:
    """Return the features as they are described: in JSON, on the dataset's card, or in the rows."""
    info = path if path.suffix == ".json" else (path if path.is_dir() else path.parent) / INFO
    card = info.parent / "README.md"
    if info.is_file():
        try:
            found = json.loads(read_text(info, max_bytes=max_bytes))
        except (ValueError, RecursionError) as error:
            raise Fault(f"{info.name} is not valid JSON: {error}") from None
        return found.get("features") if isinstance(found, dict) else None
    if files and (described := _schema_features(files[0])):
        return described
    if card.is_file():
        return _card_features(read_text(card, max_bytes=max_bytes))
    return {name: {"_type": "Value"} for name in _schema(files[0]).names} if files else None


def _card_features(text: str) -> object:
    """Return the features in the YAML at the head of a dataset's card."""
    _, _, rest = text.partition("---\n")
    try:
        head = yaml.load(
            rest.partition("\n---")[0], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    except yaml.YAMLError:
        raise Fault("README.md does not begin with YAML; expected the features there") from None
    info = head.get("dataset_info") if isinstance(head, dict) else None
    info = info[0] if isinstance(info, list) and info else info
    return info.get("features") if isinstance(info, dict) else None


def _schema_features(file: Path) -> object:
    described = (_schema(file).metadata or {}).get(b"huggingface")
    try:
        return json.loads(described)["info"]["features"] if described else None
    except (ValueError, KeyError, TypeError):
        return None


def _schema(file: Path) -> Any:
    arrow = _arrow()
    try:
        if file.suffix == ".parquet":
            return import_module("pyarrow.parquet").read_schema(file)
        with arrow.OSFile(str(file)) as opened:
            return arrow.ipc.open_stream(opened).schema
    except (arrow.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None


def _rows(file: Path, columns: list[str]) -> set[tuple[Any, ...]]:
    """Return the combinations of labels in a file."""
    arrow = _arrow()
    try:
        if file.suffix == ".parquet":
            table = import_module("pyarrow.parquet").read_table(file, columns=columns)
        else:
            with arrow.memory_map(str(file)) as opened:
                table = arrow.ipc.open_stream(opened).read_all().select(columns)
        unique = table.group_by(columns).aggregate([])
    except (arrow.ArrowException, OSError, KeyError) as error:
        raise _unreadable(file, error) from None
    return set(zip(*(unique[column].to_pylist() for column in columns), strict=True))


def _arrow() -> Any:
    if find_spec("pyarrow") is None:
        hint = "pip install 'hiercls[parquet]'"
        raise TaxonomyError("the rows of a dataset need the package pyarrow", hint=hint)
    return import_module("pyarrow")


def _unreadable(file: Path, error: Exception) -> TaxonomyError:
    first = (str(error).splitlines() or [""])[0]
    return TaxonomyError(f"{shown_path(file)} cannot be read: {first[:200]}")


def _add_rows(rows: set[tuple[Any, ...]], levels: Sequence[Level], sketch: Sketch) -> None:
    """Add the labels in order of their numbers, and an edge for each pair of one row."""
    unlabelled = [
        row
        for row in rows
        if any(not level.has(label) for level, label in zip(levels, row, strict=True))
    ]
    if unlabelled:
        message = f"{counted(len(unlabelled), 'combination')} with a label missing passed over"
        sketch.notes.add("unlabelled", message, tally([str(row) for row in unlabelled]))
    kept = rows.difference(unlabelled)
    if not kept:
        raise Fault("no row with a label at every level; expected some")
    numbers: dict[tuple[int, Any], int] = {}
    for depth, level in enumerate(levels):
        for label in sorted({row[depth] for row in kept}):
            numbers[depth, label] = sketch.add(level.label(label))
            if level.labels and depth == len(levels) - 1:
                sketch.nodes[numbers[depth, label]].index = label
    for row in sorted(kept):
        for depth in range(1, len(levels)):
            sketch.link(numbers[depth - 1, row[depth - 1]], numbers[depth, row[depth]])
