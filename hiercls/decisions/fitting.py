"""The thresholds of stop rules, from examples whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hiercls.calibration.bounds import conformal_rank, just_above, num_right_needed
from hiercls.decisions.climbing import last_wrong
from hiercls.decisions.conformal import largest_miss
from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import lineage, num_classes_below
from hiercls.decisions.probabilities import NodeProbabilities
from hiercls.decisions.rules import Fitted
from hiercls.errors import RequestError

Labelled = tuple[NodeProbabilities, str]
"""What is known of an image, and the node that it shows."""

_HIGHEST_BONUS = 1e9  # bits; from there on only a certain node beats the root
_STEPS = 50


def is_right(known: NodeProbabilities, decision: Decision, truth: str) -> bool:
    """Return whether the truth is at or below a node of the answer."""
    return not lineage(known.taxonomy, truth).isdisjoint(decision.nodes)


def fit_threshold(rule: Fitted, labelled: Sequence[Labelled], *, delta: float = 0.05) -> float:
    """Return the number that a rule needs to keep its promise.

    The examples must be drawn as the images are that the rule will meet, and none of them may
    have served to fit the probabilities.

    - `target`: with confidence 1 - delta over the draw of the examples, at least that share of
      further answers is right (climbing; Goren et al. 2024, section 4, with the exact binomial
      bound of `num_right_needed` in place of their quantile).
    - `information`: the same promise by the least bonus, found by bisection, at which enough
      examples are right (Deng et al. 2012). As many bonuses are tried on the same examples, the
      confidence is that of each trial, not of all together.
    - `coverage`: on average over draws of the examples, at least that share of further answers
      holds the truth (Mortier et al. 2025, split conformal); if it is exact, just that share.

    With too few examples for a promise, the answer is always the root.

    Args:
        rule: What is promised.
        labelled: Examples.
        delta: How often, at most, the promise may fail; not used for `coverage`.

    Raises:
        RequestError: There is no example.
    """
    if not labelled:
        raise RequestError(f"stop rule {rule.text!r}: no examples to fit it on; expected some")
    if rule.word == "coverage":
        misses = [largest_miss(*own, max_nodes=rule.max_nodes) for own in labelled]
        return just_above(misses, conformal_rank(len(misses), rule.level))
    needed = num_right_needed(len(labelled), rule.level, delta)
    if rule.word == "target":
        return just_above([last_wrong(*own) for own in labelled], needed)
    return _least_bonus(labelled, needed, rule.level)


def _least_bonus(labelled: Sequence[Labelled], needed: int, accuracy: float) -> float:
    tables = [_Rewards(known, truth) for known, truth in labelled]

    def is_enough(bonus: float) -> bool:
        return sum(table.is_right(bonus) for table in tables) >= needed

    if is_enough(0.0):
        return 0.0
    most = max(table.most for table in tables)
    low, high = 0.0, max(most, 1.0) * accuracy / (1 - accuracy)
    while not is_enough(high) and high < _HIGHEST_BONUS:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


class _Rewards:
    """The nodes of one image as arrays, the deepest first as `information` prefers them."""

    def __init__(self, known: NodeProbabilities, truth: str) -> None:
        counts = num_classes_below(known.taxonomy)
        total = counts[known.taxonomy.root]
        nodes = sorted(known.probability, key=known.taxonomy.depth, reverse=True)
        right = lineage(known.taxonomy, truth)
        self._rewards = np.array([math.log2(total / counts[node]) for node in nodes])
        self._masses = np.array([known.probability[node] for node in nodes])
        self._right = [node in right for node in nodes]
        self.most = float(self._rewards.max())

    def is_right(self, bonus: float) -> bool:
        return self._right[int(((self._rewards + bonus) * self._masses).argmax())]
