"""What a taxonomy answers about its graph, against networkx and slow versions."""

from __future__ import annotations

import copy
import doctest
import itertools
import pickle
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few, trees

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Node, Taxonomy, graph, ids, suggestion

PETS: dict[str, Any] = {
    "name": "pets",
    "root": "animal",
    "question": "Which animal?",
    "children": [
        {
            "name": "dog",
            "question": "Which dog?",
            "class": True,
            "children": [{"name": "husky"}, {"name": "pug", "description": "flat face"}],
        },
        {"name": "cat"},
    ],
}
DIAMOND: dict[str, Any] = {
    "name": "diamond",
    "nodes": {
        "top": {"question": "top?"},
        "left": {"parents": ["top"]},
        "right": {"parents": ["top"], "question": "right?"},
        "low": {"parents": ["left", "right"]},
        "end": {"parents": ["low", "right"]},
    },
}


@pytest.fixture
def pets() -> Taxonomy:
    return Taxonomy.from_dict(PETS)


@pytest.fixture
def diamond() -> Taxonomy:
    return Taxonomy.from_dict(DIAMOND)


def test_a_small_tree_reads_as_written(pets: Taxonomy) -> None:
    assert (pets.name, pets.source, pets.licence, pets.root) == ("pets", None, None, "animal")
    assert list(pets) == ["animal", "dog", "husky", "pug", "cat"]
    assert pets.children("animal") == ("dog", "cat")
    assert pets.parents("pug") == ("dog",)
    assert pets.parents("animal") == ()
    assert pets.leaves == ("husky", "pug", "cat")
    assert pets.classes == ("dog", "husky", "pug", "cat")
    assert pets.node("pug") == Node("pug", "pug", description="flat face")
    assert pets.path("pug") == ("animal", "dog", "pug")
    assert pets.lca("husky", "cat") == "animal"
    assert pets.lca("husky", "dog") == "dog"
    assert pets.depth("husky") == 2
    assert len(pets) == 5
    assert "cat" in pets
    assert "cow" not in pets
    assert repr(pets) == "<Taxonomy 'pets': 5 nodes, 3 leaves>"


def test_a_question_comes_from_the_nearest_node_above(pets: Taxonomy) -> None:
    assert pets.question("dog") == "Which dog?"
    assert pets.question("husky") == "Which dog?"
    assert pets.question("cat") == "Which animal?"


def test_the_first_of_several_parents_passes_its_question_on(diamond: Taxonomy) -> None:
    assert diamond.question("right") == "right?"
    assert diamond.question("low") == "top?"
    assert diamond.path("end") == ("top", "left", "low", "end")


def test_without_any_question_there_is_none() -> None:
    assert Taxonomy.from_dict({"name": "t", "children": [{"name": "a"}]}).question("a") is None


def test_a_question_at_the_top_of_the_flat_form_is_the_root_s() -> None:
    nodes = {"a": {"parents": ["r"]}, "r": {}}
    flat = Taxonomy.from_dict({"name": "t", "question": "what?", "nodes": nodes})
    assert flat.node("r").question == "what?"


def test_paths_start_with_path_and_are_lazy(diamond: Taxonomy) -> None:
    paths = diamond.paths("end")
    assert next(paths) == diamond.path("end")
    assert len(list(paths)) == 2
    assert list(diamond.paths("top")) == [("top",)]
    ladder = {"a0": {}, "b0": {"parents": ["a0"]}}
    for n in range(1, 60):
        ladder[f"a{n}"] = {"parents": [f"a{n - 1}", f"b{n - 1}"]}
        ladder[f"b{n}"] = {"parents": [f"a{n - 1}", f"b{n - 1}"]}
    many = Taxonomy.from_dict({"name": "ladder", "nodes": ladder}).paths("a59")
    assert len(set(itertools.islice(many, 1000))) == 1000


def test_the_graph_is_frozen(pets: Taxonomy) -> None:
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        pets.graph.add_edge("cat", "tiger")
    with pytest.raises(AttributeError):
        pets.name = "other"  # type: ignore[misc]


def test_changing_the_dict_afterwards_changes_nothing() -> None:
    data = copy.deepcopy(DIAMOND)
    taxonomy = Taxonomy.from_dict(data)
    data["nodes"]["low"]["parents"].clear()
    data["nodes"].clear()
    assert taxonomy.to_flat()["nodes"] == DIAMOND["nodes"]


def test_a_taxonomy_can_be_pickled(diamond: Taxonomy) -> None:
    again = pickle.loads(pickle.dumps(diamond))
    assert again.to_flat() == diamond.to_flat()
    assert again.hash == diamond.hash


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("huksy", "did you mean 'husky'?"),
        ("Dog", "did you mean 'dog', the id of 'dog'?"),
        ("xylophone", None),
        ("x" * 100_000, None),
        (None, None),
    ],
)
def test_an_unknown_id_is_an_error_with_a_guess(
    pets: Taxonomy, asked: Any, hint: str | None
) -> None:
    for method in (pets.node, pets.children, pets.parents, pets.is_leaf, pets.question, pets.path):
        with pytest.raises(TaxonomyError, match=r"no node '.*' in the taxonomy 'pets'") as caught:
            method(asked)
        assert caught.value.hint == hint
    for method in (pets.ancestors, pets.descendants, pets.paths, pets.depth):
        with pytest.raises(TaxonomyError):
            method(asked)


