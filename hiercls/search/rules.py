"""From settings to a search rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hiercls.config import SearchSettings
from hiercls.plan import Plan, Question
from hiercls.scoring import Rounds
from hiercls.search.beam import beam
from hiercls.search.best_first import best_first
from hiercls.search.bounds import Bounds
from hiercls.search.driver import Rule
from hiercls.search.exhaustive import exhaustive
from hiercls.search.greedy import greedy


def rule_of(settings: SearchSettings, plan: Plan, scorer: Rounds, *, top: int = 5) -> Rule:
    """Return the search rule of some settings, for one plan.

    Args:
        settings: Which one, and how it is set.
        plan: What it will be used on.
        scorer: Knows what a question costs.
        top: How many classes best-first has to get right.
    """
    if settings.rule == "greedy":
        return greedy
    if settings.rule == "beam":
        return partial(beam, width=settings.beam)
    if settings.rule == "exhaustive":
        return exhaustive
    return partial(
        best_first,
        top=top,
        floor=settings.floor,
        budget=settings.budget,
        cost=_costs(settings.budget_unit, scorer),
        bounds=Bounds(plan),
    )


def _costs(unit: str, scorer: Rounds) -> Callable[[Question], int]:
    return scorer.num_tokens if unit == "tokens" else scorer.num_questions
