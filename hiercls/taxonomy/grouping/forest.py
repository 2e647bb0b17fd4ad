"""Labels while they are being put into a tree."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from hiercls.taxonomy.grouping.hypernyms import ROOT
from hiercls.taxonomy.grouping.linkage import Tree, grouped, members
from hiercls.taxonomy.grouping.meaning import PLAIN_WORDS, meaning_graph
from hiercls.taxonomy.grouping.naming import GroupNames
from hiercls.taxonomy.grouping.senses import Sense
from hiercls.taxonomy.wordnet import WordNet

OTHERS = "other things"


class Forest:
    """A growing graph over labels: a root at first, everything in the end.

    Attributes:
        graph: Edges from parent to child; nodes are wnids, `label-` and `group-` with a number.
        labelled: The number of the label of each node that is one.
        called: The names of groups that are not WordNet's.
    """

    def __init__(
        self, labels: Sequence[str], senses: Sequence[Sense | None], wordnet: WordNet | None
    ) -> None:
        self.labels = labels
        self.senses = senses
        self.wordnet = wordnet
        self.graph: nx.DiGraph[str] = nx.DiGraph()
        self.graph.add_node(ROOT)
        self.labelled: dict[str, int] = {}
        self.called: dict[str, str] = {}
        self._names = GroupNames(labels, senses, wordnet)

    def place_known(self) -> None:
        """Hang the labels that WordNet knows where WordNet has them."""
        if self.wordnet is not None:
            self.graph, self.labelled = meaning_graph(self.wordnet, self.senses)

    def words(self, own: str) -> tuple[str, ...]:
        """Return what a node may be called, the best first."""
        if own in self.labelled:
            return (self.labels[self.labelled[own]],)
        if own in self.called:
            return (self.called[own],)
        if own == ROOT or self.wordnet is None:
            return ("thing",)
        return PLAIN_WORDS.get(own) or self.wordnet.synset(own).lemmas

    def inner_labels(self) -> list[str]:
        """Return the labels that have others below them."""
        return [
            self.labels[number] for own, number in self.labelled.items() if self.graph.succ[own]
        ]

    def gather_others(self) -> list[str]:
        """Put the labels that are nowhere into a group; a single one below the root."""
        others = self._others()
        parent = self._new_group(ROOT, OTHERS) if len(others) > 1 else ROOT
        for number in others:
            self._hang(number, parent)
        return [self.labels[number] for number in others]

    def place_others(self, distances: NDArray[np.floating]) -> dict[str, str]:
        """Put each label that is nowhere beside the nearest one that is.

        Returns:
            That one for each; none where all are put below the root.
        """
        nodes = {number: own for own, number in self.labelled.items()}
        known = sorted(nodes)
        beside = {}
        for number in self._others():
            parent = ROOT
            if known:
                nearest = known[int(np.argmin(distances[number, known]))]
                parent = next(iter(self.graph.pred[nodes[nearest]]), ROOT)
                beside[self.labels[number]] = self.labels[nearest]
            self._hang(number, parent)
        return beside

    def _others(self) -> list[int]:
        placed = set(self.labelled.values())
        return [number for number in range(len(self.labels)) if number not in placed]

    def _hang(self, number: int, parent: str) -> None:
        self.graph.add_edge(parent, f"label-{number}")
        self.labelled[f"label-{number}"] = number

    def _new_group(self, parent: str, name: str) -> str:
        own = f"group-{len(self.called)}"
        self.called[own] = name
        self.graph.add_edge(parent, own)
        return own

    def wide(self, max_options: int) -> list[str]:
        """Return the nodes that have more options than a question may: children, and themselves."""
        return [
            own
            for own in self.graph
            if self.graph.out_degree(own) + (own in self.labelled) > max_options
        ]

    def divide(self, distances: NDArray[np.floating], max_options: int) -> list[str]:
        """Put groups below each node that has too many options; returns their names."""
        num_before = len(self.called)
        for own in self.wide(max_options):
            children = list(self.graph.succ[own])
            items = [self._below(child) for child in children]
            between = np.array(
                [[distances[np.ix_(one, other)].mean() for other in items] for one in items]
            )
            most = max(2, max_options - (own in self.labelled))
            self.graph.remove_edges_from([(own, child) for child in children])
            self._grow(own, grouped(between, most), children, distances)
        return list(self.called.values())[num_before:]

    def _below(self, own: str) -> list[int]:
        """Return the numbers of the labels at and below a node."""
        nodes = {own, *nx.descendants(self.graph, own)}
        return sorted(self.labelled[node] for node in nodes if node in self.labelled)

    def _grow(
        self, top: str, tree: Tree, children: Sequence[str], distances: NDArray[np.floating]
    ) -> None:
        """Hang a tree over children of a node, given by their places, below that node."""
        pending: list[tuple[str, Tree]] = [(top, tree)]
        while pending:
            parent, branch = pending.pop()
            if isinstance(branch, int):
                self.graph.add_edge(parent, children[branch])
                continue
            if branch is not tree:
                below = [children[place] for place in members(branch)]
                parent = self._new_group(parent, self._name(parent, below, distances))
            pending.extend((parent, part) for part in reversed(branch))

    def _name(self, parent: str, below: Sequence[str], distances: NDArray[np.floating]) -> str:
        """Return the name of a group: what all in it are, if that says more than its parent."""
        numbers = sorted({number for own in below for number in self._below(own)})
        common = self._names.common(numbers)
        if common is not None and self.wordnet is not None:
            name = self.words(common)[0]
            if name not in (self.words(parent)[0], *self.called.values()):
                return name
        spread = distances[np.ix_(numbers, numbers)].mean(axis=1)
        return self._names.by_members([numbers[at] for at in np.argsort(spread, kind="stable")])
