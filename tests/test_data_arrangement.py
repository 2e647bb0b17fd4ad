from __future__ import annotations

import random
from collections import Counter

import pytest
from drawn_plans import draw_plan
from hypothesis import given
from hypothesis import strategies as st

from hiercls.config import PlanSettings
from hiercls.data import ArrangementSettings, Mix, Passages
from hiercls.data.arrangement import Arranged, Arranger
from hiercls.errors import ConfigError
from hiercls.plan import NONE, Plan
from hiercls.taxonomy import Taxonomy

SETTINGS = st.builds(
    ArrangementSettings,
    as_asked=st.sampled_from([0.0, 0.5, 1.0]),
    mix=st.sampled_from([Mix(), Mix(1, 0, 0), Mix(0, 1, 0), Mix(0, 0, 1), Mix(0, 1, 1)]),
    num_options=st.sampled_from([None, 2, 4, 26]),
    none_right=st.sampled_from([0.0, 0.5]),
)


def tree_of(*sizes: int) -> Taxonomy:
    kinds = [
        {"name": f"kind {k}", "children": [{"name": f"{k}-{n}"} for n in range(size)]}
        for k, size in enumerate(sizes)
    ]
    return Taxonomy.from_dict({"name": "things", "children": kinds})


def arranged(
    plan: Plan, truth: str, settings: ArrangementSettings, *, level: int = 1, **more: object
) -> list[Arranged]:
    passages = Passages(plan)
    arranger = Arranger(passages, settings, **more)
    [passage] = [own for own in passages.of(truth) if own.level == level]
    rng = random.Random(0)
    return [arranger.arrange(truth, passage, rng=rng) for _ in range(400)]


def wrong_nodes(found: list[Arranged]) -> list[set[str]]:
    return [
        {option.node for index, option in enumerate(own.question.options) if index != own.right}
        for own in found
    ]


@pytest.mark.slow
@given(st.integers(0, 2**32), SETTINGS, st.booleans())
def test_the_right_option_stands_there_once_among_others_that_are_wrong(
    seed: int, settings: ArrangementSettings, is_confused: bool
) -> None:
    plan, rng = draw_plan(seed), random.Random(seed)
    taxonomy, passages = plan.taxonomy, Passages(plan)
    pairs = [(rng.choice(taxonomy.classes), rng.choice(taxonomy.classes)) for _ in range(9)]
    confusions = dict.fromkeys(pairs, 1.0) if is_confused else None
    arranger = Arranger(passages, settings, confusions=confusions)
    for truth in taxonomy:
        above = {truth, *taxonomy.ancestors(truth)}
        for passage in passages.of(truth):
            asked = plan.question(passage.asked)
            question, right = arranger.arrange(truth, passage, rng=rng)
            answer = question.options[right]
            assert (question.node, question.level, question.text) == (
                asked.node,
                asked.level,
                asked.text,
            )
            assert 2 <= len(question.options) <= plan.settings.max_options
            assert len({option.name.casefold() for option in question.options}) == len(
                question.options
            )
            assert question.options.count(answer) == 1
            rights = [asked.options[index] for index in passage.rights]
            assert answer in rights or answer.name == NONE
            for option in question.options:
                if option != answer:
                    assert option not in rights
                    # A node itself and none of these end above the truth, if they stand above it.
                    assert option.node not in above or (
                        option in asked.options
                        and plan.outcomes(passage.asked)[asked.options.index(option)].ends
                    )


def test_a_question_as_asked_is_the_plan_s_own_with_its_options_shuffled() -> None:
    plan = Plan(tree_of(5, 3), PlanSettings(merge="none"))
    found = arranged(plan, "0-2", ArrangementSettings(as_asked=1))
    offered = set(plan.question("kind-0").options)
    assert all(set(own.question.options) == offered for own in found)
    places = Counter(own.right for own in found)
    assert sorted(places) == [0, 1, 2, 3, 4]
    assert min(places.values()) > 40


