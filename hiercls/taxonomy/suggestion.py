"""A guess at what was meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_COMPARED = 5_000  # words; difflib compares about 50,000 short ones a second
_LONGEST = 100  # characters of a word worth a guess


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the hint `did you mean 'x'?` for the known word nearest to `word`, or None.

    Example:
        >>> did_you_mean("descripton", ["name", "description"])
        "did you mean 'description'?"
    """
    if len(word) > _LONGEST:
        return None
    folded = word.casefold()
    candidates = []
    for other in known:
        if other.casefold() == folded:
            return f"did you mean {other!r}?"
        if abs(len(other) - len(word)) <= 1 + len(word) // 3 and set(other[:2]) & set(word[:2]):
            candidates.append(other)
    near = difflib.get_close_matches(word, candidates[:_COMPARED], n=1)
    return f"did you mean {near[0]!r}?" if near else None
