"""Which examples an epoch holds, and in which order: the same wherever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiercls.config import SAMPLERS
from hiercls.errors import ConfigError

_GOLDEN = (5**0.5 - 1) / 2
_MEMBERS, _ORDER, _START = range(3)
"""What a stream of random numbers is for."""


@dataclass(frozen=True)
class SamplingSettings:
    """How often an example is drawn, and how much it weighs.

    Attributes:
        sampler: How large a share of an epoch each class has: "natural" as many examples as it
            has, "sqrt" the square root of that, "balanced" the same for all, "effective" between
            natural and balanced by `beta` (`class_shares`).
        weights: The same words for how much a class weighs in the loss.
        beta: Of "effective", from 0 (natural) to below 1 (nearer and nearer to balanced).
        size: Examples drawn for an epoch; None for as many as there are.
        cap: At each level, an epoch asks for a node at most so often; None for no limit.
    """

    sampler: str = "natural"
    weights: str = "natural"
    beta: float = 0.999
    size: int | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        for name in ("sampler", "weights"):
            if (value := getattr(self, name)) not in SAMPLERS:
                raise ConfigError(f"{name} is {value!r}; expected one of {', '.join(SAMPLERS)}")
        if not 0 <= self.beta < 1:
            raise ConfigError(f"beta is {self.beta!r}; expected a number from 0 to below 1")
        for name in ("size", "cap"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or value < 1):
                raise ConfigError(f"{name} is {value!r}; expected a whole number of at least 1")


def class_shares(
    counts: Sequence[int] | NDArray[np.integer], sampler: str, *, beta: float = 0.999
) -> NDArray[np.float64]:
    """Return the share of an epoch that each class has; they sum to 1.

    Args:
        counts: Examples of each class, at least 1, (classes,).
        sampler: One of `SAMPLERS`.
        beta: Of "effective": n examples count as (1 - beta^n) / (1 - beta), and each is drawn in
            inverse proportion to that.

    Source:
        Cui et al. 2019, "Class-Balanced Loss Based on Effective Number of Samples", equation 2 and
        section 4; the square root is from Mahajan et al. 2018, section 2.2.

    Example:
        >>> class_shares([90, 10], "natural").round(2).tolist()
        [0.9, 0.1]
        >>> class_shares([90, 10], "sqrt").round(2).tolist()
        [0.75, 0.25]
    """
    numbers = np.asarray(counts, dtype=np.float64)
    match sampler:
        case "natural":
            shares = numbers
        case "sqrt":
            shares = np.sqrt(numbers)
        case "balanced":
            shares = np.ones_like(numbers)
        case "effective":
            shares = numbers * (1 - beta) / -np.expm1(numbers * np.log(beta)) if beta else numbers
        case _:
            raise ConfigError(f"sampler is {sampler!r}; expected one of {', '.join(SAMPLERS)}")
    normalized: NDArray[np.float64] = shares / shares.sum()
    return normalized


def class_weights(
    counts: Sequence[int] | NDArray[np.integer], weights: str, *, beta: float = 0.999
) -> NDArray[np.float64]:
    """Return what an example of each class weighs in the loss; the mean over all examples is 1.

    Drawn naturally and weighted so, a class contributes what it would if drawn by that sampler.

    Example:
        >>> class_weights([90, 10], "balanced").round(2).tolist()
        [0.56, 5.0]
    """
    shares = class_shares(counts, weights, beta=beta)
    return shares / class_shares(counts, "natural")


class Draws:
    """The order of the examples in each epoch.

    A class gets its share of every epoch to within one example, and over the epochs exactly. Its
    own examples are gone through in turn, shuffled anew each time, across epochs. An epoch depends
    on the classes, the settings, the seed and its number, so that a run can be continued anywhere
    and divided among machines.

    Source:
        Classes get their numbers by systematic sampling (Madow 1949), whose start moves on by the
        golden ratio from epoch to epoch.

    Args:
        class_of: The class of each example as a number from 0; every class has an example,
            (examples,).
        settings: The sampler, its beta and the size of an epoch.
        seed: Of everything drawn.

    Example:
        >>> import numpy as np
        >>> draws = Draws(np.array([0, 0, 0, 1]), SamplingSettings("balanced"))
        >>> sorted(draws.order(0).tolist())
        [1, 2, 3, 3]
    """

    def __init__(
        self, class_of: NDArray[np.int64], settings: SamplingSettings, *, seed: int = 0
    ) -> None:
        self._seed = seed
        self.size = settings.size or len(class_of)
        counts = np.bincount(class_of)
        self._members = np.split(np.argsort(class_of, kind="stable"), np.cumsum(counts)[:-1])
        shares = class_shares(counts, settings.sampler, beta=settings.beta)
        # Rounded, so that whole numbers are whole; the last bound is then the size.
        self._bounds = np.concatenate([[0.0], np.round(np.cumsum(shares) * self.size, 6)])
        self._start = (self._bits(_START).random_raw() >> 11) / 2.0**53

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the numbers of the examples of an epoch, in the order drawn, (size,)."""
        before = np.zeros(len(self._members), np.int64)
        for earlier in range(epoch):
            before += self._numbers(earlier)
        numbers = self._numbers(epoch)
        drawn = [
            self._drawn(own, int(before[own]), int(numbers[own]))
            for own in np.flatnonzero(numbers).tolist()
        ]
        together = np.concatenate(drawn)
        return together[np.argsort(self._bits(_ORDER, epoch).random_raw(self.size), kind="stable")]

    def _numbers(self, epoch: int) -> NDArray[np.int64]:
        """Return how many examples of each class an epoch has."""
        start = (self._start + epoch * _GOLDEN) % 1
        return np.diff(np.ceil(self._bounds - start)).astype(np.int64)

    def _drawn(self, own: int, first: int, number: int) -> NDArray[np.int64]:
        """Return the examples of a class from one on, in rounds through all of them."""
        members = self._members[own]
        first_round, skipped = divmod(first, len(members))
        num_rounds = -(-(skipped + number) // len(members))
        bits = self._bits(_MEMBERS, own)
        bits.advance(first_round * len(members))
        keys = bits.random_raw(num_rounds * len(members)).reshape(num_rounds, len(members))
        rounds = members[np.argsort(keys, axis=1, kind="stable")].ravel()
        return rounds[skipped : skipped + number]

    def _bits(self, purpose: int, number: int = 0) -> np.random.PCG64:
        """Return raw bits, which no release of numpy draws otherwise."""
        return np.random.PCG64(np.random.SeedSequence((self._seed % 2**64, purpose, number)))
