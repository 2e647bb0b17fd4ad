"""The two forms of a taxonomy as plain data, nested and flat, and what both of them mean.

Both are read into one `Draft`, whose fields are checked; the graph itself is checked by
`hiercls.taxonomy.graph`. Nothing here recurses, so depth is no danger.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hiercls.taxonomy.document import Fault, Place, describe
from hiercls.taxonomy.ids import LONGEST_ID, make_ids
from hiercls.taxonomy.node import Node
from hiercls.taxonomy.suggestion import did_you_mean

DEEPEST_NESTED = 10_000  # levels of the nested form; a mapping that contains itself passes it

_ABOUT = ("name", "source", "licence")
_NODE = ("description", "question", "class", "index")
_NESTED_TOP = (*_ABOUT, "root", "id", *_NODE, "children")
_NESTED_NODE = ("name", "id", *_NODE, "children")
_FLAT_TOP = (*_ABOUT, "question", "nodes")
_FLAT_NODE = ("name", "parents", *_NODE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_UNPRINTABLE_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

Mapped = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document says, each field checked, the graph not yet.

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


@dataclass(frozen=True, slots=True)
class _Entry:
    """One node as written: its mapping, its place, its label in messages, its name."""

    raw: Mapped
    place: Place
    label: str
    name: str


def read_draft(data: object) -> Draft:
    """Return what a nested or flat document says.

    Raises:
        Fault: For whatever does not fit the forms.
    """
    if data is None:
        raise Fault("is empty; expected a taxonomy", hint="see `hiercls taxonomy show flags`")
    top = _mapping(data, "the file", None)
    if "nodes" in top and "children" in top:
        raise Fault(
            "both 'children' (nested form) and 'nodes' (flat form); expected one of them",
            place=(None, "nodes"),
        )
    if "nodes" in top:
        return _read_flat(top)
    if "children" in top:
        return _read_nested(top)
    _refuse_unknown(top, sorted({*_NESTED_TOP, *_FLAT_TOP}), "the taxonomy", None)
    raise Fault("neither 'children' (nested form) nor 'nodes' (flat form); expected one of them")


def _read_nested(top: Mapped) -> Draft:
    _refuse_unknown(top, _NESTED_TOP, "the taxonomy", None)
    name, source, licence = _about(top)
    root_name = _text(top, "root", "the taxonomy", None) or name
    entries = [_Entry(top, None, f"the root {root_name!r}", root_name)]
    parents = [0]
    depths = [0]
    pending = _children(entries[0], 0)[::-1]
    while pending:
        raw, place, parent = pending.pop()
        entry = _nested_entry(raw, place, entries[parent])
        depths.append(depths[parent] + 1)
        if depths[-1] > DEEPEST_NESTED:
            raise Fault(f"nested deeper than {DEEPEST_NESTED} levels; a node may contain itself")
        entries.append(entry)
        parents.append(parent)
        if "children" in entry.raw:
            pending.extend(_children(entry, len(entries) - 1)[::-1])
    ids = _nested_ids(entries, parents)
    parent_ids: dict[str, tuple[str, ...]] = {
        own: (ids[parent],) for own, parent in zip(ids, parents, strict=True)
    }
    parent_ids[ids[0]] = ()
    return _draft((name, source, licence), dict(zip(ids, entries, strict=True)), parent_ids)


def _children(entry: _Entry, position: int) -> list[tuple[object, Place, int]]:
    """Return the children as written, each with its place and its parent's position."""
    place: Place = (entry.place, "children")
    children = entry.raw["children"]
    if not isinstance(children, list | tuple):
        found = describe(children)
        raise Fault(f"{entry.label}: 'children' is {found}; expected a list", place=place)
    if not children:
        raise Fault(
            f"{entry.label}: 'children' is an empty list; expected at least one child",
            place=place,
            hint="leave 'children' out at a leaf",
        )
    return [(child, (place, number), position) for number, child in enumerate(children)]


def _nested_entry(raw: object, place: Place, parent: _Entry) -> _Entry:
    number = place[1] + 1 if place and isinstance(place[1], int) else 0
    label = f"child {number} of {parent.label}"
    if isinstance(raw, str):
        raise Fault(
            f"{label} is {describe(raw)}; expected a mapping",
            place=place,
            hint=f"write `- name: {raw[:60]}`",
        )
    mapping = _mapping(raw, label, place)
    name = _required_name(mapping, label, place)
    own = mapping.get("id")
    label = f"node {own!r}" if isinstance(own, str) and own else f"node {name!r}"
    if "parents" in mapping:
        raise Fault(
            f"{label}: 'parents' in the nested form; expected only in the flat form",
            place=(place, "parents"),
            hint="use the flat form for several parents",
        )
    _refuse_unknown(mapping, _NESTED_NODE, label, place)
    return _Entry(mapping, place, label, name)


