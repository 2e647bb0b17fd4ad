"""Rows of labelled data and of predictions, from CSV, TSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from hiercls.errors import RequestError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_LONGEST_CELL = 1_000_000  # characters; csv's own limit is too short for columns of probabilities

_KNOWN = """
    image path file_name label leaf prediction name parent_path split set
    probability confidence stopped error
"""
_COLUMNS = frozenset(_KNOWN.split())
"""Columns that are understood in any case; others may be labels, and stay as they are."""

Row = Mapping[str, Any]


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield each row with its line.

    Raises:
        RequestError: The file cannot be read, or is no table; with the line where there is one.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise RequestError(f"{path}: no such file; expected a table of images")
    if suffix not in SUFFIXES:
        raise RequestError(
            f"{path}: found the suffix {suffix!r}; expected one of {', '.join(SUFFIXES)}"
        )
    try:
        if suffix == ".parquet":
            yield from _parquet(path)
            return
        with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            yield from (
                _lines_of_json(file, path)
                if "json" in suffix or "nd" in suffix
                else _csv(file, path, delimiter="\t" if suffix == ".tsv" else None)
            )
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror}") from None


def column(row: Row, names: Iterable[str]) -> str | None:
    """Return the first of some columns that a row has, as text."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return str(value)
    return None


def _csv(file: TextIO, path: Path, *, delimiter: str | None) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(_LONGEST_CELL)
    head = file.readline()
    if "\0" in head:
        raise RequestError(f"{path}:1: found a zero byte; expected a table in UTF-8")
    reader = csv.reader(chain([head], file), delimiter=delimiter or _delimiter(head))
    try:
        names = [_column_name(name) for name in next(reader, [])]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise RequestError(f"{path}:1: the column {twice!r} stands there twice; expected once")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                raise RequestError(
                    f"{path}:{reader.line_num}: {len(cells)} cells; expected {len(names)}, as in"
                    " the first line"
                )
            yield reader.line_num, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise RequestError(f"{path}:{reader.line_num}: no line of a table: {error}") from None


def _column_name(name: str) -> str:
    folded = name.strip().lower()
    return folded if folded in _COLUMNS else name.strip()


def _delimiter(head: str) -> str:
    return max((",", ";", "\t"), key=head.count)


def _lines_of_json(file: TextIO, path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"{path}:{number}: not a line of JSON: {error}") from None
        if not isinstance(row, dict):
            raise RequestError(f"{path}:{number}: {type(row).__name__}; expected one object a line")
        yield number, {_column_name(str(key)): value for key, value in row.items()}


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        raise RequestError(
            f"{path}: Parquet needs the package pyarrow",
            hint="pip install 'hiercls[parquet]', or save the table as CSV",
        ) from None
    try:
        number = 0
        for batch in parquet.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield number, {_column_name(str(key)): value for key, value in row.items()}
    except import_module("pyarrow").ArrowException as error:
        raise RequestError(f"{path}: not a Parquet file: {error}") from None
