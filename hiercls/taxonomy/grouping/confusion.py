"""A confusion matrix as distances between labels: what is taken for each other is near."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.suggestion import did_you_mean

PAIR_COLUMNS = ("true", "predicted", "count")


def read_confusions(path: Path, labels: Sequence[str]) -> NDArray[np.float64]:
    """Return how often each label was taken for each, (true, predicted).

    Labels without a row are never confused.

    Raises:
        TaxonomyError: For a label that is not among those asked for, or what is no count.
    """
    positions = {label: at for at, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for line, (true, predicted, count) in confusion_cells(path):
        where = f"{shown_path(path)}: row {line}"
        counts[_position(true, positions, where), _position(predicted, positions, where)] += count
    return counts


def confusion_cells(path: Path) -> Iterator[tuple[int, tuple[str, str, float]]]:
    """Yield what was true, what was predicted and how often, each with its row.

    The file is CSV: a square matrix with the labels in the first row and column, truth downwards;
    or the columns `true`, `predicted` and `count`.

    Raises:
        TaxonomyError: For what is no count, or no matrix.
    """
    rows = [row for row in csv.reader(io.StringIO(read_text(path))) if any(row)]
    if len(rows) < 2:
        raise TaxonomyError(f"{shown_path(path)} has no rows; expected a confusion matrix")
    header = [cell.strip() for cell in rows[0]]
    is_pairs = tuple(cell.lower() for cell in header) == PAIR_COLUMNS
    for line, row in enumerate(rows[1:], start=2):
        where = f"{shown_path(path)}: row {line}"
        if len(row) != len(header):
            raise TaxonomyError(f"{where} has {len(row)} cells; expected {len(header)}")
        pairs = [(row[1], row[2])] if is_pairs else list(zip(header[1:], row[1:], strict=True))
        for predicted, count in pairs:
            yield line, (row[0].strip(), predicted.strip(), _count(count, where))


def _position(label: str, positions: dict[str, int], where: str) -> int:
    try:
        return positions[label]
    except KeyError:
        raise TaxonomyError(
            f"{where}: {quoted(label)} is not among the labels",
            hint=did_you_mean(label, positions),
        ) from None


def _count(cell: str, where: str) -> float:
    try:
        count = float(cell or 0)
    except ValueError:
        count = -1.0
    if not 0 <= count < np.inf:
        raise TaxonomyError(f"{where}: {quoted(cell)} is no count; expected a number from 0")
    return count


def confusion_distances(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 - cosine between what labels are taken for, from 0 to 1, (labels, labels).

    Each row becomes shares, and both directions their mean, so that labels are near that are
    taken for each other, or for the same third. Square roots keep a label's own large share from
    hiding the rest. A label that was never seen is at distance 1 from all others.
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.eye(len(counts)), where=totals > 0)
    profiles = np.sqrt((shares + shares.T) / 2)
    return cosine_distances(profiles)


def cosine_distances(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 1 - cosine between all rows, at least 0, (rows, rows)."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    distances: NDArray[np.float64] = np.clip(1.0 - directions @ directions.T, 0.0, None)
    return distances
