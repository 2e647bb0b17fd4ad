"""`A > B > C` on each line, with or without an id before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.importing.content import NEARLY_ALL, SAMPLE, content_lines
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch

STRONG = (" -> ", " > ", ">", " \u203a ", " \u00bb ", " :: ")
WEAK = (" / ", " | ", "|", "/", "\\")  # in names as well
_IDS = tuple(re.compile(rf"(\S+){between}(\S.*)") for between in (r"\s+-\s+", r"\s+:\s+", r"\t\s*"))


def read_paths(text: str, sketch: Sketch, settings: ImportSettings) -> None:
    """Read one path a line; the same path is the same node.

    Raises:
        Fault: For a line without a path, or two ids of one path.
    """
    first = [line for _, line in islice(content_lines(text), SAMPLE)]
    separator = settings.separator or path_separator(first) or STRONG[0]
    pattern = _id_pattern(first)
    said: set[int] = set()
    repeated = Tally()
    for place, line in content_lines(text, sketch.notes):
        match = pattern.fullmatch(line.strip()) if pattern else None
        if pattern and match is None:
            message = f"{quoted(line)} has no id; expected one before the path, as in other lines"
            raise Fault(message, place=place)
        own, path = (match[1], match[2]) if match else (None, line)
        names = [name.strip() for name in path.split(separator)]
        sign = separator.strip() or separator
        if any(not name or name.startswith(sign) or name.endswith(sign) for name in names):
            message = f"an empty name in the path {quoted(path)}; expected names between"
            raise Fault(f"{message} {sign!r}", place=place)
        number = sketch.descend(names, place)
        node = sketch.nodes[number]
        if own is not None and node.id not in (None, own):
            found = (
                f"the path {quoted(path)} with the id {quoted(own)}, and {quoted(node.id or '')}"
            )
            raise Fault(f"{found} above; expected one id a path", place=place)
        node.id, node.place = own, place
        if number in said:
            repeated.add(quoted(path))
        said.add(number)
    _note(sketch, said, repeated)


def _note(sketch: Sketch, said: set[int], repeated: Tally) -> None:
    message = f"{counted(repeated.count, 'path')} written again, taken once"
    sketch.notes.add("repeated", message, repeated)
    implied = Tally()
    for number, node in enumerate(sketch.nodes):
        if number not in said:
            implied.add(quoted(node.name))
    found = f"{counted(implied.count, 'node')} named in longer paths alone"
    sketch.notes.add("implied", found, implied)


def path_separator(lines: Sequence[str], separators: Sequence[str] = STRONG + WEAK) -> str | None:
    """Return the separator that most lines have, or None where no line in three has any.

    What also stands in names is thought of last; `>` with spaces around goes before it without.
    """
    for known in (STRONG, WEAK):
        counts = {sign: sum(sign in line for line in lines) for sign in known if sign in separators}
        most = max(counts.values(), default=0)
        if most and 3 * most >= len(lines):
            return next(sign for sign, number in counts.items() if number > NEARLY_ALL * most)
    return None


def _id_pattern(lines: Sequence[str]) -> re.Pattern[str] | None:
    """Return how ids are written, if every line has one and most are different."""
    for pattern in _IDS:
        matches = [pattern.fullmatch(line.strip()) for line in lines]
        ids = {match[1] for match in matches if match}
        if lines and all(matches) and 2 * len(ids) >= len(set(lines)):
            return pattern
    return None
