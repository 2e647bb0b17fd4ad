from __future__ import annotations

import gc
import itertools
from typing import Any

import pytest
from hypothesis import given
from taxonomy_strategies import dags, few

from hiercls.config import PlanSettings
from hiercls.errors import ConfigError
from hiercls.plan import DEFAULT_QUESTION, Plan
from hiercls.taxonomy import Taxonomy


def plan(*children: Any, merge: str = "none", **root: Any) -> Plan:
    taxonomy = Taxonomy.from_dict({"name": "things", "children": list(children), **root})
    return Plan(taxonomy, PlanSettings(merge=merge))


def node(name: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, **({"children": list(children)} if children else {}), **more}


def test_each_inner_node_asks_for_its_children() -> None:
    pets = plan(node("dog", node("husky"), node("pug")), node("cat", description="purrs"))
    assert pets.nodes == ("things", "dog")
    options = pets.question("things").options
    assert [(o.node, o.name, o.description) for o in options] == [
        ("dog", "dog", None),
        ("cat", "cat", "purrs"),
    ]
    assert [pets.question(own).level for own in pets.nodes] == [0, 1]
    assert pets.num_levels == 2


def test_questions_are_inherited_and_have_a_default() -> None:
    pets = plan(
        node("dog", node("husky"), node("pug"), question="Which dog?"),
        node("cat", node("lion", node("old"), node("young")), node("lynx")),
    )
    assert pets.question("dog").text == "Which dog?"
    assert pets.question("lion").text == DEFAULT_QUESTION


def test_a_single_child_is_passed_through_and_stays_in_the_path() -> None:
    chain = plan(node("dog", node("toy", node("pug"), node("maltese"))), node("cat", node("tom")))
    outcomes = chain.outcomes("things")
    assert [outcome.path for outcome in outcomes] == [("dog", "toy"), ("cat", "tom")]
    assert [outcome.ends for outcome in outcomes] == [False, True]
    assert chain.nodes == ("things", "toy")


def test_a_root_with_one_child_asks_below_it() -> None:
    chain = plan(node("dog", node("pug"), node("maltese")))
    assert (chain.entry.path, chain.entry.node, chain.entry.ends) == (("dog",), "dog", False)


def test_a_taxonomy_of_one_chain_asks_nothing() -> None:
    chain = plan(node("dog", node("pug")))
    assert chain.entry.ends and chain.nodes == () and chain.num_levels == 0


def test_an_inner_class_offers_itself_even_beside_one_child() -> None:
    dogs = plan(node("dog", node("pug"), **{"class": True}), node("cat"))
    question = dogs.question("dog")
    assert [option.name for option in question.options] == ["pug", "dog (none of the others)"]
    itself = dogs.outcomes("dog")[-1]
    assert (itself.path, itself.node, itself.ends) == ((), "dog", True)


def test_a_plan_changes_with_what_is_asked_only() -> None:
    cats = plan(node("cat"), node("dog"))
    assert cats.hash == plan(node("cat"), node("dog"), source="elsewhere").hash
    assert cats.hash != plan(node("dog"), node("cat")).hash
    assert cats.hash != plan(node("cat"), node("dog", description="barks")).hash


@pytest.mark.slow
@few
@given(dags())
def test_the_route_to_each_class_leads_there(document: dict[str, Any]) -> None:
    drawn = Plan(Taxonomy.from_dict(document))
    for own in drawn.taxonomy.leaves:
        here = drawn.entry
        for asked, index in drawn.route(own):
            assert asked == here.node
            here = drawn.outcomes(asked)[index]
        assert here.node == own and here.ends


@pytest.mark.slow
@few
@given(dags())
def test_every_question_is_reached_and_every_leaf_is_offered(document: dict[str, Any]) -> None:
    drawn = Plan(Taxonomy.from_dict(document))
    ends, seen, todo = set(), set(), [drawn.entry]
    while todo:
        outcome = todo.pop()
        if outcome.ends:
            ends.add(outcome.node)
        elif outcome.node not in seen:
            seen.add(outcome.node)
            todo.extend(drawn.outcomes(outcome.node))
    assert seen == set(drawn.nodes)
    assert ends == set(drawn.taxonomy.classes)


@pytest.mark.slow
@few
@given(dags())
def test_a_path_takes_one_edge_at_a_time(document: dict[str, Any]) -> None:
    drawn = Plan(Taxonomy.from_dict(document))
    for asked in drawn.nodes:
        for outcome in drawn.outcomes(asked):
            path = (asked, *outcome.path)
            for parent, child in itertools.pairwise(path):
                assert child in drawn.taxonomy.children(parent)


def test_the_shipped_flags_ask_three_questions_at_most() -> None:
    flags = Plan(Taxonomy.load("flags"))
    assert flags.num_levels == 3
    assert max(len(flags.question(own).options) for own in flags.nodes) <= 10
    assert len(flags.route("jp")) == pytest.approx(3, abs=1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"max_options": 1}, "max_options is 1; expected 2 or more"),
        ({"max_options": True}, "max_options is True; expected a whole number"),
        ({"merge": "some"}, "merge is 'some'; expected one of auto, all, none"),
        ({"none_of_these": 1}, "none_of_these is 1; expected true or false"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PlanSettings(**setting)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_garbage_is_collected_afterwards_as_it_was_before(is_enabled: bool) -> None:
    try:
        (gc.enable if is_enabled else gc.disable)()
        plan(node("dog"), node("cat"))
        assert gc.isenabled() == is_enabled
    finally:
        gc.enable()
