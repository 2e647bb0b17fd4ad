from __future__ import annotations

import json
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from taxonomy_strategies import dags, few

from hiercls.cli.main import main
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.statistics import statistics_of


@pytest.mark.slow
@few
@given(dags())
def test_counts_agree_with_networkx(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    counted, graph = statistics_of(taxonomy), taxonomy.graph
    degrees = dict(graph.out_degree())
    inner = [own for own in graph if degrees[own]]
    assert counted.nodes == graph.number_of_nodes()
    assert counted.leaves == len(graph) - len(inner)
    assert counted.inner_classes == sum(bool(said.get("class")) for said in data["nodes"].values())
    assert counted.multi_parent == sum(degree > 1 for _, degree in graph.in_degree())
    assert counted.single_child == sum(degree == 1 for degree in degrees.values())
    assert counted.depth_max == nx.dag_longest_path_length(graph)
    assert counted.children_max == degrees[counted.widest] == max(degrees.values())
    assert counted.children_mean == graph.number_of_edges() / len(inner)
    assert counted.indexed == sum("index" in said for said in data["nodes"].values())
    assert counted.described == sum("description" in said for said in data["nodes"].values())


@pytest.mark.slow
@few
@given(dags())
def test_levels_add_up(data: dict[str, Any]) -> None:
    counted = statistics_of(Taxonomy.from_dict(data))
    assert sum(level.nodes for level in counted.levels) == counted.nodes
    assert sum(level.leaves for level in counted.levels) == counted.leaves
    assert sum(level.classes for level in counted.levels) == counted.classes
    assert [level.depth for level in counted.levels] == list(range(counted.depth_max + 1))


def test_the_command_prints_json_for_programs(capsys: Any) -> None:
    assert main(["taxonomy", "stats", "flags", "--format", "json"]) == 0
    counted = json.loads(capsys.readouterr().out)
    wanted = {
        "nodes": 121,
        "leaves": 88,
        "classes": 88,
        "multi_parent": 0,
        "depth_max": 3,
        "children_max": 9,
        "single_child": 0,
    }
    assert {key: counted[key] for key in wanted} == wanted


def test_the_command_prints_a_table_for_people(capsys: Any) -> None:
    assert main(["taxonomy", "stats", "waste"]) == 0
    assert capsys.readouterr().out == (
        "waste: 65 nodes, 54 leaves, 54 classes\n"
        "  depth            2 at most, 2.0 on average\n"
        "  children         10 at most, of 'household-waste', 5.8 on average\n"
        "  inner classes    0\n"
        "  several parents  0\n"
        "  a single child   0\n"
        "  descriptions     64\n"
        "  own questions    2\n"
        "  class indices    0\n"
        "  repeated names   0\n"
        "  depth     nodes    leaves   classes\n"
        "      0         1         0         0\n"
        "      1        10         0         0\n"
        "      2        54        54        54\n"
    )
