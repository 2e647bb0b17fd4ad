"""JSON that maps each leaf to its path: `{"husky": ["animal", "dog", "husky"]}`."""

from __future__ import annotations

from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.importing.data import word
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.sketch import Sketch

Path = list[str]


def read_leaf_paths(data: object, sketch: Sketch) -> None:
    """Read one path a leaf, or a list of them for a leaf with several parents.

    A path ends in its leaf, or above it; which of the two is told by whether any does end in its
    leaf. Where none does but all paths differ, they end in the leaf's name, and the key is its id.

    Raises:
        Fault: For a leaf without a path of names.
    """
    if not isinstance(data, dict) or not data:
        raise Fault(f"{describe(data)} at the top; expected leaves and their paths")
    leaves = {leaf: _paths(leaf, value, (None, leaf)) for leaf, value in data.items()}
    every = [path for paths in leaves.values() for path in paths]
    is_named = any(same(path[-1], leaf) for leaf, paths in leaves.items() for path in paths)
    has_ids = not is_named and len(set(map(tuple, every))) == len(every)
    renamed = Tally()
    for leaf, paths in leaves.items():
        if is_named:
            if any(not same(path[-1], leaf) for path in paths):
                renamed.add(f"{quoted(leaf)}, not {quoted(paths[0][-1])}")
            paths = [path[:-1] for path in paths]
        _add(leaf, paths, sketch, has_ids=has_ids)
    _note(sketch, renamed, is_named=is_named, has_ids=has_ids)


def _add(leaf: str, paths: list[Path], sketch: Sketch, *, has_ids: bool) -> None:
    place: Place = (None, leaf)
    above, name = (paths[0][:-1], paths[0][-1]) if has_ids else (paths[0], leaf)
    number = sketch.descend([*above, name], place)
    node = sketch.nodes[number]
    node.is_class, node.id = True, leaf if has_ids else None
    for path in paths[1:]:
        parents = path[:-1] if has_ids else path
        if parents:
            sketch.link(sketch.descend(parents, place), number, place)


def _paths(leaf: str, value: object, place: Place) -> list[Path]:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return [_path(leaf, path, place) for path in value]
    return [_path(leaf, value, place)]


def _path(leaf: str, value: object, place: Place) -> Path:
    if not isinstance(value, list) or not value:
        found = "an empty list" if value == [] else describe(value)
        raise Fault(f"the path of {quoted(leaf)} is {found}; expected a list of names", place=place)
    names = [word(name) for name in value]
    if None in names:
        found = describe(value[names.index(None)])
        raise Fault(f"{found} in the path of {quoted(leaf)}; expected names", place=place)
    return [name for name in names if name is not None]


def same(one: str, other: str) -> bool:
    """Return whether two names differ at most in case and spaces."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def is_leaf_paths(data: object) -> bool:
    """Return whether a mapping has lists alone, and most end in their key."""
    if not isinstance(data, dict) or not data:
        return False
    ends = [
        value[-1][-1] if isinstance(value[-1], list) and value[-1] else value[-1]
        for value in data.values()
        if isinstance(value, list) and value
    ]
    if len(ends) < len(data):
        return False
    matching = (
        isinstance(end, str) and same(end, leaf) for leaf, end in zip(data, ends, strict=True)
    )
    return 2 * sum(matching) > len(data)


def _note(sketch: Sketch, renamed: Tally, *, is_named: bool, has_ids: bool) -> None:
    if has_ids:
        sketch.notes.add("keys", "keys taken for ids, as no path ends in its key and all differ")
    elif not is_named:
        sketch.notes.add("keys", "keys put below their paths, as no path ends in its key")
    found = counted(renamed.count, "leaf", "leaves")
    sketch.notes.add("renamed", f"{found} called by the key, not by the end of the path", renamed)