def test_a_wide_question_is_put_as_its_groups_and_finals() -> None:
    plan = Plan(tree_of(20, 2), PlanSettings(max_options=4, merge="none"))
    found = arranged(plan, "0-6", ArrangementSettings(as_asked=1))
    sets = Counter(frozenset(own | {"0-6"}) for own in wrong_nodes(found))
    # Twenty are asked in five groups of four; their five winners in groups of two and three.
    group = frozenset({"0-4", "0-5", "0-6", "0-7"})
    assert 90 < sets[group] < 180
    rest = [own for own in sets if own != group]
    numbers = [{int(node.split("-")[1]) // 4 for node in own} for own in rest]
    # Of each of the other groups there is one winner at most.
    assert all(len(own) == len(winners) for own, winners in zip(rest, numbers, strict=True))
    assert {frozenset(own) for own in numbers if len(own) == 2} >= {frozenset({0, 1})}
    assert any(own & {2, 3, 4} for own in numbers)


def test_what_is_confused_with_the_right_option_wins_the_other_groups() -> None:
    plan = Plan(tree_of(8, 2), PlanSettings(max_options=4, merge="none"))
    found = arranged(plan, "0-0", ArrangementSettings(as_asked=1), confusions={("0-0", "0-6"): 3.0})
    finals = [own for own in wrong_nodes(found) if own & {"0-4", "0-5", "0-6", "0-7"}]
    assert finals
    assert all(own == {"0-6"} for own in finals)


def test_wrong_options_come_from_each_source_by_its_share() -> None:
    plan = Plan(tree_of(12, 12, 200), PlanSettings(max_options=16, merge="none"))
    confusions = {("0-0", f"1-{n}"): 1.0 for n in range(12)}
    settings = ArrangementSettings(as_asked=0, mix=Mix(2, 1, 1), num_options=5)
    found = wrong_nodes(arranged(plan, "0-0", settings, confusions=confusions))
    counts = Counter(node[0] for own in found for node in own)
    total = sum(counts.values())
    assert total == 4 * len(found)
    # Of what is picked at random, one in twenty is a sibling and one a cousin.
    for kind, share in {"0": 0.51, "1": 0.26, "2": 0.23}.items():
        assert counts[kind] / total == pytest.approx(share, abs=0.04), kind


def test_cousins_that_are_confused_more_often_come_more_often() -> None:
    plan = Plan(tree_of(3, 3, 3), PlanSettings(merge="none"))
    confusions = {("0-0", "1-1"): 9.0, ("2-2", "0-0"): 3.0}
    settings = ArrangementSettings(as_asked=0, mix=Mix(0, 1, 0), num_options=2)
    counts = Counter(
        node
        for own in wrong_nodes(arranged(plan, "0-0", settings, confusions=confusions))
        for node in own
    )
    assert set(counts) == {"1-1", "2-2"}
    assert counts["1-1"] / 400 == pytest.approx(0.75, abs=0.07)


def test_options_are_of_any_number_or_of_one() -> None:
    plan = Plan(tree_of(9, 9), PlanSettings(max_options=6, merge="none"))
    varied = arranged(plan, "0-0", ArrangementSettings(as_asked=0))
    counts = Counter(len(own.question.options) for own in varied)
    assert sorted(counts) == [2, 3, 4, 5, 6]
    assert min(counts.values()) > 50
    fixed = arranged(plan, "0-0", ArrangementSettings(as_asked=0, num_options=4))
    assert {len(own.question.options) for own in fixed} == {4}


def test_with_no_other_source_a_sibling_stands_beside_the_right_option() -> None:
    plan = Plan(tree_of(3, 3), PlanSettings(merge="none"))
    found = arranged(plan, "0-0", ArrangementSettings(as_asked=0, mix=Mix(0, 1, 0)))
    assert all(own <= {"0-1", "0-2"} and len(own) == 1 for own in wrong_nodes(found))


def test_now_and_then_none_of_these_is_right() -> None:
    plan = Plan(tree_of(4, 3), PlanSettings(merge="none", none_of_these=True))
    found = arranged(plan, "0-0", ArrangementSettings(none_right=0.25))
    is_none = [own.question.options[own.right].name == NONE for own in found]
    assert sum(is_none) / len(is_none) == pytest.approx(0.25, abs=0.06)
    for own, none in zip(found, is_none, strict=True):
        assert ("0-0" in {option.node for option in own.question.options}) != none


def test_a_node_chosen_itself_stands_beside_its_children() -> None:
    dog = {"name": "dog", "class": True, "children": [{"name": "pug"}, {"name": "husky"}]}
    taxonomy = Taxonomy.from_dict({"name": "pets", "children": [dog, {"name": "cat"}]})
    plan = Plan(taxonomy, PlanSettings(merge="none"))
    [own, *_] = arranged(plan, "dog", ArrangementSettings(as_asked=1))
    assert own.question.options[own.right].name == "dog (none of the others)"
    [own, *_] = arranged(plan, "pug", ArrangementSettings(as_asked=1))
    assert {option.name for option in own.question.options} == {
        "pug",
        "husky",
        "dog (none of the others)",
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Mix(0, 0, 0), r"shares of wrong options are \(0, 0, 0\); expected some above 0"),
        (lambda: Mix(1, -1, 1), "expected some above 0"),
        (lambda: ArrangementSettings(as_asked=2), "as_asked is 2; expected a share, 0 to 1"),
        (lambda: ArrangementSettings(num_options=1), "num_options is 1; expected 2 to 26"),
    ],
)
def test_settings_that_mean_nothing_are_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=message):
        make()
