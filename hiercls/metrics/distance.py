"""How far an answer is from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.ratio import Floats, Ratio


def lca_heights(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Floats:
    """Return for each example the height of the lowest common ancestor, 0 for the truth itself.

    The height of a node is the number of edges on its longest way down to a leaf. With several
    parents it is the least height among the common ancestors.
    """
    pairs = zip(truths, answers, strict=True)
    return np.array([_height(hierarchy, t, a) for t, a in pairs], dtype=float)


def lca_height_mean(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the mean of `lca_heights` over all examples.

    Source: Bertinetto, Mueller, Tertikas, Samangooei and Lord 2020, "Making Better Mistakes",
    section 2: the hierarchical distance, for k = 1.
    """
    return Ratio.mean(lca_heights(hierarchy, truths, answers))


def mistake_severity(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the mean of `lca_heights` over the mistakes alone: answers that are not the truth.

    Source: Bertinetto et al. 2020, section 2: the hierarchical distance of a mistake.
    """
    is_wrong = [t != a for t, a in zip(truths, answers, strict=True)]
    return Ratio.mean(lca_heights(hierarchy, truths, answers), where=is_wrong)


def hierarchical_distance(
    hierarchy: Hierarchy, truths: Sequence[str], ranked: Sequence[Sequence[str]], k: int
) -> Ratio:
    """Return the average hierarchical distance at k.

    For each example the mean height of the lowest common ancestor of the truth and each of the k
    most probable leaves; of fewer where fewer are known. Then the mean over the examples.

    Args:
        hierarchy: The taxonomy.
        truths: Ids.
        ranked: For each example the leaves, the most probable first.
        k: How many of them count.

    Source: Bertinetto et al. 2020, section 2: the average hierarchical distance of the top k.
    """
    means = [
        fmean(_height(hierarchy, truth, leaf) for leaf in leaves[:k]) if leaves else 0.0
        for truth, leaves in zip(truths, ranked, strict=True)
    ]
    return Ratio.mean(means, where=[bool(leaves) for leaves in ranked])


def wu_palmer(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the mean similarity 2 d(lca) / (d(truth) + d(answer)), d in nodes, the root's being 1.

    With several parents depths are those of the longest ways.

    Source: Wu and Palmer 1994, "Verb Semantics and Lexical Selection"; the depth of the root is 1
    as in NLTK, so that it is not 0 between children of the root.
    """
    similarities = [
        2 * (hierarchy.relation(t, a).depth + 1) / (hierarchy.depths[t] + hierarchy.depths[a] + 2)
        for t, a in zip(truths, answers, strict=True)
    ]
    return Ratio.mean(similarities)


def edge_distance(hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]) -> Ratio:
    """Return the mean number of edges from the truth up to a common ancestor and down again."""
    pairs = zip(truths, answers, strict=True)
    return Ratio.mean([hierarchy.relation(t, a).num_edges for t, a in pairs])


def _height(hierarchy: Hierarchy, truth: str, answer: str) -> int:
    return 0 if truth == answer else hierarchy.relation(truth, answer).height
