"""What to call a group that no source names: by what its members have in common."""

from __future__ import annotations

from collections.abc import Sequence

from hiercls.taxonomy.grouping.hypernyms import ROOT
from hiercls.taxonomy.grouping.meaning import VAGUE
from hiercls.taxonomy.grouping.senses import Sense
from hiercls.taxonomy.wordnet import WordNet

SHOWN = 3  # members in a name


class GroupNames:
    """Name groups of labels by their nearest common ancestor in WordNet, or by their members."""

    def __init__(
        self, labels: Sequence[str], senses: Sequence[Sense | None], wordnet: WordNet | None
    ) -> None:
        self._labels = labels
        self._wordnet = wordnet
        self._above: dict[int, frozenset[str]] = {}
        for number, sense in enumerate(senses):
            if sense is not None and wordnet is not None:
                self._above[number] = frozenset(wordnet.with_ancestors([sense.synset]))
        self._depths: dict[str, int] = {}

    def common(self, numbers: Sequence[int]) -> str | None:
        """Return the deepest synset above all labels that are known, if that is most of them."""
        known = [self._above[number] for number in numbers if number in self._above]
        if self._wordnet is None or len(known) < 2 or 2 * len(known) < len(numbers):
            return None
        shared = frozenset.intersection(*known) - VAGUE - {ROOT}
        return max(sorted(shared), key=self._depth, default=None)

    def by_members(self, numbers: Sequence[int]) -> str:
        """Return the first few labels."""
        shown = ", ".join(self._labels[number] for number in numbers[:SHOWN])
        return f"{shown}, ..." if len(numbers) > SHOWN else shown

    def _depth(self, own: str) -> int:
        if own not in self._depths and self._wordnet is not None:
            self._depths[own] = len(self._wordnet.with_ancestors([own]))
        return self._depths[own]
