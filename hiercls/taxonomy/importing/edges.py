"""`parent child` on each line, separated by a tab, a comma, or spaces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from hiercls.taxonomy.fault import Fault
from hiercls.taxonomy.importing.content import NEARLY_ALL, content_lines
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch

_SEPARATORS = ("\t", ",", ";", None)  # None: any spaces
_COMPARED = 10_000  # lines that tell which end of an edge comes first


def read_edges(text: str, sketch: Sketch, settings: ImportSettings) -> None:
    """Read an edge list; what stands at the ends is both id and name.

    Raises:
        Fault: For a line that is no edge.
    """
    first = [line for _, line in islice(content_lines(text), _COMPARED)]
    separator = settings.separator or edge_separator(first)
    is_child_first = settings.is_child_first or _is_child_first(first, separator)
    if is_child_first and not settings.is_child_first:
        message = "each line taken as child and parent, as no node begins two lines"
        sketch.notes.add("child-first", message)
    numbers: dict[str, int] = {}
    repeated = Tally()
    for place, line in content_lines(text, sketch.notes):
        ends = split_edge(line, separator)
        if len(ends) != 2 or not all(ends):
            found = f"{len([end for end in ends if end])} of the two ends of an edge"
            raise Fault(f"{found}; expected a parent and a child", place=place)
        for end in ends:
            if end not in numbers:
                numbers[end] = sketch.add(end, own=end, place=place)
        parent, child = ends[::-1] if is_child_first else ends
        if not sketch.link(numbers[parent], numbers[child], place):
            repeated.add(repr(line))
    sketch.notes.add(
        "repeated", f"{counted(repeated.count, 'edge')} written again, taken once", repeated
    )


def edge_separator(lines: Sequence[str]) -> str | None:
    """Return what separates the ends: the first that makes two of nearly every line."""
    if not lines:
        return None
    for separator in _SEPARATORS:
        num_pairs = sum(len(split_edge(line, separator)) == 2 for line in lines)
        if num_pairs > NEARLY_ALL * len(lines):
            return separator
    return None


def split_edge(line: str, separator: str | None) -> list[str]:
    return [end.strip() for end in line.split(separator)]


def _is_child_first(lines: Sequence[str], separator: str | None) -> bool:
    """Return whether every first end is another, as children of a tree are, and no second is."""
    pairs = [ends for ends in (split_edge(line, separator) for line in lines) if len(ends) == 2]
    first, second = {ends[0] for ends in pairs}, {ends[1] for ends in pairs}
    return len(set(map(tuple, pairs))) == len(first) > len(second)
