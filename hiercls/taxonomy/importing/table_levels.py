"""A table with a column a level: each row is a path."""

from __future__ import annotations

from collections.abc import Iterable

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.importing.columns import Columns
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.importing.table_parents import say


def read_levels(rows: Iterable[tuple[Place, list[str]]], columns: Columns, sketch: Sketch) -> None:
    """Read rows of names from the top down.

    Empty cells at the left mean the same as the row above, those at the right a shorter path, and
    those between a level that the path does not have.

    Raises:
        Fault: For a row without names, or two ids of one path.
    """
    above: list[str] = []
    said: set[int] = set()
    repeated, carried, skipped = Tally(), Tally(), Tally()
    for place, cells in rows:
        levels = [cells[at] for at in columns.levels]
        filled = [at for at, name in enumerate(levels) if name]
        if not filled:
            raise Fault("nothing in the columns of levels; expected a name", place=place)
        if filled[0] and any(above[: filled[0]]):
            levels[: filled[0]] = above[: filled[0]]
            carried.add(quoted(levels[filled[0]]))
        path = [name for name in levels if name]
        above = levels
        if "" in levels[: filled[-1]]:
            skipped.add(" > ".join(path))
        number = sketch.descend(path, place)
        if number in said:
            repeated.add(" > ".join(path))
        else:
            say(sketch, number, cells, columns)
        said.add(number)
    _note(sketch, repeated, carried, skipped)


def _note(sketch: Sketch, repeated: Tally, carried: Tally, skipped: Tally) -> None:
    notes = sketch.notes
    found = counted(carried.count, "row")
    notes.add(
        "carried", f"{found} with empty cells at the left, filled from the row above", carried
    )
    found = counted(skipped.count, "row")
    notes.add("skipped", f"{found} with empty cells between, whose levels are left out", skipped)
    found = counted(repeated.count, "row")
    notes.add("repeated", f"{found} with a path as above, passed over", repeated)
