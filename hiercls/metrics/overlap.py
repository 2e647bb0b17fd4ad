"""Hierarchical precision, recall and F: how much of the way to the answer is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.ratio import Floats, Ratio


class Overlap(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: Ratio
    recall: Ratio
    f1: Ratio


def hierarchical_overlap(
    hierarchy: Hierarchy,
    truths: Sequence[str],
    answers: Sequence[str],
    *,
    is_macro: bool = False,
    with_root: bool = False,
) -> Overlap:
    """Return hierarchical precision, recall and F1.

    With T the true node and all its ancestors, A the answer and all its ancestors, over examples:
    hP = sum |T n A| / sum |A|, hR = sum |T n A| / sum |T|, hF = 2 sum |T n A| / sum (|T| + |A|),
    which is the harmonic mean of the two. The macro form takes the three for each example and
    then the mean. An empty set (the root alone, left out) has nothing wrong with it: an example's
    precision or recall of 0 / 0 is 1.

    Args:
        hierarchy: The taxonomy.
        truths: Ids.
        answers: Ids; the root where nothing was answered.
        is_macro: The mean over examples, rather than the ratio of sums (micro).
        with_root: Count the root, which is always right.

    Source: Kiritchenko, Matwin and Famili 2005, "Functional annotation of genes using
    hierarchical text categorization"; the root is left out there.
    """
    shared, true, answered = _sizes(hierarchy, truths, answers, with_root)
    if not is_macro:
        return Overlap(
            Ratio.of(shared, answered),
            Ratio.of(shared, true),
            Ratio.of(2 * shared, true + answered),
        )
    precision, recall = _share(shared, answered), _share(shared, true)
    f1 = _share(2 * precision * recall, precision + recall, empty=0.0)
    return Overlap(Ratio.mean(precision), Ratio.mean(recall), Ratio.mean(f1))


def _sizes(
    hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str], with_root: bool
) -> tuple[Floats, Floats, Floats]:
    pairs = zip(truths, answers, strict=True)
    shared = np.array([hierarchy.relation(t, a).num_shared for t, a in pairs], dtype=float)
    true = np.array([len(hierarchy.above(t)) - 1 for t in truths], dtype=float)
    answered = np.array([len(hierarchy.above(a)) - 1 for a in answers], dtype=float)
    extra = float(with_root)
    return shared + extra, true + extra, answered + extra


def _share(part: Floats, whole: Floats, *, empty: float = 1.0) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, empty), where=whole > 0)
