"""A table in which each row names its parent."""

from __future__ import annotations

from collections.abc import Sequence

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.importing.columns import Columns
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.suggestion import did_you_mean

_NO_PARENT = ("", "0", "-1", "null", "none", "nan", "n/a", "-", "root")


def read_parents(rows: Sequence[tuple[Place, list[str]]], columns: Columns, sketch: Sketch) -> None:
    """Read rows of id and parent; a second row of an id names another parent of it.

    Where there are no ids, or the parents are none of them, parents are known by name.

    Raises:
        Fault: For a parent that is not there, or a row without an id.
    """
    names = [_first(cells, columns.names) for _, cells in rows]
    keys = names if columns.own is None else [cells[columns.own] for _, cells in rows]
    numbers: dict[str, int] = {}
    for (place, cells), key, name in zip(rows, keys, names, strict=True):
        if not key:
            column = columns.names[0] if columns.own is None else columns.own
            message = f"nothing in the column {quoted(columns.headers[column or 0])}"
            raise Fault(f"{message}; expected what to call the row by", place=place)
        if key not in numbers:
            numbers[key] = sketch.add(name, place=place)
            say(sketch, numbers[key], cells, columns)
    known = _known_parents(rows, columns, names, keys, numbers, sketch)
    repeated = Tally()
    for (place, cells), key in zip(rows, keys, strict=True):
        parent = cells[columns.parent or 0]
        number = _number(parent, key, known, place)
        if number is not None and not sketch.link(number, numbers[key], place):
            repeated.add(quoted(key))
    message = f"{counted(repeated.count, 'row')} with an id and a parent as above, passed over"
    sketch.notes.add("repeated", message, repeated)


def _first(cells: Sequence[str], positions: Sequence[int]) -> str:
    return next((cells[at] for at in positions if cells[at]), "")


def say(sketch: Sketch, number: int, cells: Sequence[str], columns: Columns) -> None:
    """Give a node what its row says beside its name."""
    node = sketch.nodes[number]
    if columns.own is not None:
        node.id = cells[columns.own] or None
    if columns.description is not None:
        node.description = cells[columns.description] or None
    if columns.question is not None:
        node.question = cells[columns.question] or None
    if columns.is_class is not None:
        node.is_class = cells[columns.is_class].lower() in ("true", "yes", "1")
    if columns.index is not None and cells[columns.index]:
        written = cells[columns.index]
        if not (written.isascii() and written.isdecimal() and len(written) < 19):
            message = f"the index {quoted(written)}; expected a whole number from 0"
            raise Fault(message, place=node.place)
        node.index = int(written)


def _known_parents(
    rows: Sequence[tuple[Place, list[str]]],
    columns: Columns,
    names: Sequence[str],
    keys: Sequence[str],
    numbers: dict[str, int],
    sketch: Sketch,
) -> dict[str, int]:
    """Return the nodes by what the column of parents calls them: ids, or else unique names."""
    parents = {cells[columns.parent or 0] for _, cells in rows} - {""}
    by_name = dict(zip(names, keys, strict=True))
    if not parents & numbers.keys() and parents & by_name.keys() and len(by_name) == len(rows):
        sketch.notes.add("by-name", "parents taken for names, as none of them is an id")
        return {name: numbers[key] for name, key in by_name.items()}
    return numbers


def _number(parent: str, key: str, known: dict[str, int], place: Place) -> int | None:
    """Return the number of the parent, or None at a root."""
    if parent in known:
        return None if parent == key else known[parent]
    if parent.lower() in _NO_PARENT:
        return None
    raise Fault(
        f"{quoted(key)}: its parent {quoted(parent)} has no row; expected one",
        place=place,
        hint=did_you_mean(parent, known),
    )
