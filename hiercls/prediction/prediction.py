"""The answer for one image, to and from one JSON line.

The keys of a line are the fields of `Prediction`, in that order, and it is written with all of
them, always:

    {"image": "photo.jpg", "path": ["dog", "husky"], "names": ["dog", "husky"], "leaf": "husky",
     "probability": 0.83, "steps": [{"node": "animal", "options": ["cat", "dog"],
     "probabilities": [0.08, 0.92]}, ...], "top": [{"leaf": "husky", "probability": 0.83}, ...],
     "stopped": null, "error": null, "exact": true, "questions": 2, "tokens": 61, "nodes": []}

Reading takes lines without `steps`, `top` and what stands behind `error`, and without `names`,
which are then the ids.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass

from hiercls.errors import PredictionError
from hiercls.prediction.values import (
    count,
    each,
    number,
    or_none,
    parse_line,
    read_fields,
    text,
    truth,
)

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
    """A class that the image may show."""

    leaf: str
    probability: float

    def __post_init__(self) -> None:
        _check_probability(self.probability, "probability")


@dataclass(frozen=True)
class NodeProbability:
    """A node, and how probable it is that the image shows it or something below it."""

    node: str
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
        leaf: The last id of the path where the answer is a leaf (or an inner node that is itself
            the answer), else None.
        probability: That the image shows the node where the path ends: the product over the steps
            of the path, and with several parents the sum over the ways to it.
        steps: Every question asked, in order, each with its full distribution. Those of the path
            are asked at its nodes, or at the root; others were asked to be sure.
        top: The most probable leaves that are known, best first.
        stopped: Why the path ends above a leaf, else None.
        error: Why there is no answer, in one line, else None.
        exact: Whether `top` is sure to hold the leaves that belong there, with their
            probabilities, as if everything had been asked; None where the search cannot tell.
        questions: How many questions were asked, each round counted; None if unknown.
        tokens: How many tokens they took, without those of the image; None if unknown.
        nodes: The answer set, where a set was asked for: one of them holds the truth.

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
    exact: bool | None = None
    questions: int | None = None
    tokens: int | None = None
    nodes: tuple[NodeProbability, ...] = ()

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
        """Return the prediction in a line that `to_json` wrote, or an earlier release.

        Raises:
            PredictionError: The line is not JSON, or a field is missing, unknown or wrong.
        """
        parsed = parse_line(line)
        names = parsed.get("path") if isinstance(parsed, dict) else None
        values = read_fields(parsed, cls, "prediction", defaults={**_DEFAULTS, "names": names})
        values["steps"] = each(values["steps"], _step, "steps")
        values["top"] = each(values["top"], _candidate, "top")
        values["nodes"] = each(values["nodes"], _node, "nodes")
        for key in ("path", "names"):
            values[key] = each(values[key], text, key)
        for key in ("leaf", "stopped", "error"):
            values[key] = or_none(values[key], text, key)
        values["image"] = text(values["image"], "image")
        values["probability"] = or_none(values["probability"], number, "probability")
        values["exact"] = or_none(values["exact"], truth, "exact")
        for key in ("questions", "tokens"):
            values[key] = or_none(values[key], count, key)
        return cls(**values)


# What a line may leave out: what earlier releases did not write, and what other tools may not know.
_DEFAULTS: dict[str, object] = {
    "steps": [],
    "top": [],
    "exact": None,
    "questions": None,
    "tokens": None,
    "nodes": [],
}


def _check_probability(value: float, field: str) -> None:
    # The sum of many rounded terms may pass 1 by a little.
    if not (math.isfinite(value) and 0 <= value <= 1 + 1e-6):
        raise PredictionError(f"prediction: {field} is {value!r}; expected a number from 0 to 1")


def _step(value: object, where: str) -> Step:
    values = read_fields(value, Step, f"prediction: {where}")
    return Step(
        text(values["node"], f"{where}.node"),
        each(values["options"], text, f"{where}.options"),
        each(values["probabilities"], number, f"{where}.probabilities"),
    )


def _candidate(value: object, where: str) -> Candidate:
    values = read_fields(value, Candidate, f"prediction: {where}")
    return Candidate(
        text(values["leaf"], f"{where}.leaf"),
        number(values["probability"], f"{where}.probability"),
    )


def _node(value: object, where: str) -> NodeProbability:
    values = read_fields(value, NodeProbability, f"prediction: {where}")
    return NodeProbability(
        text(values["node"], f"{where}.node"),
        number(values["probability"], f"{where}.probability"),
    )
