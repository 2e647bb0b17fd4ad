"""One name a line, indented below its parent: by spaces, tabs, dashes, bullets, or a drawn tree."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hiercls.taxonomy.fault import Fault, Place
from hiercls.taxonomy.importing.content import content_lines
from hiercls.taxonomy.importing.sketch import Sketch

_GAP = r"[ \t\u00a0]"
_DRAWN = r"[\u2502\u251c\u2514\u2500|`]"  # by `tree`
_MARK = r"(?:-+|[*+\u2022\u2013\u2014]+)"
_PREFIX = re.compile(rf"(?:{_GAP}|{_DRAWN}|{_MARK}(?={_GAP}|$)|-+(?=[^\W\d]))*")


def read_outline(text: str, sketch: Sketch) -> None:
    """Read an outline; each node is below the nearest line above it that is indented less.

    Raises:
        Fault: For a line that fits no level, or says nothing.
    """
    open_levels: list[tuple[int, int]] = []  # width of the indent, number of the node
    sign = ""
    for place, line in content_lines(text, sketch.notes):
        indent, name = split_indent(line)
        if not name:
            raise Fault("an indent and no name; expected one", place=place)
        sign = _sign_of(line, sign, place)
        parent = _parent(open_levels, len(indent), place)
        number = sketch.add(name, place=place)
        if parent is not None:
            sketch.link(parent, number, place)
        open_levels.append((len(indent), number))


def split_indent(line: str) -> tuple[str, str]:
    """Return the indent with its dashes or bullets, and the name."""
    match = _PREFIX.match(line)
    width = match.end() if match else 0
    return line[:width], line[width:].strip()


def is_outline(lines: Sequence[str]) -> bool:
    """Return whether lines are indented at all, each no deeper than one level below the last."""
    widths = [len(split_indent(line)[0]) for line in lines]
    return len(set(widths)) > 1 and widths[0] == min(widths)


def _sign_of(line: str, known: str, place: Place) -> str:
    """Return what lines are indented by, a space or a tab, refusing one and then the other."""
    found = set(line[: len(line) - len(line.lstrip(" \t"))])
    if not found:
        return known
    sign = known or min(found)
    if found != {sign}:
        one, other = ("tabs", "spaces") if sign == " " else ("spaces", "tabs")
        raise Fault(f"an indent with {one}; expected {other}, as above", place=place)
    return sign


def _parent(open_levels: list[tuple[int, int]], width: int, place: Place) -> int | None:
    """Close the levels that end here, and return the node of the last one left open."""
    closed = None
    while open_levels and open_levels[-1][0] >= width:
        closed, _ = open_levels.pop()
    if closed is not None and closed != width:
        known = sorted({level for level, _ in open_levels} | {closed})
        listed = " or ".join(map(str, known[-3:]))
        raise Fault(f"an indent of {width}; expected {listed}, as on a line above", place=place)
    return open_levels[-1][1] if open_levels else None
