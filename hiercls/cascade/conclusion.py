"""From what a search has found to the prediction for an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce

from hiercls.decisions import NodeProbabilities, Rule
from hiercls.plan import Plan
from hiercls.prediction import Candidate, NodeProbability, Prediction, Step
from hiercls.scoring import Rounds
from hiercls.search import Answer, Route, path_to


@dataclass(frozen=True)
class Ending:
    """Where the path of an answer ends.

    Attributes:
        path: Ids from below the root.
        leaf: Its last id, if that is the answer itself and not all that lies below it.
        probability: Of the last node.
        stopped: Why it is no leaf.
        nodes: The answer set, if that was asked for.
    """

    path: tuple[str, ...]
    leaf: str | None
    probability: float
    stopped: str | None = None
    nodes: tuple[NodeProbability, ...] = ()


def conclude(
    image: str, route: Route, *, plan: Plan, scorer: Rounds, top: int, ending: Ending
) -> Prediction:
    """Return the prediction for an image.

    Args:
        image: What it is called.
        route: What was found.
        plan: What was asked.
        scorer: Knows what that cost.
        top: How many leaves to list.
        ending: Where the path ends.
    """
    asked = [answer.question for answer in route.answers]
    return Prediction(
        image=image,
        path=ending.path,
        names=tuple(plan.taxonomy.node(node).name for node in ending.path),
        leaf=ending.leaf,
        probability=ending.probability,
        steps=tuple(map(_step, route.answers)),
        top=tuple(Candidate(own, _probability(mass)) for own, mass in route.ranked_leaves(top)),
        stopped=ending.stopped,
        exact=route.exact,
        questions=sum(map(scorer.num_questions, asked)),
        tokens=sum(map(scorer.num_tokens, asked)),
        nodes=ending.nodes,
    )


def natural_end(route: Route) -> Ending:
    """The end of the search itself."""
    leaf = route.node if route.is_class and route.path else None
    return Ending(route.path, leaf, _probability(route.logprob), route.reason)


def decided_end(route: Route, stop: Rule, *, plan: Plan) -> Ending:
    """The end that a stop rule chooses.

    Of several nodes the path leads to the lowest node above them all, of none to the root.

    Args:
        route: What was found.
        stop: The rule.
        plan: What was asked.
    """
    known = NodeProbabilities.from_answers(plan, route.logprobs)
    decision = stop(known)
    node = reduce(plan.taxonomy.lca, decision.nodes or (plan.taxonomy.root,))
    is_leaf = decision.nodes == (node,) and (
        plan.taxonomy.is_leaf(node) or (decision.reason is None and node in known.classes)
    )
    path = path_to(plan, route.logprobs, node)
    nodes = [NodeProbability(own, min(known.probability[own], 1.0)) for own in decision.nodes]
    return Ending(
        path=path,
        leaf=node if is_leaf and path else None,
        probability=min(known.probability[node], 1.0),
        stopped=None if is_leaf else decision.reason,
        nodes=tuple(nodes) if decision.is_set else (),
    )


def _probability(logprob: float) -> float:
    return math.exp(min(logprob, 0.0))


def _step(answer: Answer) -> Step:
    return Step(
        node=answer.question.node,
        options=tuple(option.node for option in answer.question.options),
        probabilities=tuple(math.exp(logprob) for logprob in answer.logprobs),
    )
