"""Precision and recall in bits: what an answer says, and how much of it is true."""

from __future__ import annotations

from collections.abc import Sequence

from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.ratio import Ratio


def information_precision(
    hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]
) -> Ratio:
    """Return the mean of I(lca) / I(answer); 1 for the root, which says nothing wrong.

    I(v) = -log2 of the share of the classes at or below v; the lca is the common ancestor of most
    information. An answer below a truth that is no class is cut back to the truth.

    Source: Valmadre 2022, "Hierarchical classification at multiple operating points".
    """
    return Ratio.mean([precision(hierarchy, t, a) for t, a in zip(truths, answers, strict=True)])


def information_recall(
    hierarchy: Hierarchy, truths: Sequence[str], answers: Sequence[str]
) -> Ratio:
    """Return the mean of I(lca) / I(truth), as `information_precision` has it."""
    return Ratio.mean([recall(hierarchy, t, a) for t, a in zip(truths, answers, strict=True)])


def coverage(hierarchy: Hierarchy, answers: Sequence[str]) -> Ratio:
    """Return the mean share of a leaf's information that the answers have.

    That is 1 - H(v) / H(root) with H the entropy of the classes at or below v, all equally
    probable.

    Source: Goren, Galil and El-Yaniv 2024, "Hierarchical Selective Classification", section 2.
    """
    return Ratio.mean([hierarchy.shares[answer] for answer in answers])


def precision(hierarchy: Hierarchy, truth: str, answer: str) -> float:
    """Return the share of one answer's information that is true."""
    said = hierarchy.information[answer]
    if truth not in hierarchy.classes and truth in hierarchy.above(answer):
        return 1.0
    return hierarchy.relation(truth, answer).information / said if said else 1.0


def recall(hierarchy: Hierarchy, truth: str, answer: str) -> float:
    """Return the share of the truth's information that one answer says."""
    known = hierarchy.information[truth]
    return hierarchy.relation(truth, answer).information / known if known else 1.0
