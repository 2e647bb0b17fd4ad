"""What is odd about the graph that came out: kept as it is, but not hidden."""

from __future__ import annotations

from collections import Counter

from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.importing.notes import Notes, Tally, counted, tally

_CLIMBED = 1_000  # levels, in search of a namesake above


def note_structure(taxonomy: Taxonomy, notes: Notes) -> None:
    """Note several parents, chains, and names that repeat."""
    graph = taxonomy.graph
    several = tally([quoted(own) for own in taxonomy if graph.in_degree(own) > 1])
    message = f"{counted(several.count, 'node')} with several parents, all kept"
    notes.add("several-parents", message, several)
    single = tally([quoted(own) for own in taxonomy if graph.out_degree(own) == 1])
    message = f"{counted(single.count, 'node')} with a single child, where there is nothing to ask"
    notes.add("chains", message, single)
    _note_names(taxonomy, notes)


def _note_names(taxonomy: Taxonomy, notes: Notes) -> None:
    times = Counter(taxonomy.node(own).name for own in taxonomy)
    often = [(name, number) for name, number in times.most_common() if number > 1]
    found = tally([f"{quoted(name)} ({number})" for name, number in often])
    message = f"{counted(found.count, 'name')} of several nodes, which their ids tell apart"
    notes.add("repeated-names", message, found)
    along, alike = Tally(), Tally()
    for own in taxonomy:
        name = taxonomy.node(own).name
        if times[name] == 1:
            continue
        if _is_above(taxonomy, own, name):
            along.add(quoted(own))
        if any(
            twin != own and taxonomy.node(twin).name == name
            for parent in taxonomy.graph.pred[own]
            for twin in taxonomy.graph.succ[parent]
        ):
            alike.add(quoted(own))
    message = f"{counted(along.count, 'node')} with the name of one above on the same path"
    notes.add("along-path", message, along)
    message = f"{counted(alike.count, 'node')} with the name of a sibling: give them other names"
    notes.add("siblings-alike", message, alike)


def _is_above(taxonomy: Taxonomy, own: str, name: str) -> bool:
    """Return whether a node on the path by first parents, within reach, has a name."""
    for _ in range(_CLIMBED):
        above = next(iter(taxonomy.graph.pred[own]), None)
        if above is None:
            return False
        if taxonomy.node(above).name == name:
            return True
        own = above
    return False
