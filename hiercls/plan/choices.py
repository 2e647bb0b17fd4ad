"""What there is to choose from at each node, before any question is merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from hiercls.plan.question import DEFAULT_QUESTION
from hiercls.taxonomy import Taxonomy

Choice: TypeAlias = tuple[str, ...]
"""A child and the single children below it: their ids, down to where there is something to ask,
or nothing below. None where a class is chosen itself."""


class Choices:
    """The choices of each node that can ask a question.

    Attributes:
        entry: From the root to the first node that can.
        at: By node, the choices in the order of the taxonomy; a class itself comes last.
        bottom_up: The nodes that can ask, every one after those below it.
        texts: By node, the question that it asks or would ask.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._children = {own: tuple(below) for own, below in taxonomy.graph.adjacency()}
        self.entry = self._follow(taxonomy.root)
        self.at: dict[str, tuple[Choice, ...]] = {}
        self.bottom_up = self._walk(self.entry[-1])
        self.texts = _texts(taxonomy)

    def _walk(self, entry: str) -> tuple[str, ...]:
        """Find the choices below a node that asks; without recursion, as chains can be long."""
        finished: dict[str, None] = {}
        pending = [entry] if self._children[entry] else []
        while pending:
            node = pending[-1]
            if node in self.at:
                finished.setdefault(pending.pop())
            else:
                self.at[node] = choices = self._choices(node)
                below = [choice[-1] for choice in choices if choice]
                pending += [n for n in below if self._children[n] and n not in self.at]
        return tuple(finished)

    def _choices(self, node: str) -> tuple[Choice, ...]:
        below = tuple([self._follow(child) for child in self._children[node]])
        return (*below, ()) if self._taxonomy.node(node).is_class else below

    def _follow(self, node: str) -> Choice:
        """Go down from a node as long as there is one way and nowhere to stop."""
        return (node,) if len(self._children[node]) != 1 else tuple(self._chain(node))

    def _chain(self, node: str) -> Iterator[str]:
        yield node
        while len(below := self._children[node]) == 1 and not self._taxonomy.node(node).is_class:
            node = below[0]
            yield node


def _texts(taxonomy: Taxonomy) -> Mapping[str, str]:
    """Return `taxonomy.question` of every node, or the default, walking each edge once."""
    texts = {own: text for own in taxonomy if (text := taxonomy.node(own).question)}
    at_root = texts.setdefault(taxonomy.root, DEFAULT_QUESTION)
    if len(texts) == 1:
        return dict.fromkeys(taxonomy, at_root)
    first_parents: dict[str, str] = {}
    for parent, child in taxonomy.graph.in_edges():
        first_parents.setdefault(child, parent)
    for own in taxonomy:
        inheriting = []
        while own not in texts:
            inheriting.append(own)
            own = first_parents[own]
        texts.update(dict.fromkeys(inheriting, texts[own]))
    return texts
