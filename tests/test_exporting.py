"""Taxonomies written in the forms of others, and read back."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from taxonomy_strategies import dags, few, trees

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy, drawing
from hiercls.taxonomy.exporting import export_taxonomy
from hiercls.taxonomy.importing import ImportSettings, import_taxonomy

DIAMOND = Taxonomy.from_dict(
    {
        "name": "t",
        "nodes": {
            "r": {"name": 'a "root" \\'},
            "b": {"parents": ["r"]},
            "c": {"parents": ["r"], "class": True, "index": 3, "description": "x, y"},
            "d": {"parents": ["b", "c"], "name": "<d>"},
        },
    }
)


def back(taxonomy: Taxonomy, form: str, path: Path) -> Taxonomy:
    path.write_text(export_taxonomy(taxonomy, form), encoding="utf-8")
    settings = ImportSettings(name=taxonomy.name, keeps_underscores=True)
    return import_taxonomy(path, settings).taxonomy


def same_nodes(one: Taxonomy, other: Taxonomy) -> bool:
    return set(one) == set(other) and all(
        one.node(own) == other.node(own) and set(one.parents(own)) == set(other.parents(own))
        for own in one
    )


@pytest.mark.slow
@few
@given(trees())
def test_nested_json_comes_back_the_same(tmp_path: Path, data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    again = back(taxonomy, "json", tmp_path / "t.json")
    assert (again.hash, again.source) == (taxonomy.hash, taxonomy.source)
    assert Taxonomy.load(tmp_path / "t.json").hash == taxonomy.hash


@pytest.mark.slow
@few
@given(dags())
def test_node_link_json_comes_back_the_same(tmp_path: Path, data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    again = back(taxonomy, "node-link", tmp_path / "t.json")
    assert (again.hash, again.source) == (taxonomy.hash, taxonomy.source)


@pytest.mark.slow
@few
@given(dags())
def test_csv_comes_back_the_same(tmp_path: Path, data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    assert same_nodes(back(taxonomy, "csv", tmp_path / "t.csv"), taxonomy)


def test_networkx_reads_node_link_json() -> None:
    data = json.loads(export_taxonomy(DIAMOND, "node-link"))
    graph = nx.node_link_graph(data, edges="edges")
    assert set(graph.edges) == set(DIAMOND.graph.edges)
    assert graph.nodes["c"]["index"] == 3


def test_csv_has_a_row_for_each_parent() -> None:
    rows = list(csv.DictReader(io.StringIO(export_taxonomy(DIAMOND, "csv"))))
    assert [(row["id"], row["parent"]) for row in rows] == [
        ("r", ""), ("b", "r"), ("c", "r"), ("d", "b"), ("d", "c"),
    ]  # fmt: skip
    assert (rows[2]["is_class"], rows[2]["description"]) == ("true", "x, y")


def test_nested_json_cannot_hold_several_parents() -> None:
    with pytest.raises(TaxonomyError, match="node 'd' has 2 parents; expected one"):
        export_taxonomy(DIAMOND, "json")


def test_dot_has_each_node_and_each_edge() -> None:
    text = export_taxonomy(DIAMOND, "dot")
    assert '"r" [label="a \\"root\\" \\\\"];' in text
    assert set(re.findall(r'"(\w)" -> "(\w)";', text)) == set(DIAMOND.graph.edges)


def test_svg_draws_each_name_once_and_each_edge() -> None:
    picture = ElementTree.fromstring(export_taxonomy(DIAMOND, "svg"))
    space = "{http://www.w3.org/2000/svg}"
    assert [text.text for text in picture.iter(f"{space}text")] == ['a "root" \\', "b", "c", "<d>"]
    edges = list(picture.iter(f"{space}path"))
    assert len(edges) == DIAMOND.graph.number_of_edges()
    assert [edge.get("class") for edge in edges].count("further") == 1


@pytest.mark.slow
@few
@given(dags())
def test_no_two_names_of_a_picture_lie_over_each_other(data: dict[str, Any]) -> None:
    picture = ElementTree.fromstring(drawing.svg(Taxonomy.from_dict(data)))
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    spots = {(text.get("x"), text.get("y")) for text in texts}
    assert len(spots) == len(texts)
    width, height = float(picture.get("width", 0)), float(picture.get("height", 0))
    assert all(0 < float(text.get("x", 0)) < width for text in texts)
    assert all(0 < float(text.get("y", 0)) < height for text in texts)


def test_a_picture_of_too_much_is_refused() -> None:
    nodes: dict[str, Any] = {"r": {}}
    nodes |= {f"n{number}": {"parents": ["r"]} for number in range(drawing.MOST_DRAWN)}
    taxonomy = Taxonomy.from_dict({"name": "t", "nodes": nodes})
    with pytest.raises(TaxonomyError, match="1,001 nodes; expected at most 1,000 in a picture"):
        export_taxonomy(taxonomy, "svg")


def test_a_form_that_is_not_known_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="the form 'xml'; expected one of json, node-link"):
        export_taxonomy(DIAMOND, "xml")
