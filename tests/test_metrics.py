"""Measures of single answers, against libraries, slow versions and worked examples."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few, trees

from hiercls import metrics
from hiercls.metrics import Hierarchy
from hiercls.metrics.distance import lca_heights
from hiercls.taxonomy import Taxonomy

# The example of Kiritchenko et al. 2005: G is true, below E below C; F is another child of C.
LETTERS = Hierarchy(
    Taxonomy.from_dict(
        {
            "name": "letters",
            "nodes": {
                "A": {},
                "B": {"parents": ["A"]},
                "C": {"parents": ["A"]},
                "D": {"parents": ["B"]},
                "E": {"parents": ["C"]},
                "F": {"parents": ["C"]},
                "G": {"parents": ["E"]},
            },
        }
    )
)
PETS = Hierarchy(
    Taxonomy.from_dict(
        {
            "name": "pets",
            "children": [
                {
                    "name": "mammal",
                    "children": [
                        {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]},
                        {"name": "cat"},
                    ],
                },
                {"name": "fish"},
            ],
        }
    )
)


@st.composite
def answered(draw: st.DrawFn, documents: Any = None) -> tuple[Hierarchy, list[str], list[str]]:
    """A taxonomy with truths and answers anywhere in it."""
    taxonomy = Taxonomy.from_dict(draw(dags() if documents is None else documents))
    nodes = st.sampled_from(list(taxonomy))
    pairs = draw(st.lists(st.tuples(nodes, nodes), min_size=1, max_size=12))
    return Hierarchy(taxonomy), [t for t, _ in pairs], [a for _, a in pairs]


def ancestors(hierarchy: Hierarchy, node: str) -> set[str]:
    return {node, *nx.ancestors(hierarchy.taxonomy.graph, node)}


def test_hierarchical_overlap_of_worked_examples() -> None:
    # Truth G has E, C and itself; F has C and itself: 1 of 2 right, 1 of 3 found.
    overlap = metrics.hierarchical_overlap(LETTERS, ["G"], ["F"])
    assert [part.value for part in overlap] == pytest.approx([1 / 2, 1 / 3, 2 / 5])
    # An answer that stops at E says nothing wrong, and two of three.
    overlap = metrics.hierarchical_overlap(LETTERS, ["G"], ["E"])
    assert [part.value for part in overlap] == pytest.approx([1, 2 / 3, 4 / 5])
    with_root = metrics.hierarchical_overlap(LETTERS, ["G"], ["F"], with_root=True)
    assert [part.value for part in with_root] == pytest.approx([2 / 3, 2 / 4, 4 / 7])


@pytest.mark.slow
def test_overlap_equals_that_of_hiclass_on_random_trees() -> None:
    hiclass = pytest.importorskip("hiclass.metrics")

    @few
    @given(answered(trees()))
    def holds(one: tuple[Hierarchy, list[str], list[str]]) -> None:
        hierarchy, truths, answers = one
        pairs = [(t, a) for t, a in zip(truths, answers, strict=True) if hierarchy.depths[t]]
        pairs = [(t, a) for t, a in pairs if hierarchy.depths[a]]
        if not pairs:
            return
        truths, answers = [t for t, _ in pairs], [a for _, a in pairs]
        rows = [leveled(hierarchy, truths), leveled(hierarchy, answers)]
        width = max(len(row) for side in rows for row in side)
        true, said = ([row + [""] * (width - len(row)) for row in side] for side in rows)
        for average in ("micro", "macro"):
            ours = metrics.hierarchical_overlap(
                hierarchy, truths, answers, is_macro=average == "macro"
            )
            assert ours.precision.value == pytest.approx(hiclass.precision(true, said, average))
            assert ours.recall.value == pytest.approx(hiclass.recall(true, said, average))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of an F of 0 / 0, which is 0 for both of us
                f1 = hiclass.f1(true, said, average)
            assert ours.f1.value == pytest.approx(f1)

    holds()


def leveled(hierarchy: Hierarchy, nodes: list[str]) -> list[list[str]]:
    # hiclass takes "" for the end of a path, and names for the same at any level.
    return [[f"node {own}" for own in hierarchy.taxonomy.path(node)[1:]] for node in nodes]


@pytest.mark.slow
@few
@given(answered())
def test_overlap_equals_its_definition_on_random_graphs(
    one: tuple[Hierarchy, list[str], list[str]],
) -> None:
    hierarchy, truths, answers = one
    root = hierarchy.taxonomy.root
    true = [ancestors(hierarchy, node) - {root} for node in truths]
    said = [ancestors(hierarchy, node) - {root} for node in answers]
    shared = sum(len(t & a) for t, a in zip(true, said, strict=True))
    overlap = metrics.hierarchical_overlap(hierarchy, truths, answers)
    for part, sets in ((overlap.precision, said), (overlap.recall, true)):
        total = sum(map(len, sets))
        assert part.value == (pytest.approx(shared / total) if total else None)


@pytest.mark.slow
@few
@given(answered())
def test_swapping_truths_and_answers_swaps_precision_and_recall(
    one: tuple[Hierarchy, list[str], list[str]],
) -> None:
    hierarchy, truths, answers = one
    for is_macro in (False, True):
        there = metrics.hierarchical_overlap(hierarchy, truths, answers, is_macro=is_macro)
        back = metrics.hierarchical_overlap(hierarchy, answers, truths, is_macro=is_macro)
        assert there.precision.value == back.recall.value
        assert there.f1.value == pytest.approx(back.f1.value)


@pytest.mark.slow
@few
@given(answered(), st.randoms())
def test_perfect_is_one_and_order_does_not_matter(
    one: tuple[Hierarchy, list[str], list[str]], dice: Any
) -> None:
    hierarchy, truths, answers = one
    order = list(range(len(truths)))
    dice.shuffle(order)
    for measure in (
        metrics.answer_accuracy,
        metrics.wu_palmer,
        metrics.information_precision,
        metrics.information_recall,
        lambda *args: metrics.hierarchical_overlap(*args, is_macro=True).f1,
    ):
        assert measure(hierarchy, truths, truths).value == pytest.approx(1)
        mixed = measure(hierarchy, [truths[i] for i in order], [answers[i] for i in order])
        assert mixed.value == pytest.approx(measure(hierarchy, truths, answers).value)
        assert mixed.value <= 1 + 1e-12
    assert metrics.lca_height_mean(hierarchy, truths, truths).value == 0
    assert metrics.edge_distance(hierarchy, truths, truths).value == 0
    assert metrics.mistake_severity(hierarchy, truths, truths).value is None


@pytest.mark.slow
@few
@given(dags())
def test_relations_equal_those_found_with_networkx(document: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(document)
    hierarchy, graph = Hierarchy(taxonomy), taxonomy.graph
    down = dict(nx.all_pairs_shortest_path_length(graph))
    for one, other in product(taxonomy, repeat=2):
        relation = hierarchy.relation(one, other)
        shared = ancestors(hierarchy, one) & ancestors(hierarchy, other)
        assert relation.num_shared == len(shared) - 1
        assert relation.num_edges == min(down[a][one] + down[a][other] for a in shared)
        heights = [
            nx.dag_longest_path_length(graph.subgraph({a, *nx.descendants(graph, a)}))
            for a in shared
        ]
        assert relation.height == min(heights)
        assert relation.depth == taxonomy.depth(taxonomy.lca(one, other))


@pytest.mark.slow
@few
@given(trees())
def test_edge_distance_on_a_tree_is_the_shortest_path(document: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(document)
    hierarchy = Hierarchy(taxonomy)
    paths = dict(nx.all_pairs_shortest_path_length(taxonomy.graph.to_undirected()))
    for one, other in product(taxonomy, repeat=2):
        assert hierarchy.relation(one, other).num_edges == paths[one][other]
        assert hierarchy.heights[taxonomy.lca(one, other)] == hierarchy.relation(one, other).height


def test_a_mistake_is_as_severe_as_the_common_ancestor_is_high() -> None:
    truths = ["pug", "pug", "pug", "pug", "pug"]
    answers = ["pug", "husky", "cat", "fish", "dog"]
    assert lca_heights(PETS, truths, answers).tolist() == [0, 1, 2, 3, 1]
    assert metrics.lca_height_mean(PETS, truths, answers).value == 7 / 5
    assert metrics.mistake_severity(PETS, truths, answers).value == 7 / 4


def test_hierarchical_distance_at_k_is_the_mean_over_what_is_ranked() -> None:
    ranked = [("pug", "husky", "fish"), ("cat", "pug"), ()]
    truths = ["pug", "pug", "pug"]
    assert metrics.hierarchical_distance(PETS, truths, ranked, 1).value == (0 + 2) / 2
    assert metrics.hierarchical_distance(PETS, truths, ranked, 3).value == (4 / 3 + 1) / 2


def test_wu_palmer_counts_the_root_as_depth_one() -> None:
    assert metrics.wu_palmer(PETS, ["pug"], ["husky"]).value == pytest.approx(2 * 3 / (4 + 4))
    assert metrics.wu_palmer(PETS, ["cat"], ["fish"]).value == pytest.approx(2 * 1 / (3 + 2))


def test_information_of_worked_examples() -> None:
    # Four classes: a leaf has 2 bits, dog 1, mammal log2(4 / 3).
    assert PETS.information["pug"] == 2
    assert metrics.information_precision(PETS, ["pug"], ["husky"]).value == 1 / 2
    assert metrics.information_recall(PETS, ["pug"], ["dog"]).value == 1 / 2
    assert metrics.information_precision(PETS, ["pug"], ["dog"]).value == 1
    assert metrics.information_precision(PETS, ["pug"], ["pets"]).value == 1
    assert metrics.coverage(PETS, ["pug", "dog", "pets"]).value == pytest.approx((1 + 0.5) / 3)


def test_an_answer_above_the_truth_is_right_and_one_below_it_if_the_truth_is_no_class() -> None:
    with_class = {
        "name": "pets",
        "children": [
            {"name": "dog", "class": True, "children": [{"name": "pug"}]},
            {"name": "bird", "children": [{"name": "emu"}]},
        ],
    }
    hierarchy = Hierarchy(Taxonomy.from_dict(with_class))
    assert hierarchy.is_right("pug", "dog")
    assert not hierarchy.is_right("dog", "pug")
    assert hierarchy.is_right("bird", "emu")
    assert not hierarchy.is_right("bird", "dog")


def test_top_accuracy_counts_the_truth_anywhere_among_the_first() -> None:
    ranked = [("pug", "cat"), ("cat", "pug"), ("fish",)]
    assert metrics.top_accuracy(["pug"] * 3, ranked, 1).value == pytest.approx(1 / 3)
    assert metrics.top_accuracy(["pug"] * 3, ranked, 2).value == pytest.approx(2 / 3)


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_balanced_accuracy_equals_its_definition(pairs: list[tuple[str, str]]) -> None:
    truths, answers = [t for t, _ in pairs], [a for _, a in pairs]
    shares = [
        sum(p == (name, name) for p in pairs) / truths.count(name) for name in sorted(set(truths))
    ]
    expected = sum(shares) / len(shares)
    assert metrics.balanced_accuracy(truths, answers) == pytest.approx(expected)


def test_rare_and_frequent_classes_are_told_apart_by_their_training_images() -> None:
    truths, answers = ["a", "a", "b", "c"], ["a", "x", "b", "x"]
    tail = metrics.by_frequency(truths, answers, {"a": 101, "b": 20, "c": 19})
    assert tail == (0.5, 1.0, 0.0)
    assert metrics.by_frequency(["a"], ["a"], {}) == (None, None, 1.0)
