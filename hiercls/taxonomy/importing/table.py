"""Cells separated by commas, semicolons, tabs or bars: a column a level, or id and parent."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.importing.columns import find_columns
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch, at_line
from hiercls.taxonomy.importing.table_levels import read_levels
from hiercls.taxonomy.importing.table_parents import read_parents

DELIMITERS = ("\t", ";", ",", "|")
_SAMPLE = 200  # rows

Row = tuple[Place, list[str]]


def read_table(text: str, sketch: Sketch, settings: ImportSettings) -> None:
    """Read a table in either of its two shapes.

    Raises:
        Fault: For a table that is torn, or columns that are not there.
    """
    delimiter = settings.separator or table_delimiter(text) or ","
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise Fault(f"the separator {quoted(delimiter)} for a table; expected one sign")
    sample = [cells for _, cells in islice(_rows(text, delimiter), _SAMPLE)]
    if not sample:
        raise Fault("nothing in it; expected rows")
    columns = find_columns(sample, settings, sketch.notes)
    rows = _rows(text, delimiter)
    if columns.has_header:
        next(rows)
    rows = _even(rows, columns.num_columns)
    if columns.parent is not None:
        read_parents(list(rows), columns, sketch)
    else:
        read_levels(rows, columns, sketch)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield each row that is not empty, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = 1
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                yield at_line(begin), cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise Fault(f"a row that is no row of a table: {error}", line=begin) from None


def _even(rows: Iterator[Row], num_columns: int) -> Iterator[Row]:
    """Fill rows that are short up, and refuse those that are too long."""
    for place, cells in rows:
        if any(cells[num_columns:]):
            message = f"{len(cells)} cells in a row; expected {num_columns}, as in the first"
            raise Fault(message, place=place, hint="a cell that holds the separator needs quotes")
        yield place, cells[:num_columns] + [""] * (num_columns - len(cells))


def table_delimiter(text: str) -> str | None:
    """Return the separator that makes most rows the same number of cells, or None."""
    best, best_score = None, (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter)
        if not widths:
            continue
        width, number = Counter(widths).most_common(1)[0]
        score = (round(number / len(widths), 1), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str) -> list[int]:
    """Return how many cells the first rows have, as far as they can be read."""
    widths: list[int] = []
    try:
        for _, cells in islice(_rows(text, delimiter), _SAMPLE):
            widths.append(len(cells))
    except Fault:
        pass
    return widths


def is_table(lines: Sequence[str], text: str) -> bool:
    """Return whether text without a telling suffix has at least three columns, or a header."""
    delimiter = table_delimiter(text)
    if delimiter is None or not lines:
        return False
    widths = _widths(text, delimiter)
    return min(widths) == max(widths) >= 3
