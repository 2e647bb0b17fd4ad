from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer, opened
from taxonomy_strategies import dags, few, trees

from hiercls.config import MERGES, PlanSettings
from hiercls.plan import DEFAULT_QUESTION, Outcome, Plan
from hiercls.plan.cost import WORTH_OF_A_QUESTION, option_tokens, rounds
from hiercls.scoring import Request, Rounds
from hiercls.taxonomy import Taxonomy

PLANS = st.builds(
    PlanSettings,
    max_options=st.integers(2, 7),
    merge=st.sampled_from(MERGES),
    none_of_these=st.booleans(),
)
MERGING = PLANS.filter(lambda plan: plan.merge != "none")


class SlowTree:
    """The cost of plans of a tree, straight from what it is said to be."""

    def __init__(self, taxonomy: Taxonomy, plan: PlanSettings) -> None:
        self.taxonomy = taxonomy
        self.plan = plan

    def end(self, node: str) -> str:
        """Where single children lead to."""
        children = self.taxonomy.children(node)
        while len(children) == 1 and not self.taxonomy.node(node).is_class:
            node = children[0]
            children = self.taxonomy.children(node)
        return node

    def tokens(self, node: str) -> list[float]:
        """Tokens of every option below a node, nothing being merged."""
        own = self.taxonomy.node(node)
        found = [option_tokens(own.name, own.description)] if own.is_class else []
        for child in map(self.taxonomy.node, self.taxonomy.children(node)):
            found.append(option_tokens(child.name, child.description))
            if not self.taxonomy.is_leaf(self.end(child.id)):
                found += self.tokens(self.end(child.id))
        return found

    def asking(self, node: str, num_options: int) -> float:
        sizes = rounds(num_options + self.plan.none_of_these, self.plan.max_options)
        below = {node, *self.taxonomy.descendants(node)} & set(self.taxonomy.classes)
        tokens = self.tokens(node)
        price = sum(tokens) / len(tokens) / WORTH_OF_A_QUESTION
        return len(below) * (len(sizes) + sum(sizes) * price)

    def text(self, node: str) -> str:
        return self.taxonomy.question(node) or DEFAULT_QUESTION

    def inner(self, node: str) -> list[str]:
        ends = map(self.end, self.taxonomy.children(node))
        return [end for end in ends if not self.taxonomy.is_leaf(end)]

    def num_own(self, node: str) -> int:
        return len(self.taxonomy.children(node)) + self.taxonomy.node(node).is_class

    def frontiers(self, node: str, asked: str) -> Iterator[tuple[int, list[str]]]:
        """Yield each way to cover what is below: options, and those of them that ask again."""
        inner = self.inner(node)
        choices = []
        for end in inner:
            ways = [(1, [end])]
            if self.plan.merge == "all" or self.text(end) == self.text(asked):
                ways += self.frontiers(end, asked)
            choices.append(ways)
        for chosen in itertools.product(*choices):
            num_options = self.num_own(node) - len(inner) + sum(n for n, _ in chosen)
            yield num_options, [end for _, ends in chosen for end in ends]

    def least(self, node: str) -> float:
        """The least cost of all that is asked at and below a node."""
        own, most = self.num_own(node) + self.plan.none_of_these, self.plan.max_options
        room = -(-own // most) * most - self.plan.none_of_these
        return min(
            self.asking(node, num_options) + sum(map(self.least, ends))
            for num_options, ends in self.frontiers(node, node)
            if num_options <= room
        )

    def cost(self, plan: Plan) -> float:
        """What a plan costs."""
        return sum(
            self.asking(node, len(plan.outcomes(node)) - self.plan.none_of_these)
            for node in plan.nodes
        )


@pytest.mark.slow
@settings(max_examples=300)
@given(trees(max_nodes=18), MERGING)
def test_no_plan_of_a_tree_costs_less(document: dict[str, Any], wanted: PlanSettings) -> None:
    taxonomy = Taxonomy.from_dict(document)
    plan, slow = Plan(taxonomy, wanted), SlowTree(taxonomy, wanted)
    least = 0.0 if plan.entry.ends else slow.least(plan.entry.node)
    assert slow.cost(plan) == pytest.approx(least, rel=1e-12)


def ways(plan: Plan, start: Outcome) -> Iterator[list[tuple[str, int]]]:
    """Every way from an outcome to an end, as questions and options."""
    if start.ends:
        yield []
        return
    for index, outcome in enumerate(plan.outcomes(start.node)):
        for rest in ways(plan, outcome):
            yield [(start.node, index), *rest]


@pytest.mark.slow
@settings(max_examples=200)
@given(dags(), PLANS, st.data())
def test_class_probabilities_sum_to_one(
    document: dict[str, Any], wanted: PlanSettings, data: st.DataObject
) -> None:
    taxonomy = Taxonomy.from_dict(document)
    taxonomy = taxonomy.restrict(under=data.draw(st.sampled_from(list(taxonomy))))
    plan = Plan(taxonomy, wanted)
    scorer = Rounds(HashScorer(max_options=wanted.max_options))
    handle = opened(scorer, [Image.new("RGB", (2, 2), "red")])[0]
    asked = [Request(handle, plan.question(node)) for node in plan.nodes]
    logprobs = dict(zip(plan.nodes, scorer.score(asked), strict=True))
    found = dict.fromkeys(taxonomy.classes, 0.0)
    none = 0.0
    for way in ways(plan, plan.entry):
        probability = math.exp(sum(logprobs[node][index] for node, index in way))
        end = plan.outcomes(way[-1][0])[way[-1][1]] if way else plan.entry
        if end.none:
            none += probability
        else:
            found[end.node] += probability
    assert sum(found.values()) + none == pytest.approx(1, abs=1e-9)
    assert all(found.values())
    assert bool(none) == bool(wanted.none_of_these and plan.nodes)


@pytest.mark.slow
@few
@given(dags(), PLANS)
def test_a_node_stands_once_in_a_question(document: dict[str, Any], wanted: PlanSettings) -> None:
    plan = Plan(Taxonomy.from_dict(document), wanted)
    for node in plan.nodes:
        options = plan.question(node).options
        outcomes = plan.outcomes(node)
        offered = [o.node for o, way in zip(options, outcomes, strict=True) if not way.none]
        assert len(offered) == len(set(offered))


@pytest.mark.slow
@settings(max_examples=200)
@given(dags(), MERGING)
def test_merging_only_adds_to_a_question_what_its_rounds_have_room_for(
    document: dict[str, Any], wanted: PlanSettings
) -> None:
    taxonomy = Taxonomy.from_dict(document)
    most = wanted.max_options
    for node in (plan := Plan(taxonomy, wanted)).nodes:
        fewest = (
            len(taxonomy.children(node))
            + taxonomy.node(node).is_class
            + plan.settings.none_of_these
        )
        assert len(plan.outcomes(node)) <= -(-fewest // most) * most


@pytest.mark.slow
@settings(max_examples=200)
@given(dags(), PLANS)
def test_options_lead_along_edges_and_routes_lead_to_their_nodes(
    document: dict[str, Any], wanted: PlanSettings
) -> None:
    plan = Plan(Taxonomy.from_dict(document), wanted)
    for node in plan.nodes:
        for outcome in plan.outcomes(node):
            for parent, child in itertools.pairwise((node, *outcome.path)):
                assert child in plan.taxonomy.children(parent)
            assert outcome.node == (node, *outcome.path)[-1]
    for own in plan.taxonomy:
        here, entered = plan.entry, [plan.taxonomy.root, *plan.entry.path]
        for asked, index in plan.route(own):
            assert asked == here.node
            here = plan.outcomes(asked)[index]
            entered += here.path
        is_leaf = plan.taxonomy.is_leaf(own)
        merged_away = own not in entered
        assert not (is_leaf and merged_away)
        if merged_away:
            assert not plan.taxonomy.node(own).is_class
            ways = [list(plan.taxonomy.paths(leaf)) for leaf in plan.taxonomy.leaves]
            only = [paths for paths in ways if all(own in path for path in paths)]
            offered = any(own in outcome.path for outcome in plan.outcomes(here.node))
            assert offered or not only


@pytest.mark.slow
@few
@given(dags(), st.integers(2, 7))
def test_equal_questions_have_equal_hashes(document: dict[str, Any], most: int) -> None:
    taxonomy = Taxonomy.from_dict(document)
    one, other = Plan(taxonomy, PlanSettings(most)), Plan(taxonomy, PlanSettings(most, "none"))
    same = [one.question(node) for node in one.nodes] == [other.question(n) for n in other.nodes]
    assert (one.hash == other.hash) == same


def test_a_question_of_its_own_keeps_a_node_apart() -> None:
    def plan(merge: str, **dog: str) -> Plan:
        dogs = {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}], **dog}
        taxonomy = Taxonomy.from_dict({"name": "pet", "children": [dogs, {"name": "cat"}]})
        return Plan(taxonomy, PlanSettings(merge=merge))

    assert plan("auto").nodes == ("pet",)
    assert plan("auto", question="Which dog?").nodes == ("pet", "dog")
    assert plan("auto", question=DEFAULT_QUESTION).nodes == ("pet",)
    assert plan("all", question="Which dog?").nodes == ("pet",)
    assert plan("none").nodes == ("pet", "dog")


