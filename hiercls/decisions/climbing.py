"""The most probable leaf, and up from there until the probability is high enough."""

from __future__ import annotations

from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import lineage
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def climb(known: NodeProbabilities, threshold: float) -> Decision:
    """Cut the path to the most probable leaf at the first node below a threshold.

    From the other end: start at the most probable leaf and climb until a node reaches the
    threshold. Both are the same, as probabilities only fall along a path. With several parents
    the path is that of `Taxonomy.path`.

    Source: Goren, Galil and El-Yaniv 2024, "Hierarchical Selective Classification", the climbing
    inference rule (section 3); the threshold of `target` is their section 4.
    """
    usual = leaf(known)
    path = known.taxonomy.path(usual.nodes[0])
    kept = [node for node in path if known.probability[node] >= threshold]
    node = kept[-1] if kept else known.taxonomy.root
    if node == usual.nodes[0]:
        return usual
    name = known.taxonomy.node(path[path.index(node) + 1]).name
    found = known.probability[path[path.index(node) + 1]]
    return Decision(
        (node,), known.probability[node], f"{name!r} has {found:.2f}; {threshold:.2f} is asked"
    )


def last_wrong(known: NodeProbabilities, truth: str) -> float:
    """Return the greatest threshold at which `climb` still goes wrong; -1 where it never does.

    An answer is right where the truth is at or below it, so this is the probability of the
    uppermost node of the path that is not above the truth.
    """
    path = known.taxonomy.path(leaf(known).nodes[0])
    right = lineage(known.taxonomy, truth)
    return next((known.probability[node] for node in path if node not in right), -1.0)
