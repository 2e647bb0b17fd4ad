from __future__ import annotations

import itertools
import math
import random
from functools import partial
from typing import Any

import pytest
from drawn_plans import DRAWN, plans, seeds, tree_plans
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer, opened
from taxonomy_strategies import dags, few, trees

from hiercls.config import PlanSettings
from hiercls.plan import Plan
from hiercls.scoring import Handle, Request, TableScorer
from hiercls.search import Crowd, Route, Rule, Search, beam, exhaustive, greedy, path_to, run
from hiercls.taxonomy import Taxonomy


def flags(num_images: int) -> tuple[HashScorer, list[Handle], Plan]:
    scorer = HashScorer()
    handles = opened(scorer, [Image.new("RGB", (2, 2), (n, 0, 0)) for n in range(num_images)])
    return scorer, handles, Plan(Taxonomy.load("flags"))


@pytest.mark.slow
@few
@given(dags())
def test_greedy_follows_the_best_option_of_every_answer(document: dict[str, Any]) -> None:
    plan = Plan(Taxonomy.from_dict(document))
    scorer = HashScorer()
    handles = opened(scorer, [Image.new("RGB", (2, 2), (n, 0, 0)) for n in range(3)])
    for handle, route in zip(handles, run(greedy, scorer, handles, plan), strict=True):
        here, path, logprob = plan.entry, plan.entry.path, 0.0
        for answer in route.answers:
            asked = plan.question(here.node)
            assert answer.question == asked
            assert answer.logprobs == scorer.score([Request(handle, asked)])[0]
            best = answer.logprobs.index(max(answer.logprobs))
            here = plan.outcomes(here.node)[best]
            path, logprob = path + here.path, logprob + answer.logprobs[best]
        assert here.ends
        assert (route.path, route.node) == (path, here.node)
        assert route.logprob >= logprob - 1e-9  # other ways to the leaf add up


@pytest.mark.slow
@few
@given(trees())
def test_the_leaf_reached_is_among_the_leaves_that_are_known(document: dict[str, Any]) -> None:
    plan = Plan(Taxonomy.from_dict(document))
    scorer = HashScorer()
    route = run(greedy, scorer, opened(scorer, [Image.new("RGB", (2, 2))]), plan)[0]
    chosen = math.fsum(max(answer.logprobs) for answer in route.answers)
    assert route.logprob == pytest.approx(chosen)
    assert route.leaves[route.node] == route.logprob
    assert math.fsum(map(math.exp, route.leaves.values())) <= 1 + 1e-9
    ranked = route.ranked_leaves(2)
    assert len(ranked) <= 2
    assert [logprob for _, logprob in ranked] == sorted(route.leaves.values(), reverse=True)[:2]


def test_images_are_asked_side_by_side() -> None:
    scorer, handles, plan = flags(5)
    run(greedy, scorer, handles, plan)
    assert scorer.batches == [5] * plan.num_levels


def test_no_more_questions_are_asked_together_than_was_allowed() -> None:
    scorer, handles, plan = flags(5)
    routes = run(greedy, scorer, handles, plan, max_batch=2)
    assert scorer.batches == [2, 2, 1] * plan.num_levels
    assert routes == run(greedy, scorer, handles, plan)


def test_no_images_ask_nothing() -> None:
    scorer, _, plan = flags(0)
    assert run(greedy, scorer, [], plan) == []
    assert scorer.batches == []


def test_an_image_may_join_while_others_are_asked_about() -> None:
    scorer, handles, plan = flags(3)
    crowd = Crowd(greedy, scorer, plan)
    routes: dict[int, Route] = {}
    for number, handle in enumerate(handles):
        assert crowd.add(handle) == number
        routes |= crowd.step()
    while crowd.num_live:
        routes |= crowd.step()
    assert [routes[number] for number in range(3)] == run(greedy, scorer, handles, plan)


def test_a_rule_is_a_generator_for_one_image() -> None:
    def only_the_first_question(plan: Plan) -> Search:
        (logprobs,) = yield [plan.entry.node]
        return Route((), plan.entry.node, max(logprobs), (), {})

    scorer, handles, plan = flags(2)
    routes = run(only_the_first_question, scorer, handles, plan)
    assert [route.node for route in routes] == ["flag", "flag"]
    assert scorer.batches == [2]


