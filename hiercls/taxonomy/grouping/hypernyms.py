"""The part of WordNet above some synsets, cut down to what can be told apart by a picture."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import networkx as nx

from hiercls.taxonomy.wordnet import WordNet

ROOT = "n00001740"  # entity


def hypernym_graph(
    wordnet: WordNet,
    ids: Iterable[str],
    *,
    dropped: Collection[str] = (),
    moved: Mapping[str, Collection[str]] | None = None,
) -> nx.DiGraph[str]:
    """Return the synsets and all that tells them apart above them, edges from parent to child.

    Left out are what is dropped (its children hang on its parents), shortcuts past a node that is
    itself in between, and nodes with a single child, where there is nothing to ask. The synsets
    themselves and the root always stay. Nodes come parents first, siblings by id.

    Args:
        wordnet: Where hypernyms come from.
        ids: The synsets that are wanted.
        dropped: Ids of synsets that say nothing to a viewer.
        moved: Parents that replace those of WordNet, by id.
    """
    wanted = set(ids)
    graph = _above(wordnet, wanted, moved or {})
    for own in sorted(set(dropped) & set(graph) - wanted - {ROOT}):
        _splice(graph, own)
    is_done = False
    while not is_done:
        num_edges = graph.number_of_edges()
        _remove_shortcuts(graph)
        _remove_single_children(graph, wanted)
        is_done = graph.number_of_edges() == num_edges
    return in_order(graph)


def _above(
    wordnet: WordNet, wanted: set[str], moved: Mapping[str, Collection[str]]
) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(ROOT)
    pending = sorted(wanted)
    seen = set(pending)
    for own in pending:  # grows while it is walked
        parents = moved.get(own) or wordnet.synset(own).hypernyms
        graph.add_edges_from((parent, own) for parent in parents)
        new = [parent for parent in parents if parent not in seen]
        seen.update(new)
        pending.extend(new)
    return graph


def _splice(graph: nx.DiGraph[str], own: str) -> None:
    """Take a node out; its children hang on its parents."""
    pairs = [(parent, child) for parent in graph.pred[own] for child in graph.succ[own]]
    graph.remove_node(own)
    graph.add_edges_from(pairs)


def _remove_shortcuts(graph: nx.DiGraph[str]) -> None:
    """Remove each edge whose parent is also above another parent of the same node."""
    for own in [own for own in graph if graph.in_degree(own) > 1]:
        parents = list(graph.pred[own])
        above = set().union(*(nx.ancestors(graph, parent) for parent in parents))
        graph.remove_edges_from((parent, own) for parent in parents if parent in above)


def _remove_single_children(graph: nx.DiGraph[str], wanted: set[str]) -> None:
    for own in list(graph):
        if own not in wanted and own != ROOT and graph.out_degree(own) == 1:
            _splice(graph, own)


def in_order(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """Return the same graph with parents before children and siblings by id."""
    ordered: nx.DiGraph[str] = nx.DiGraph()
    unordered: Any = graph  # the stubs of this one function want other nodes
    ordered.add_nodes_from(nx.lexicographical_topological_sort(unordered))
    for own in ordered:
        ordered.add_edges_from((parent, own) for parent in sorted(graph.pred[own]))
    return ordered
