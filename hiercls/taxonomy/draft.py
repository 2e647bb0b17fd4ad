"""What both forms of a taxonomy mean: nodes and their parents, each field checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hiercls.taxonomy.entry import Entry
from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.node import Node

ABOUT_KEYS = ("name", "source", "licence")
SAID_KEYS = ("description", "question", "class", "index")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document says, before it is known whether its nodes make a rooted graph.

    Attributes:
        nodes: By id, in the order of the document.
        parents: The ids of each node's parents, in order; not yet known to exist.
        places: Where each node stands in the document.
    """

    name: str
    source: str | None
    licence: str | None
    nodes: dict[str, Node]
    parents: dict[str, tuple[str, ...]]
    places: dict[str, Place]

    def inner(self) -> set[str]:
        """Return the ids of the nodes that have children."""
        return {parent for parents in self.parents.values() for parent in parents}


def make_draft(
    top: Entry,
    entries: Mapping[str, Entry],
    names: Mapping[str, str],
    parents: dict[str, tuple[str, ...]],
) -> Draft:
    """Return the draft of a document whose entries, names and parents are known by id.

    Raises:
        Fault: For a field of the wrong type.
    """
    name, source, licence = top.required_line("name"), top.text("source"), top.text("licence")
    places = {own: entry.place for own, entry in entries.items()}
    draft = Draft(name, source, licence, {}, parents, places)
    inner = draft.inner()
    for own, entry in entries.items():
        draft.nodes[own] = _node(own, names[own], entry, is_leaf=own not in inner)
    _refuse_repeated_index(draft)
    return draft


def _node(own: str, name: str, entry: Entry, *, is_leaf: bool) -> Node:
    description = entry.text("description")
    return Node(
        id=own,
        name=name,
        description=" ".join(description.split()) if description else None,
        question=entry.text("question"),
        is_class=_is_class(entry, is_leaf=is_leaf),
        index=_index(entry),
    )


def _is_class(entry: Entry, *, is_leaf: bool) -> bool:
    found = entry.raw.get("class", is_leaf)
    if not isinstance(found, bool):
        raise entry.fault(f"'class' is {describe(found)}; expected true or false", "class")
    if is_leaf and not found:
        raise entry.fault("'class' is false at a leaf; expected true, as at every leaf", "class")
    return found


def _index(entry: Entry) -> int | None:
    if "index" not in entry.raw:
        return None
    found = entry.raw["index"]
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise entry.fault(f"'index' is {describe(found)}; expected a whole number from 0", "index")
    return found


def _refuse_repeated_index(draft: Draft) -> None:
    owners: dict[int, str] = {}
    for own, node in draft.nodes.items():
        if node.index is None:
            continue
        first = owners.setdefault(node.index, own)
        if first != own:
            raise Fault(
                f"nodes {quoted(first)} and {quoted(own)} have the index {node.index}; "
                "expected one node an index",
                place=(draft.places[own], "index"),
                first=(draft.places[first], "index"),
            )


def about_fields(draft: Draft) -> dict[str, Any]:
    """Return the fields of the taxonomy itself, as a document has them."""
    about = {"name": draft.name, "source": draft.source, "licence": draft.licence}
    return {key: value for key, value in about.items() if value is not None}


def said_fields(node: Node, *, is_leaf: bool) -> dict[str, Any]:
    """Return the fields of a node that both forms share, as a document has them."""
    said = {
        "description": node.description,
        "question": node.question,
        "class": True if node.is_class and not is_leaf else None,
        "index": node.index,
    }
    return {key: value for key, value in said.items() if value is not None}
