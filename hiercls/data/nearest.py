"""The known words that come nearest to one that is not known, quickly among many."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable

_LONGEST = 100  # characters of a word worth a guess
_COMPARED = 30
_SIMILAR = 0.6


class Nearest:
    """Finds words that look like another.

    Those that share most pairs of letters with it are compared with it in full, so that a word
    takes about a millisecond among tens of thousands.

    Example:
        >>> Nearest(["Pug", "Husky", "Poodle"]).of("huskie")
        ('Husky',)
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple({word.casefold(): word for word in reversed([*words])}.values())
        self._sharing: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self._words):
            for pair in _pairs(word):
                self._sharing[pair].append(number)

    def of(self, word: str, count: int = 3) -> tuple[str, ...]:
        """Return at most so many known words, the nearest first."""
        if len(word) > _LONGEST:
            return ()
        pairs = _pairs(word)
        shared = Counter(number for pair in pairs for number in self._sharing.get(pair, ()))
        # By Dice's coefficient, as long words share more pairs with everything.
        likely = sorted(
            shared, key=lambda n: (-shared[n] / (len(pairs) + len(self._words[n]) + 1), n)
        )
        folded = word.casefold()
        scored = [
            (difflib.SequenceMatcher(None, folded, self._words[n].casefold()).ratio(), -place, n)
            for place, n in enumerate(likely[:_COMPARED])
        ]
        best = sorted((one for one in scored if one[0] >= _SIMILAR), reverse=True)
        return tuple(self._words[n] for *_, n in best[:count])


def _pairs(word: str) -> set[str]:
    marked = f"^{word.casefold()}$"
    return {marked[at : at + 2] for at in range(len(marked) - 1)}
