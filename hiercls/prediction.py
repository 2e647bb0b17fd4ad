"""The answer for one image, to and from one JSON line.

The keys of a line are the fields of `Prediction`, in that order, all of them, always:

    {"image": "photo.jpg", "path": ["dog", "husky"], "names": ["dog", "husky"], "leaf": "husky",
     "probability": 0.83, "steps": [{"node": "animal", "options": ["cat", "dog"],
     "probabilities": [0.08, 0.92]}, ...], "top": [{"leaf": "husky", "probability": 0.83}, ...],
     "stopped": null, "error": null}
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from hiercls.errors import PredictionError

T = TypeVar("T")

# Two kinds of character cannot stand in a line of UTF-8 as they are: halves of surrogate pairs,
# by which Python carries file names that are not UTF-8, and what some readers take for the end
# of a line.
_MUST_BE_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Step:
    """One question on the way: what was offered at a node, and how probable each option was."""

    node: str
    options: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.options) != len(self.probabilities):
            raise PredictionError(
                f"prediction: step at {self.node!r} has {len(self.options)} options"
                f" and {len(self.probabilities)} probabilities; expected as many of each"
            )
        for probability in self.probabilities:
            _check_probability(probability, "probabilities")


@dataclass(frozen=True)
class Candidate:
    """A leaf that the image may show."""

    leaf: str
    probability: float

    def __post_init__(self) -> None:
        _check_probability(self.probability, "probability")


@dataclass(frozen=True)
class Prediction:
    """What one image shows, or why that could not be told.

    Attributes:
        image: The image as it was asked for.
        path: Ids from below the root down to where the answer ends.
        names: The names of those nodes.
        leaf: The last id of the path where the answer is a leaf, else None.
        probability: Of the path, the product over its steps.
        steps: The questions asked, in order, each with its full distribution.
        top: The most probable leaves that are known, best first.
        stopped: Why the path ends above a leaf, else None.
        error: Why there is no answer, in one line, else None.

    Example:
        >>> Prediction("a.jpg", path=("dog",), names=("Dog",), leaf="dog", probability=0.9).leaf
        'dog'
        >>> Prediction.from_json(Prediction.failed("b.jpg", "b.jpg: no such file").to_json()).error
        'b.jpg: no such file'
    """

    image: str
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    leaf: str | None = None
    probability: float | None = None
    steps: tuple[Step, ...] = ()
    top: tuple[Candidate, ...] = ()
    stopped: str | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        if len(self.names) != len(self.path):
            raise PredictionError(
                f"prediction: names has {len(self.names)} entries and path {len(self.path)};"
                " expected as many of each"
            )
        if self.leaf is not None and self.path[-1:] != (self.leaf,):
            raise PredictionError(
                f"prediction: leaf is {self.leaf!r}; expected the end of the path, {self.path!r}"
            )
        if self.probability is not None:
            _check_probability(self.probability, "probability")

    @classmethod
    def failed(cls, image: str, error: str) -> Prediction:
        """Return the prediction for an image that gave no answer."""
        return cls(image, error=error)

    def to_json(self) -> str:
        """Return one line of JSON, without the line break, that can be written as UTF-8."""
        line = json.dumps(asdict(self), ensure_ascii=False)
        return _MUST_BE_ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", line)

    @classmethod
    def from_json(cls, line: str) -> Prediction:
        """Return the prediction in a line that `to_json` wrote.

        Raises:
            PredictionError: The line is not JSON, or a field is missing, unknown or wrong.
        """
        values = _fields(_parse(line), cls, "prediction")
        values["steps"] = _each(values["steps"], _step, "steps")
        values["top"] = _each(values["top"], _candidate, "top")
        for key in ("path", "names"):
            values[key] = _each(values[key], _text, key)
        for key in ("leaf", "stopped", "error"):
            values[key] = _or_none(values[key], _text, key)
        values["image"] = _text(values["image"], "image")
        values["probability"] = _or_none(values["probability"], _number, "probability")
        return cls(**values)


def _check_probability(value: float, field: str) -> None:
    # The sum of many rounded terms may pass 1 by a little.
    if not (math.isfinite(value) and 0 <= value <= 1 + 1e-6):
        raise PredictionError(f"prediction: {field} is {value!r}; expected a number from 0 to 1")


def _parse(line: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(items)
        if len(values) < len(items):
            twice = next(key for key, _ in items if sum(key == other for other, _ in items) > 1)
            raise PredictionError(f"prediction: key {twice!r} stands there twice; expected once")
        return values

    try:
        return json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        found = repr(line if len(line) <= 60 else line[:60] + "...")
        raise PredictionError(
            f"prediction: {found} is not a line of JSON; expected one object: {error}"
        ) from None


def _fields(value: object, kind: type, where: str) -> dict[str, Any]:
    """Return an object's values, once its keys are just the fields of a dataclass."""
    if not isinstance(value, dict):
        raise PredictionError(f"{where} is {_kind(value)}; expected an object")
    expected = [field.name for field in fields(kind)]
    for key in value:
        if key not in expected:
            close = difflib.get_close_matches(key, expected, 1)
            raise PredictionError(
                f"{where}: unknown key {key!r}; expected {', '.join(expected)}",
                hint=f"did you mean {close[0]!r}?" if close else None,
            )
    for key in expected:
        if key not in value:
            raise PredictionError(f"{where}: no key {key!r}; expected {', '.join(expected)}")
    return dict(value)


def _step(value: object, where: str) -> Step:
    values = _fields(value, Step, f"prediction: {where}")
    return Step(
        _text(values["node"], f"{where}.node"),
        _each(values["options"], _text, f"{where}.options"),
        _each(values["probabilities"], _number, f"{where}.probabilities"),
    )


def _candidate(value: object, where: str) -> Candidate:
    values = _fields(value, Candidate, f"prediction: {where}")
    return Candidate(
        _text(values["leaf"], f"{where}.leaf"),
        _number(values["probability"], f"{where}.probability"),
    )


def _each(value: object, read: Callable[[object, str], T], where: str) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise _wrong(value, "a list", where)
    return tuple(read(item, f"{where}[{index}]") for index, item in enumerate(value))


def _or_none(value: object, read: Callable[[object, str], T], where: str) -> T | None:
    return None if value is None else read(value, where)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "text", where)
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(value, "a number", where)
    try:
        return float(value)
    except OverflowError:
        raise _wrong(value, "a number from 0 to 1", where) from None


def _wrong(value: object, expected: str, where: str) -> PredictionError:
    return PredictionError(f"prediction: {where} is {_kind(value)}; expected {expected}")


def _kind(value: object) -> str:
    names: Iterable[tuple[type, str]] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "null")
