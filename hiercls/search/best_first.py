"""The most probable classes, with as few questions as they can be had for."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence

from hiercls.plan import Plan, Question
from hiercls.search.bounds import PRECISION, Bounds
from hiercls.search.driver import Search
from hiercls.search.exploration import Exploration


def best_first(
    plan: Plan,
    *,
    top: int = 5,
    floor: float = 0.0,
    budget: int | None = None,
    cost: Callable[[Question], int] = lambda question: 1,
    bounds: Bounds | None = None,
) -> Search:
    """Ask the most probable node that is open, until no other can change the answer.

    A node is never more probable than the one above it. So once `top` classes are known that
    are each at least as probable as every open node, no other can be among them. In a tree no
    search that is sure of its answer asks fewer questions. With several parents it goes on until
    those classes have got all that can reach them.

    Source: Dijkstra 1959, "A note on two problems in connexion with graphs": the shortest path,
    with -log of an answer's probability as its length; carried on to the k shortest.

    Args:
        plan: What can be asked.
        top: How many classes have to be right, with their order and probabilities.
        floor: Classes less probable than this need not be, but for the most probable one.
        budget: What may be spent on an image; asking stops before it is passed.
        cost: What a question costs of the budget.
        bounds: Those of the plan, if they are at hand.
    """
    known = Exploration(plan)
    frontier = _Frontier(known, top, floor, bounds or Bounds(plan))
    frontier.extend([plan.entry.node])
    spent = 0
    while (node := frontier.next_node()) is not None:
        spent += cost(plan.question(node))
        if budget is not None and spent > budget:
            end = known.best_end(or_open=True)
            return known.route(end, exact=False, unasked="the budget is spent")
        (logprobs,) = yield [node]
        frontier.extend(known.answer(node, logprobs))
    return known.route(known.best_end(), exact=True)


class _Frontier:
    """What is open, most probable first, and the best classes that are known."""

    def __init__(self, known: Exploration, top: int, floor: float, bounds: Bounds) -> None:
        self._known = known
        self._top = top
        self._floor = floor
        self._bounds = bounds
        self._ranked: list[str] = []
        self._order: list[tuple[float, str]] = []

    def extend(self, grown: Sequence[str]) -> None:
        """Take in what has become more probable."""
        known = self._known
        for own in grown:
            if own in known.open:
                heapq.heappush(self._order, (-known.open[own], own))
        candidates = dict.fromkeys([*self._ranked, *(own for own in grown if own in known.leaves)])
        self._ranked = heapq.nlargest(self._top, candidates, key=known.leaves.__getitem__)

    def next_node(self) -> str | None:
        """The node to ask next; None once the answer is certain."""
        while self._order and -self._order[0][0] != self._known.open.get(self._order[0][1]):
            heapq.heappop(self._order)  # asked since, or more probable since
        if not self._order:
            return None
        node = self._order[0][1]
        least = self._least()
        if math.exp(self._known.open[node]) > least:
            return node
        return self._bounds.unsettled(self._known, self._ranked, least)

    def _least(self) -> float:
        """The probability that an open node must pass to matter by itself."""
        if not self._ranked:
            return PRECISION
        best, last = (math.exp(self._known.leaves[self._ranked[place]]) for place in (0, -1))
        if len(self._ranked) < self._top:
            last = 0.0
        return max(min(self._floor, best), last, PRECISION)