def test_a_wide_node_fills_the_last_of_its_rounds() -> None:
    kinds = [
        {"name": f"kind {n}", "children": [{"name": f"{n}a"}, {"name": f"{n}b"}]} for n in "xyz"
    ]
    leaves = [{"name": f"leaf {n}"} for n in range(2)]
    taxonomy = Taxonomy.from_dict({"name": "things", "children": [*kinds, *leaves]})
    plan = Plan(taxonomy, PlanSettings(max_options=4))
    assert len(plan.outcomes("things")) == 8 and plan.num_levels == 1


def test_what_few_images_are_asked_is_not_worth_long_options_for_all() -> None:
    def plan(description: str) -> Plan:
        rare = {"name": "rare", "children": [{"name": "one"}, {"name": "two"}]}
        common = [{"name": f"common {n}", "description": description} for n in range(13)]
        return Plan(Taxonomy.from_dict({"name": "things", "children": [rare, *common]}))

    assert plan("seen often").nodes == ("things",)
    assert plan("long " * 200).nodes == ("things", "rare")


@pytest.mark.slow
def test_deep_taxonomies_need_no_recursion() -> None:
    links = {f"n{n}": {"name": f"n{n}", "parents": [f"n{n - 1}"]} for n in range(1, 5_000)}
    ends = {n: {"name": n, "parents": ["n4999"]} for n in "ab"}
    chain = {"name": "chain", "nodes": {"n0": {"name": "n0"}, **links, **ends}}
    assert len(Plan(Taxonomy.from_dict(chain)).entry.path) == 4_999
    sides = {f"l{n}": {"name": f"l{n}", "parents": [f"n{n}"]} for n in range(5_000)}
    chain["nodes"] = {**chain["nodes"], **sides}  # type: ignore[dict-item]
    plan = Plan(Taxonomy.from_dict(chain))
    assert plan.num_levels == -(-5_001 // 15)
    assert len(plan.route("a")) == plan.num_levels
