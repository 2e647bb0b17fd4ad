"""How often the answer is the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hiercls.config import FEW_SHOT, MANY_SHOT
from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.ratio import Ratio


def leaf_accuracy(truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the share of answers that are the true node itself."""
    return Ratio.mean([t == a for t, a in zip(truths, answers, strict=True)])


def answer_accuracy(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the share of answers that are the truth or stand above it: `Hierarchy.is_right`.

    One minus this is the hierarchical risk of Goren et al. 2024, section 2.
    """
    return Ratio.mean([hierarchy.is_right(t, a) for t, a in zip(truths, answers, strict=True)])


def top_accuracy(truths: Sequence[str], ranked: Sequence[Sequence[str]], k: int) -> Ratio:
    """Return the share of truths among the k most probable leaves.

    Args:
        truths: Ids.
        ranked: For each example the leaves, the most probable first.
        k: How many of them count.
    """
    return Ratio.mean([t in leaves[:k] for t, leaves in zip(truths, ranked, strict=True)])


def balanced_accuracy(truths: Sequence[str], answers: Sequence[str]) -> float | None:
    """Return the mean over the true nodes of the share of their examples that is found.

    Source: Brodersen, Ong, Stephan and Buhmann 2010, for more than two classes.
    """
    shares = list(class_accuracies(truths, answers).values())
    return float(np.mean(shares)) if shares else None


def class_accuracies(truths: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """Return for each true node the share of its examples whose answer it is."""
    totals: dict[str, list[int]] = {}
    for truth, answer in zip(truths, answers, strict=True):
        total = totals.setdefault(truth, [0, 0])
        total[0] += 1
        total[1] += truth == answer
    return {truth: hits / count for truth, (count, hits) in totals.items()}


class Tail(NamedTuple):
    """Mean accuracy of the classes by how many examples they had; None where there are none."""

    head: float | None
    middle: float | None
    tail: float | None


def by_frequency(
    truths: Sequence[str], answers: Sequence[str], frequencies: Mapping[str, int]
) -> Tail:
    """Return the balanced accuracy of frequent, middling and rare classes.

    Frequent are those with more than 100 training images, rare those with fewer than 20.

    Args:
        truths: Ids.
        answers: Ids.
        frequencies: By class, its number of training images.

    Source: Liu, Miao, Zhan, Wang, Gong and Yu 2019, "Large-Scale Long-Tailed Recognition in an
    Open World" (many, medium and few shot).
    """
    groups: tuple[list[float], list[float], list[float]] = ([], [], [])
    for truth, share in class_accuracies(truths, answers).items():
        count = frequencies.get(truth, 0)
        groups[0 if count > MANY_SHOT else 2 if count < FEW_SHOT else 1].append(share)
    return Tail(*(float(np.mean(group)) if group else None for group in groups))
