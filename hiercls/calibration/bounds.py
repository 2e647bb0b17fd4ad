"""How many of n examples must come out right for a promise about all further ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

ROUNDING = 1e-9
ABOVE_ALL = math.nextafter(1.0, 2.0)
"""A threshold that no probability reaches."""


def conformal_rank(num_examples: int, coverage: float) -> int:
    """Return the rank, from 1, of the score that covers as often as is asked, on average.

    That is ceil((n + 1) coverage), which may be n + 1: more than there are.

    Source: Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World"; as split
    conformal prediction Lei et al. 2018, theorem 2.2.
    """
    return math.ceil((num_examples + 1) * coverage - ROUNDING)


def num_right_needed(num_examples: int, accuracy: float, delta: float) -> int:
    """Return how many must be right to promise an accuracy with confidence 1 - delta.

    The smallest k with P(Bin(n, accuracy) >= k) <= delta, n + 1 where there is none. Seeing k
    right then means that the exact lower bound is at least the accuracy (Clopper and Pearson
    1934). The same k is the rank of the score below which at least that share of all further
    scores lies, as the share below the k-th of n is Beta(k, n + 1 - k) (Wilks 1941; Vovk 2012,
    "Conditional validity of inductive conformal predictors", proposition 2a).
    """
    tail, needed = 0.0, num_examples + 1
    for right in range(num_examples, -1, -1):
        tail += _binomial(num_examples, accuracy, right)
        if tail > delta:
            break
        needed = right
    return needed


def just_above(scores: Sequence[float], rank: int) -> float:
    """Return the lowest threshold above the score of a rank, counted from 1 for the least."""
    if rank > len(scores):
        return ABOVE_ALL
    return math.nextafter(sorted(scores)[rank - 1], math.inf)


def _binomial(num_trials: int, chance: float, num_hits: int) -> float:
    logarithm = (
        math.lgamma(num_trials + 1)
        - math.lgamma(num_hits + 1)
        - math.lgamma(num_trials - num_hits + 1)
        + num_hits * math.log(chance)
        + (num_trials - num_hits) * math.log1p(-chance)
    )
    return math.exp(logarithm)
