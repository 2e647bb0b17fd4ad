"""Which questions are merged into the one above them.

The question at a node offers a frontier: nodes below it that together hold every class below it,
each class once. What a plan costs an image is, summed over the nodes that ask,

    (share of the classes that lie below) * (1 + options * tokens of an option / WORTH),

every class being equally likely, a question being worth so many tokens (`cost`), and an option as
long as the mean of those below the node. The best frontiers are a knapsack on the tree, solved
bottom up: what is below a node is covered by one option at the cost of the node's own question, or
by several that are divided among its children, child after child, by a min-plus convolution
(Johnson and Niemi 1983, "On knapsacks, partitions, and a new dynamic programming technique for
trees"). That is exact where no node has several parents. One that has counts for each of them in
equal parts; the frontiers are then good, not always the best.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from hiercls.config import PlanSettings
from hiercls.plan.choices import Choices
from hiercls.plan.cost import WORTH_OF_A_QUESTION, option_tokens, rounds
from hiercls.taxonomy import Taxonomy

Costs: TypeAlias = Sequence[float]
"""The least cost by how many more options are taken than must be; infinite where none can.

Questions that cannot be merged are left out: they cost the same whatever is done above them.
"""


@dataclass(slots=True)
class _Solved:
    """What is known of a node, and of all below it.

    Attributes:
        fewest: Options of its own question with nothing merged into it.
        weight: Classes below, and itself if it is one.
        num_options: How many options there would be below, unmerged; `tokens` are theirs.
        mergeable: Ids of the nodes below whose questions could be merged into its own, each with
            the part of their cost that comes this way.
        more: How many options its own question has beyond the fewest.
        costs: Of covering what is below it by one option, and by more.
    """

    fewest: int
    weight: float
    num_options: float
    tokens: float
    mergeable: tuple[tuple[str, float], ...]
    more: int = 0
    costs: Costs = ()


class Merging:
    """The merged questions of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, choices: Choices, settings: PlanSettings) -> None:
        self._taxonomy = taxonomy
        self._choices = choices
        self._settings = settings
        self._ways = Counter([c[-1] for own in choices.at.values() for c in own if c])
        self._read: dict[int, list[tuple[int, int]]] = {}
        self._solved: dict[str, _Solved] = {}
        if settings.merge != "none":
            for node in choices.bottom_up:
                self._solved[node] = self._solve(node)

    def merged(self, node: str) -> set[str]:
        """Ids of the nodes below whose choices are offered in the node's own question."""
        found: set[str] = set()
        pending = [(node, self._solved[node].more)] if self._solved else []
        while pending:
            for below, more in self._divided(*pending.pop()):
                if more:
                    found.add(below)
                    pending.append((below, more - self._solved[below].fewest + 1))
        return found

    def _solve(self, node: str) -> _Solved:
        """Find the least costs at a node, all below it being solved."""
        solved = self._gathered(node)
        *_, divided = self._tables(solved)
        price = solved.tokens / solved.num_options / WORTH_OF_A_QUESTION
        totals = [
            solved.weight * (num_questions + num_read * price) + cost
            for (num_questions, num_read), cost in zip(
                self._readings(solved.fewest), divided, strict=False
            )
        ]
        least = min(totals)
        solved.more = totals.index(least)
        unused = [math.inf] * (solved.fewest - 2)
        most_above = self._settings.max_options - 1
        solved.costs = (least, *[*unused, *divided][:most_above])
        return solved

    def _gathered(self, node: str) -> _Solved:
        """Add up what is known of a node's choices."""
        choices, texts = self._choices.at[node], self._choices.texts
        weight = num_options = tokens = 0.0
        mergeable = []
        for choice in choices:
            offered = self._taxonomy.node(choice[0] if choice else node)
            tokens += option_tokens(offered.name, offered.description)
            num_options += 1
            if not choice:
                weight += 1
                continue
            end = choice[-1]
            share, below = 1 / self._ways[end], self._solved.get(end)
            if below is None:
                weight += share
                continue
            weight += share * below.weight
            tokens += share * below.tokens
            num_options += share * below.num_options
            if self._settings.merge == "all" or texts[end] == texts[node]:
                mergeable.append((end, share))
        return _Solved(len(choices), weight, num_options, tokens, tuple(mergeable))

    def _readings(self, fewest: int) -> list[tuple[int, int]]:
        """Return how many questions are asked, and options read, by how many more are offered.

        They go as far as the node's own question has room.
        """
        if fewest not in self._read:
            asked, most = fewest + self._settings.none_of_these, self._settings.max_options
            sizes = [rounds(asked + more, most) for more in range(self._room(fewest) + 1)]
            self._read[fewest] = [(len(each), sum(each)) for each in sizes]
        return self._read[fewest]

    def _room(self, fewest: int) -> int:
        """Return how many more options a question can take: a wide one fills its rounds."""
        return -(fewest + self._settings.none_of_these) % self._settings.max_options

    def _tables(self, solved: _Solved) -> Iterator[Costs]:
        """Yield the costs of covering what is below, with more of what can merge in each.

        The first has none of it. They go as far as a question, its own or one above, has room.
        """
        most = max(self._room(solved.fewest), self._settings.max_options - solved.fewest)
        table: Costs = (0.0,)
        yield table
        for below, share in solved.mergeable:
            table = _convolved(table, self._part(below, share), most)
            yield table

    def _part(self, below: str, share: float) -> Costs:
        costs = self._solved[below].costs
        return costs if share == 1 else [share * cost for cost in costs]

    def _divided(self, node: str, more: int) -> Iterator[tuple[str, int]]:
        """Yield how many more options each mergeable node gets, at least cost."""
        if not more:
            return
        mergeable = self._solved[node].mergeable
        tables = list(islice(self._tables(self._solved[node]), len(mergeable)))
        for (below, share), before in zip(reversed(mergeable), reversed(tables), strict=True):
            part = self._part(below, share)
            own = min(
                (n for n in range(min(len(part), more + 1)) if more - n < len(before)),
                key=lambda n: part[n] + before[more - n],
            )
            yield below, own
            more -= own


def _convolved(one: Costs, other: Costs, most: int) -> Costs:
    """Return the least sums of one cost from each, by how many more options both have."""
    if len(one) == 1:
        return [one[0] + cost for cost in other[: most + 1]]
    result = [math.inf] * min(len(one) + len(other) - 1, most + 1)
    for i, first in enumerate(one):
        if first < math.inf:
            for j, second in enumerate(other[: most + 1 - i], start=i):
                total = first + second
                if total < result[j]:
                    result[j] = total
    return result
