"""From the root to a leaf: which questions are asked, and what their answers add up to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from hiercls.plan import Plan, Question
from hiercls.scoring import Handle, Request, Scorer


@dataclass(frozen=True)
class Answer:
    """A question that was asked, with the log-probability of each of its options."""

    question: Question
    logprobs: tuple[float, ...]


@dataclass
class Route:
    """The way of one image through the plan.

    Attributes:
        path: Ids of the nodes entered, from below the root.
        node: Id of the node reached; the root before any step.
        logprob: Of the path, the sum over its answers.
        answers: Every question asked, in order.
        leaves: Log-probability of each leaf that the questions asked decide.
    """

    path: tuple[str, ...]
    node: str
    logprob: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    leaves: dict[str, float] = field(default_factory=dict)

    def add_leaf(self, node: str, logprob: float) -> None:
        """Count one way to a leaf; several ways add up."""
        known = self.leaves.get(node, -math.inf)
        higher, lower = max(known, logprob), min(known, logprob)
        self.leaves[node] = higher + math.log1p(math.exp(lower - higher))

    def ranked_leaves(self, count: int) -> list[tuple[str, float]]:
        """The most probable of the known leaves with their log-probabilities, best first."""
        return sorted(self.leaves.items(), key=lambda item: -item[1])[:count]


def greedy(scorer: Scorer, handles: Sequence[Handle], plan: Plan) -> list[Route]:
    """Take the most probable option at each question, for many images side by side.

    Asks one question a level and image, the least there is; one wrong turn loses the leaf. The
    leaves it knows are those offered along the way.
    """
    routes = [Route(plan.entry.path, plan.entry.node) for _ in handles]
    if plan.entry.ends:
        for route in routes:
            route.add_leaf(route.node, 0.0)
        return routes
    open_routes = list(zip(routes, handles, strict=True))
    while open_routes:
        requests = [Request(handle, plan.question(route.node)) for route, handle in open_routes]
        still_open = []
        for (route, handle), logprobs in zip(open_routes, scorer.score(requests), strict=True):
            if not _follow_best(route, plan, logprobs):
                still_open.append((route, handle))
        open_routes = still_open
    return routes


def _follow_best(route: Route, plan: Plan, logprobs: tuple[float, ...]) -> bool:
    """Move a route past one answer; True once there is nothing left to ask."""
    outcomes = plan.outcomes(route.node)
    route.answers.append(Answer(plan.question(route.node), logprobs))
    for outcome, logprob in zip(outcomes, logprobs, strict=True):
        if outcome.ends:
            route.add_leaf(outcome.node, route.logprob + logprob)
    best = max(range(len(logprobs)), key=logprobs.__getitem__)
    route.path += outcomes[best].path
    route.node = outcomes[best].node
    route.logprob += logprobs[best]
    return outcomes[best].ends
