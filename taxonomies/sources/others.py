"""Groups of what is rare, where WordNet hangs more on one node than one question can offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import networkx as nx
from families import WIDE

from hiercls.taxonomy.grouping.hypernyms import in_order

PREFIX = "other/"
_RARE = 1 / 3  # of the classes below a node, at most, may be put among the others
_EXAMPLES = 4


def with_others(graph: nx.DiGraph[str], classes: Collection[str]) -> nx.DiGraph[str]:
    """Return the graph with one group below each wide node for its children with fewest classes.

    As many as fit stay beside the group, so that one question parts the node. Where the others
    would be no small part of it, nothing is grouped, and the node is asked in rounds. The id of a
    group is that of the node behind `other/`.
    """
    wanted = set(classes)
    below = {own: ({own} | nx.descendants(graph, own)) & wanted for own in graph}
    grouped = graph.copy()
    for own in graph:
        num_kept = WIDE - 1 - (own in wanted)
        ranked = sorted(graph.succ[own], key=lambda child: len(below[child]), reverse=True)
        others = ranked[num_kept:]
        num_rare = len(set().union(*(below[child] for child in others)))
        if len(others) > 1 and num_rare <= _RARE * len(below[own]):
            group = PREFIX + own
            grouped.add_edge(own, group)
            grouped.add_edges_from((group, child) for child in others)
            grouped.remove_edges_from((own, child) for child in others)
    return in_order(grouped)


def named(graph: nx.DiGraph[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the groups: `other tree`, or where two would be, with all that it says.

    Args:
        graph: With the groups.
        names: Of all other nodes.
    """
    nodes = {own: names[own.removeprefix(PREFIX)] for own in _groups(graph)}
    short = {own: f"other {name.partition(' (')[0]}" for own, name in nodes.items()}
    times = Counter(short.values())
    return {own: short[own] if times[short[own]] == 1 else f"other {nodes[own]}" for own in nodes}


def described(graph: nx.DiGraph[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return what is in each group, by the children that have most below them."""
    descriptions = {}
    for own in _groups(graph):
        ranked = sorted(graph.succ[own], key=lambda child: -len(nx.descendants(graph, child)))
        examples = [names[child] for child in ranked[:_EXAMPLES]]
        descriptions[own] = f"such as {', '.join(examples)}"
    return descriptions


def _groups(graph: nx.DiGraph[str]) -> list[str]:
    return [own for own in graph if own.startswith(PREFIX)]
