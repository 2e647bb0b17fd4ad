"""What `taxonomy check` counts and warns of, and what `taxonomy show` draws."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from taxonomy_strategies import dags, few

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.report import check, report_on
from hiercls.taxonomy.tree_view import COMFORTABLE_ROWS, MOST_ROWS, tree

GRAPH: dict[str, Any] = {
    "name": "things",
    "nodes": {
        "thing": {},
        "toy": {"parents": ["thing"], "class": True},
        "tool": {"parents": ["thing"]},
        "hammer": {"parents": ["tool"]},
        "mallet": {"parents": ["hammer"], "name": "Rubber [mallet]"},
        "yo-yo": {"parents": ["toy"]},
        "toy hammer": {"parents": ["toy", "tool"]},
    },
}


def balanced(fan_out: int, levels: int) -> Taxonomy:
    nodes: dict[str, Any] = {"r": {}}
    above = ["r"]
    for level in range(levels):
        above = [
            own
            for n, parent in enumerate(above)
            for own in (f"{n}-{m}" for m in range(fan_out))
            if not nodes.update({f"{level}:{own}": {"parents": [parent]}})
        ]
        above = [f"{level}:{own}" for own in above]
    return Taxonomy.from_dict({"name": "balanced", "nodes": nodes})


def drawn(taxonomy: Taxonomy, **options: Any) -> str:
    out = StringIO()
    Console(file=out, width=80).print(tree(taxonomy, **options), soft_wrap=True)
    return out.getvalue()


@pytest.mark.slow
@few
@given(dags())
def test_counts_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    report, graph = report_on(taxonomy), taxonomy.graph
    degrees = dict(graph.out_degree())
    assert report.nodes == graph.number_of_nodes()
    assert report.leaves == sum(1 for own in graph if not degrees[own])
    assert report.classes == report.leaves + sum(
        1 for said in data["nodes"].values() if said.get("class")
    )
    assert report.multi_parent == sum(1 for _, degree in graph.in_degree() if degree > 1)
    assert report.depth_max == nx.dag_longest_path_length(graph)
    assert report.children_max == max(degrees.values()) == degrees[report.widest]
    assert report.single_child == sum(1 for degree in degrees.values() if degree == 1)


def test_a_taxonomy_in_order_has_no_warnings(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("name: t\nchildren:\n  - name: a\n  - name: b\n")
    assert check(path).warnings == ()
    assert check(path).to_text() == (
        "t: 3 nodes, 2 leaves, 2 classes\n"
        "  depth            1\n"
        "  most children    2, of 't'\n"
        "  several parents  0 nodes\n"
        "  a single child   0 nodes\n"
        f"  hash             {Taxonomy.load(path).hash[:16]}"
    )
    assert json.loads(json.dumps(check(path).to_json())) == {
        "name": "t",
        "hash": Taxonomy.load(path).hash,
        "nodes": 3,
        "leaves": 2,
        "classes": 2,
        "multi_parent": 0,
        "depth_max": 1,
        "children_max": 2,
        "widest": "t",
        "single_child": 0,
        "warnings": [],
    }


def warnings(*children: dict[str, Any], **more: Any) -> tuple[str, ...]:
    return report_on(Taxonomy.from_dict({"name": "t", "children": list(children), **more})).warnings


def test_siblings_that_read_alike_are_warned_of() -> None:
    alike = [{"name": "Husky"}, {"name": "husky", "id": "h2"}, {"name": "pug"}]
    assert warnings(*alike) == (
        "1 pair of siblings with the same name: 'Husky' and 'husky' under 't'",
    )


def test_siblings_a_slip_apart_are_warned_of_and_others_are_not() -> None:
    for one, other in [
        ("whisky jug", "whiskey jug"),
        ("hot dog", "hot-dogs"),
        ("café", "cafe"),
        ("recieving", "receiving"),
        ("grey squirrel", "gray squirrel"),
    ]:
        expected = f"1 pair of siblings with nearly the same name: {one!r} and {other!r} under 't'"
        assert warnings({"name": one, "id": "1"}, {"name": other, "id": "2"}) == (expected,)
    for one, other in [
        ("eastern meadowlark", "western meadowlark"),
        ("coat", "goat"),
        ("xhammering", "hammeringx"),
        ("damage level 1", "damage level 2"),
        ("rock crab", "king crab"),
    ]:
        assert warnings({"name": one}, {"name": other}) == ()


def test_namesakes_without_a_description_are_warned_of() -> None:
    def banks(*said: dict[str, str]) -> list[dict[str, Any]]:
        rows = zip("ab", said, strict=True)
        return [
            {"name": n, "children": [{"name": "bank", **more}, {"name": n + "x"}]}
            for n, more in rows
        ]

    described = {"description": "of a river"}
    expected = "1 name of several classes that no description tells apart: 'bank' (2)"
    assert warnings(*banks({}, described)) == (expected,)
    assert warnings(*banks(described, {"description": "for money"})) == ()


def test_classes_without_an_index_are_warned_of_where_others_have_one() -> None:
    expected = "1 class without an index, though others have one: 'b'"
    assert warnings({"name": "a", "index": 0}, {"name": "b"}) == (expected,)
    assert warnings({"name": "a"}, {"name": "b"}) == ()


def test_long_names_are_warned_of() -> None:
    ends = [{"name": "x" * 80, "id": "short"}, {"name": "y" * 81, "id": "long"}]
    assert warnings(*ends) == ("1 name of more than 80 characters, at 'long'",)


def test_more_than_26_options_are_warned_of_and_a_class_is_one_of_its_own() -> None:
    leaves = [{"name": f"n{n}"} for n in range(26)]
    assert warnings(*leaves) == ()
    assert warnings(*leaves, {"name": "one more"}) == (
        "1 question with more than 26 options: 27 at 't'",
    )
    assert warnings(*leaves, **{"class": True}) == (
        "1 question with more than 26 options: 27 at 't'",
    )


def test_chains_of_single_children_are_warned_of_once_each() -> None:
    chain = {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]}
    expected = "1 chain of single children, where there is nothing to ask: 'a' > 'b' > 'c'"
    assert warnings(chain, {"name": "d"}) == (expected,)
    assert warnings({**chain, "class": True}, {"name": "d"}) == (
        "1 chain of single children, where there is nothing to ask: 'b' > 'c'",
    )


def test_many_warnings_of_a_kind_stay_one_line() -> None:
    pairs = [{"name": "a", "id": f"a{n}"} for n in range(10)]
    assert warnings(*pairs)[0].endswith(", and 6 more")


def test_a_graph_is_drawn_with_its_leaves_counted_once() -> None:
    assert drawn(Taxonomy.from_dict(GRAPH)) == (
        "thing  3 leaves\n"
        "├── toy  2 leaves  class\n"
        "│   ├── yo-yo\n"
        "│   └── toy hammer  also under tool\n"
        "└── tool  2 leaves\n"
        "    ├── hammer  1 leaf\n"
        "    │   └── Rubber [mallet]  mallet\n"
        "    └── toy hammer  also under toy\n"
    )


def test_depth_and_node_choose_what_is_drawn() -> None:
    taxonomy = Taxonomy.from_dict(GRAPH)
    assert drawn(taxonomy, depth=1) == (
        "thing  3 leaves\n├── toy  2 leaves  class ...\n└── tool  2 leaves ...\n"
    )
    assert drawn(taxonomy, depth=0) == "thing  3 leaves ...\n"
    assert drawn(taxonomy, node="hammer") == "hammer  1 leaf\n└── Rubber [mallet]  mallet\n"
    with pytest.raises(TaxonomyError, match="no node 'hamer'"):
        tree(taxonomy, node="hamer")


def test_children_past_the_limit_are_counted() -> None:
    lines = drawn(balanced(93, 1)).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "└── ... and 73 more"
    assert "more" not in drawn(balanced(21, 1))
    assert drawn(balanced(3, 1), max_children=0) == "r  3 leaves\n└── ... and 3 more\n"


@pytest.mark.slow
@few
@given(dags(), st.integers(1, 4))
def test_every_node_is_drawn_under_each_parent_when_nothing_limits(
    data: dict[str, Any], levels: int
) -> None:
    taxonomy = Taxonomy.from_dict(data)
    rows = drawn(taxonomy, depth=levels).splitlines()
    expected = sum(1 for own in taxonomy for path in taxonomy.paths(own) if len(path) <= levels + 1)
    assert len(rows) == expected


@pytest.mark.slow
@few
@given(dags())
def test_leaf_counts_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    for own in set(taxonomy) - set(taxonomy.leaves):
        below = nx.descendants(taxonomy.graph, own) & set(taxonomy.leaves)
        row = drawn(taxonomy, node=own, depth=0).splitlines()[0]
        assert f"  {len(below)} lea" in row


@pytest.mark.slow
def test_a_large_taxonomy_is_drawn_in_a_screen_or_two_and_never_without_end() -> None:
    large = balanced(10, 4)
    assert len(large) == 11_111
    assert len(drawn(large).splitlines()) <= COMFORTABLE_ROWS
    assert COMFORTABLE_ROWS < len(drawn(large, depth=9).splitlines()) <= MOST_ROWS


@pytest.mark.slow
def test_a_graph_of_countless_paths_is_drawn_in_no_time() -> None:
    nodes: dict[str, Any] = {"a0": {}, "b0": {"parents": ["a0"]}}
    for n in range(1, 60):
        both = [f"a{n - 1}", f"b{n - 1}"]
        nodes |= {f"a{n}": {"parents": both}, f"b{n}": {"parents": both}}
    ladder = Taxonomy.from_dict({"name": "ladder", "nodes": nodes})
    assert len(drawn(ladder).splitlines()) <= COMFORTABLE_ROWS
    assert len(drawn(ladder, depth=100).splitlines()) <= MOST_ROWS
