"""The line of anything in a taxonomy file, found by reading it again once something is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.document import Loader
from hiercls.taxonomy.fault import Fault, Place, shortened


def error_in_file(fault: Fault, path: str, text: str) -> TaxonomyError:
    """Return the error for the user: file, line where it can be found, and what is wrong."""
    line, written = fault.line, None
    if fault.place is not None:
        line, written = locate(text, fault.place)
    message = fault.message
    if fault.first is not None:
        first_line, _ = locate(text, fault.first)
        message += f" (first on line {first_line})" if first_line else ""
    where = f"{path}:{line}" if line else path
    return TaxonomyError(f"{where}: {message}", hint=_hint(fault, written))


def error_in_data(fault: Fault) -> TaxonomyError:
    """Return the error for a taxonomy that comes from no file."""
    return TaxonomyError(fault.message, hint=_hint(fault, None))


def _hint(fault: Fault, written: str | None) -> str | None:
    if not fault.is_unquoted:
        return fault.hint
    return f'put it in quotes: "{shortened(written)}"' if written else "put it in quotes"


def locate(text: str, place: Place) -> tuple[int | None, str | None]:
    """Return the line of a place, and the text written there if it is a scalar.

    Where the place lies behind an alias, the line of the nearest container around it.
    """
    path = _path(place)
    found: tuple[int | None, str | None] = (None, None)
    try:
        for depth, line, event in _matches(text, path):
            found = (line, getattr(event, "value", None))
            if depth == len(path):
                break
    except (yaml.YAMLError, ValueError):
        pass
    return found


def _path(place: Place) -> list[str | int]:
    path: list[str | int] = []
    while place is not None:
        place, key = place
        path.append(key)
    return path[::-1]


def _matches(text: str, path: list[str | int]) -> Iterator[tuple[int, int, yaml.Event]]:
    """Yield depth, line and event of each value on the way to `path`, from the outside in."""
    spots: list[_Spot] = []
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            spots.pop()
        elif not isinstance(event, yaml.NodeEvent):
            continue
        elif spots and spots[-1].key is None:
            spots[-1].key = getattr(event, "value", "")
            spots[-1].line = _line(event)
            continue
        else:
            depth = len(spots)
            is_on_path = not spots or spots[-1].leads_to(path, depth - 1)
            if is_on_path and spots:
                yield depth, spots[-1].line or _line(event), event
            if isinstance(event, yaml.CollectionStartEvent):
                first = None if isinstance(event, yaml.MappingStartEvent) else 0
                spots.append(_Spot(first, is_on_path))
                continue
        if spots:
            spots[-1].advance()


class _Spot:
    """Where reading stands in one open list or mapping."""

    __slots__ = ("is_on_path", "key", "line")

    def __init__(self, key: int | None, is_on_path: bool) -> None:
        self.key: str | int | None = key
        self.is_on_path = is_on_path
        self.line: int | None = None  # of the key, in a mapping

    def leads_to(self, path: list[str | int], depth: int) -> bool:
        return self.is_on_path and depth < len(path) and path[depth] == self.key

    def advance(self) -> None:
        self.key = self.key + 1 if isinstance(self.key, int) else None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
