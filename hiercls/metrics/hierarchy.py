"""What all measures ask of a taxonomy, found once and kept."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hiercls.decisions.extent import heights, num_classes_below
from hiercls.taxonomy import Taxonomy

_RELATIONS = 1 << 18  # kept; about 60 MB


@dataclass(frozen=True, slots=True)
class Relation:
    """How two nodes stand to each other; several parents make several common ancestors.

    Attributes:
        num_shared: Common ancestors, a node being one of its own, without the root.
        height: Of the lowest common ancestor: edges on its longest way down to a leaf; the least
            among the common ancestors.
        depth: Of the deepest common ancestor: edges on its longest way up to the root.
        num_edges: On the shortest way from one node up to a common ancestor and down to the other.
        information: Of the most specific common ancestor, in bits.
    """

    num_shared: int
    height: int
    depth: int
    num_edges: int
    information: float


class Hierarchy:
    """A taxonomy with ancestor sets, depths, heights and information at hand.

    Attributes:
        taxonomy: What it was made from.
        parents: By node, the nodes right above it.
        depths: By node, the edges on the longest way from the root down to it.
        heights: By node, the edges on its longest way down to a leaf.
        classes: Ids of the possible answers.
        num_classes: By node, the classes at or below it, each counted once.
        information: By node, -log2 of the share of the classes at or below it: 0 at the root, and
            the most at a leaf (Valmadre 2022, with every class equally probable).
        shares: By node, its information as a share of that of a leaf, from 0 to 1.

    Example:
        >>> pets = Taxonomy.from_dict({"name": "pets", "children": [
        ...     {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]},
        ...     {"name": "cat"}]})
        >>> relation = Hierarchy(pets).relation("pug", "husky")
        >>> relation.height, relation.num_edges
        (1, 2)
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.parents = {node: taxonomy.parents(node) for node in taxonomy}
        self.depths = {node: taxonomy.depth(node) for node in taxonomy}
        self.heights = heights(taxonomy)
        self.classes = frozenset(taxonomy.classes)
        self.num_classes = num_classes_below(taxonomy)
        total = self.num_classes[taxonomy.root]
        self.information = {node: math.log2(total / self.num_classes[node]) for node in taxonomy}
        most = math.log2(total) or 1.0
        self.shares = {node: bits / most for node, bits in self.information.items()}
        self._above: dict[str, dict[str, int]] = {}
        self._related = lru_cache(maxsize=_RELATIONS)(self._relate)

    def above(self, node: str) -> Mapping[str, int]:
        """Return the ancestors of a node and itself, each with the edges on the way up to it."""
        found = self._above.get(node)
        if found is None:
            found = self._above[node] = self._climb(node)
        return found

    def relation(self, one: str, other: str) -> Relation:
        """Return how two nodes stand to each other; the order does not matter."""
        return self._related(one, other) if one <= other else self._related(other, one)

    def is_right(self, truth: str, answer: str) -> bool:
        """Return whether an answer is true, if perhaps less specific than it could be.

        It is where it is the truth or stands above it. Where the truth is an inner node that is
        no class, the data says no more than that the picture belongs below it, and an answer
        below it is right as well.
        """
        if answer in self.above(truth):
            return True
        return truth not in self.classes and truth in self.above(answer)

    def num_leading(self, truth: str, path: Sequence[str]) -> int:
        """Return how many nodes of a path are the truth or above it, before the first that is not.

        Args:
            truth: An id.
            path: Ids from below the root down to an answer.
        """
        above = self.above(truth)
        return next((index for index, node in enumerate(path) if node not in above), len(path))

    def _climb(self, node: str) -> dict[str, int]:
        found = {node: 0}
        pending = deque(found)
        while pending:
            own = pending.popleft()
            for parent in self.parents[own]:
                if parent not in found:
                    found[parent] = found[own] + 1
                    pending.append(parent)
        return found

    def _relate(self, one: str, other: str) -> Relation:
        left, right = self.above(one), self.above(other)
        shared = left.keys() & right.keys()
        return Relation(
            num_shared=len(shared) - 1,
            height=min(self.heights[node] for node in shared),
            depth=max(self.depths[node] for node in shared),
            num_edges=min(left[node] + right[node] for node in shared),
            information=max(self.information[node] for node in shared),
        )
