"""The published measures of paths, against the definitions in the authors' code."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import few, trees

from hiercls.metrics import Hierarchy, paths
from hiercls.metrics.paths import Levels, levels_of, levels_of_names
from hiercls.taxonomy import Taxonomy

Names = list[str]
BIRD = ["birds", "albatrosses", "phoebastria", "laysan albatross"]


def one(answer: Names) -> Levels:
    return levels_of_names([BIRD], [answer])


def test_worked_example_with_a_wrong_level_in_the_middle() -> None:
    levels = one(["birds", "gulls", "phoebastria", "laysan albatross"])
    assert paths.hca(levels).value == 0
    assert paths.por(levels).value == 3 / 4
    assert paths.s_por_prefix(levels).value == 1 / 4
    assert paths.s_por_run(levels).value == 2 / 4
    assert paths.tor(levels).value == 1 / 3
    assert [level.value for level in paths.level_accuracies(levels)] == [1, 0, 1, 1]


def test_perfect_paths_are_one_by_every_measure() -> None:
    levels = levels_of_names([BIRD, ["fish"]], [BIRD, ["fish"]])
    for measure in (
        paths.hca,
        paths.por,
        paths.s_por_prefix,
        paths.s_por_run,
        paths.tor,
        paths.tree_cut_accuracy,
    ):
        assert measure(levels).value == 1


# As the published metric.py computes them, written again from reading it.
def slow_por(truth: Names, answer: Names) -> float:
    return sum(t == a for t, a in zip(truth, answer, strict=False)) / len(truth)


def slow_prefix(truth: Names, answer: Names) -> float:
    count = 0
    for t, a in zip(truth, answer, strict=False):
        if t != a:
            break
        count += 1
    return count / len(truth)


def slow_tor(truth: Names, answer: Names) -> float:
    pairs = [
        answer[i] == truth[i] and answer[i + 1] == truth[i + 1]
        for i in range(len(truth) - 1)
        if i + 1 < len(answer)
    ]
    return sum(pairs) / (len(truth) - 1)


NAMES = st.lists(st.sampled_from("ab"), min_size=2, max_size=5)


@pytest.mark.slow
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6))
def test_path_measures_equal_the_published_code(pairs: list[tuple[Names, Names]]) -> None:
    levels = levels_of_names([t for t, _ in pairs], [a for _, a in pairs])
    for measure, slow in (
        (paths.por, slow_por),
        (paths.s_por_prefix, slow_prefix),
        (paths.tor, slow_tor),
        (paths.hca, lambda t, a: t == a),
    ):
        expected = sum(slow(t, a) for t, a in pairs) / len(pairs)
        assert measure(levels).value == pytest.approx(expected)
    run = paths.s_por_run(levels).value or 0
    assert (paths.s_por_prefix(levels).value or 0) <= run <= (paths.por(levels).value or 0)


@pytest.mark.slow
@few
@given(trees(), st.randoms())
def test_on_a_tree_the_levels_are_those_of_the_two_paths(
    document: dict[str, Any], dice: random.Random
) -> None:
    taxonomy = Taxonomy.from_dict(document)
    truths = dice.choices(list(taxonomy)[1:] or list(taxonomy), k=5)
    answers = dice.choices(list(taxonomy), k=5)
    walks = [taxonomy.path(answer)[1:] for answer in answers]
    ours = levels_of(Hierarchy(taxonomy), truths, walks)
    names = levels_of_names([taxonomy.path(truth)[1:] for truth in truths], walks)
    assert ours.right.tolist() == names.right.tolist()
    assert ours.lengths.tolist() == names.lengths.tolist()
    assert ours.is_same.tolist() == names.is_same.tolist()


def test_of_several_ways_to_the_truth_the_one_taken_is_the_true_path() -> None:
    both = Taxonomy.from_dict(
        {
            "name": "things",
            "nodes": {
                "thing": {},
                "toy": {"parents": ["thing"]},
                "animal": {"parents": ["thing"]},
                "bear": {"parents": ["animal"]},
                "teddy": {"parents": ["toy", "bear"]},
            },
        }
    )
    hierarchy = Hierarchy(both)
    for path in (("toy", "teddy"), ("animal", "bear", "teddy")):
        assert paths.hca(levels_of(hierarchy, ["teddy"], [path])).value == 1
    stopped = levels_of(hierarchy, ["teddy"], [("animal", "bear")])
    assert paths.hca(stopped).value == 0
    assert paths.por(stopped).value == pytest.approx(2 / 3)


def test_an_answer_below_the_truth_is_not_the_same_path() -> None:
    levels = levels_of_names([["dog"]], [["dog", "pug"]])
    assert paths.hca(levels).value == 0
    assert paths.por(levels).value == 1


def cut_accuracy(taxonomy: Taxonomy, pairs: list[tuple[str, str]], rate: float, seed: int) -> float:
    """Sample cuts of a tree and ask for the label that each picture has under them."""
    dice = random.Random(seed)
    inner = [own for own in taxonomy if taxonomy.children(own) and own != taxonomy.root]
    hits = 0
    for _ in range(3000):
        closed = {own for own in inner if dice.random() < rate}

        def label(node: str, closed: set[str] = closed) -> str:
            return next((own for own in taxonomy.path(node)[1:] if own in closed), node)

        hits += sum(label(truth) == label(answer) for truth, answer in pairs)
    return hits / 3000 / len(pairs)


@pytest.mark.slow
def test_tree_cut_accuracy_is_what_sampled_cuts_tend_to() -> None:
    taxonomy = Taxonomy.from_dict(
        {
            "name": "r",
            "children": [
                {
                    "name": "a",
                    "children": [
                        {"name": "b", "children": [{"name": "c"}, {"name": "d"}]},
                        {"name": "e"},
                    ],
                },
                {"name": "f"},
            ],
        }
    )
    pairs = [("c", "c"), ("c", "d"), ("c", "e"), ("c", "f"), ("e", "d")]
    levels = levels_of(
        Hierarchy(taxonomy), [t for t, _ in pairs], [taxonomy.path(a)[1:] for _, a in pairs]
    )
    for rate in (0.1, 0.5, 0.9):
        sampled = cut_accuracy(taxonomy, pairs, rate, seed=1)
        assert paths.tree_cut_accuracy(levels, rates=[rate]).value == pytest.approx(
            sampled, abs=0.015
        )
