"""The path of an answer against the true path, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.ratio import Ratio

Bools = npt.NDArray[np.bool_]
CUT_RATES = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Levels:
    """Which levels of the true path are right in the answer.

    Attributes:
        right: True where the answer has the right node; False past the end of the true path.
            # (examples, levels)
        lengths: Levels of the true path, the root not counted. # (examples,)
        is_same: Whether the paths are the same from end to end. # (examples,)
    """

    right: Bools
    lengths: npt.NDArray[np.int64]
    is_same: Bools

    @property
    def exists(self) -> Bools:
        """True at the levels that the true path has."""
        return np.arange(self.right.shape[1]) < self.lengths[:, None]

    @property
    def num_leading(self) -> npt.NDArray[np.int64]:
        """Levels that are right before the first that is not."""
        leading: npt.NDArray[np.int64] = np.cumprod(self.right, axis=1).sum(axis=1, dtype=np.int64)
        return leading


def levels_of(
    hierarchy: Hierarchy, truths: Sequence[str], paths: Sequence[Sequence[str]]
) -> Levels:
    """Return the levels of paths through a taxonomy.

    A level is right where the node there is the truth or stands above it. Of several ways to the
    truth the true path is the one that goes on from where the answer is right, and of those a
    shortest.

    Args:
        hierarchy: The taxonomy.
        truths: Ids.
        paths: Ids from below the root down to the answer.
    """
    marks, lengths, is_same = [], [], []
    root = hierarchy.taxonomy.root
    for truth, path in zip(truths, paths, strict=True):
        above = hierarchy.above(truth)
        leading = hierarchy.num_leading(truth, path)
        last = path[leading - 1] if leading else root
        length = leading + above[last]
        marks.append([node in above for node in path[:length]])
        lengths.append(length)
        is_same.append(last == truth and leading == len(path))
    return _levels(marks, lengths, is_same)


def levels_of_names(truths: Sequence[Sequence[str]], paths: Sequence[Sequence[str]]) -> Levels:
    """Return the levels of answers given level by level, each on its own, as names."""
    marks = [
        [one == other for one, other in zip(truth, path, strict=False)]
        for truth, path in zip(truths, paths, strict=True)
    ]
    is_same = [tuple(t) == tuple(p) for t, p in zip(truths, paths, strict=True)]
    return _levels(marks, [len(truth) for truth in truths], is_same)


def _levels(
    marks: Sequence[Sequence[bool]], lengths: Sequence[int], is_same: Sequence[bool]
) -> Levels:
    right = np.zeros((len(marks), max(lengths, default=0)), dtype=bool)
    for row, mark in enumerate(marks):
        right[row, : len(mark)] = mark
    return Levels(right, np.array(lengths, dtype=np.int64), np.array(is_same, dtype=bool))


def level_accuracies(levels: Levels) -> list[Ratio]:
    """Return for each level the share of the true paths which reach it that are right there.

    An answer that stops above a level is wrong there.
    """
    exists = levels.exists
    return [
        Ratio.mean(levels.right[:, i], where=exists[:, i]) for i in range(levels.right.shape[1])
    ]


def hca(levels: Levels) -> Ratio:
    """Return the hierarchical consistent accuracy: the share of paths that are right throughout.

    Source: Wu, Ho and Vasconcelos 2024, "ProTeCt"; Tan, Qing and Gong 2025, "Vision
    LLMs Are Bad at Hierarchical Visual Understanding", where the two paths are compared whole.
    """
    return Ratio.mean(levels.is_same)


def por(levels: Levels) -> Ratio:
    """Return the point-overlap ratio: the mean share of the levels of the true path that are right.

    Source: Tan, Qing and Gong 2025; `compute_por` in their published code.
    """
    return _share(levels, levels.right.sum(axis=1))


def s_por_prefix(levels: Levels) -> Ratio:
    """Return the strict point-overlap ratio as the published code reads it.

    Right levels before the first wrong one, over the levels of the true path.

    Source: Tan, Qing and Gong 2025; `compute_strict_por` in their published code.
    """
    return _share(levels, levels.num_leading)


def s_por_run(levels: Levels) -> Ratio:
    """Return the strict point-overlap ratio as the longest run.

    The most right levels in a row, wherever they begin, over the levels of the true path. It is
    never below `s_por_prefix`, and both are the same where answers walk down the tree.

    Source: Tan, Qing and Gong 2025, the other reading of levels that are right in a row.
    """
    run = best = np.zeros(len(levels.lengths), dtype=np.int64)
    for level in range(levels.right.shape[1]):
        run = np.where(levels.right[:, level], run + 1, 0)
        best = np.maximum(best, run)
    return _share(levels, best)


def tor(levels: Levels) -> Ratio:
    """Return the top-overlap ratio: of the pairs of neighbouring levels, the share right in both.

    True paths of a single level have no pair and are left out (the published code counts them as
    0, so that not even perfect answers reach 1).

    Source: Tan, Qing and Gong 2025; `compute_tor` in their published code.
    """
    pairs = (levels.right[:, 1:] & levels.right[:, :-1]).sum(axis=1)
    most = np.maximum(levels.lengths - 1, 1)
    return Ratio.mean(pairs / most, where=levels.lengths > 1)


def tree_cut_accuracy(levels: Levels, *, rates: Sequence[float] = CUT_RATES) -> Ratio:
    """Return the accuracy where the labels are a random cut through the tree, in expectation.

    A cut closes each node below the root with probability r; what is asked is the first closed
    node on the way down, or the leaf. An answer with k right levels before the first wrong one is
    right under the cut unless all of those k are open: 1 - (1 - r)^k; always where the path is
    right to its end. The mean over the rates is returned. The paper samples cuts at these rates,
    each cut once; this is what its mean tends to.

    Args:
        levels: The paths.
        rates: Probabilities that a node is closed.

    Source: Wu, Ho and Vasconcelos 2024, "ProTeCt", mean treecut accuracy; the rates from their
    published code.
    """
    is_whole = levels.num_leading == levels.lengths
    shares = [np.where(is_whole, 1.0, 1 - (1 - rate) ** levels.num_leading) for rate in rates]
    return Ratio.mean(np.mean(shares, axis=0))


def _share(levels: Levels, counts: npt.NDArray[np.int64]) -> Ratio:
    return Ratio.mean(counts / np.maximum(levels.lengths, 1), where=levels.lengths > 0)
