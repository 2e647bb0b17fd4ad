"""How much of a number is luck: bootstrap intervals and paired tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import numpy as np

from hiercls.metrics.ratio import Floats, Ratio

K = TypeVar("K")

_CELLS = 20_000_000  # examples times resamples at a time; 160 MB


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


class Paired(NamedTuple):
    """Two runs on the same examples.

    Attributes:
        difference: The first minus the second.
        interval: Its 95 % bootstrap interval.
    """

    difference: float
    interval: Interval


class McNemar(NamedTuple):
    """Where two runs differ, and how probable that is by luck alone.

    Attributes:
        only_first: Examples that only the first run has right.
        only_second: Examples that only the second has right.
        p_value: Two-sided and exact.
    """

    only_first: int
    only_second: int
    p_value: float


def bootstrap(
    ratios: Mapping[str, Ratio], *, num_resamples: int = 1000, seed: int = 0
) -> dict[str, Interval]:
    """Return 95 % percentile intervals of measures, all from the same resamples of the examples.

    Measures that are undefined, or undefined in some resample, are left out.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3.
    """
    samples = _resampled(ratios, num_resamples, seed)
    finite = {name: drawn for name, drawn in samples.items() if np.isfinite(drawn).all()}
    return {name: _interval(drawn) for name, drawn in finite.items()}


def paired_bootstrap(
    first: Mapping[K, Ratio],
    second: Mapping[K, Ratio],
    *,
    num_resamples: int = 1000,
    seed: int = 0,
) -> dict[K, Paired]:
    """Return the differences of measures between two runs, both resampled alike.

    Args:
        first: Measures of a run; the examples in the order of the second.
        second: Measures of another run; those that both have are compared.
        num_resamples: How often to draw.
        seed: For the same intervals again.
    """
    ones = _resampled(first, num_resamples, seed)
    others = _resampled(second, num_resamples, seed)
    found = {}
    for name in (own for own in first if own in second):
        difference = ones[name] - others[name]
        one, other = first[name].value, second[name].value
        if one is not None and other is not None and np.isfinite(difference).all():
            found[name] = Paired(one - other, _interval(difference))
    return found


def mcnemar(first: Floats, second: Floats) -> McNemar:
    """Return McNemar's exact test of two runs on the same examples.

    p = 2 P(X <= min(b, c)) with X binomial(b + c, 1/2), at most 1, where b and c count the
    examples that only one run has right.

    Args:
        first: 1 where the first run is right. # (examples,)
        second: 1 where the second is.

    Source: McNemar 1947, by the binomial distribution itself instead of its approximation.
    """
    hit, other = np.asarray(first) > 0, np.asarray(second) > 0
    b, c = int((hit & ~other).sum()), int((~hit & other).sum())
    total = b + c
    tail = sum(math.exp(_log_choose(total, i) - total * math.log(2)) for i in range(min(b, c) + 1))
    return McNemar(b, c, min(1.0, 2 * tail))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _resampled(ratios: Mapping[K, Ratio], num_resamples: int, seed: int) -> dict[K, Floats]:
    """Return each measure in each resample; NaN where it is undefined there."""
    if not ratios or not num_resamples:
        return {}
    names = list(ratios)
    parts = np.stack(
        [ratios[name].numerator for name in names] + [ratios[name].denominator for name in names],
        axis=1,
    )  # (examples, 2 measures)
    draws = np.random.default_rng(seed)
    num_examples = len(parts)
    at_once = max(1, _CELLS // max(num_examples, 1))
    sums = []
    for start in range(0, num_resamples, at_once):
        rows = min(at_once, num_resamples - start)
        weights = np.empty((rows, num_examples))
        for row in weights:
            row[:] = np.bincount(
                draws.integers(num_examples, size=num_examples), minlength=num_examples
            )
        sums.append(weights @ parts)
    totals = np.concatenate(sums)  # (resamples, 2 measures)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = totals[:, : len(names)] / totals[:, len(names) :]
    return {name: values[:, column] for column, name in enumerate(names)}


def _interval(drawn: Floats) -> Interval:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(float(low), float(high))
