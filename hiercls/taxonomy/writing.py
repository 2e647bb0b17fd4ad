"""A taxonomy as plain data in either form, and plain data as YAML that people like to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.document import is_text
from hiercls.taxonomy.forms import Draft
from hiercls.taxonomy.ids import slug
from hiercls.taxonomy.node import Node

_PLAIN = re.compile(r"[^\W\d_]([\w ./()%+;'&,?-]*[\w)%+?])?")
_PLAIN_IN_LIST = re.compile(r"[^\W\d_]([\w ./()%+-]*[\w)%+])?")
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


def flat_dict(draft: Draft) -> dict[str, Any]:
    """Return the flat form: every node by its id, in order."""
    inner = _inner(draft)
    nodes = {}
    for own, node in draft.nodes.items():
        entry: dict[str, Any] = {} if node.name == own else {"name": node.name}
        if parents := draft.parents[own]:
            entry["parents"] = list(parents)
        nodes[own] = {**entry, **_said(node, is_leaf=own not in inner)}
    return {**_about(draft), "nodes": nodes}


def nested_dict(draft: Draft) -> dict[str, Any]:
    """Return the nested form; an id is left out where the slug of the name says it.

    Raises:
        TaxonomyError: If a node has several parents.
    """
    inner = _inner(draft)
    top = _about(draft)
    entries: dict[str, dict[str, Any]] = {}
    for own, node in draft.nodes.items():
        is_root = not draft.parents[own]
        entry = top if is_root else {"name": node.name}
        if is_root and node.name != draft.name:
            entry["root"] = node.name
        if own != slug(node.name):
            entry["id"] = own
        entry.update(_said(node, is_leaf=own not in inner))
        entries[own] = entry
    for own, parents in draft.parents.items():
        _refuse_several(own, parents)
        for parent in parents:
            entries[parent].setdefault("children", []).append(entries[own])
    return top


def _refuse_several(own: str, parents: tuple[str, ...]) -> None:
    if len(parents) > 1:
        raise TaxonomyError(
            f"node {own!r} has {len(parents)} parents; expected one in the nested form",
            hint="use the flat form for several parents",
        )


def _inner(draft: Draft) -> set[str]:
    return {parent for parents in draft.parents.values() for parent in parents}


def _about(draft: Draft) -> dict[str, Any]:
    about = {"name": draft.name, "source": draft.source, "licence": draft.licence}
    return {key: value for key, value in about.items() if value is not None}


def _said(node: Node, *, is_leaf: bool) -> dict[str, Any]:
    said = {
        "description": node.description,
        "question": node.question,
        "class": True if node.is_class and not is_leaf else None,
        "index": node.index,
    }
    return {key: value for key, value in said.items() if value is not None}


def yaml_text(data: dict[str, Any]) -> str:
    """Return a taxonomy in either form as YAML, one field a line."""
    lines: list[str] = []
    pending: list[Iterator[tuple[str, str, Any]]] = [_fields(data, "", "")]
    while pending:
        field = next(pending[-1], None)
        if field is None:
            pending.pop()
            continue
        start, indent, value = field
        if isinstance(value, dict) and value:
            lines.append(start)
            pending.append(_fields(value, indent + "  ", indent + "  "))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(start)
            pending.append(_items(value, indent))
        else:
            lines.append(f"{start} {_inline(value)}")
    return "\n".join(lines) + "\n"


def _fields(mapping: dict[str, Any], first: str, indent: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the start of the line, the indent and the value of each field."""
    start = first
    for key, value in mapping.items():
        yield f"{start}{_scalar(key)}:", indent, value
        start = indent


def _items(items: list[dict[str, Any]], indent: str) -> Iterator[tuple[str, str, Any]]:
    for item in items:
        yield from _fields(item, f"{indent}  - ", f"{indent}    ")


def _inline(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list():
            return f"[{', '.join(_scalar(item, in_list=True) for item in value)}]"
        case dict():
            return "{}"
        case _:
            return _scalar(str(value))


def _scalar(text: str, *, in_list: bool = False) -> str:
    """Return text as it can stand in YAML, quoted where any reader might take it for more."""
    plain = _PLAIN_IN_LIST if in_list else _PLAIN
    if plain.fullmatch(text) and text.isprintable() and is_text(text):
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in '"\\':
        return f"\\{sign}"
    return {"\n": "\\n", "\t": "\\t"}.get(sign) or f"\\u{ord(sign):04x}"
