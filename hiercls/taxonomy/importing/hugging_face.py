"""A Hugging Face dataset on disk, whose features are labels of several levels.

The features name the labels of each level; which label is below which is told by the rows alone,
in Parquet or Arrow files. Nothing is downloaded, and of the rows the labels alone are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hiercls.taxonomy.document import parse
from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.importing.data import read_data
from hiercls.taxonomy.importing.dataset_rows import (
    ARROW_SUFFIXES,
    Row,
    columns_of,
    distinct_rows,
    row_files,
)
from hiercls.taxonomy.importing.features import Level, label_levels
from hiercls.taxonomy.importing.notes import counted, tally
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.lines import error_in_file

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
    files = [path] if path.suffix in ARROW_SUFFIXES else row_files(folder)
    levels = label_levels(features_of(path, files, settings), settings.of_role("level"))
    sketch.notes.add("levels", "levels taken: " + " > ".join(level.name for level in levels))
    if len(levels) == 1 and levels[0].labels:
        rows: set[Row] = {(number,) for number in range(len(levels[0].labels))}
    elif not files:
        listed = ", ".join(quoted(level.name) for level in levels)
        message = f"{len(levels)} label features ({listed}) and no rows; expected a file of rows"
        raise Fault(f"{message} beside, which tells what label is below what")
    else:
        columns = [level.name for level in levels]
        read = (distinct_rows(file, columns, max_bytes=settings.max_bytes) for file in files)
        rows = {_numbered(row, levels) for found in read for row in found}
    _add_rows(rows, levels, sketch)


def features_of(path: Path, files: Sequence[Path], settings: ImportSettings) -> object:
    """Return the features as they are described: in JSON, in the rows, or on the dataset's card."""
    folder = path if path.is_dir() else path.parent
    is_info = path not in files and not path.is_dir()
    info = path if is_info else folder / INFO
    if info.is_file():
        return _described(info, read_text(info, max_bytes=settings.max_bytes), settings.max_nodes)
    names, described = columns_of(files[0]) if files else ([], None)
    card = folder / "README.md"
    if not described and card.is_file():
        described = _card_features(read_text(card, max_bytes=settings.max_bytes))
    return described or {name: None for name in names}


def _described(info: Path, text: str, max_nodes: int) -> object:
    try:
        found = read_data(text, info.suffix, max_nodes)
    except Fault as fault:
        raise error_in_file(fault, shown_path(info), text) from None
    return found.get("features") if isinstance(found, dict) else None


def _card_features(text: str) -> object:
    """Return the features in the YAML at the head of a dataset's card, if it has one."""
    before, _, rest = text.partition("---\n")
    head = parse(rest.partition("\n---")[0]) if not before.strip() else None
    info = head.get("dataset_info") if isinstance(head, dict) else None
    info = info[0] if isinstance(info, list) and info else info
    return info.get("features") if isinstance(info, dict) else None


def _numbered(row: Row, levels: Sequence[Level]) -> Row:
    """Return a row with labels as numbers, where the level has numbers for them."""
    return tuple(level.number(value) for level, value in zip(levels, row, strict=True))


def _add_rows(rows: set[Row], levels: Sequence[Level], sketch: Sketch) -> None:
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
