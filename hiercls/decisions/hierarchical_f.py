"""The node of greatest expected hierarchical F-score."""

from __future__ import annotations

from collections.abc import Mapping

from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import lineage
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def hierarchical_f(known: NodeProbabilities) -> Decision:
    """End at the node h of greatest expected hF1, the sum over truths t of p(t) hF1(h, t).

    hF1(h, t) = 2 |A(h) & A(t)| / (|A(h)| + |A(t)|), where A is a node with all above it but the
    root (Kiritchenko, Matwin and Famili 2005). An answer of the root alone scores 0. A node whose
    question was not asked counts as a truth itself.

    Source: Plaud, Perez-Lebel, Labeau, Saillenfest and Bonald 2025, "To Each Metric Its
    Decoding: Post-Hoc Optimal Decision Rules of Probabilistic Hierarchical Classifiers", for
    answers that are one node, found by trying each known node. Their rule for answers that are
    any set of nodes is not here: a path is not any set.
    """
    by_size = _masses_by_size(known)
    scores = {node: _expected(known, by_size, node) for node in known.probability}
    node = max(scores, key=scores.__getitem__)
    usual = leaf(known)
    if node == usual.nodes[0]:
        return usual
    return Decision(
        (node,), known.probability[node], f"expected hierarchical F is best: {scores[node]:.2f}"
    )


def _masses_by_size(known: NodeProbabilities) -> dict[str, dict[int, float]]:
    """Return for each node the mass at or below it, by the size of the truth's A."""
    masses: dict[str, dict[int, float]] = {node: {} for node in known.probability}
    for end, mass in known.ends.items():
        nodes = lineage(known.taxonomy, end)
        size = len(nodes) - 1  # without the root
        for node in nodes:
            masses[node][size] = masses[node].get(size, 0.0) + mass
    return masses


def _expected(
    known: NodeProbabilities, by_size: Mapping[str, Mapping[int, float]], node: str
) -> float:
    steps = lineage(known.taxonomy, node) - {known.taxonomy.root}
    return sum(
        2 * mass / (len(steps) + size) for shared in steps for size, mass in by_size[shared].items()
    )
