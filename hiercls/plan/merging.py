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
from collections.abc import Iterator
from dataclasses import dataclass, field

from hiercls.config import PlanSettings
from hiercls.plan.choices import Choices
from hiercls.plan.cost import WORTH_OF_A_QUESTION, option_tokens, rounds
from hiercls.taxonomy import Taxonomy

Costs = list[float]
"""The least cost by how many more options are taken than must be; infinite where none can.

Questions that cannot be merged are left out: they cost the same whatever is done above them.
"""


@dataclass(slots=True)
class _Solved:
    """What is known of a node, and of all below it.

    Attributes:
        fewest: Options of its own question with nothing merged into it.
        weight: Classes below, and itself if it is one.
        options: How many options there would be below, unmerged; `tokens` are theirs.
        mergeable: Ids of the nodes below whose questions could be merged into its own, each with
            the part of their cost that comes this way.
        more: How many options its own question has beyond the fewest.
        costs: Of covering what is below it by one option, and by more.
    """

    fewest: int
    weight: float = 0.0
    options: float = 0.0
    tokens: float = 0.0
    mergeable: list[tuple[str, float]] = field(default_factory=list)
    more: int = 0
    costs: Costs = field(default_factory=list)


class Merging:
    """The merged questions of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, choices: Choices, settings: PlanSettings) -> None:
        self._taxonomy = taxonomy
        self._choices = choices
        self._settings = settings
        self._ways = Counter(c.node for own in choices.at.values() for c in own if c.path)
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
        divided = self._tables(solved)[-1]
        price = solved.tokens / solved.options / WORTH_OF_A_QUESTION
        totals = [
            solved.weight * self._asking(solved.fewest + more, price) + cost
            for more, cost in enumerate(divided[: self._room(solved) + 1])
        ]
        solved.more = min(range(len(totals)), key=totals.__getitem__)
        unused = [math.inf] * (solved.fewest - 2)
        most_above = self._settings.max_options - 1
        solved.costs = [totals[solved.more], *[*unused, *divided][:most_above]]
        return solved

    def _gathered(self, node: str) -> _Solved:
        """Add up what is known of a node's choices."""
        choices, texts = self._choices.at[node], self._choices.texts
        solved = _Solved(fewest=len(choices))
        for choice in choices:
            offered = self._taxonomy.node(choice.path[0] if choice.path else node)
            solved.tokens += option_tokens(offered.name, offered.description)
            solved.options += 1
            share = 1 / self._ways[choice.node] if choice.path else 1.0
            if choice.ends:
                solved.weight += share
                continue
            below = self._solved[choice.node]
            solved.weight += share * below.weight
            solved.tokens += share * below.tokens
            solved.options += share * below.options
            if self._settings.merge == "all" or texts[choice.node] == texts[node]:
                solved.mergeable.append((choice.node, share))
        return solved

    def _asking(self, num_options: int, price: float) -> float:
        """Return what it costs to ask for one of so many options, each at a price."""
        asked = num_options + self._settings.none_of_these
        if asked <= self._settings.max_options:
            return 1 + asked * price
        sizes = rounds(asked, self._settings.max_options)
        return len(sizes) + sum(sizes) * price

    def _room(self, solved: _Solved) -> int:
        """Return how many more options a node's question can take: a wide one fills its rounds."""
        return -(solved.fewest + self._settings.none_of_these) % self._settings.max_options

    def _tables(self, solved: _Solved) -> list[Costs]:
        """Return the costs of covering what is below, with more of what can merge in each.

        The first has none of it. They go as far as a question, its own or one above, has room.
        """
        most = max(self._room(solved), self._settings.max_options - solved.fewest)
        tables = [[0.0]]
        for below, share in solved.mergeable:
            tables.append(_convolved(tables[-1], self._part(below, share), most))
        return tables

    def _part(self, below: str, share: float) -> Costs:
        costs = self._solved[below].costs
        return costs if share == 1 else [share * cost for cost in costs]

    def _divided(self, node: str, more: int) -> Iterator[tuple[str, int]]:
        """Yield how many more options each mergeable node gets, at least cost."""
        mergeable = self._solved[node].mergeable if more else []
        tables = self._tables(self._solved[node])[:-1] if more else []
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
                if first + second < result[j]:
                    result[j] = first + second
    return result
