"""Nested JSON or YAML: nodes with a list of children, or names mapped to what is below them.

Both may be mixed: `{"name": "a", "children": [...]}`, `{"a": {"b": {}, "c": null}}`,
`{"a": ["b", "c"]}`, `["a", {"b": ["c"]}]`.
"""

from __future__ import annotations

from collections import Counter

from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.importing.data import first_word, word
from hiercls.taxonomy.importing.notes import counted, tally
from hiercls.taxonomy.importing.sketch import Sketch, Sketched

NAMES = ("name", "label", "title", "text")
CHILDREN = (
    "children", "_children", "subcategories", "subclasses", "categories", "items", "nodes", "child",
)  # fmt: skip
IDS = ("id", "wnid", "code", "key")
DESCRIPTIONS = ("description", "definition", "gloss", "desc")
INDEXES = ("index", "class_index")
OWN_FIELDS = ("question", "class")  # of this project's own files
_FIELDS = {*NAMES, *CHILDREN, *IDS, *DESCRIPTIONS, *INDEXES, *OWN_FIELDS}

Branch = tuple[str | None, object, Place]
"""The key in a mapping, or None in a list; what is there; where."""


def read_nested_data(data: object, sketch: Sketch) -> None:
    """Read a tree, without recursion.

    Raises:
        Fault: For whatever is neither a node nor nodes.
    """
    if isinstance(data, dict) and isinstance(data.get("nodes"), dict):
        hint = "it is a taxonomy file already: hiercls taxonomy check FILE"
        raise Fault("the flat form of a taxonomy; expected nested data", hint=hint)
    left_out: Counter[str] = Counter()
    pending: list[tuple[Branch, int | None]] = []
    pending.extend((top, None) for top in reversed(_tops(data, sketch)))
    while pending:
        (key, value, place), parent = pending.pop()
        if key is None and isinstance(value, dict) and not _is_node(value, has_key=False):
            pending.extend([(branch, parent) for branch in _branches(value, place)][::-1])
            continue
        number = _add(key, value, place, sketch, left_out)
        if parent is not None:
            sketch.link(parent, number, place)
        pending.extend([(branch, number) for branch in _below(key, value, place)][::-1])
    found = tally([f"{field} ({number:,})" for field, number in left_out.most_common()])
    sketch.notes.add("left-out", f"{counted(found.count, 'field')} left out", found)


def _tops(data: object, sketch: Sketch) -> list[Branch]:
    """Return the nodes at the top; fields of this project's own files go to the sketch."""
    if not isinstance(data, dict | list) or not data:
        raise Fault(f"{describe(data)} at the top; expected a mapping or a list of nodes")
    if not isinstance(data, dict) or not _is_node(data, has_key=False):
        return _branches(data, None)
    top = dict(data)
    if isinstance(top.get("root"), str) or {"source", "licence"} & top.keys():
        sketch.name = word(top.get("name"))
        sketch.source = word(top.pop("source", None))
        sketch.licence = word(top.pop("licence", None))
        top["name"] = top.pop("root", None) or sketch.name
    return [(None, top, None)]


def _is_node(mapping: dict[str, object], *, has_key: bool) -> bool:
    """Return whether the keys of a mapping are fields of one node rather than names of several.

    Args:
        mapping: To look at.
        has_key: Whether a key stands before it that can be the name.
    """
    if first_word(mapping, NAMES):
        return True
    field, children = _children(mapping)
    are_fields = bool(mapping) and mapping.keys() <= _FIELDS
    if isinstance(children, list):
        return has_key or field == CHILDREN[0] or first_word(mapping, IDS) is not None
    if isinstance(children, dict):
        return are_fields and (has_key or first_word(mapping, IDS) is not None)
    return are_fields and not any(isinstance(value, dict | list) for value in mapping.values())


def _children(mapping: dict[str, object]) -> tuple[str, object]:
    return next(((key, mapping[key]) for key in CHILDREN if mapping.get(key)), ("", None))


def _branches(container: object, place: Place) -> list[Branch]:
    if isinstance(container, dict):
        return [(key, value, (place, key)) for key, value in container.items()]
    if isinstance(container, list):
        return [(None, value, (place, at)) for at, value in enumerate(container)]
    found = f"{describe(container)} as children"
    raise Fault(f"{found}; expected a list or a mapping", place=place)


def _below(key: str | None, value: object, place: Place) -> list[Branch]:
    """Return what is below a node."""
    if isinstance(value, dict) and _is_node(value, has_key=key is not None):
        field, children = _children(value)
        return _branches(children, (place, field)) if children is not None else []
    if key is not None and isinstance(value, dict | list):
        return _branches(value, place)
    return []


def _add(
    key: str | None, value: object, place: Place, sketch: Sketch, left_out: Counter[str]
) -> int:
    if isinstance(value, dict) and _is_node(value, has_key=key is not None):
        return _add_fields(key, value, place, sketch, left_out)
    if key is not None:
        if value is None or isinstance(value, dict | list):
            return sketch.add(key, place=place)
        if isinstance(value, int) and not isinstance(value, bool):
            number = sketch.add(key, place=place)
            sketch.nodes[number].index = value
            return number
        found = f"{describe(value)} below {quoted(key)}"
        raise Fault(f"{found}; expected a mapping, a list, or null at a leaf", place=place)
    name = word(value)
    if name is None:
        raise Fault(
            f"{describe(value)} in a list of nodes; expected a name or a mapping", place=place
        )
    return sketch.add(name, place=place)


def _add_fields(
    key: str | None, fields: dict[str, object], place: Place, sketch: Sketch, left_out: Counter[str]
) -> int:
    """Add a node from its fields; where it has a key and a name, the key is its id."""
    name, own = first_word(fields, NAMES), first_word(fields, IDS)
    if name and key and own is None:
        own = key
    number = sketch.add(name or key or "", own=own, place=place)
    node = sketch.nodes[number]
    say_fields(node, fields)
    used = {*NAMES, *IDS, *DESCRIPTIONS, *INDEXES, *OWN_FIELDS, _children(fields)[0]}
    left_out.update(field for field, value in fields.items() if field not in used and value)
    return number


def say_fields(node: Sketched, fields: dict[str, object]) -> None:
    """Give a node what its fields say beside name and id; what is no class number is left out."""
    node.description = first_word(fields, DESCRIPTIONS)
    node.question = word(fields.get("question"))
    node.is_class = fields.get("class") is True
    index = next((fields[key] for key in INDEXES if key in fields), None)
    if isinstance(index, str) and index.isascii() and index.isdecimal() and len(index) < 19:
        index = int(index)
    node.index = index if isinstance(index, int) and not isinstance(index, bool) else None
