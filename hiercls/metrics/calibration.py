"""Whether confidences mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NUM_BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence.

    Attributes:
        low: Confidence above which the bin begins; the first bin includes it.
        high: Confidence up to which it goes, included.
        count: Answers in it.
        confidence: Their mean confidence; the middle of the bin where it is empty.
        accuracy: The share of them that is right; 0 where it is empty.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(
    confidence: Sequence[float] | Floats,
    right: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    num_bins: int = NUM_BINS,
) -> tuple[Bin, ...]:
    """Return answers in bins of equal width: (0, 1/n], (1/n, 2/n] and so on; 0 is in the first."""
    sure, hit = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    edges = np.linspace(0, 1, num_bins + 1)
    index = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, num_bins - 1)
    counts = np.bincount(index, minlength=num_bins)
    some = np.maximum(counts, 1)
    means = np.bincount(index, weights=sure, minlength=num_bins) / some
    shares = np.bincount(index, weights=hit, minlength=num_bins) / some
    middles = (edges[1:] + edges[:-1]) / 2
    return tuple(
        Bin(float(low), float(high), int(count), float(mean if count else middle), float(share))
        for low, high, count, mean, middle, share in zip(
            edges[:-1], edges[1:], counts, means, middles, shares, strict=True
        )
    )


def ece(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: sum over bins of n_b / n |accuracy_b - confidence_b|.

    Source: Naeini, Cooper, Hauskrecht 2015; Guo et al. 2017, with 15 bins of equal
    width unless `reliability` was told otherwise.
    """
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.accuracy - one.confidence) for one in bins) / max(total, 1)


def brier(confidence: Sequence[float] | Floats, right: Sequence[bool]) -> float:
    """Return the mean of (confidence - right)^2 over the answers (Brier 1950, two outcomes)."""
    difference = np.asarray(confidence, dtype=float) - np.asarray(right, dtype=float)
    return float(np.mean(difference**2))


def log_loss(probabilities: Sequence[float] | Floats, *, least: float = 1e-12) -> float:
    """Return the mean of -ln p(truth), p cut off at `least` below so that it stays finite."""
    return float(-np.mean(np.log(np.clip(np.asarray(probabilities, dtype=float), least, 1.0))))
