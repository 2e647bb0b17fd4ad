"""The node that is expected to say the most."""

from __future__ import annotations

import math

from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import num_classes_below
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def information(known: NodeProbabilities, bonus: float = 0.0) -> Decision:
    """End at the node v of greatest (r(v) + bonus) p(v).

    The reward r(v) of a right answer is what it says, in bits: the logarithm of the share of the
    classes that it rules out, log2(all / those at or below v). The bonus is the dual variable
    that a target accuracy asks for: the greater, the higher up the answers end.

    Source: Deng, Krause, Berg and Fei-Fei 2012, "Hedging Your Bets: Optimizing
    Accuracy-Specificity Trade-offs in Large Scale Visual Recognition", the DARTS algorithm.
    """
    counts = num_classes_below(known.taxonomy)
    total = counts[known.taxonomy.root]

    def expected(node: str) -> tuple[float, int]:
        reward = math.log2(total / counts[node])
        return (reward + bonus) * known.probability[node], known.taxonomy.depth(node)

    node = max(known.probability, key=expected)
    usual = leaf(known)
    if node == usual.nodes[0]:
        return usual
    bits = math.log2(total / counts[node])
    name = known.taxonomy.node(node).name
    return Decision(
        (node,),
        known.probability[node],
        f"{name!r} says the most that is safe: {bits:.1f} of {math.log2(total):.1f} bits",
    )
