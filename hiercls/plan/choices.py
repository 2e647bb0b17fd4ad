"""What there is to choose from at each node, before any question is merged."""

from __future__ import annotations

from dataclasses import dataclass

from hiercls.plan.question import DEFAULT_QUESTION
from hiercls.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Choice:
    """A child, followed through single children to where there is something to ask.

    Attributes:
        path: Ids from the child to the node reached.
        ends: That is a leaf.
    """

    path: tuple[str, ...]
    ends: bool

    @property
    def node(self) -> str:
        """Id of the node reached."""
        return self.path[-1]


class Choices:
    """The choices of each node that can ask a question.

    Attributes:
        at: By node, the choices in the order of the taxonomy.
        bottom_up: The nodes that can ask, every one after those below it.
        texts: By node, the question that it asks or would ask.
    """

    def __init__(self, taxonomy: Taxonomy, entry: str) -> None:
        self.at: dict[str, tuple[Choice, ...]] = {}
        self.texts = _texts(taxonomy)
        self.bottom_up = self._walk(taxonomy, entry)

    def _walk(self, taxonomy: Taxonomy, entry: str) -> tuple[str, ...]:
        """Find the choices below a node, which asks; without recursion, as chains can be long."""
        finished: dict[str, None] = {}
        pending = [entry]
        while pending:
            node = pending[-1]
            if node not in self.at:
                self.at[node] = tuple(follow(taxonomy, own) for own in taxonomy.children(node))
                below = (choice.node for choice in self.at[node] if not choice.ends)
                pending.extend(other for other in below if other not in self.at)
            else:
                finished.setdefault(pending.pop())
        return tuple(finished)


def follow(taxonomy: Taxonomy, node: str) -> Choice:
    """Go down from a node as long as there is one way and nowhere to stop."""
    path = [node]
    children = taxonomy.children(node)
    while len(children) == 1 and not taxonomy.node(path[-1]).is_class:
        path.append(children[0])
        children = taxonomy.children(children[0])
    return Choice(tuple(path), ends=not children)


def _texts(taxonomy: Taxonomy) -> dict[str, str]:
    """Return `taxonomy.question` of every node, or the default, walking each edge once."""
    texts: dict[str, str] = {}
    for own in taxonomy:
        inheriting = []
        while own not in texts:
            text = taxonomy.node(own).question
            if text or own == taxonomy.root:
                texts[own] = text or DEFAULT_QUESTION
            else:
                inheriting.append(own)
                own = taxonomy.parents(own)[0]
        texts.update(dict.fromkeys(inheriting, texts[own]))
    return texts
