"""One temperature a level: how much sharper or flatter the answers should have been."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiercls.scoring import normalised

LOWEST, HIGHEST = 0.05, 20.0
PRIOR_STRENGTH = 4.0  # its inverse is the variance of the inverse temperature, near 1
LEAST_GAIN = 1.92  # nats; half of what a chi-squared variable passes in 1 of 20 cases
_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 60  # each leaves 0.618 of the interval: to 1e-12 of it


@dataclass(frozen=True)
class LabelledAnswer:
    """An answer to a question whose right option is known.

    Attributes:
        level: Of the question.
        logprobs: Of each option, as the model gave them.
        right: Index of the right option.
    """

    level: int
    logprobs: tuple[float, ...]
    right: int


def tempered(logprobs: Sequence[float], temperature: float) -> tuple[float, ...]:
    """Return the log-probabilities divided by a temperature, such that they sum to 1 again."""
    scaled = [logprob / temperature for logprob in logprobs]
    return normalised(scaled) if math.isfinite(max(scaled)) else tuple(logprobs)


def fit_temperatures(answers: Sequence[LabelledAnswer], num_levels: int) -> tuple[float, ...]:
    """Return for each level the temperature that its answers speak for.

    A level without an answer takes that of all answers together; without any, 1.

    In a tree the probability of a leaf is the product of the right options' on the way to it, so
    these temperatures together also suit the leaves best. A temperature for each number of
    options, or for both, was found to be no better (`benchmarks/LOG.md`).

    Source: Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks",
    section 4.2 (temperature scaling), here for the questions of a level instead of classes.
    """
    together = fit_temperature(answers)
    by_level = [[own for own in answers if own.level == level] for level in range(num_levels)]
    return tuple(fit_temperature(own) if own else together for own in by_level)


def fit_temperature(answers: Sequence[LabelledAnswer]) -> float:
    """Return the most probable temperature, or 1 where the answers hardly speak against it.

    They speak against it if they are likelier with that temperature by the factor that a test of
    the likelihood ratio asks for, with 1 in 20 false alarms (Wilks 1938). So answers that are
    honest already stay as they are, but for chance, and no noise of a few examples is added.

    The inverse of the temperature is taken to be Gamma distributed beforehand, with its mode at 1
    and a spread of about a half. A few answers that are all right would else ask for the lowest
    temperature there is; of a hundred examples it changes little. What is minimised is convex in
    the inverse, so a golden-section search over the logarithm finds the one minimum between 0.05
    and 20.

    Options of probability 0 are left as they are; where the right one is among them no
    temperature helps, and the answer is passed over.
    """
    rows = [own for own in answers if math.isfinite(own.logprobs[own.right])]
    if not rows:
        return 1.0
    logprobs = _padded([own.logprobs for own in rows])
    right = np.array([own.right for own in rows])

    def loss(log_temperature: float) -> float:
        return len(rows) * _loss(logprobs, right, log_temperature) + _surprise(log_temperature)

    best = _least(loss, math.log(LOWEST), math.log(HIGHEST))
    gain = len(rows) * (_loss(logprobs, right, 0.0) - _loss(logprobs, right, best))
    return math.exp(best) if gain > LEAST_GAIN else 1.0


def _surprise(log_temperature: float) -> float:
    """Return minus the log-density of a temperature beforehand, in nats, and 0 at 1."""
    inverse = math.exp(-log_temperature)
    return PRIOR_STRENGTH * (inverse - 1 + log_temperature)


def _least(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function of one minimum has it."""
    for _ in range(_STEPS):
        left = high - _GOLDEN * (high - low)
        further = low + _GOLDEN * (high - low)
        if function(left) <= function(further):
            high = further
        else:
            low = left
    return (low + high) / 2


def negative_log_likelihood(answers: Sequence[LabelledAnswer], temperature: float = 1.0) -> float:
    """Return the mean of minus the log-probability of the right options, in nats."""
    rows = [own for own in answers if math.isfinite(own.logprobs[own.right])]
    if not rows:
        return math.nan
    right = np.array([own.right for own in rows])
    return _loss(_padded([own.logprobs for own in rows]), right, math.log(temperature))


def _padded(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Return rows of different lengths as one array, filled up with options of probability 0."""
    array = np.full((len(rows), max(map(len, rows))), -np.inf)
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array  # (answers, options)


def _loss(logprobs: NDArray[np.float64], right: NDArray[np.int64], log_temperature: float) -> float:
    scaled = logprobs / math.exp(log_temperature)
    highest = scaled.max(axis=1, keepdims=True)
    totals = highest[:, 0] + np.log(np.exp(scaled - highest).sum(axis=1))
    return float(np.mean(totals - scaled[np.arange(len(right)), right]))
