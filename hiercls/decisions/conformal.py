"""A node, or a few nodes, that hold the truth as often as was asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hiercls.decisions.decision import Decision
from hiercls.decisions.extent import classes_below, is_tree, lineage, num_classes_below
from hiercls.decisions.leaf import leaf
from hiercls.decisions.probabilities import NodeProbabilities


def conformal(
    known: NodeProbabilities, threshold: float, *, max_nodes: int = 1, is_exact: bool = False
) -> Decision:
    """End at the smallest of the growing sets of `growing_sets` that reaches a threshold.

    The threshold is the conformal quantile of `largest_miss` over held-out examples. Then the set
    holds the truth with probability of at least the coverage asked for, on average over such
    examples and further images alike, however wrong the probabilities are.

    Where the most probable ends alone are right more often than that, so are the sets. An exact
    rule then withholds the answers about which it is the least sure: its set for these is empty,
    and the coverage is what was asked for, to within one in the number of examples. Others draw
    lots for it (Vovk et al. 2005, smoothed predictors; Romano et al. 2020), and give up sure
    answers as readily as unsure ones, and another time others.

    Source: Mortier, Javanmardi, Sale, Hüllermeier and Waegeman 2025, "Conformal Prediction in
    Hierarchical Classification with Constrained Representation Complexity": split conformal
    prediction whose sets are one node, or at most r nodes. Implemented here without their random
    draw, so that the same image has the same answer; and the sets grow as `growing_sets` says.
    That sets which grow with a threshold cover, whatever they are: Gupta, Kuchibhotla and Ramdas
    2022, "Nested conformal prediction"; the empty set is the first of them here.

    Args:
        known: What the answers say.
        threshold: Down to -1; below 0 the most probable ends are enough for the coverage.
        max_nodes: How many nodes the set may have.
        is_exact: Withhold answers for which -p, with p that of the first set, is not below the
            threshold.
    """
    sets = growing_sets(known, max_nodes)
    first = next(sets)
    if is_exact and threshold <= -first.probability:
        reason = "withheld: the surer answers hold the truth as often as is asked"
        return Decision((), 0.0, reason, is_set=True)
    grown = next(own for own in itertools.chain([first], sets) if own.is_enough(threshold))
    nodes = sorted(grown.nodes, key=known.probability.__getitem__, reverse=True)
    usual = leaf(known)
    if tuple(nodes) == usual.nodes:
        return replace(usual, is_set=True)
    reason = "so much is needed to hold the truth as often as is asked"
    return Decision(tuple(nodes), grown.probability, reason, is_set=True)


def largest_miss(known: NodeProbabilities, truth: str, *, max_nodes: int = 1) -> float:
    """Return the greatest threshold at which the set of an exact rule is without the truth.

    That is the greatest probability of a growing set without it; where the first set holds it,
    minus the probability of that. `conformal` misses the truth for thresholds up to this, and no
    further; where it is not exact, only for those above 0.
    """
    right = lineage(known.taxonomy, truth)
    sets = growing_sets(known, max_nodes)
    first = next(sets)
    if not right.isdisjoint(first.nodes):
        return -first.probability
    missed = first.probability
    for grown in sets:
        if not right.isdisjoint(grown.nodes):
            break
        missed = max(missed, grown.probability)
    return missed


@dataclass(frozen=True)
class NodeSet:
    """Some nodes, none of them above another, and the probability that one holds the truth."""

    nodes: frozenset[str]
    probability: float
    is_last: bool = False

    def is_enough(self, threshold: float) -> bool:
        """Whether the sets need to grow no further."""
        return self.is_last or self.probability >= threshold


def growing_sets(known: NodeProbabilities, max_nodes: int = 1) -> Iterator[NodeSet]:
    """Yield sets of at most so many nodes, each holding the one before, up to the root.

    The first is the most probable end. Each next one either takes in one more end, the most
    probable outside, or puts the parent of a node in its place: whichever brings the most
    probability for each class that it lets in. With one node this is the climb to the root.
    """
    grower = _Grower(known, max_nodes)
    while not grower.is_done:
        yield NodeSet(frozenset(grower.nodes), grower.probability)
        grower.grow()
    yield NodeSet(frozenset({known.taxonomy.root}), 1.0, is_last=True)


class _Grower:
    def __init__(self, known: NodeProbabilities, max_nodes: int) -> None:
        self._taxonomy = known.taxonomy
        self._max_nodes = max_nodes
        self._num_classes = num_classes_below(known.taxonomy)
        self._ends = sorted(known.ends, key=known.ends.__getitem__, reverse=True)
        self._known = known
        self._held: set[str] = set()  # ends at or below the nodes
        self._ends_below = _ends_below(known)
        self.nodes: set[str] = set()
        self.probability = 0.0
        self._put(leaf(known).nodes[0])

    @property
    def is_done(self) -> bool:
        return self._taxonomy.root in self.nodes

    def grow(self) -> None:
        self._put(max(self._moves(), key=self._worth))

    def _moves(self) -> Iterator[str]:
        if len(self.nodes) < self._max_nodes:
            outside = next((end for end in self._ends if end not in self._held), None)
            if outside is not None:
                yield outside
        for node in sorted(self.nodes):
            yield from self._taxonomy.parents(node)

    def _worth(self, node: str) -> tuple[float, float]:
        """Probability for each class that a node lets in, then the probability."""
        gained = self._gain(node)
        let_in = self._num_classes[node] - self._num_inside(node)
        return gained / max(let_in, 0.5), gained

    def _num_inside(self, node: str) -> int:
        """Classes at or below a node that the set holds already."""
        if is_tree(self._taxonomy):
            return sum(self._num_classes[own] for own in self._below(node))
        held = frozenset[str]().union(*(classes_below(self._taxonomy, own) for own in self.nodes))
        return len(held & classes_below(self._taxonomy, node))

    def _gain(self, node: str) -> float:
        return sum(self._known.ends[end] for end in self._ends_below[node] - self._held)

    def _below(self, node: str) -> set[str]:
        return {own for own in self.nodes if node in lineage(self._taxonomy, own) - {own}}

    def _put(self, node: str) -> None:
        gained = self._gain(node)
        self._held |= self._ends_below[node]
        self.nodes = self.nodes - self._below(node) | {node}
        is_alone = len(self.nodes) == 1
        self.probability = (
            self._known.probability[node] if is_alone else min(self.probability + gained, 1.0)
        )


def _ends_below(known: NodeProbabilities) -> dict[str, set[str]]:
    ends: dict[str, set[str]] = {node: set() for node in known.probability}
    for end in known.ends:
        for node in lineage(known.taxonomy, end):
            ends[node].add(end)
    return ends
