"""The most probable leaf."""

from __future__ import annotations

from hiercls.decisions.decision import Decision
from hiercls.decisions.probabilities import NodeProbabilities


def leaf(known: NodeProbabilities) -> Decision:
    """End at the most probable class, wherever it is.

    Where "none of these" at some node is more probable than any class, end at that node: the
    picture shows something that the taxonomy does not hold. Where the search met no class, end
    where it leaves the most.
    """
    none, best = known.best_none, known.best_class
    if none is not None and (best is None or known.none[none] > known.classes[best]):
        name = known.taxonomy.node(none).name
        return Decision((none,), known.probability[none], f"none of the options at {name!r} fits")
    if best is not None:
        return Decision((best,), known.probability[best])
    last = max(known.ends, key=known.ends.__getitem__)
    return Decision((last,), known.probability[last], "the search ended above the leaves")
