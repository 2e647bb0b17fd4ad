"""The leaf whose mistakes are expected to cost the least."""

from __future__ import annotations

from itertools import pairwise

from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import heights
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def cost(known: NodeProbabilities) -> Decision:
    """End at the class k of least expected cost, the sum over j of C(k, j) p(j).

    C(k, j) is the height of the lowest node above both, 0 for the class itself. With several
    parents it is the lowest node on the path of k (`Taxonomy.path`) that holds j. Always ends at
    a class where one is known: it changes which, not how deep.

    Source: Karthik, Prabhu, Dokania and Gandhi 2021, "No Cost Likelihood Manipulation at Test
    Time for Making Better Mistakes in Deep Networks", conditional risk minimisation (CRM).
    """
    usual = leaf(known)
    if usual.reason is not None:
        return usual
    node = min(known.classes, key=lambda own: expected_cost(known, own))
    if node == usual.nodes[0]:
        return usual
    name = known.taxonomy.node(usual.nodes[0]).name
    return Decision(
        (node,), known.probability[node], f"mistakes cost less than with the likelier {name!r}"
    )


def expected_cost(known: NodeProbabilities, node: str) -> float:
    """Return the expected height of the lowest node on the path of a class above the truth."""
    height = heights(known.taxonomy)
    path = known.taxonomy.path(node)
    passed = (
        height[above] * (known.probability[above] - known.probability[below])
        for above, below in pairwise(path)
    )
    # What is below a class that is an inner node lies as high as the class itself.
    beyond = known.probability[node] - known.classes[node]
    return sum(passed) + height[node] * beyond
