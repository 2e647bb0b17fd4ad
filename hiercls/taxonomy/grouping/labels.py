"""A file of labels, one a line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.ids import slug
from hiercls.taxonomy.importing.notes import Notes, tally

MOST_LABELS = 20_000  # the distances between more would need 3 GB


def read_labels(path: Path, notes: Notes) -> list[str]:
    """Return the labels of a file in their order, each once; empty lines are none.

    Raises:
        TaxonomyError: For fewer than two labels, too many, or one without a letter or digit.
    """
    lines = [" ".join(line.split()) for line in read_text(path).splitlines()]
    for number, line in enumerate(lines, start=1):
        if line and not slug(line):
            found = f"the label {quoted(line)}"
            raise TaxonomyError(f"{shown_path(path)}:{number}: {found}; expected a letter or digit")
    labels = list(dict.fromkeys(line for line in lines if line))
    if not 2 <= len(labels) <= MOST_LABELS:
        raise TaxonomyError(
            f"{shown_path(path)} has {len(labels):,} labels; expected 2 to {MOST_LABELS:,}, "
            "one a line"
        )
    twice = [repr(line) for line, times in Counter(lines).items() if line and times > 1]
    notes.add("repeated", "labels that stand there several times, taken once", tally(twice))
    return labels
