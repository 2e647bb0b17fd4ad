from __future__ import annotations

from collections import Counter

import pytest
from drawn_plans import draw_plan
from hypothesis import example, given
from hypothesis import strategies as st
from taxonomy_strategies import few

from hiercls.config import PlanSettings
from hiercls.data import ArrangementSettings, Course, Example, Passages, SamplingSettings
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": "dog", "children": [{"name": f"dog {n}"} for n in range(4)]},
            {"name": "cat", "children": [{"name": f"cat {n}"} for n in range(3)]},
        ],
    }
)
PLAN = Plan(PETS, PlanSettings(merge="none"))
COUNTS = {"dog-0": 40, "dog-1": 20, "dog-2": 5, "dog-3": 1, "cat-0": 10, "cat-1": 3, "cat": 6}
EXAMPLES = [Example(f"{node} {n}", node) for node, count in COUNTS.items() for n in range(count)]


def test_an_epoch_asks_one_question_a_level_about_each_example() -> None:
    course = Course(PLAN, EXAMPLES)
    assert len(course.epoch(0)) == len(EXAMPLES)
    seen = Counter()
    for place in range(len(EXAMPLES)):
        exercises = course.exercises(0, place)
        example = exercises[0].example
        seen[example] += 1
        assert [own.level for own in exercises] == ([0] if example.node == "cat" else [0, 1])
        assert exercises[0].answer.node == example.node[:3]
        assert exercises[-1].answer.node == example.node
    assert seen == Counter(EXAMPLES)


@pytest.mark.slow
@few
@given(st.integers(0, 2**32), st.integers(1, 7), st.integers(1, 4), st.sampled_from([None, 1, 3]))
@example(3444, 1, 1, None)
def test_the_ranks_share_each_batch_and_the_batches_the_epoch(
    seed: int, size: int, num_ranks: int, cap: int | None
) -> None:
    plan = draw_plan(seed)
    examples = [Example(own, own) for own in plan.taxonomy.classes]
    sampling = SamplingSettings("balanced", cap=cap)

    def make() -> Course:
        return Course(plan, examples, sampling=sampling, seed=seed)

    try:
        course = make()
    except RequestError:  # nothing is asked, or all options lead to the same class
        assert not any(Passages(plan).of(own) for own in plan.taxonomy.classes)
        return
    whole = [course.exercises(2, place) for place in range(len(course.epoch(2)))]
    assert all(whole)
    parts = []
    for number in range(-(-len(whole) // size)):
        # Each rank is a process of its own, that has seen no epoch before.
        shares = [
            make().batch(2, number, size=size, rank=rank, num_ranks=num_ranks)
            for rank in range(num_ranks)
        ]
        parts += [
            own for place in range(size) for share in shares for own in share[place : place + 1]
        ]
    assert parts == whole
    assert course.batch(2, len(whole), size=size) == []


def test_a_level_alone_draws_only_what_passes_it() -> None:
    course = Course(PLAN, EXAMPLES, levels=[1])
    drawn = [course.exercises(0, place) for place in range(len(course.epoch(0)))]
    assert len(drawn) == len(EXAMPLES) - COUNTS["cat"]
    assert all([own.level for own in exercises] == [1] for exercises in drawn)


def test_a_balanced_course_has_each_class_equally_often() -> None:
    sampling = SamplingSettings("balanced", size=70)
    epoch = Course(PLAN, EXAMPLES, sampling=sampling).epoch(0)
    counts = Counter(EXAMPLES[number].node for number in epoch.numbers.tolist())
    assert counts == dict.fromkeys(COUNTS, 10)


def test_a_cap_bounds_how_often_an_epoch_asks_for_a_node_at_each_level() -> None:
    course = Course(PLAN, EXAMPLES, sampling=SamplingSettings(cap=8))
    epoch = course.epoch(1)
    asked = Counter(
        own.answer.node for place in range(len(epoch)) for own in course.exercises(1, place)
    )
    nodes = {"dog": 66, "cat": 19, **{node: n for node, n in COUNTS.items() if node != "cat"}}
    assert asked == {node: min(count, 8) for node, count in nodes.items()}
    assert epoch.is_asked.any(axis=1).all()
    assert len(epoch) < len(EXAMPLES)


def test_weights_are_those_of_the_classes_and_1_on_average() -> None:
    course = Course(PLAN, EXAMPLES, sampling=SamplingSettings(weights="balanced"))
    weights = {}
    for place in range(len(course.epoch(0))):
        [own, *_] = course.exercises(0, place)
        weights.setdefault(own.example.node, set()).add(own.weight)
    total = sum(COUNTS.values())
    for node, count in COUNTS.items():
        [weight] = weights[node]
        assert weight == pytest.approx(total / len(COUNTS) / count)


def test_other_epochs_and_other_seeds_put_other_questions() -> None:
    settings = ArrangementSettings(as_asked=0.5)

    def course(seed: int) -> Course:
        return Course(PLAN, EXAMPLES, arrangement=settings, seed=seed)

    first = course(0).batch(0, 0, size=20)
    assert first == course(0).batch(0, 0, size=20)
    assert first != course(1).batch(0, 0, size=20)
    assert first != course(0).batch(1, 0, size=20)


def test_with_several_parents_every_way_is_taught() -> None:
    nodes = {
        "root": {"name": "root"},
        "a": {"name": "a", "parents": ["root"]},
        "b": {"name": "b", "parents": ["root"]},
        "c": {"name": "c", "parents": ["root"]},
        **{own: {"name": own, "parents": [own[0]]} for own in ("a1", "b1", "c1", "c2")},
        "both": {"name": "both", "parents": ["a", "b"]},
    }
    plan = Plan(Taxonomy.from_dict({"name": "g", "nodes": nodes}), PlanSettings(merge="none"))
    course = Course(plan, [Example("x", "both")] * 40)
    asked = Counter()
    for place in range(40):
        for own in course.exercises(0, place):
            asked[own.question.node, own.answer.node] += 1
            assert {"a", "b"} - {option.node for option in own.question.options}
    assert set(asked) == {("root", "a"), ("root", "b"), ("a", "both"), ("b", "both")}
    assert min(asked.values()) > 8


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([2], "levels 2; expected some from 0 to 1"),
        ([-1, 0], "levels -1, 0; expected some from 0 to 1"),
        ([], "levels none; expected some from 0 to 1"),
    ],
)
def test_levels_that_are_not_there_are_refused(levels: list[int], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Course(PLAN, EXAMPLES, levels=levels)


def test_examples_that_teach_nothing_are_refused() -> None:
    with pytest.raises(RequestError, match="no example passes a question at the levels 1"):
        Course(PLAN, [Example("x", "cat")], levels=[1])
