"""The labels in the rows of a dataset: Parquet, Arrow, CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import read_text, shown_path

ARROW_SUFFIXES = (".parquet", ".arrow")
TEXT_SUFFIXES = (".csv", ".jsonl")

Row = tuple[Any, ...]

_BATCH = 256  # rows, which may hold pictures


def row_files(folder: Path) -> list[Path]:
    """Return the files of rows in and below a folder; text only where there is nothing else."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for suffixes in (ARROW_SUFFIXES, TEXT_SUFFIXES):
        if found := [path for path in files if path.suffix in suffixes]:
            return found
    return []


def columns_of(file: Path) -> tuple[list[str], object]:
    """Return the names of the columns, and the features as datasets writes them, if it did.

    Raises:
        TaxonomyError: If the file cannot be read, or pyarrow is not installed.
    """
    if file.suffix in TEXT_SUFFIXES:
        return [], None
    schema = _schema(file)
    described = (schema.metadata or {}).get(b"huggingface")
    try:
        features = json.loads(described)["info"]["features"] if described else None
    except (ValueError, KeyError, TypeError):
        features = None
    return list(schema.names), features


def columns_of_bytes(file: Path) -> list[str]:
    """Return the names of the columns that hold bytes, such as those of pictures.

    Raises:
        TaxonomyError: If the file cannot be read, or pyarrow is not installed.
    """
    kinds = ("binary", "large_binary", "struct<bytes: ")
    return [field.name for field in _schema(file) if str(field.type).startswith(kinds)]


def _schema(file: Path) -> Any:
    arrow = _arrow()
    try:
        if file.suffix == ".parquet":
            return import_module("pyarrow.parquet").read_schema(file)
        with arrow.OSFile(str(file)) as opened:
            return arrow.ipc.open_stream(opened).schema
    except (arrow.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None


def distinct_rows(file: Path, columns: Sequence[str], *, max_bytes: int) -> set[Row]:
    """Return the combinations of values in some columns of a file.

    Raises:
        TaxonomyError: If the file cannot be read, or lacks a column.
    """
    if file.suffix in TEXT_SUFFIXES:
        rows = _text_rows(file, max_bytes)
        return {_row(row, columns, file) for row in rows}
    arrow = _arrow()
    try:
        if file.suffix == ".parquet":
            table = import_module("pyarrow.parquet").read_table(file, columns=list(columns))
        else:
            with arrow.memory_map(str(file)) as opened:
                table = arrow.ipc.open_stream(opened).read_all()
        unique = table.select(columns).group_by(columns).aggregate([])
    except KeyError:
        raise _lacking(file, columns) from None
    except (arrow.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None
    return set(zip(*(unique[column].to_pylist() for column in columns), strict=True))


def read_records(file: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet or Arrow file one by one, with some of their columns.

    Raises:
        TaxonomyError: If the file cannot be read, or lacks a column.
    """
    arrow = _arrow()
    try:
        if file.suffix == ".parquet":
            opened = import_module("pyarrow.parquet").ParquetFile(file)
            batches = opened.iter_batches(batch_size=_BATCH, columns=list(columns))
        else:
            batches = arrow.ipc.open_stream(arrow.memory_map(str(file)))
        for batch in batches:
            for start in range(0, batch.num_rows, _BATCH):
                yield from batch.select(columns).slice(start, _BATCH).to_pylist()
    except KeyError:
        raise _lacking(file, columns) from None
    except (arrow.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None


def _text_rows(file: Path, max_bytes: int) -> Iterator[dict[str, Any]]:
    text = read_text(file, max_bytes=max_bytes)
    try:
        if file.suffix == ".csv":
            yield from csv.DictReader(io.StringIO(text, newline=""), strict=True)
        else:
            yield from (json.loads(line) for line in text.split("\n") if line.strip())
    except (csv.Error, ValueError, RecursionError) as error:
        raise _unreadable(file, error) from None


def _row(row: object, columns: Sequence[str], file: Path) -> Row:
    if not isinstance(row, dict) or not row.keys() >= set(columns):
        raise _lacking(file, columns)
    values = (row[column] for column in columns)
    return tuple(value if isinstance(value, int) else str(value or "") for value in values)


def _arrow() -> Any:
    if find_spec("pyarrow") is None:
        hint = "pip install 'hiercls[parquet]'"
        raise TaxonomyError("the rows of a dataset need the package pyarrow", hint=hint)
    return import_module("pyarrow")


def _lacking(file: Path, columns: Sequence[str]) -> TaxonomyError:
    listed = ", ".join(map(quoted, columns))
    return TaxonomyError(f"{shown_path(file)}: a row without one of {listed}; expected all of them")


def _unreadable(file: Path, error: Exception) -> TaxonomyError:
    first = " ".join(str(error).split())
    return TaxonomyError(f"{shown_path(file)} cannot be read: {first[:200]}")