def _nested_ids(entries: list[_Entry], parents: list[int]) -> list[str]:
    given = [_id(entry) for entry in entries]
    made = make_ids([entry.name for entry in entries], given, parents)
    ids: list[str] = []
    seen: dict[str, int] = {}
    for position, own in enumerate(made):
        entry = entries[position]
        if own is None:
            raise Fault(
                f"{entry.label}: no id can be made from the names "
                f"(no letter or digit, or more than {LONGEST_ID} characters); expected an 'id'",
                place=entry.place,
            )
        if own in seen:
            raise _twice(own, entry, entries[seen[own]], is_made=given[position] is None)
        seen[own] = position
        ids.append(own)
    return ids


def _twice(own: str, entry: _Entry, first: _Entry, *, is_made: bool) -> Fault:
    hint = f"give one of them an id, for instance `id: {own}-2`" if is_made else None
    how = " (made from the names)" if is_made else ""
    return Fault(
        f"two nodes have the id {own!r}{how}; expected one",
        place=_line_of_id(entry),
        first=_line_of_id(first),
        hint=hint,
    )


def _line_of_id(entry: _Entry) -> Place:
    if entry.place is None:  # the root
        return (None, next((key for key in ("id", "root", "name") if key in entry.raw), "children"))
    return (entry.place, "id") if "id" in entry.raw else entry.place


def _id(entry: _Entry) -> str | None:
    own = _text(entry.raw, "id", entry.label, entry.place)
    if own is not None:
        _check_id(own, (entry.place, "id"))
    return own


def _check_id(own: str, place: Place) -> None:
    _check_line(own, f"the id {own[:60]!r}", place)
    if len(own) > LONGEST_ID:
        found = f"the id {own[:30]!r}... has {len(own)} characters"
        raise Fault(f"{found}; expected at most {LONGEST_ID}", place=place)


def _read_flat(top: Mapped) -> Draft:
    _refuse_unknown(top, _FLAT_TOP, "the taxonomy", None)
    nodes = _mapping(top["nodes"], "'nodes'", (None, "nodes"))
    if not nodes:
        raise Fault("'nodes' is empty; expected nodes", place=(None, "nodes"))
    entries: dict[str, _Entry] = {}
    parents: dict[str, tuple[str, ...]] = {}
    for own, raw in nodes.items():
        place: Place = ((None, "nodes"), own)
        _check_flat_id(own, place)
        label = f"node {own!r}"
        mapping = _mapping(raw, label, place)
        _refuse_unknown(mapping, _FLAT_NODE, label, place)
        name = _text(mapping, "name", label, place) or own
        _check_line(name, f"{label}: the name {name[:60]!r}", (place, "name"))
        entries[own] = _Entry(mapping, place, label, name)
        parents[own] = _parents(mapping, own, place)
    return _draft(_about(top), _with_question(top, entries, parents), parents)


def _check_flat_id(own: object, place: Place) -> None:
    if not isinstance(own, str) or not own:
        found = describe(own) if own != "" else "empty"
        raise Fault(f"an id in 'nodes' is {found}; expected text", place=place)
    _check_id(own, place)


def _with_question(
    top: Mapped, entries: dict[str, _Entry], parents: dict[str, tuple[str, ...]]
) -> dict[str, _Entry]:
    """Hand the question at the top to the root, which it belongs to."""
    if "question" not in top:
        return entries
    root = next((own for own in entries if not parents[own]), None)
    if root is None:
        return entries  # the graph will say that there is no root
    entry = entries[root]
    if "question" in entry.raw:
        raise Fault(
            f"'question' both at the top and at the root {root!r}; expected one of them",
            place=(entry.place, "question"),
        )
    raw = {**entry.raw, "question": top["question"]}
    return {**entries, root: _Entry(raw, entry.place, entry.label, entry.name)}


def _parents(raw: Mapped, own: str, place: Place) -> tuple[str, ...]:
    found = raw.get("parents", [])
    place = (place, "parents")
    if not isinstance(found, list | tuple):
        hint = f"write `parents: [{found[:60]}]`" if isinstance(found, str) else None
        raise Fault(
            f"node {own!r}: 'parents' is {describe(found)}; expected a list of ids",
            place=place,
            hint=hint,
        )
    for number, parent in enumerate(found):
        if not isinstance(parent, str):
            raise Fault(
                f"node {own!r}: parent {number + 1} is {describe(parent)}; expected the text of "
                "an id",
                place=(place, number),
                is_unquoted=_wants_quotes(parent),
            )
        if parent == own:
            raise Fault(f"node {own!r} has itself as a parent", place=(place, number))
    if len(set(found)) < len(found):
        twice = next(parent for parent in found if found.count(parent) > 1)
        raise Fault(f"node {own!r} has the parent {twice!r} twice; expected once", place=place)
    return tuple(found)


