from __future__ import annotations

import math
from functools import partial

import pytest
from drawn_plans import DRAWN, draw_plan, plans, seeds, tree_plans
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiercls.config import PlanSettings
from hiercls.plan import Plan
from hiercls.scoring import TableScorer
from hiercls.search import Route, best_first, exhaustive, run
from hiercls.search.bounds import PRECISION
from hiercls.taxonomy import Taxonomy

thousands = settings(max_examples=2000)
tops = st.integers(1, 6)


def found(plan: Plan, image: int, **options: object) -> tuple[Route, dict[str, float]]:
    """What best-first finds, and the true probability of every class."""
    (route,) = run(partial(best_first, **options), DRAWN, [image], plan)
    (everything,) = run(exhaustive, DRAWN, [image], plan)
    return route, {own: math.exp(logprob) for own, logprob in everything.leaves.items()}


def listed(route: Route, top: int) -> list[tuple[str, float]]:
    return [(own, math.exp(logprob)) for own, logprob in route.ranked_leaves(top)]


@pytest.mark.slow
@thousands
@given(plans, seeds, tops)
def test_the_top_is_that_of_an_exhaustive_search(plan: Plan, image: int, top: int) -> None:
    route, truth = found(plan, image, top=top)
    assert route.exact
    best = sorted(truth.values(), reverse=True)[:top]
    ranked = listed(route, top)
    # What is missing has no probability to speak of.
    probabilities = [own for _, own in ranked] + [0.0] * (len(best) - len(ranked))
    assert probabilities == pytest.approx(best, abs=2 * PRECISION)
    for own, probability in ranked:
        assert probability == pytest.approx(truth[own], abs=PRECISION)


@pytest.mark.slow
@thousands
@given(plans, seeds)
@example(draw_plan(86595), 86595)  # what is none of a node's children comes by several ways
def test_the_answer_is_that_of_an_exhaustive_search(plan: Plan, image: int) -> None:
    route, _ = found(plan, image, top=1)
    (everything,) = run(exhaustive, DRAWN, [image], plan)
    if everything.is_class:
        assert route.logprob == pytest.approx(everything.logprob, abs=1e-4)
    else:
        assert (route.node, route.is_class) == (everything.node, False)


@pytest.mark.slow
@given(tree_plans, seeds, tops)
def test_in_a_tree_no_other_certain_search_asks_less(plan: Plan, image: int, top: int) -> None:
    route, truth = found(plan, image, top=top)
    (everything,) = run(exhaustive, DRAWN, [image], plan)
    masses = {plan.entry.node: 0.0}
    for node, logprobs in everything.logprobs.items():
        for outcome, logprob in zip(plan.outcomes(node), logprobs, strict=True):
            if not outcome.ends:
                masses[outcome.node] = masses[node] + logprob
    ranked = sorted(truth.values(), reverse=True)
    least = max(ranked[top - 1] if len(ranked) >= top else 0.0, PRECISION)
    # Below each of these another class could lie.
    needed = {own for own in plan.nodes if math.exp(masses[own]) > least * (1 + 1e-9)}
    assert set(route.logprobs) >= needed
    assert set(route.logprobs) - needed <= {
        own for own in plan.nodes if math.exp(masses[own]) >= least * (1 - 1e-9)
    }


@pytest.mark.slow
@given(plans, seeds, tops, st.sampled_from([0.001, 0.01, 0.1]))
def test_above_the_floor_nothing_is_missing(plan: Plan, image: int, top: int, floor: float) -> None:
    route, truth = found(plan, image, top=top, floor=floor)
    ranked = dict(listed(route, top))
    best = sorted(truth, key=truth.__getitem__, reverse=True)[:top]
    for place, own in enumerate(best):
        if truth[own] >= floor + PRECISION or (place == 0 and route.is_class):
            nearest = ranked.get(own) or list(ranked.values())[place]  # of equal ones either
            assert nearest == pytest.approx(truth[own], abs=PRECISION)
    (thorough,) = run(partial(best_first, top=top), DRAWN, [image], plan)
    assert len(route.answers) <= len(thorough.answers)


@pytest.mark.slow
@given(plans, seeds, tops, st.integers(1, 12))
def test_a_budget_is_never_passed(plan: Plan, image: int, top: int, budget: int) -> None:
    def cost(question: object) -> int:
        return 2

    route, truth = found(plan, image, top=top, budget=budget, cost=cost)
    free, _ = found(plan, image, top=top)
    assert 2 * len(route.answers) <= budget
    assert list(free.logprobs)[: len(route.answers)] == list(route.logprobs)
    assert route.exact == (route.logprobs == free.logprobs)
    for own, probability in truth.items():
        known = math.exp(route.leaves[own]) if own in route.leaves else 0.0
        assert known - 1e-9 <= probability <= known + route.open_mass + 1e-9


