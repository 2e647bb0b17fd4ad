"""What a plan costs: questions an image, their options and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from hiercls.plan.cost import question_cost, rounds
from hiercls.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Numbers of a plan; an image is asked those questions that lead to its class.

    Means are over the classes, each counting the same. A class with several ways to it counts by
    the first of the shortest, that of `Plan.route`. What is asked in rounds counts as its single
    questions.

    Attributes:
        questions_mean: Single questions an image, the mean over classes.
        questions_max: The same for the class that takes the most.
        options_max: The most options of a single question.
        tokens_mean: Estimated tokens of the questions an image is asked (`cost`).
        questions: Single questions of the whole plan.
        levels: Of the plan; adapters belong to levels.
    """

    questions_mean: float
    questions_max: int
    options_max: int
    tokens_mean: float
    questions: int
    levels: int


def summary_of(plan: Plan) -> PlanSummary:
    """Return what the questions of a plan cost, without asking them."""
    most = plan.settings.max_options
    costs = {node: question_cost(plan.question(node), most) for node in plan.nodes}
    totals = _totals(plan, costs)
    return PlanSummary(
        questions_mean=sum(count for count, _ in totals) / len(totals),
        questions_max=max(count for count, _ in totals),
        options_max=max(
            (max(rounds(len(plan.question(node).options), most)) for node in plan.nodes), default=0
        ),
        tokens_mean=sum(tokens for _, tokens in totals) / len(totals),
        questions=sum(count for count, _ in costs.values()),
        levels=plan.num_levels,
    )


def _totals(plan: Plan, costs: dict[str, tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the questions and tokens that lead to each class."""
    start = (0, 0.0)
    reached = {plan.entry.node: start}
    classes = {plan.entry.node: start} if plan.entry.ends else {}
    for node in plan.nodes:
        count, tokens = (a + b for a, b in zip(reached[node], costs[node], strict=True))
        for outcome in plan.outcomes(node):
            if outcome.ends and not outcome.none:
                classes.setdefault(outcome.node, (int(count), tokens))
            elif not outcome.ends:
                reached.setdefault(outcome.node, (int(count), tokens))
    return list(classes.values())