def _about(top: Mapped) -> tuple[str, str | None, str | None]:
    name = _required_name(top, "the taxonomy", None)
    return name, _long(top, "source", "the taxonomy"), _long(top, "licence", "the taxonomy")


def _long(raw: Mapped, key: str, label: str, place: Place = None) -> str | None:
    """Return text of any length and number of lines, stripped."""
    text = _text(raw, key, label, place)
    if text is not None and _UNPRINTABLE_BUT_LINES.search(text.replace("\t", " ")):
        raise Fault(f"{label}: {key!r} has a control character", place=(place, key))
    return None if text is None else text.strip()


def _draft(
    about: tuple[str, str | None, str | None],
    entries: dict[str, _Entry],
    parents: dict[str, tuple[str, ...]],
) -> Draft:
    inner = {parent for own in parents.values() for parent in own}
    nodes = {own: _node(own, entry, is_leaf=own not in inner) for own, entry in entries.items()}
    places = {own: entry.place for own, entry in entries.items()}
    _refuse_repeated_index(nodes, places)
    return Draft(*about, nodes, parents, places)


def _node(own: str, entry: _Entry, *, is_leaf: bool) -> Node:
    raw = entry.raw
    description = _long(raw, "description", entry.label, entry.place)
    return Node(
        id=own,
        name=entry.name,
        description=" ".join(description.split()) if description else None,
        question=_long(raw, "question", entry.label, entry.place),
        is_class=_is_class(entry, is_leaf=is_leaf),
        index=_index(entry),
    )


def _is_class(entry: _Entry, *, is_leaf: bool) -> bool:
    if "class" not in entry.raw:
        return is_leaf
    found = entry.raw["class"]
    place: Place = (entry.place, "class")
    if not isinstance(found, bool):
        raise Fault(f"{entry.label}: 'class' is {describe(found)}; expected true", place=place)
    if is_leaf and not found:
        raise Fault(f"{entry.label}: 'class' is false at a leaf, which is a class", place=place)
    return found


def _index(entry: _Entry) -> int | None:
    if "index" not in entry.raw:
        return None
    found = entry.raw["index"]
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise Fault(
            f"{entry.label}: 'index' is {describe(found)}; expected a whole number from 0",
            place=(entry.place, "index"),
        )
    return found


def _refuse_repeated_index(nodes: Mapping[str, Node], places: Mapping[str, Place]) -> None:
    owners: dict[int, str] = {}
    for own, node in nodes.items():
        if node.index is None:
            continue
        if node.index in owners:
            first = owners[node.index]
            raise Fault(
                f"node {own!r} has the index {node.index} of node {first!r}; expected another",
                place=(places[own], "index"),
                first=(places[first], "index"),
            )
        owners[node.index] = own


def _mapping(value: object, label: str, place: Place) -> Mapped:
    if not isinstance(value, dict):
        raise Fault(f"{label} is {describe(value)}; expected a mapping", place=place)
    return value


def _refuse_unknown(raw: Mapped, known: Collection[str], label: str, place: Place) -> None:
    for key in raw:
        if key not in known:
            hint = did_you_mean(key, known) if isinstance(key, str) else None
            raise Fault(
                f"{label}: unknown key {key!r}; expected one of {', '.join(known)}",
                place=(place, key),
                hint=hint,
            )


def _required_name(raw: Mapped, label: str, place: Place) -> str:
    name = _text(raw, "name", label, place)
    if name is None:
        raise Fault(f"{label} has no 'name'; expected one", place=place)
    _check_line(name, f"{label}: the name {name[:60]!r}", (place, "name"))
    return name


def _text(raw: Mapped, key: str, label: str, place: Place) -> str | None:
    """Return the text of a field, None where the field is left out."""
    if key not in raw:
        return None
    value = raw[key]
    if not isinstance(value, str):
        raise Fault(
            f"{label}: {key!r} is {describe(value)}; expected text",
            place=(place, key),
            is_unquoted=_wants_quotes(value),
        )
    if not value.strip():
        raise Fault(f"{label}: {key!r} is empty; expected text", place=(place, key))
    return value


def _wants_quotes(value: object) -> bool:
    return value is not None and not isinstance(value, list | tuple | dict)


def _check_line(text: str, label: str, place: Place) -> None:
    if _UNPRINTABLE.search(text):
        raise Fault(f"{label} has a line break or control character", place=place)
    if text != text.strip():
        raise Fault(f"{label} begins or ends with a space; expected none", place=place)
