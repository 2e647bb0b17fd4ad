"""How much more probable something can yet become, where nodes have several parents."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from hiercls.plan import Plan
from hiercls.search.exploration import NOTHING, Exploration

PRECISION = 1e-6
"""Probabilities are known once no more than this can come; less mass is followed no further."""


class Bounds:
    """Where the classes of a plan can get probability from; made once a plan.

    In a tree a class gets all of its probability from one open node at most. Under several
    parents it may get some from each open node above it.
    """

    def __init__(self, plan: Plan) -> None:
        self._taxonomy = plan.taxonomy
        self._meets = [own for own in plan.taxonomy if len(plan.taxonomy.graph.pred[own]) > 1]
        self._shared = self._with_all_below(self._meets)
        self._above: dict[str, frozenset[str]] = {}

    def unsettled(self, known: Exploration, ranked: Collection[str], least: float) -> str | None:
        """Return the open node to ask next, for more may come from several of them; or None.

        Asks on for a class of `ranked` that is not known exactly, for any other that could pass
        `least` even though no single open node does, and for a "none of these" that could become
        the answer.

        Args:
            known: What is known.
            ranked: The most probable classes that are known, the best one first.
            least: Probability that each open node alone falls short of.
        """
        masses = {own: math.exp(logprob) for own, logprob in known.open.items()}
        certain = {own for own in ranked if math.exp(known.leaves[own]) >= least}
        for own in filter(self._shared.__contains__, known.leaves):
            limit = PRECISION if own in certain else least - math.exp(known.leaves[own])
            if found := self._source(own, masses, limit):
                return found
        ends = [*(known.leaves[own] for own in ranked), *known.nones.values()]
        best = math.exp(max(ends, default=NOTHING))
        for own in filter(self._shared.__contains__, known.nones):
            limit = max(best - math.exp(known.nones[own]), PRECISION)
            if found := self._source(own, masses, limit):
                return found
        # Of classes not yet seen, those below a meeting of ways or an open node can get most.
        for own in (*self._meets, *filter(self._shared.__contains__, masses)):
            if found := self._source(own, masses, least):
                return found
        return None

    def _source(self, own: str, masses: dict[str, float], limit: float) -> str | None:
        """The most probable open node above one that can yet get more than a limit."""
        if own not in self._above:
            self._above[own] = self._taxonomy.ancestors(own) | {own}
        sources = self._above[own].intersection(masses)
        if math.fsum(masses[source] for source in sources) <= limit:
            return None
        return max(sorted(sources), key=masses.__getitem__)

    def _with_all_below(self, nodes: Iterable[str]) -> set[str]:
        found: set[str] = set()
        pending = [*nodes]
        while pending:
            own = pending.pop()
            if own not in found:
                found.add(own)
                pending.extend(self._taxonomy.graph.succ[own])
        return found
