"""Predictions from a file: as hiercls writes them, or from any other tool."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hiercls.data import Labels
from hiercls.data.examples import Unresolved, unresolved_error
from hiercls.data.tables import Row, column, read_rows
from hiercls.errors import PredictionError, RequestError
from hiercls.prediction import Candidate, Prediction
from hiercls.taxonomy import Taxonomy

TOLERANCE = 0.01
"""So far may the probabilities of a line be from summing to 1: they are often rounded."""

_IMAGE, _LABEL = ("image", "file_name"), ("label", "leaf", "prediction")
_KNOWN = {*_IMAGE, *_LABEL, "path", "probability", "confidence", "error", "name", "stopped"}


def read_predictions(path: Path, taxonomy: Taxonomy) -> list[Prediction]:
    """Return the predictions in a file.

    JSON lines as `hiercls classify` writes them; or a table (CSV, TSV, JSON lines, Parquet) with
    the columns `image` and `label` (an id, a name or a path of names), optionally `probability`,
    or instead one column a class, called by its label, with its probability. A line with neither
    label nor probabilities, or with an `error`, is a picture without an answer.

    Raises:
        RequestError: The file cannot be read; a line has no image; labels or ids are not in the
            taxonomy; probabilities are no numbers from 0 to 1 or do not sum to 1.
    """
    reader = _Reader(path, taxonomy)
    is_ours = path.suffix.lower() in (".jsonl", ".ndjson", ".json") and _is_ours(path)
    predictions = list(_own_lines(path, reader) if is_ours else reader.rows())
    if reader.unknown:
        raise unresolved_error(str(path), list(reader.unknown.values()), taxonomy.name)
    return predictions


class _Reader:
    """Turns rows into predictions, and gathers labels that are no nodes."""

    def __init__(self, path: Path, taxonomy: Taxonomy) -> None:
        self.path = path
        self.taxonomy = taxonomy
        self.labels = Labels(taxonomy)
        self.unknown: dict[str, Unresolved] = {}
        self._options: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._columns: dict[str, str] | None = None

    def rows(self) -> Iterator[Prediction]:
        for line, row in read_rows(self.path):
            yield self._prediction(row, f"{self.path}:{line}", line)

    def sharing(self, prediction: Prediction) -> Prediction:
        """Let a question that was asked before hold the same options: they take most memory."""
        steps = (
            replace(step, options=self._options.setdefault(step.options, step.options))
            for step in prediction.steps
        )
        return replace(prediction, steps=tuple(steps))

    def note_unknown(self, label: str, line: int) -> None:
        known = self.unknown.get(label)
        reason, near = (known.reason, known.nearest) if known else self.labels.reason(label)
        num_rows, first = (known.num_rows + 1, known.first) if known else (1, f"on line {line}")
        self.unknown[label] = Unresolved(label, reason, near, num_rows, first)

    def _prediction(self, row: Row, where: str, line: int) -> Prediction:
        image = column(row, _IMAGE) or column(row, ("path",))
        if image is None:
            raise RequestError(f"{where}: no image; expected a column image, found {_names(row)}")
        if error := column(row, ("error",)):
            return Prediction.failed(image, error)
        classes = self._classes(row, where)
        label = column(row, _LABEL)
        if label is None and column(row, _IMAGE):
            label = column(row, ("path",))
        node = (
            self.labels.find(label)
            if label is not None
            else max(classes, key=classes.__getitem__, default=None)
        )
        if label is not None and node is None:
            self.note_unknown(label, line)
            return Prediction.failed(image, "a label that is no node")
        if node is None:
            return Prediction.failed(image, "no answer")
        sure = self._probability(row, where)
        return _answer(self.taxonomy, image, node, classes, sure)

    def _classes(self, row: Row, where: str) -> dict[str, float]:
        """Return the probabilities in columns called by labels."""
        if self._columns is None:
            others = (name for name in row if name not in _KNOWN)
            found = {name: self.labels.find(name) for name in others}
            self._columns = {name: node for name, node in found.items() if node is not None}
        classes = {
            node: _number(row[name], f"{where}: {name}")
            for name, node in self._columns.items()
            if row[name] not in (None, "")
        }
        total = sum(classes.values())
        if classes and abs(total - 1) > TOLERANCE:
            raise RequestError(f"{where}: the probabilities sum to {total:.4g}; expected 1")
        return classes

    def _probability(self, row: Row, where: str) -> float | None:
        text = column(row, ("probability", "confidence"))
        return None if text is None else _number(text, f"{where}: probability")


def _answer(
    taxonomy: Taxonomy,
    image: str,
    node: str,
    classes: Mapping[str, float],
    probability: float | None,
) -> Prediction:
    path = taxonomy.path(node)[1:]
    top = sorted(classes.items(), key=lambda item: -item[1])
    if probability is None and classes:
        below = {node, *taxonomy.descendants(node)}
        probability = min(1.0, sum(mass for own, mass in classes.items() if own in below))
    return Prediction(
        image,
        path=path,
        names=tuple(taxonomy.node(own).name for own in path),
        leaf=node if path and taxonomy.node(node).is_class else None,
        probability=probability,
        top=tuple(Candidate(own, mass) for own, mass in top if mass > 0),
    )


def _own_lines(path: Path, reader: _Reader) -> Iterator[Prediction]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                prediction = Prediction.from_json(line)
            except PredictionError as error:
                raise RequestError(f"{path}:{number}: {error.message}", hint=error.hint) from None
            _check_sums(prediction, f"{path}:{number}")
            for node in _nodes(prediction):
                if node not in reader.taxonomy:
                    reader.note_unknown(node, number)
            yield reader.sharing(prediction)


def _check_sums(prediction: Prediction, where: str) -> None:
    for step in prediction.steps:
        total = sum(step.probabilities)
        if abs(total - 1) > TOLERANCE:
            raise RequestError(
                f"{where}: the probabilities at {step.node!r} sum to {total:.4g}; expected 1"
            )
    total = sum(candidate.probability for candidate in prediction.top)
    if total > 1 + TOLERANCE:
        raise RequestError(
            f"{where}: the probabilities of the leaves sum to {total:.4g}; expected 1 at most"
        )


def _nodes(prediction: Prediction) -> Iterator[str]:
    yield from prediction.path
    yield from (candidate.leaf for candidate in prediction.top)
    for step in prediction.steps:
        yield step.node
        yield from step.options


def _is_ours(path: Path) -> bool:
    """Return whether the first line is a prediction of ours, rather than a row of a table."""
    _, row = next(read_rows(path), (0, {}))
    return isinstance(row.get("path"), list)


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 1 + 1e-6:
        raise RequestError(f"{where} is {value!r}; expected a number from 0 to 1")
    return min(number, 1.0)


def _names(row: Row) -> str:
    names: Sequence[str] = list(row)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
