"""The lines of a text, those that say nothing left out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice

from hiercls.taxonomy.fault import Fault, Place
from hiercls.taxonomy.importing.notes import Notes, Tally, counted

SAMPLE = 1_000  # lines that a form, or a separator, is recognised by
NEARLY_ALL = 0.9  # of them must be like it; the others are torn, and are told by their lines
LINES_A_NODE = 5  # at most
FEWEST_NODES = 20_000  # as to lines, where fewer are allowed


def content_lines(text: str, notes: Notes | None = None) -> Iterator[tuple[Place, str]]:
    """Yield the place and the text of each line, without those that are empty or begin with #.

    Lines end as Unix, Windows and old Macs end them. What was passed over is noted at the end.
    """
    comments = Tally()
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        line = line.rstrip()
        if line.startswith("#"):
            comments.add(repr(line))
        elif line:
            yield (None, number), line
    if notes is not None:
        message = f"{counted(comments.count, 'line')} beginning with # passed over"
        notes.add("comments", message, comments)


def sample_lines(text: str) -> list[str]:
    """Return the first lines, by which a form is recognised."""
    return [line for _, line in islice(content_lines(text), SAMPLE)]


def refuse_odd_size(text: str, max_nodes: int) -> None:
    """Refuse a text with nothing in it, or with many more lines than nodes allowed."""
    if not text.strip():
        raise Fault("nothing in it; expected a taxonomy")
    num_lines = text.count("\n") + 1
    most = LINES_A_NODE * max(max_nodes, FEWEST_NODES)
    if num_lines > most:
        raise Fault(
            f"{num_lines:,} lines; expected at most {most:,}",
            hint="is it the right file? --max-nodes raises the limit",
        )
