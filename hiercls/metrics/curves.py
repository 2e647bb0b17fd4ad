"""From cautious to specific: what a threshold on the probability of a node trades for what."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.information import precision, recall
from hiercls.metrics.ratio import Floats

Choices = Sequence[tuple[str, float]]
"""What one example is answered as the threshold falls: nodes with their probabilities, which fall,
the root first."""


@dataclass(frozen=True)
class OperatingCurve:
    """Means over the examples at every threshold that changes one of them.

    Attributes:
        thresholds: Falling; infinity first, where every answer is the root.
        columns: By name, the mean of a value of the answers. # (thresholds,)
    """

    thresholds: Floats
    columns: Mapping[str, Floats]

    def area(self, x: str, y: str) -> float:
        """Return the area under one column over another, by trapezoids."""
        heights, places = self.columns[y], self.columns[x]
        return float(np.sum(np.diff(places) * (heights[1:] + heights[:-1]) / 2))

    def thinned(self, num_points: int, *names: str) -> dict[str, tuple[float, ...]]:
        """Return about so many points of some or all columns for a plot, the ends among them."""
        last = len(self.thresholds) - 1
        kept = np.unique(np.linspace(0, last, min(num_points, last + 1)).round().astype(int))
        columns = {"threshold": np.minimum(self.thresholds, 1.0)}
        columns |= {name: self.columns[name] for name in names or self.columns}
        return {name: tuple(float(v) for v in values[kept]) for name, values in columns.items()}


def climbing(
    hierarchy: Hierarchy, path: Sequence[str], probability: Mapping[str, float]
) -> Choices:
    """Return the answers that a threshold leaves of one path: the root, then ever deeper nodes.

    Source: Goren, Galil and El-Yaniv 2024, the climbing inference rule, section 3.
    """
    chosen = [(hierarchy.taxonomy.root, 1.0)]
    for node in path:
        chosen.append((node, min(chosen[-1][1], probability.get(node, 0.0))))
    return chosen


def most_specific(
    probability: Mapping[str, float], specificity: Callable[[str], float], *, root: str
) -> Choices:
    """Return the answers of the rule "the most specific node above the threshold".

    They are the nodes more specific than all that are more probable, wherever they stand.

    Args:
        probability: By node, that the truth is at or below it.
        specificity: How specific a node is, such as its information or its depth.
        root: The answer where no threshold is met.

    Source: Valmadre 2022, algorithm 1, the ordered Pareto set.
    """
    best: dict[float, tuple[float, str]] = {}  # of the nodes that are equally specific
    for node, mass in probability.items():
        bits, own = specificity(node), (-mass, node)
        best[bits] = min(own, best.get(bits, own))
    order = sorted((negative, -bits, node) for bits, (negative, node) in best.items())
    chosen = [(root, 1.0)]
    most = specificity(root)
    for negative_mass, negative, node in order:
        if -negative > most:
            most = -negative
            chosen.append((node, min(-negative_mass, 1.0)))
    return chosen


def operating_curve(
    truths: Sequence[str],
    choices: Iterable[Choices],
    values: Mapping[str, Callable[[str, str], float]],
) -> OperatingCurve:
    """Return the means of values of (truth, answer) at every threshold.

    Every step of an example to its next answer is put in the order of its probability; running
    sums of what the steps change give all means at once.

    Source: Valmadre 2022.
    """
    scores: list[float] = []
    first = {name: 0.0 for name in values}
    steps: dict[str, list[float]] = {name: [] for name in values}
    for truth, chosen in zip(truths, choices, strict=True):
        scores.extend(score for _, score in chosen[1:])
        for name, value in values.items():
            known = [value(truth, node) for node, _ in chosen]
            first[name] += known[0]
            steps[name].extend(new - old for old, new in itertools.pairwise(known))
    return _summed(len(truths), np.array(scores), first, steps)


def _summed(
    count: int, scores: Floats, first: Mapping[str, float], steps: Mapping[str, Sequence[float]]
) -> OperatingCurve:
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    is_last = np.append(falling[1:] != falling[:-1], True)[: len(falling)]
    columns = {}
    for name, changes in steps.items():
        totals = first[name] + np.cumsum(np.array(changes, dtype=float)[order])
        columns[name] = np.concatenate([[first[name]], totals[is_last]]) / max(count, 1)
    return OperatingCurve(np.concatenate([[np.inf], falling[is_last]]), columns)


def risk_coverage_curve(
    hierarchy: Hierarchy, truths: Sequence[str], choices: Iterable[Choices]
) -> OperatingCurve:
    """Return hierarchical risk against hierarchical coverage, with what else stopping changes.

    Columns: `risk`, the share of answers that are not right (`Hierarchy.is_right`); `coverage`,
    the mean of `Hierarchy.shares`; `leaves`, the share of answers that are classes; `depth`.
    The area under risk over coverage is hAURC, lower being better.

    Source: Goren, Galil and El-Yaniv 2024, section 2.
    """
    return operating_curve(
        truths,
        choices,
        {
            "risk": lambda truth, node: float(not hierarchy.is_right(truth, node)),
            "coverage": lambda _, node: hierarchy.shares[node],
            "leaves": lambda _, node: float(node in hierarchy.classes),
            "depth": lambda _, node: float(hierarchy.depths[node]),
        },
    )


def information_curve(
    hierarchy: Hierarchy, truths: Sequence[str], choices: Iterable[Choices]
) -> OperatingCurve:
    """Return information precision against recall, with the share of right answers.

    Columns `precision`, `recall`, `correct`. The area under precision over recall is the average
    precision, integrated as far as the recall goes.

    Source: Valmadre 2022, "Hierarchical classification at multiple operating points".
    """
    return operating_curve(
        truths,
        choices,
        {
            "precision": lambda truth, node: precision(hierarchy, truth, node),
            "recall": lambda truth, node: recall(hierarchy, truth, node),
            "correct": lambda truth, node: float(hierarchy.is_right(truth, node)),
        },
    )