PETS = Plan(
    Taxonomy.from_dict(
        {
            "name": "pet",
            "children": [
                {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
                {"name": "cat", "children": [{"name": "tabby"}, {"name": "manx"}]},
                {"name": "fish"},
            ],
        }
    ),
    PlanSettings(merge="none"),
)


def table(**rows: list[float]) -> TableScorer:
    return TableScorer({0: rows})


def test_a_wrong_turn_at_the_top_is_made_good() -> None:
    scorer = table(pet=[0.5, 0.45, 0.05], dog=[0.5, 0.5], cat=[0.9, 0.1])
    (route,) = run(partial(best_first, top=1), scorer, [0], PETS)
    assert route.path == ("cat", "tabby")
    assert list(route.logprobs) == ["pet", "dog", "cat"]


def test_nothing_is_asked_that_cannot_change_the_answer() -> None:
    scorer = table(pet=[0.7, 0.29, 0.01], dog=[0.9, 0.1])
    (route,) = run(partial(best_first, top=1), scorer, [0], PETS)
    assert list(route.logprobs) == ["pet", "dog"]
    assert route.open_mass == pytest.approx(0.29)


def test_where_the_budget_ends_it_a_node_may_be_the_answer() -> None:
    scorer = table(pet=[0.7, 0.2, 0.1])
    (route,) = run(partial(best_first, budget=1), scorer, [0], PETS)
    assert (route.path, route.is_class, route.exact) == (("dog",), False, False)
    assert route.reason == "the budget is spent"
    assert math.exp(route.logprob) == pytest.approx(0.7)
    assert list(route.leaves) == ["fish"]


def test_a_budget_that_is_spent_on_a_leaf_still_gives_it() -> None:
    scorer = table(pet=[0.3, 0.2, 0.5])
    (route,) = run(partial(best_first, budget=1), scorer, [0], PETS)
    assert (route.path, route.is_class, route.reason) == (("fish",), True, None)
    assert route.exact is False


def test_too_small_a_budget_asks_nothing() -> None:
    (route,) = run(partial(best_first, budget=1, cost=lambda question: 2), table(), [0], PETS)
    assert (route.path, route.node, route.num_questions) == ((), "pet", 0)
    assert route.open_mass == 1.0


def fans(parents: int) -> Plan:
    """One leaf under all of several nodes, each of which has one of its own beside it."""
    nodes: dict[str, dict[str, object]] = {"root": {"name": "root"}}
    for n in range(parents):
        nodes[f"p{n}"] = {"name": f"p{n}", "parents": ["root"]}
        nodes[f"own{n}"] = {"name": f"own{n}", "parents": [f"p{n}"]}
    nodes["shared"] = {"name": "shared", "parents": [f"p{n}" for n in range(parents)]}
    return Plan(Taxonomy.from_dict({"name": "fans", "nodes": nodes}), PlanSettings(merge="none"))


def test_a_leaf_that_gets_a_little_from_everywhere_is_found() -> None:
    rows = {"root": [0.3, 0.25, 0.23, 0.22], "p0": [0.9, 0.1]}
    rows |= {f"p{n}": [0.6, 0.4] for n in (1, 2, 3)}
    (route,) = run(partial(best_first, top=1), TableScorer({0: rows}), [0], fans(4))
    # After p0 no single open node passes 0.27, the leaf of its own that it offers.
    assert route.node == "shared"
    assert math.exp(route.logprob) == pytest.approx(0.3 * 0.1 + 0.7 * 0.4)


def test_below_a_meeting_of_ways_a_node_may_get_more_from_above_it() -> None:
    nodes: dict[str, dict[str, object]] = {"root": {"name": "root"}}
    tree = {"a": ["root"], "b": ["root"], "x": ["root"], "meet": ["a", "b"], "a1": ["a"]}
    tree |= {"b1": ["b"], "u": ["meet"], "v": ["meet"], "u1": ["u"], "u2": ["u"]}
    nodes |= {own: {"name": own, "parents": parents} for own, parents in tree.items()}
    plan = Plan(Taxonomy.from_dict({"name": "n", "nodes": nodes}), PlanSettings(merge="none"))
    rows = {
        "root": {"a": 0.42, "b": 0.28, "x": 0.30},
        "a": {"meet": 0.98, "a1": 0.02},
        "b": {"meet": 0.9, "b1": 0.1},
        "meet": {"u": 0.7, "v": 0.3},
        "u": {"u1": 0.99, "u2": 0.01},
    }
    (route,) = run(partial(best_first, top=1), TableScorer({0: rows}), [0], plan)
    # Neither b nor u passes x, which has 0.30, and nothing else leads to meet than b.
    assert route.node == "u1"
    assert math.exp(route.logprob) == pytest.approx((0.42 * 0.98 + 0.28 * 0.9) * 0.7 * 0.99)


@given(seeds)
@example(0)
def test_one_leaf_to_choose_from_asks_nothing(image: int) -> None:
    chain = Plan(Taxonomy.from_dict({"name": "thing", "children": [{"name": "cup"}]}))
    (route,) = run(best_first, DRAWN, [image], chain)
    assert (route.path, route.logprob, route.num_questions, route.exact) == (("cup",), 0, 0, True)
