"""Which examples each level of a plan has to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hiercls.data.examples import Example
from hiercls.data.passages import Passages
from hiercls.plan import Plan

Numbers = NDArray[np.int64]


class Subsets:
    """The examples that pass through the questions of each level.

    An example labelled at an inner node has nothing to say below it, and is in the levels above.

    Attributes:
        passages: What each truth passes.
        truths: Ids of the true nodes, in the order of their first example.
        truth_of: For each example, the index of its truth in `truths`, (examples,).
        nodes: For each level, ids of the nodes that are right options there.
        right_of: For each level and example, the index in `nodes` of the level's right option, the
            first where there are several; -1 where the example passes no question of the level,
            (levels, examples).
    """

    def __init__(self, plan: Plan, examples: Sequence[Example]) -> None:
        self.passages = Passages(plan)
        index = {node: i for i, node in enumerate(dict.fromkeys(e.node for e in examples))}
        self.truths = tuple(index)
        self.truth_of: Numbers = np.fromiter((index[e.node] for e in examples), np.int64)
        self.nodes: list[tuple[str, ...]] = []
        rights = np.full((plan.num_levels, len(index)), -1)  # (levels, truths)
        for level in range(plan.num_levels):
            known: dict[str, int] = {}
            for truth, number in index.items():
                if (node := self._right_node(level, truth)) is not None:
                    rights[level, number] = known.setdefault(node, len(known))
            self.nodes.append(tuple(known))
        self.right_of: Numbers = rights[:, self.truth_of]

    def of_level(self, level: int) -> Numbers:
        """Return the numbers of the examples that pass through a level, in order."""
        return np.flatnonzero(self.right_of[level] >= 0)

    @property
    def unused(self) -> Numbers:
        """Numbers of the examples that pass no question at all."""
        return np.flatnonzero((self.right_of < 0).all(axis=0))

    def num_by_truth(self) -> dict[str, int]:
        """Return how many examples each true node has."""
        counts = np.bincount(self.truth_of, minlength=len(self.truths))
        return dict(zip(self.truths, counts.tolist(), strict=True))

    def num_by_question(self) -> dict[str, int]:
        """Return how many examples pass each question of the plan, by the node that asks."""
        counts = Counter(dict.fromkeys(self.passages.plan.nodes, 0))
        for truth, number in self.num_by_truth().items():
            for passage in self.passages.of(truth):
                counts[passage.asked] += number
        return dict(counts)

    def _right_node(self, level: int, truth: str) -> str | None:
        for passage in self.passages.of(truth):
            if passage.level == level:
                question = self.passages.plan.question(passage.asked)
                return question.options[passage.rights[0]].node
        return None