@pytest.mark.slow
@few
@given(dags())
def test_ancestors_descendants_and_leaves_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    graph = taxonomy.graph
    assert nx.is_directed_acyclic_graph(graph)
    assert [own for own in graph if not graph.in_degree(own)] == [taxonomy.root]
    for own in taxonomy:
        assert taxonomy.ancestors(own) == nx.ancestors(graph, own)
        assert taxonomy.descendants(own) == nx.descendants(graph, own)
        assert taxonomy.is_leaf(own) == (own in taxonomy.leaves) == (not nx.descendants(graph, own))
        assert (own in taxonomy.classes) == taxonomy.node(own).is_class


@pytest.mark.slow
@few
@given(dags(max_nodes=10))
def test_paths_and_depth_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    for own in taxonomy:
        paths = list(taxonomy.paths(own))
        if own == taxonomy.root:
            assert paths == [(own,)]
            continue
        expected = {tuple(p) for p in nx.all_simple_paths(taxonomy.graph, taxonomy.root, own)}
        assert len(paths) == len(expected)
        assert set(paths) == expected
        assert paths[0] == taxonomy.path(own)
        assert taxonomy.depth(own) == max(len(path) for path in expected) - 1


@pytest.mark.slow
@few
@given(dags(), st.data())
def test_children_and_parents_keep_the_order_of_the_document(
    data: dict[str, Any], draw: st.DataObject
) -> None:
    taxonomy = Taxonomy.from_dict(data)
    own = draw.draw(st.sampled_from(list(taxonomy)))
    assert list(taxonomy) == list(data["nodes"])
    assert list(taxonomy.parents(own)) == data["nodes"][own].get("parents", [])
    expected = [child for child, said in data["nodes"].items() if own in said.get("parents", [])]
    assert list(taxonomy.children(own)) == expected


@pytest.mark.slow
@few
@given(dags())
def test_lca_is_a_lowest_common_ancestor_and_the_deepest(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    for one, other in itertools.combinations_with_replacement(taxonomy, 2):
        found = taxonomy.lca(one, other)
        shared = ({one} | nx.ancestors(taxonomy.graph, one)) & (
            {other} | nx.ancestors(taxonomy.graph, other)
        )
        assert found in shared
        assert not nx.descendants(taxonomy.graph, found) & shared
        assert taxonomy.depth(found) == max(map(taxonomy.depth, shared))
        assert found == taxonomy.lca(other, one)


@pytest.mark.slow
@few
@given(trees())
def test_in_a_tree_lca_and_depth_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    lengths = nx.single_source_shortest_path_length(taxonomy.graph, taxonomy.root)
    for one, other in itertools.combinations(taxonomy, 2):
        expected = nx.lowest_common_ancestor(taxonomy.graph, one, other)
        assert taxonomy.lca(one, other) == expected
        assert taxonomy.depth(one) == lengths[one]


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield changes to `DIAMOND` that a question could show."""
    changes: list[tuple[str, str, Any]] = [
        ("end", "name", "the end"),
        ("end", "description", "last"),
        ("end", "question", "what?"),
        ("low", "class", True),
        ("low", "parents", ["right", "left"]),
        ("end", "parents", ["low"]),
    ]
    for own, key, value in changes:
        data = copy.deepcopy(DIAMOND)
        data["nodes"][own][key] = value
        yield f"{own} {key}", data
    order = ["top", "right", "left", "low", "end"]
    yield "order", {**DIAMOND, "nodes": {own: DIAMOND["nodes"][own] for own in order}}


def test_the_hash_tells_apart_whatever_a_question_could_show(diamond: Taxonomy) -> None:
    hashes = [Taxonomy.from_dict(data).hash for _, data in variants()]
    assert len({diamond.hash, *hashes}) == 1 + len(hashes)


def test_the_hash_is_blind_to_what_no_question_shows(pets: Taxonomy, diamond: Taxonomy) -> None:
    data = copy.deepcopy(DIAMOND) | {"name": "gem", "source": "me", "licence": "CC0-1.0"}
    data["nodes"]["end"] |= {"index": 3, "name": "end", "class": True}
    assert Taxonomy.from_dict(data).hash == diamond.hash
    assert Taxonomy.from_dict(pets.to_flat()).hash == pets.hash


def test_the_hash_stays_what_it_was(pets: Taxonomy) -> None:
    expected = "6d503c9f90d8297fc6a7da3eb763884fa61fc5a263d8b0993e9e3d8733dd6833"
    assert pets.hash == expected, "stored adapters and results would no longer match"


@pytest.mark.slow
def test_ten_thousand_levels_are_no_danger() -> None:
    chain: dict[str, Any] = {"n0": {}}
    for n in range(1, 10_001):
        chain[f"n{n}"] = {"parents": [f"n{n - 1}"]}
    deep = Taxonomy.from_dict({"name": "deep", "nodes": chain})
    assert deep.depth("n10000") == 10_000
    assert len(deep.path("n10000")) == 10_001
    assert len(next(deep.paths("n10000"))) == 10_001
    assert len(deep.ancestors("n10000")) == 10_000
    assert deep.question("n10000") is None
    assert Taxonomy.from_dict(deep.to_nested()).hash == deep.hash


@pytest.mark.parametrize("module", [graph, ids, suggestion])
def test_the_examples_in_the_docstrings_run(module: ModuleType) -> None:
    failures, num_tried = doctest.testmod(module)
    assert num_tried
    assert not failures


def test_a_dict_that_contains_itself_is_refused() -> None:
    node: dict[str, Any] = {"name": "again"}
    node["children"] = [node]
    with pytest.raises(TaxonomyError, match="nested deeper than 10,000 levels"):
        Taxonomy.from_dict({"name": "loop", "children": [node]})
