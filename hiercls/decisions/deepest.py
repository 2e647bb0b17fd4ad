"""The deepest node that is probable enough."""

from __future__ import annotations

from hiercls.decisions.decision import Decision
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def deepest(known: NodeProbabilities, threshold: float) -> Decision:
    """End at the deepest node of at least this probability, on whatever path it is.

    Of several at that depth the most probable. It may be deeper than where `threshold` cuts the
    path, when the most probable leaf stands alone and many less probable ones stand together.
    """
    reached = [node for node, mass in known.probability.items() if mass >= threshold]
    node = max(
        reached,
        key=lambda own: (known.taxonomy.depth(own), known.probability[own]),
        default=known.taxonomy.root,
    )
    usual = leaf(known)
    if node == usual.nodes[0]:
        return usual
    return Decision(
        (node,), known.probability[node], f"no deeper node has {threshold:.2f}, which is asked"
    )
