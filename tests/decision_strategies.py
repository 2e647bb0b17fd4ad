"""Random images for decision rules: a taxonomy, and the answers of a search that asked a part."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from taxonomy_strategies import dags

from hiercls.config import PlanSettings
from hiercls.decisions import NodeProbabilities
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

Answers = dict[str, list[float]]

some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answered(plan: Plan, draw: random.Random, *, sharpness: float, share: float) -> Answers:
    """Random answers to the first question and to a share of the others."""
    answers = {}
    for node in plan.nodes:
        if node == plan.entry.node or draw.random() < share:
            weights = [draw.random() ** sharpness + 1e-9 for _ in plan.outcomes(node)]
            answers[node] = [math.log(weight / sum(weights)) for weight in weights]
    return answers


@st.composite
def searches(
    draw: st.DrawFn, *, max_parents: int = 3, share: float | None = None
) -> tuple[Plan, Answers]:
    """A plan with what a search was answered."""
    taxonomy = Taxonomy.from_dict(draw(dags(max_parents=max_parents)))
    merge = draw(st.sampled_from(["none", "all"]))
    plan = Plan(taxonomy, PlanSettings(merge=merge, none_of_these=draw(st.booleans())))
    asked = draw(st.sampled_from([0.0, 0.5, 1.0])) if share is None else share
    dice = random.Random(draw(st.integers(0, 10**6)))
    return plan, answered(plan, dice, sharpness=draw(st.sampled_from([1, 4, 16])), share=asked)


def images(*, max_parents: int = 3, share: float | None = None) -> st.SearchStrategy:
    """What is known of one image."""
    drawn = searches(max_parents=max_parents, share=share)
    return drawn.map(lambda one: NodeProbabilities.from_answers(*one))


def ways(plan: Plan, answers: Answers) -> Iterator[tuple[str, float]]:
    """Every single way through the answers: where it ends, and its probability."""

    def follow(node: str, mass: float) -> Iterator[tuple[str, float]]:
        if node not in answers:
            yield node, mass
            return
        for outcome, logprob in zip(plan.outcomes(node), answers[node], strict=True):
            share = mass * math.exp(logprob)
            if outcome.ends:
                yield outcome.node, share
            else:
                yield from follow(outcome.node, share)

    yield from [(plan.entry.node, 1.0)] if plan.entry.ends else follow(plan.entry.node, 1.0)


def above(taxonomy: Taxonomy, node: str) -> set[str]:
    """A node and all above it."""
    return {node, *taxonomy.ancestors(node)}
