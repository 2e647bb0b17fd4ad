"""The most probable option at each question."""

from __future__ import annotations

from hiercls.plan import Plan
from hiercls.search.driver import Search
from hiercls.search.exploration import End, Exploration, best_option


def greedy(plan: Plan) -> Search:
    """Take the most probable option at each question.

    Asks one question a level, the least there is; one wrong turn loses the leaf. The leaves it
    knows are those offered along the way.
    """
    known = Exploration(plan)
    here, path = plan.entry, plan.entry.path
    while not here.ends:
        (logprobs,) = yield [here.node]
        known.answer(here.node, logprobs)
        here = plan.outcomes(here.node)[best_option(logprobs)]
        path += here.path
    return known.route(End.of(here), path=path)
