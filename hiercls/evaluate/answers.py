"""The scored examples of a run in columns, and what their probabilities say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from hiercls.evaluate.evaluation import Scored
from hiercls.evaluate.masses import masses_of
from hiercls.metrics import Hierarchy
from hiercls.metrics.curves import (
    Choices,
    OperatingCurve,
    climbing,
    information_curve,
    most_specific,
    risk_coverage_curve,
)
from hiercls.prediction import Prediction


class Reading(NamedTuple):
    """What one prediction says of the nodes, as far as it is needed: the rest is large.

    Attributes:
        climbing: What a threshold leaves of the path to the answer, or to the most probable leaf
            where the answer stopped above one.
        deepest: What the rule "the deepest node above the threshold" answers.
        specific: What the rule "the most specific node above the threshold" answers.
        truth: The probability of the true node.
    """

    climbing: Choices
    deepest: Choices
    specific: Choices
    truth: float


@dataclass(frozen=True)
class Answers:
    """The scored examples of a run, in columns.

    Attributes:
        hierarchy: The taxonomy, indexed.
        truths: Ids.
        predictions: Without those that failed.
    """

    hierarchy: Hierarchy
    truths: tuple[str, ...]
    predictions: tuple[Prediction, ...]

    @classmethod
    def of(cls, hierarchy: Hierarchy, scored: Iterable[Scored]) -> Answers:
        """Leave out what is unscored."""
        kept = [one for one in scored if one.prediction.error is None]
        return cls(
            hierarchy,
            tuple(one.example.node for one in kept),
            tuple(one.prediction for one in kept),
        )

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Where each answer ends; the root where it says nothing."""
        root = self.hierarchy.taxonomy.root
        return tuple(p.path[-1] if p.path else root for p in self.predictions)

    @cached_property
    def ranked(self) -> list[tuple[str, ...]]:
        """The most probable leaves of each; where there are none, the answer itself."""
        tops = (tuple(c.leaf for c in p.top) or p.path[-1:] for p in self.predictions)
        return list(tops)

    @cached_property
    def readings(self) -> list[Reading]:
        """What each says of the nodes."""
        rows = zip(self.truths, self.predictions, strict=True)
        return [_reading(self.hierarchy, truth, prediction) for truth, prediction in rows]

    @property
    def has_probabilities(self) -> bool:
        """Whether any prediction says how probable anything is."""
        return any(p.steps or p.top or p.probability is not None for p in self.predictions)

    @cached_property
    def is_right(self) -> list[bool]:
        """Whether each answer is true, if perhaps unspecific."""
        pairs = zip(self.truths, self.nodes, strict=True)
        return [self.hierarchy.is_right(truth, node) for truth, node in pairs]


def _reading(hierarchy: Hierarchy, truth: str, prediction: Prediction) -> Reading:
    masses = masses_of(hierarchy, prediction)
    root = hierarchy.taxonomy.root
    known = masses.probability
    return Reading(
        climbing(hierarchy, _whole_path(hierarchy, prediction), known),
        most_specific(known, hierarchy.depths.__getitem__, root=root),
        most_specific(known, hierarchy.information.__getitem__, root=root),
        masses.of_truth(hierarchy, truth),
    )


@dataclass(frozen=True)
class Curves:
    """What thresholds trade.

    Attributes:
        climbing: Risk and coverage along the path of each answer.
        deepest: The same by the deepest node above the threshold.
        information: Information precision and recall, by the most specific node above it.
    """

    climbing: OperatingCurve
    deepest: OperatingCurve
    information: OperatingCurve

    @classmethod
    def of(cls, answers: Answers) -> Curves:
        """Draw all three."""
        hierarchy, truths, readings = answers.hierarchy, answers.truths, answers.readings
        return cls(
            risk_coverage_curve(hierarchy, truths, (one.climbing for one in readings)),
            risk_coverage_curve(hierarchy, truths, (one.deepest for one in readings)),
            information_curve(hierarchy, truths, (one.specific for one in readings)),
        )

    @property
    def by_rule(self) -> dict[str, OperatingCurve]:
        """The curves of risk and coverage by the words of `hiercls.decisions`."""
        return {"threshold": self.climbing, "deepest": self.deepest}


def _whole_path(hierarchy: Hierarchy, prediction: Prediction) -> Sequence[str]:
    """Return the path of the answer; of the most probable leaf, where it stopped above one."""
    best = prediction.top[0].leaf if prediction.top else None
    if prediction.leaf is not None or best is None or best in prediction.path:
        return prediction.path
    return hierarchy.taxonomy.path(best)[1:]