BOTH = {
    "name": "things",
    "nodes": {
        "root": {"name": "root"},
        "a": {"name": "a", "parents": ["root"]},
        "both": {"name": "both", "parents": ["root", "a"]},
        "only": {"name": "only", "parents": ["a"]},
    },
}


@pytest.mark.parametrize("rule", [greedy, exhaustive, partial(beam, width=2)])
def test_several_ways_to_a_leaf_add_up(rule: Rule) -> None:
    plan = Plan(Taxonomy.from_dict(BOTH), PlanSettings(merge="none"))
    table = {"root": {"a": 0.6, "both": 0.4}, "a": {"both": 0.3, "only": 0.7}}
    (route,) = run(rule, TableScorer({0: table}), [0], plan)
    assert math.exp(route.leaves["both"]) == pytest.approx(0.4 + 0.6 * 0.3)
    assert math.exp(route.leaves["only"]) == pytest.approx(0.6 * 0.7)


def test_the_path_is_the_most_probable_of_several_ways() -> None:
    plan = Plan(Taxonomy.from_dict(BOTH), PlanSettings(merge="none"))
    for share, path in ((0.1, ("a", "both")), (0.6, ("both",))):
        table = {"root": {"a": 1 - share, "both": share}, "a": {"both": 0.9, "only": 0.1}}
        (route,) = run(exhaustive, TableScorer({0: table}), [0], plan)
        assert route.path == path
        assert math.exp(route.logprob) == pytest.approx(share + (1 - share) * 0.9)


def chain_of_diamonds(length: int) -> Plan:
    """Each node has two children that share their children: 2 to the power of length ways."""
    nodes: dict[str, Any] = {"top0": {"name": "top0"}}
    for n in range(length):
        for side in ("left", "right"):
            nodes[f"{side}{n}"] = {"name": f"{side}{n}", "parents": [f"top{n}"]}
            nodes[f"leaf-{side}{n}"] = {"name": "leaf", "parents": [f"{side}{n}"]}
        nodes[f"top{n + 1}"] = {"name": f"top{n + 1}", "parents": [f"left{n}", f"right{n}"]}
    return Plan(Taxonomy.from_dict({"name": "d", "nodes": nodes}), PlanSettings(merge="none"))


@pytest.mark.parametrize("rule", [exhaustive, partial(beam, width=3)])
def test_as_many_ways_as_there_are_cost_no_more_than_the_nodes(rule: Rule) -> None:
    plan = chain_of_diamonds(200)
    (route,) = run(rule, DRAWN, [0], plan)
    assert len(route.answers) <= len(plan.nodes)
    assert math.fsum(map(math.exp, route.leaves.values())) == pytest.approx(1)


@pytest.mark.slow
@given(plans, seeds)
def test_all_probability_ends_somewhere(plan: Plan, image: int) -> None:
    for rule in (greedy, partial(beam, width=2), exhaustive):
        (route,) = run(rule, DRAWN, [image], plan)
        known = math.fsum(map(math.exp, route.leaves.values())) + route.open_mass
        if not plan.settings.none_of_these:
            assert known == pytest.approx(1)
        assert known <= 1 + 1e-9
        asked = [answer.question.node for answer in route.answers]
        assert len(set(asked)) == len(asked)


@pytest.mark.slow
@given(plans, seeds)
def test_exhaustive_multiplies_along_every_way(plan: Plan, image: int) -> None:
    (route,) = run(exhaustive, DRAWN, [image], plan)
    slow: dict[str, float] = {}

    def follow(node: str, mass: float) -> None:
        for outcome, share in zip(plan.outcomes(node), route.logprobs[node], strict=True):
            if not outcome.ends:
                follow(outcome.node, mass * math.exp(share))
            elif not outcome.none:
                slow[outcome.node] = slow.get(outcome.node, 0.0) + mass * math.exp(share)

    if plan.entry.ends:
        slow = {plan.entry.node: 1.0}
    else:
        follow(plan.entry.node, 1.0)
    assert {own: math.exp(logprob) for own, logprob in route.leaves.items()} == pytest.approx(slow)
    assert set(route.leaves) == set(plan.taxonomy.classes)
    assert (route.exact, route.open_mass) == (True, 0.0)


@pytest.mark.slow
@given(plans, seeds)
def test_a_beam_of_one_is_greedy(plan: Plan, image: int) -> None:
    assert run(partial(beam, width=1), DRAWN, [image], plan) == run(greedy, DRAWN, [image], plan)


