from __future__ import annotations

import pytest
from drawn_plans import draw_plan, plans, tree_plans
from hypothesis import example, given

from hiercls.config import PlanSettings
from hiercls.data import Example, Passages, Subsets, true_route
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PLAN = PlanSettings(merge="none")


def test_the_right_option_at_an_inner_truth_is_the_node_itself_or_none_of_these() -> None:
    document = {
        "name": "pets",
        "children": [
            {"name": "dog", "class": True, "children": [{"name": "pug"}, {"name": "husky"}]},
            {"name": "cat", "children": [{"name": "tabby"}, {"name": "manx"}]},
        ],
    }
    taxonomy = Taxonomy.from_dict(document)
    plain = Plan(taxonomy, PLAN)
    assert true_route(plain, "pug") == (("pets", 0), ("dog", 0))
    assert true_route(plain, "dog") == (("pets", 0), ("dog", 2))
    assert true_route(plain, "cat") == (("pets", 1),)
    with_none = Plan(taxonomy, PlanSettings(merge="none", none_of_these=True))
    assert true_route(with_none, "cat") == (("pets", 1), ("cat", 2))
    assert true_route(with_none, "dog") == (("pets", 0), ("dog", 2))
    assert true_route(with_none, "pets") == (("pets", 2),)


def ways_down(plan: Plan, truth: str) -> dict[str, set[int]]:
    """Every option on every way from the entry to where the truth ends, by walking all of them."""
    found: dict[str, set[int]] = {}

    def walk(asked: str, steps: list[tuple[str, int]]) -> None:
        for index, outcome in enumerate(plan.outcomes(asked)):
            way = [*steps, (asked, index)]
            if outcome.ends:
                # A chain of single children ends in a leaf; any of them is shown by it.
                option = plan.question(asked).options[index].node
                entered = outcome.path[outcome.path.index(option) :] if outcome.path else (asked,)
                if truth in entered and not outcome.none:
                    for node, right in way:
                        found.setdefault(node, set()).add(right)
            else:
                walk(outcome.node, way)

    if not plan.entry.ends:
        walk(plan.entry.node, [])
    return found


@pytest.mark.slow
@given(plans)
def test_the_ways_to_a_class_are_all_that_there_are(plan: Plan) -> None:
    passages = Passages(plan)
    for truth in plan.taxonomy.classes:
        expected = ways_down(plan, truth)
        for passage in passages.of(truth):
            assert set(passage.rights) == expected.pop(passage.asked)
        # What is left out offers nothing that is wrong: all is right, or below the truth.
        for asked, rights in expected.items():
            reached = {o.node for i, o in enumerate(plan.outcomes(asked)) if i not in rights}
            assert reached <= plan.taxonomy.descendants(truth) | {truth}


@pytest.mark.slow
@given(tree_plans)
def test_in_a_tree_the_ways_are_the_one_route_but_for_none_of_these(plan: Plan) -> None:
    passages = Passages(plan)
    for truth in plan.taxonomy:
        route = [
            (asked, (right,))
            for asked, right in true_route(plan, truth)
            if not plan.outcomes(asked)[right].none
        ]
        assert [(own.asked, own.rights) for own in passages.of(truth)] == route
        assert len({own.level for own in passages.of(truth)}) == len(route)


MERGED_AND_ASKED = draw_plan(5296245)
"""An inner class is merged into one question, where it ends, and asked about below another."""


@pytest.mark.slow
@given(plans)
@example(MERGED_AND_ASKED)
def test_each_step_of_the_one_route_leads_to_the_next_question(plan: Plan) -> None:
    for truth in plan.taxonomy.classes:
        here = plan.entry
        for asked, right in true_route(plan, truth):
            assert not here.ends
            assert here.node == asked
            here = plan.outcomes(asked)[right]
        assert here.ends
        assert truth in (here.node, *here.path)


