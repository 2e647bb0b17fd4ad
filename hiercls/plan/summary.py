"""What a plan costs: questions an image, their options and tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hiercls.plan.cost import question_cost, rounds
from hiercls.plan.plan import Plan
from hiercls.plan.question import Question


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Numbers of a plan; an image is asked those questions that lead to its class.

    Means are over the classes, each counting the same. A class with several ways to it counts by
    the first of the shortest, that of `Plan.route`.

    Attributes:
        questions_mean: Single questions an image, the mean over classes.
        questions_max: The same for the class that takes the most.
        steps_mean: As `questions_mean`, with a question asked in rounds counted once.
        options_max: The most options of a single question.
        tokens_mean: Estimated tokens of the questions an image is asked (`cost`).
        questions: Single questions of the whole plan.
        levels: Of the plan; adapters belong to levels.
    """

    questions_mean: float
    questions_max: int
    steps_mean: float
    options_max: int
    tokens_mean: float
    questions: int
    levels: int


class _Asked(NamedTuple):
    """What is asked on a way through the plan."""

    questions: int = 0
    steps: int = 0
    tokens: float = 0.0

    def and_then(self, other: _Asked) -> _Asked:
        return _Asked(
            self.questions + other.questions, self.steps + other.steps, self.tokens + other.tokens
        )


def summary_of(plan: Plan) -> PlanSummary:
    """Return what the questions of a plan cost, without asking them."""
    most = plan.settings.max_options
    costs = {node: _cost(plan.question(node), most) for node in plan.nodes}
    ways = _ways(plan, costs)
    sizes = (max(rounds(len(plan.question(node).options), most)) for node in plan.nodes)
    return PlanSummary(
        questions_mean=sum(way.questions for way in ways) / len(ways),
        questions_max=max(way.questions for way in ways),
        steps_mean=sum(way.steps for way in ways) / len(ways),
        options_max=max(sizes, default=0),
        tokens_mean=math.fsum(way.tokens for way in ways) / len(ways),
        questions=sum(cost.questions for cost in costs.values()),
        levels=plan.num_levels,
    )


def _cost(question: Question, most: int) -> _Asked:
    num_questions, tokens = question_cost(question, most)
    return _Asked(num_questions, 1, tokens)


def _ways(plan: Plan, costs: Mapping[str, _Asked]) -> list[_Asked]:
    """Return what is asked on the way to each class; the plan goes level by level."""
    reached = {plan.entry.node: _Asked()}
    classes = dict(reached) if plan.entry.ends else {}
    for node in plan.nodes:
        asked = reached[node].and_then(costs[node])
        for outcome in plan.outcomes(node):
            if not outcome.none:
                (classes if outcome.ends else reached).setdefault(outcome.node, asked)
    return list(classes.values())
