"""The flat form, for graphs and large sets: every node by its id, naming its parents."""

from __future__ import annotations

from typing import Any

from hiercls.taxonomy.draft import (
    ABOUT_KEYS,
    SAID_KEYS,
    Draft,
    about_fields,
    make_draft,
    said_fields,
)
from hiercls.taxonomy.entry import Entry, refuse_long_id, refuse_odd_line, wants_quotes
from hiercls.taxonomy.fault import Fault, Place, describe, quoted, shortened

TOP_KEYS = (*ABOUT_KEYS, "question", "nodes")
NODE_KEYS = ("name", "parents", *SAID_KEYS)


def read_flat(top: Entry) -> Draft:
    """Return what a flat document says. A node without a name has its id for one.

    Raises:
        Fault: For whatever does not fit the form.
    """
    top.refuse_unknown(TOP_KEYS)
    nodes = Entry(top.raw["nodes"], (None, "nodes"), "'nodes'")
    if not nodes.raw:
        raise Fault("'nodes' is empty; expected nodes", place=nodes.place)
    entries: dict[str, Entry] = {}
    names: dict[str, str] = {}
    parents: dict[str, tuple[str, ...]] = {}
    for own, raw in nodes.raw.items():
        place: Place = (nodes.place, own)
        _check_id(own, place)
        entry = Entry(raw, place, f"node {quoted(own)}")
        entry.refuse_unknown(NODE_KEYS)
        entries[own] = entry
        names[own] = entry.line("name") or own
        parents[own] = _parents(entry, own)
    _move_question(top, entries, parents)
    return make_draft(top, entries, names, parents)


def _check_id(own: object, place: Place) -> None:
    if not isinstance(own, str) or not own:
        found = "empty" if own == "" else describe(own)
        raise Fault(f"an id in 'nodes' is {found}; expected text", place=place)
    refuse_odd_line(own, f"the id {quoted(own)}", place)
    refuse_long_id(own, place)


def _parents(entry: Entry, own: str) -> tuple[str, ...]:
    found = entry.raw.get("parents", [])
    if not isinstance(found, list | tuple):
        hint = f"write `parents: [{shortened(found)}]`" if isinstance(found, str) else None
        message = f"'parents' is {describe(found)}; expected a list of ids"
        raise entry.fault(message, "parents", hint=hint)
    place: Place = (entry.place, "parents")
    for number, parent in enumerate(found):
        if not isinstance(parent, str):
            raise Fault(
                f"{entry.label}: parent {number + 1} is {describe(parent)}; expected an id",
                place=(place, number),
                is_unquoted=wants_quotes(parent),
            )
        if parent == own:
            message = f"{entry.label} is its own parent; expected another"
            raise Fault(message, place=(place, number))
    if len(set(found)) < len(found):
        twice = next(parent for parent in found if found.count(parent) > 1)
        raise entry.fault(f"the parent {quoted(twice)} twice; expected once", "parents")
    return tuple(found)


def _move_question(
    top: Entry, entries: dict[str, Entry], parents: dict[str, tuple[str, ...]]
) -> None:
    """Hand the question at the top to the root, which it is the question of."""
    root = next((own for own in entries if not parents[own]), None)
    if "question" not in top.raw or root is None:
        return
    entry = entries[root]
    if "question" in entry.raw:
        message = "'question' both here and at the top; expected one of them"
        raise entry.fault(message, "question")
    raw = {**entry.raw, "question": top.raw["question"]}
    entries[root] = Entry(raw, entry.place, entry.label)


def flat_dict(draft: Draft) -> dict[str, Any]:
    """Return the flat form: every node by its id, in order."""
    inner = draft.inner()
    nodes = {}
    for own, node in draft.nodes.items():
        entry: dict[str, Any] = {} if node.name == own else {"name": node.name}
        if parents := draft.parents[own]:
            entry["parents"] = list(parents)
        nodes[own] = {**entry, **said_fields(node, is_leaf=own not in inner)}
    return {**about_fields(draft), "nodes": nodes}