@pytest.mark.slow
@given(plans)
@example(MERGED_AND_ASKED)
def test_the_one_route_is_among_the_ways(plan: Plan) -> None:
    passages = Passages(plan)
    for truth in plan.taxonomy.classes:
        rights = {own.asked: own.rights for own in passages.of(truth)}
        for asked, right in true_route(plan, truth):
            assert asked not in rights or right in rights[asked]


@pytest.mark.slow
@given(plans)
def test_wrong_options_end_at_no_class_that_the_truth_may_be(plan: Plan) -> None:
    passages, taxonomy = Passages(plan), plan.taxonomy
    for truth in taxonomy:
        for passage in passages.of(truth):
            assert passage.wrongs
            assert not set(passage.rights) & set(passage.wrongs)
            for index in passage.wrongs:
                outcome = plan.outcomes(passage.asked)[index]
                held = {outcome.node}
                if not outcome.ends:
                    held |= taxonomy.descendants(outcome.node)
                assert truth not in held or outcome.none
                # Of an inner node that is no class, it may be anything below.
                is_known = taxonomy.node(truth).is_class
                assert is_known or outcome.node not in taxonomy.descendants(truth)


def test_an_example_of_an_inner_node_trains_the_levels_above_it() -> None:
    document = {
        "name": "pets",
        "children": [
            {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]},
            {"name": "cat", "class": True, "children": [{"name": "tabby"}, {"name": "manx"}]},
        ],
    }
    plan = Plan(Taxonomy.from_dict(document), PLAN)
    passages = Passages(plan)
    assert [own.asked for own in passages.of("dog")] == ["pets"]
    assert [(own.asked, own.rights) for own in passages.of("cat")] == [
        ("pets", (1,)),
        ("cat", (2,)),
    ]
    assert passages.of("pets") == ()

    labels = ("pug", "dog", "pug", "cat", "pets")
    subsets = Subsets(plan, [Example(str(i), node) for i, node in enumerate(labels)])
    assert subsets.of_level(0).tolist() == [0, 1, 2, 3]
    assert subsets.of_level(1).tolist() == [0, 2, 3]
    assert subsets.unused.tolist() == [4]
    assert subsets.num_by_truth() == {"pug": 2, "dog": 1, "cat": 1, "pets": 1}
    assert subsets.num_by_question() == {"pets": 4, "dog": 2, "cat": 1}
    assert [subsets.nodes[1][right] for right in subsets.right_of[1, [0, 2, 3]]] == [
        "pug",
        "pug",
        "cat",
    ]


def test_what_may_be_below_a_truth_is_neither_right_nor_wrong() -> None:
    nodes = {
        "pets": {},
        "dog": {"parents": ["pets"]},
        "pug": {"parents": ["dog", "small"]},
        "husky": {"parents": ["dog"]},
        "small": {"parents": ["pets"]},
        "hamster": {"parents": ["small"]},
    }
    taxonomy = Taxonomy.from_dict(
        {"name": "pets", "nodes": {own: {"name": own, **node} for own, node in nodes.items()}}
    )
    passages = Passages(Plan(taxonomy, PLAN))
    [above] = passages.of("dog")
    assert (above.asked, above.rights, above.wrongs) == ("pets", (0,), (1,))
    # At the top both options lead to the pug, so that none is wrong and nothing can be learnt.
    assert [own.asked for own in passages.of("pug")] == ["dog", "small"]


def test_a_node_below_the_truth_in_the_same_question_is_neither_right_nor_wrong() -> None:
    nodes = {
        "pets": {"name": "pets"},
        "dog": {"name": "dog", "parents": ["pets"]},
        "pug": {"name": "pug", "parents": ["dog", "pets"]},
        "husky": {"name": "husky", "parents": ["dog"]},
        "cat": {"name": "cat", "parents": ["pets"]},
    }
    passages = Passages(Plan(Taxonomy.from_dict({"name": "pets", "nodes": nodes}), PLAN))
    offered = [option.node for option in passages.plan.question("pets").options]
    [passage] = passages.of("dog")
    assert [offered[index] for index in passage.rights] == ["dog"]
    assert [offered[index] for index in passage.wrongs] == ["cat"]
