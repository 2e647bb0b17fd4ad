"""From a draft to a graph that is known to have one root and no cycle."""

from __future__ import annotations

import networkx as nx

from hiercls.taxonomy.draft import Draft
from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.suggestion import did_you_mean

_SHOWN = 5  # nodes named in a message


def build_graph(draft: Draft) -> nx.DiGraph[str]:
    """Return the frozen graph of a draft, nodes and edges in the order of the document.

    Raises:
        Fault: For an unknown parent, no root, several roots, or nothing to choose from.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(draft.nodes)
    for own, parents in draft.parents.items():
        for number, parent in enumerate(parents):
            if parent not in draft.nodes:
                found = f"node {quoted(own)}: its parent {quoted(parent)} is no node"
                raise Fault(
                    f"{found}; expected the id of one",
                    place=((draft.places[own], "parents"), number),
                    hint=did_you_mean(parent, draft.nodes),
                )
            graph.add_edge(parent, own)
    _refuse_other_roots(graph, draft)
    if len(graph) == 1:
        raise Fault("nothing but a root; expected at least one node below it")
    frozen: nx.DiGraph[str] = nx.freeze(graph)
    return frozen


def depths_of(graph: nx.DiGraph[str], draft: Draft) -> dict[str, int]:
    """Return the longest distance of each node from the root, the root first, parents first.

    Raises:
        Fault: For a cycle.
    """
    depths = {own: 0 for own in graph if not graph.pred[own]}
    waiting = {own: len(parents) for own, parents in draft.parents.items()}
    pending = list(depths)
    for own in pending:  # grows while it is walked
        for child in graph.succ[own]:
            depths[child] = max(depths.get(child, 0), depths[own] + 1)
            waiting[child] -= 1
            if not waiting[child]:
                pending.append(child)
    if len(pending) < len(graph):
        raise _cycle(graph, draft)
    return {own: depths[own] for own in pending}


def _cycle(graph: nx.DiGraph[str], draft: Draft) -> Fault:
    cycle = [edge[0] for edge in nx.find_cycle(graph)]
    start = min(range(len(cycle)), key=cycle.__getitem__)
    cycle = [*cycle[start:], *cycle[: start + 1]]
    shown = [quoted(own) for own in cycle]
    if len(shown) > 2 * _SHOWN:
        shown = [*shown[:_SHOWN], f"({len(shown) - 2 * _SHOWN:,} more)", *shown[-_SHOWN:]]
    return Fault(
        f"a cycle from parent to child: {' -> '.join(shown)}; expected none",
        place=(draft.places[cycle[0]], "parents"),
    )


def _refuse_other_roots(graph: nx.DiGraph[str], draft: Draft) -> None:
    roots = [own for own, parents in draft.parents.items() if not parents]
    if not roots:
        cycle = _cycle(graph, draft)
        message = f"no root: every node has parents; {cycle.message}"
        raise Fault(message, place=cycle.place, hint="leave 'parents' out at the root")
    if len(roots) > 1:
        shown = ", ".join(quoted(own) for own in roots[:_SHOWN])
        more = f" and {len(roots) - _SHOWN:,} more" if len(roots) > _SHOWN else ""
        raise Fault(
            f"{len(roots):,} nodes without parents: {shown}{more}; expected one root",
            place=draft.places[roots[1]],
            hint="give all but one of them 'parents', or put a new root above them",
        )