@pytest.mark.slow
@given(tree_plans, seeds)
def test_a_wider_beam_never_finds_a_worse_best_path(plan: Plan, image: int) -> None:
    (everything,) = run(exhaustive, DRAWN, [image], plan)
    found = [run(partial(beam, width=width), DRAWN, [image], plan)[0] for width in range(1, 9)]
    masses = [route.logprob for route in found]
    assert masses == sorted(masses)
    assert masses[-1] <= everything.logprob + 1e-9
    for narrow, wide in itertools.pairwise(found):
        assert set(narrow.logprobs) <= set(wide.logprobs)


@pytest.mark.slow
@given(tree_plans, seeds)
def test_a_beam_as_wide_as_the_tree_is_exhaustive(plan: Plan, image: int) -> None:
    (wide,) = run(partial(beam, width=len(plan.taxonomy)), DRAWN, [image], plan)
    (everything,) = run(exhaustive, DRAWN, [image], plan)
    assert (wide.path, wide.logprob) == (everything.path, pytest.approx(everything.logprob))


@pytest.mark.slow
@given(tree_plans, seeds, st.integers(1, 5))
def test_a_beam_asks_no_more_than_its_width_at_a_level(plan: Plan, image: int, width: int) -> None:
    (route,) = run(partial(beam, width=width), DRAWN, [image], plan)
    levels = [answer.question.level for answer in route.answers]
    assert all(levels.count(level) <= width for level in levels)


@pytest.mark.slow
@given(plans, seeds)
def test_the_path_leads_to_the_node(plan: Plan, image: int) -> None:
    taxonomy = plan.taxonomy
    for rule in (greedy, partial(beam, width=3), exhaustive):
        (route,) = run(rule, DRAWN, [image], plan)
        path = (taxonomy.root, *route.path)
        assert path[-1] == route.node
        assert all(below in taxonomy.children(above) for above, below in itertools.pairwise(path))
        for own in taxonomy:
            way = (taxonomy.root, *path_to(plan, route.logprobs, own))
            assert way[-1] == own
            assert way in set(taxonomy.paths(own))


@pytest.mark.slow
@given(plans, seeds, st.randoms(use_true_random=False))
def test_of_all_ways_to_a_node_it_is_the_most_probable(
    plan: Plan, image: int, rng: random.Random
) -> None:
    (route,) = run(exhaustive, DRAWN, [image], plan)
    best: dict[str, float] = {}
    of_path: dict[tuple[str, ...], float] = {}

    def follow(node: str, path: tuple[str, ...], logprob: float) -> None:
        for outcome, own in zip(plan.outcomes(node), route.logprobs[node], strict=True):
            for index, entered in enumerate(outcome.path):
                best[entered] = max(best.get(entered, -math.inf), logprob + own)
                way = path + outcome.path[: index + 1]
                of_path[way] = max(of_path.get(way, -math.inf), logprob + own)
            if not outcome.ends:
                follow(outcome.node, path + outcome.path, logprob + own)

    if not plan.entry.ends:
        follow(plan.entry.node, plan.entry.path, 0.0)
    answers = dict(rng.sample([*route.logprobs.items()], len(route.logprobs)))
    for own, logprob in best.items():
        assert of_path[path_to(plan, answers, own)] == pytest.approx(logprob)


def test_none_of_these_ends_at_the_node_that_was_asked() -> None:
    plan = Plan(Taxonomy.from_dict(BOTH), PlanSettings(merge="none", none_of_these=True))
    scorer = TableScorer({0: {"root": [0.8, 0.1, 0.1], "a": [0.2, 0.2, 0.6]}})
    for rule in (greedy, exhaustive, beam):
        (route,) = run(rule, scorer, [0], plan)
        assert (route.path, route.node, route.is_class) == (("a",), "a", False)
        assert route.reason == "none of the options at 'a' fits"
        assert math.exp(route.logprob) == pytest.approx(0.48)
        assert "a" not in route.leaves


def test_an_option_of_no_probability_leads_nowhere() -> None:
    plan = Plan(Taxonomy.from_dict(BOTH), PlanSettings(merge="none"))
    scorer = TableScorer({0: {"root": {"both": 1.0}, "a": {"only": 1.0}}})
    for rule in (greedy, exhaustive, beam):
        (route,) = run(rule, scorer, [0], plan)
        assert (route.path, dict(route.leaves)) == (("both",), {"both": 0.0})
