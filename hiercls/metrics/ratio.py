"""A measure that is one sum over examples divided by another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """The parts that each example adds to a measure; the measure is the ratio of their sums.

    Keeping the parts rather than the number lets the same measure be resampled and compared.

    Attributes:
        numerator: One number an example.
        denominator: One number an example; 0 where the measure says nothing of it.

    Example:
        >>> Ratio.mean([1, 0, 1, 1]).value
        0.75
        >>> Ratio.mean([3.0, 9.0], where=[True, False]).value
        3.0
    """

    numerator: Floats
    denominator: Floats

    @classmethod
    def of(cls, numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Ratio:
        """Return the ratio of two sums."""
        return cls(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))

    @classmethod
    def mean(cls, values: npt.ArrayLike, *, where: npt.ArrayLike | None = None) -> Ratio:
        """Return the mean of one value an example, over those where a condition holds."""
        numbers = np.asarray(values, dtype=float)
        counted = np.ones_like(numbers) if where is None else np.asarray(where, dtype=float)
        return cls(np.where(counted > 0, numbers, 0.0), counted)

    @property
    def value(self) -> float | None:
        """The measure; None where no example says anything."""
        total = float(self.denominator.sum())
        return float(self.numerator.sum()) / total if total > 0 else None
