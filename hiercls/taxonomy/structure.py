"""From a draft to a graph that is known to have one root and no cycle."""

from __future__ import annotations

import networkx as nx

from hiercls.taxonomy.document import Fault
from hiercls.taxonomy.forms import Draft
from hiercls.taxonomy.suggestion import did_you_mean

_SHOWN = 5  # nodes named in a message


def build_graph(draft: Draft) -> nx.DiGraph[str]:
    """Return the frozen graph of a draft, nodes and edges in the order of the document.

    Raises:
        Fault: For an unknown parent, no root, several roots, a cycle, or nothing to choose from.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(draft.nodes)
    for own, parents in draft.parents.items():
        for number, parent in enumerate(parents):
            if parent not in draft.nodes:
                raise Fault(
                    f"node {own!r}: no node has the id of its parent {parent!r}",
                    place=((draft.places[own], "parents"), number),
                    hint=did_you_mean(parent, draft.nodes),
                )
            graph.add_edge(parent, own)
    _refuse_cycle(graph, draft)
    _refuse_other_roots(draft)
    if len(graph) == 1:
        raise Fault("nothing but a root; expected at least one node below it")
    frozen: nx.DiGraph[str] = nx.freeze(graph)
    return frozen


def depths_of(graph: nx.DiGraph[str]) -> dict[str, int]:
    """Return the longest distance from the root of each node, the root first."""
    depths: dict[str, int] = {}
    for own in nx.topological_sort(graph):
        depths[own] = max((depths[parent] + 1 for parent in graph.pred[own]), default=0)
    return depths


def _refuse_cycle(graph: nx.DiGraph[str], draft: Draft) -> None:
    if nx.is_directed_acyclic_graph(graph):
        return
    cycle = [edge[0] for edge in nx.find_cycle(graph)]
    start = min(range(len(cycle)), key=cycle.__getitem__)
    cycle = cycle[start:] + cycle[:start]
    shown = [repr(own) for own in [*cycle, cycle[0]]]
    if len(shown) > 2 * _SHOWN:
        shown = [*shown[:_SHOWN], f"... ({len(cycle) - 2 * _SHOWN + 1} more)", *shown[-_SHOWN:]]
    raise Fault(
        f"the parents go round in a circle: {' -> '.join(shown)}; expected no cycle",
        place=(draft.places[cycle[0]], "parents"),
    )


def _refuse_other_roots(draft: Draft) -> None:
    roots = [own for own, parents in draft.parents.items() if not parents]
    if len(roots) > 1:
        shown = ", ".join(repr(own) for own in roots[:_SHOWN])
        more = f" and {len(roots) - _SHOWN} more" if len(roots) > _SHOWN else ""
        raise Fault(
            f"{len(roots)} nodes without parents: {shown}{more}; expected one root",
            place=draft.places[roots[1]],
            hint="give all but one of them 'parents', or put a new root above them",
        )
