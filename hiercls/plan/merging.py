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

from hiercls.config import PlanSettings
from hiercls.plan.choices import Choice, Choices
from hiercls.plan.cost import WORTH_OF_A_QUESTION, option_tokens, rounds
from hiercls.taxonomy import Taxonomy

Costs = list[float]
"""The least cost by how many more options are taken than must be; infinite where none can."""


class Merging:
    """The merged questions of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, choices: Choices, settings: PlanSettings) -> None:
        self._taxonomy = taxonomy
        self._choices = choices
        self._settings = settings
        self._room = settings.max_options - settings.none_of_these
        self._ways = Counter(choice.node for own in choices.at.values() for choice in own)
        self._weights: dict[str, float] = {}
        self._read: dict[str, tuple[float, float]] = {}
        self._costs: dict[str, Costs] = {}
        self._more: dict[str, int] = {}
        if settings.merge != "none":
            for node in choices.bottom_up:
                self._weigh(node)
                self._solve(node)

    def merged(self, node: str) -> set[str]:
        """Ids of the nodes below whose choices are offered in the node's own question."""
        found: set[str] = set()
        pending = [(node, self._more[node])] if node in self._more else []
        while pending:
            for below, more in self._divided(*pending.pop()):
                if more:
                    found.add(below)
                    pending.append((below, more - self._fewest(below) + 1))
        return found

    def _weigh(self, node: str) -> None:
        """Count the classes below a node, and the options there and their tokens."""
        weight = float(self._taxonomy.node(node).is_class)
        tokens = number = 0.0
        for choice in self._choices.at[node]:
            offered = self._taxonomy.node(choice.path[0])
            share = 1 / self._ways[choice.node]
            below_tokens, below_number = self._read.get(choice.node, (0.0, 0.0))
            weight += share * self._weights.get(choice.node, 1.0)
            tokens += option_tokens(offered.name, offered.description) + share * below_tokens
            number += 1 + share * below_number
        self._weights[node] = weight
        self._read[node] = (tokens, number)

    def _solve(self, node: str) -> None:
        """Find the least costs at a node, all below it being solved."""
        fewest = self._fewest(node)
        divided = self._tables(node)[-1]
        totals = [self._asking(node, fewest + n) + cost for n, cost in enumerate(divided)]
        best = min(range(len(totals)), key=totals.__getitem__)
        unused = [math.inf] * (fewest - 2)
        self._more[node] = best
        self._costs[node] = [totals[best], *[*unused, *divided][: self._room - 1]]

    def _fewest(self, node: str) -> int:
        """Return how many options a node's question has with nothing merged into it."""
        return len(self._choices.at[node]) + self._taxonomy.node(node).is_class

    def _most_more(self, node: str) -> int:
        """Return how many more there may be: a wide node fills the last of its rounds."""
        asked = self._fewest(node) + self._settings.none_of_these
        return -asked % self._settings.max_options

    def _asking(self, node: str, num_options: int) -> float:
        """Return what the node's own question costs with so many options."""
        sizes = rounds(num_options + self._settings.none_of_these, self._settings.max_options)
        tokens, number = self._read[node]
        return self._weights[node] * (
            len(sizes) + sum(sizes) * tokens / number / WORTH_OF_A_QUESTION
        )

    def _part(self, choice: Choice) -> Costs:
        """Return the costs below an inner choice, as far as they come this way."""
        share = 1 / self._ways[choice.node]
        costs = self._costs[choice.node]
        return costs if share == 1 else [share * cost for cost in costs]

    def _mergeable(self, node: str) -> list[Choice]:
        return [choice for choice in self._choices.at[node] if self._can_merge(node, choice)]

    def _can_merge(self, node: str, choice: Choice) -> bool:
        texts = self._choices.texts
        is_alike = self._settings.merge == "all" or texts[choice.node] == texts[node]
        return not choice.ends and is_alike

    def _tables(self, node: str) -> list[Costs]:
        """Return the costs of covering what is below, with more of its mergeable choices in each.

        The first table has none of them; the node's other choices are options once and for all.
        """
        fixed = math.fsum(
            self._part(choice)[0]
            for choice in self._choices.at[node]
            if not choice.ends and not self._can_merge(node, choice)
        )
        tables, most = [[fixed]], self._most_more(node)
        for choice in self._mergeable(node):
            tables.append(_convolved(tables[-1], self._part(choice), most))
        return tables

    def _divided(self, node: str, more: int) -> Iterator[tuple[str, int]]:
        """Yield how many more options each mergeable choice of a node gets, at least cost."""
        tables = self._tables(node)
        choices = self._mergeable(node)
        for choice, before in zip(reversed(choices), reversed(tables[:-1]), strict=True):
            part = self._part(choice)
            own = min(
                (n for n in range(min(len(part), more + 1)) if more - n < len(before)),
                key=lambda n: part[n] + before[more - n],
            )
            yield choice.node, own
            more -= own


def _convolved(one: Costs, other: Costs, most: int) -> Costs:
    """Return the least sums of one cost from each, by how many more options both have."""
    result = [math.inf] * min(len(one) + len(other) - 1, most + 1)
    for i, first in enumerate(one):
        if first < math.inf:
            for j, second in enumerate(other[: most + 1 - i], start=i):
                if first + second < result[j]:
                    result[j] = first + second
    return result
