"""The nested form, for people: every node holds its children. Nothing here recurses."""

from __future__ import annotations

from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.draft import (
    ABOUT_KEYS,
    SAID_KEYS,
    Draft,
    about_fields,
    make_draft,
    said_fields,
)
from hiercls.taxonomy.entry import Entry, refuse_long_id
from hiercls.taxonomy.fault import Fault, Place, describe, quoted, shortened
from hiercls.taxonomy.ids import LONGEST_ID, make_ids, slug

DEEPEST = 10_000  # levels; a mapping that contains itself goes deeper than any taxonomy

TOP_KEYS = (*ABOUT_KEYS, "root", "id", *SAID_KEYS, "children")
NODE_KEYS = ("name", "id", *SAID_KEYS, "children")


def read_nested(top: Entry) -> Draft:
    """Return what a nested document says; its top is the root as well.

    Raises:
        Fault: For whatever does not fit the form.
    """
    top.refuse_unknown(TOP_KEYS)
    name = top.line("root") or top.required_line("name")
    root = Entry(top.raw, None, f"the root {quoted(name)}")
    entries, names, parents, depths = [root], [name], [0], [0]
    pending = _children(root, 0)[::-1]
    while pending:
        raw, place, parent = pending.pop()
        entry, name = _read_node(raw, place, entries[parent])
        depth = depths[parent] + 1
        if depth > DEEPEST:
            raise Fault(f"nested deeper than {DEEPEST:,} levels; expected fewer")
        if "children" in entry.raw:
            pending.extend(_children(entry, len(entries))[::-1])
        entries.append(entry)
        names.append(name)
        parents.append(parent)
        depths.append(depth)
    return _join(top, entries, names, parents)


def _children(entry: Entry, position: int) -> list[tuple[object, Place, int]]:
    """Return the children as written, each with its place and its parent's position."""
    place: Place = (entry.place, "children")
    children = entry.raw["children"]
    if not isinstance(children, list | tuple):
        raise entry.fault(f"'children' is {describe(children)}; expected a list", "children")
    if not children:
        raise entry.fault(
            "'children' is an empty list; expected at least one child",
            "children",
            hint="leave 'children' out at a leaf",
        )
    return [(child, (place, number), position) for number, child in enumerate(children)]


def _read_node(raw: object, place: Place, parent: Entry) -> tuple[Entry, str]:
    """Return a node and its name."""
    number = place[1] + 1 if place and isinstance(place[1], int) else 0
    label = f"child {number} of {parent.label}"
    if isinstance(raw, str):
        hint = f"write `- name: {shortened(raw)}`" if raw.isprintable() else None
        raise Fault(f"{label} is {describe(raw)}; expected a mapping", place=place, hint=hint)
    entry = Entry(raw, place, label)
    name = entry.required_line("name")
    own = entry.raw.get("id")
    entry.label = f"node {quoted(own if isinstance(own, str) and own else name)}"
    if "parents" in entry.raw:
        raise entry.fault(
            "'parents' in the nested form; expected one parent, by position",
            "parents",
            hint="use the flat form for several parents",
        )
    entry.refuse_unknown(NODE_KEYS)
    return entry, name


def _join(top: Entry, entries: list[Entry], names: list[str], parents: list[int]) -> Draft:
    """Give every node its id, then make the draft."""
    given = [_given_id(entry) for entry in entries]
    made = make_ids(names, given, parents)
    ids: dict[str, int] = {}
    for position, own in enumerate(made):
        entry = entries[position]
        if own is None:
            raise Fault(
                f"{entry.label}: no id can be made from the names (no letter or digit, or more "
                f"than {LONGEST_ID} characters); expected an 'id'",
                place=entry.place or (None, "name"),
            )
        if own in ids:
            raise _twice(own, entries[ids[own]], entry, is_made=given[position] is None)
        ids[own] = position
    by_position = list(ids)
    return make_draft(
        top,
        dict(zip(ids, entries, strict=True)),
        dict(zip(ids, names, strict=True)),
        {own: (by_position[parents[at]],) if at else () for own, at in ids.items()},
    )


def _given_id(entry: Entry) -> str | None:
    own = entry.line("id")
    if own is not None:
        refuse_long_id(own, (entry.place, "id"))
    return own


def _twice(own: str, first: Entry, second: Entry, *, is_made: bool) -> Fault:
    return Fault(
        f"two nodes have the id {quoted(own)}{', made from the names' if is_made else ''}; "
        "expected one",
        place=_place_of_id(second),
        first=_place_of_id(first),
        hint="give one of them another name, or an 'id'" if is_made else None,
    )


def _place_of_id(entry: Entry) -> Place:
    if entry.place is None:  # the root
        return (None, next(key for key in ("id", "root", "name") if key in entry.raw))
    return (entry.place, "id") if "id" in entry.raw else entry.place


def nested_dict(draft: Draft) -> dict[str, Any]:
    """Return the nested form; an id is left out where it is the slug of the name.

    Raises:
        TaxonomyError: If a node has several parents.
    """
    inner = draft.inner()
    top = about_fields(draft)
    entries: dict[str, dict[str, Any]] = {}
    for own, node in draft.nodes.items():
        is_root = not draft.parents[own]
        entry = top if is_root else {"name": node.name}
        if is_root and node.name != draft.name:
            entry["root"] = node.name
        if own != slug(node.name):
            entry["id"] = own
        entry.update(said_fields(node, is_leaf=own not in inner))
        entries[own] = entry
    for own, parents in draft.parents.items():
        if len(parents) > 1:
            raise TaxonomyError(
                f"node {quoted(own)} has {len(parents)} parents; expected one in the nested form",
                hint="use the flat form for several parents",
            )
        for parent in parents:
            entries[parent].setdefault("children", []).append(entries[own])
    return top
