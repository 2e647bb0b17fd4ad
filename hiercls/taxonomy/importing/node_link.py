"""What networkx calls node-link: `{"nodes": [{"id": "a"}], "links": [{"source": "a", ...}]}`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.importing.data import first_word, word
from hiercls.taxonomy.importing.nested_data import (
    DESCRIPTIONS,
    INDEXES,
    NAMES,
    OWN_FIELDS,
    say_fields,
)
from hiercls.taxonomy.importing.notes import Tally, counted, tally
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.suggestion import did_you_mean

_USED = {"id", *NAMES, *DESCRIPTIONS, *INDEXES, *OWN_FIELDS}


def read_node_link(data: object, sketch: Sketch, settings: ImportSettings) -> None:
    """Read nodes and edges, each edge from parent to child; `edges` may be called `links`.

    Raises:
        Fault: For an undirected graph, a node without an id, an edge without its ends.
    """
    edges_key = edges_key_of(data)
    if edges_key is None or not isinstance(data, dict):
        found = "no lists 'nodes' and 'links'" if isinstance(data, dict) else describe(data)
        raise Fault(f"{found} at the top; expected a mapping with both")
    if data.get("directed") is False:
        hint = "write a networkx DiGraph, each edge from parent to child"
        raise Fault(
            "an undirected graph; expected a directed one", place=(None, "directed"), hint=hint
        )
    _read_about(data.get("graph"), sketch)
    numbers = _read_nodes(data["nodes"], sketch)
    _read_edges(data[edges_key], (None, edges_key), numbers, sketch, settings.is_child_first)


def edges_key_of(data: object) -> str | None:
    """Return what the edges are called, or None where this is no node-link data."""
    if not isinstance(data, dict) or not isinstance(data.get("nodes"), list):
        return None
    return next((key for key in ("links", "edges") if isinstance(data.get(key), list)), None)


def _read_about(about: object, sketch: Sketch) -> None:
    if isinstance(about, dict):
        sketch.name, sketch.source = word(about.get("name")), word(about.get("source"))
        sketch.licence = word(about.get("licence"))


def _read_nodes(nodes: list[Any], sketch: Sketch) -> dict[str, int]:
    numbers: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    for at, node in enumerate(nodes):
        place: Place = ((None, "nodes"), at)
        own = word(node.get("id")) if isinstance(node, dict) else None
        if own is None:
            found = describe(node if not isinstance(node, dict) else node.get("id"))
            raise Fault(f"node {at + 1}: {found} as id; expected text or a number", place=place)
        if own in numbers:
            raise Fault(f"two nodes have the id {quoted(own)}; expected one", place=place)
        numbers[own] = sketch.add(first_word(node, NAMES) or "", own=own, place=place)
        say_fields(sketch.nodes[numbers[own]], node)
        left_out.update(key for key in node if key not in _USED)
    others = tally([f"{key} ({number:,})" for key, number in left_out.most_common()])
    sketch.notes.add("left-out", f"{counted(others.count, 'field')} left out", others)
    return numbers


def _read_edges(
    edges: list[Any], place: Place, numbers: dict[str, int], sketch: Sketch, is_child_first: bool
) -> None:
    repeated = Tally()
    for at, edge in enumerate(edges):
        ends = [_end(edge, side, numbers, (place, at)) for side in ("source", "target")]
        parent, child = ends[::-1] if is_child_first else ends
        if not sketch.link(numbers[parent], numbers[child], (place, at)):
            repeated.add(f"{quoted(parent)} -> {quoted(child)}")
    message = f"{counted(repeated.count, 'edge')} written again, taken once"
    sketch.notes.add("repeated", message, repeated)


def _end(edge: object, side: str, numbers: dict[str, int], place: Place) -> str:
    own = word(edge.get(side)) if isinstance(edge, dict) else None
    if own is None:
        raise Fault(f"an edge without a {side!r}; expected the id of a node", place=place)
    if own not in numbers:
        message = f"an edge with the {side} {quoted(own)}, which is no node; expected the id of one"
        raise Fault(message, place=place, hint=did_you_mean(own, numbers))
    return own
