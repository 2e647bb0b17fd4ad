"""A finished forest as a taxonomy: readable ids, names of which no two are alike, an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.grouping.forest import Forest
from hiercls.taxonomy.grouping.hypernyms import ROOT
from hiercls.taxonomy.grouping.wording import distinct_names, short_gloss
from hiercls.taxonomy.ids import slug

_LONGEST_SLUG = 100


def finished(forest: Forest, name: str, source: str) -> Taxonomy:
    """Return the taxonomy of a forest; the index of a class is the place of its label."""
    root = _first_choice(forest)
    graph = forest.graph.subgraph({root, *nx.descendants(forest.graph, root)})
    order = _order(forest, graph)
    names = distinct_names(graph, {own: forest.words(own) for own in order}, fixed=forest.labelled)
    ids = dict(_ids(forest, order, names))
    nodes = {}
    for own in order:
        parents = [ids[parent] for parent in graph.pred[own]]
        nodes[ids[own]] = {"name": names[own], "parents": parents, **_said(forest, own)}
    return Taxonomy.from_dict({"name": name, "source": source, "nodes": nodes})


def _first_choice(forest: Forest) -> str:
    """Return the node below which labels part; never a label itself."""
    root = ROOT
    while forest.graph.out_degree(root) == 1:
        (child,) = forest.graph.succ[root]
        if child in forest.labelled:
            break
        root = child
    return root


def _order(forest: Forest, graph: nx.DiGraph[str]) -> list[str]:
    """Return the nodes parents first, by the first label at or below each."""
    order = list(nx.topological_sort(graph))
    place = {own: at for at, own in enumerate(order)}
    first = {own: forest.labelled.get(own, len(forest.labels)) for own in order}
    for own in reversed(order):
        first[own] = min([first[own], *(first[child] for child in graph.succ[own])])
    return sorted(order, key=lambda own: (first[own], place[own]))


def _ids(forest: Forest, order: list[str], names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each node with an id: of its name, labels before groups, or its wnid."""
    taken: set[str] = set()
    for own in sorted(order, key=lambda own: own not in forest.labelled):
        is_wordnet = own not in forest.labelled and own not in forest.called and own != order[0]
        base = own if is_wordnet else slug(names[own])[:_LONGEST_SLUG]
        chosen, number = base, 2
        while chosen in taken:
            chosen, number = f"{base}-{number}", number + 1
        taken.add(chosen)
        yield own, chosen


def _said(forest: Forest, own: str) -> dict[str, Any]:
    """Return the description and the index of a node; `class` where a label has others below."""
    said: dict[str, Any] = {}
    synset = own if own not in forest.called and own != ROOT else None
    if own in forest.labelled:
        number = forest.labelled[own]
        sense = forest.senses[number]
        synset = sense.synset if sense and not sense.is_kind else None
        said["index"] = number
        if forest.graph.succ[own]:
            said["class"] = True
    if synset and forest.wordnet is not None and (gloss := forest.wordnet.synset(synset).gloss):
        said["description"] = short_gloss(gloss)
    return said
