"""What there is to choose from at each node, before any question is merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from hiercls.plan.question import DEFAULT_QUESTION
from hiercls.taxonomy import Taxonomy


class Choice(NamedTuple):
    """A child, followed through single children to where there is something to ask.

    Attributes:
        path: Ids from the child to the node reached; none where a class is chosen itself.
        node: Id of the node reached.
        ends: Nothing is left to ask there.
    """

    path: tuple[str, ...]
    node: str
    ends: bool


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
        self._children: dict[str, list[str]] = defaultdict(list)
        for parent, child in taxonomy.graph.edges():
            self._children[parent].append(child)
        self.entry = self._follow(taxonomy.root)
        self.at: dict[str, tuple[Choice, ...]] = {}
        self.bottom_up = () if self.entry.ends else self._walk(self.entry.node)
        self.texts = _texts(taxonomy)

    def _walk(self, entry: str) -> tuple[str, ...]:
        """Find the choices below a node that asks; without recursion, as chains can be long."""
        finished: dict[str, None] = {}
        pending = [entry]
        while pending:
            node = pending[-1]
            if node in self.at:
                finished.setdefault(pending.pop())
            else:
                self.at[node] = choices = self._choices(node)
                pending += [c.node for c in choices if not c.ends and c.node not in self.at]
        return tuple(finished)

    def _choices(self, node: str) -> tuple[Choice, ...]:
        below = tuple(self._follow(child) for child in self._children[node])
        return (*below, Choice((), node, True)) if self._taxonomy.node(node).is_class else below

    def _follow(self, node: str) -> Choice:
        """Go down from a node as long as there is one way and nowhere to stop."""
        path = [node]
        children = self._children.get(node, ())
        while len(children) == 1 and not self._taxonomy.node(path[-1]).is_class:
            path += children
            children = self._children.get(path[-1], ())
        return Choice(tuple(path), path[-1], not children)


def _texts(taxonomy: Taxonomy) -> Mapping[str, str]:
    """Return `taxonomy.question` of every node, or the default, walking each edge once."""
    first_parents = {own: next(iter(above), None) for own, above in taxonomy.graph.pred.items()}
    texts: dict[str, str] = {}
    for own in taxonomy:
        inheriting = []
        while own not in texts:
            text, parent = taxonomy.node(own).question, first_parents[own]
            if text or parent is None:
                texts[own] = text or DEFAULT_QUESTION
            else:
                inheriting.append(own)
                own = parent
        texts.update(dict.fromkeys(inheriting, texts[own]))
    return texts
