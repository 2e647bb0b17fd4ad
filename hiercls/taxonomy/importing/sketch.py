"""What a source says, before its nodes have ids and it is known whether they make a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.importing.notes import Notes
from hiercls.taxonomy.importing.settings import EDGES_A_NODE


@dataclass(slots=True)
class Sketched:
    """A node as found; `name` may be empty where there is an id.

    Attributes:
        parents: Their numbers in the sketch.
        place: Where it stands: in data a place as everywhere, in text `(None, line)`.
    """

    name: str
    id: str | None = None
    parents: list[int] = field(default_factory=list)
    description: str | None = None
    question: str | None = None
    is_class: bool = False
    index: int | None = None
    place: Place = None


class Sketch:
    """Nodes by number, in the order of the source, and the edges between them."""

    def __init__(self, max_nodes: int) -> None:
        self.name: str | None = None
        self.source: str | None = None
        self.licence: str | None = None
        self.nodes: list[Sketched] = []
        self.notes = Notes()
        self._max_nodes = max_nodes
        self._edges: set[int] = set()
        self._below: dict[tuple[int, str], int] = {}

    def add(self, name: str, *, own: str | None = None, place: Place = None) -> int:
        """Add a node without parents and return its number.

        Raises:
            Fault: If there are too many.
        """
        if len(self.nodes) >= self._max_nodes:
            raise Fault(
                f"more than {self._max_nodes:,} nodes; expected fewer",
                place=place,
                hint="is it the right file and form? --max-nodes raises the limit",
            )
        self.nodes.append(Sketched(name, own, place=place))
        return len(self.nodes) - 1

    def link(self, parent: int, child: int, place: Place = None) -> bool:
        """Put one node under another; return whether that is new.

        Raises:
            Fault: For a node under itself, or too many edges.
        """
        if parent == child:
            node = self.nodes[child]
            found = f"{quoted(node.id or node.name)} is its own parent"
            raise Fault(f"{found}; expected another", place=place)
        edge = parent * self._max_nodes + child
        if edge in self._edges:
            return False
        if len(self._edges) >= EDGES_A_NODE * self._max_nodes:
            message = f"more than {EDGES_A_NODE * self._max_nodes:,} edges; expected fewer"
            raise Fault(message, place=place, hint="--max-nodes raises the limit")
        self._edges.add(edge)
        self.nodes[child].parents.append(parent)
        return True

    def child(self, parent: int | None, name: str, place: Place = None) -> int:
        """Return the node of that name under a parent, or at the top, made where it is not there.

        Names are compared with their spaces put right.
        """
        key = (-1 if parent is None else parent, " ".join(name.split()))
        if key not in self._below:
            number = self.add(name, place=place)
            if parent is not None:
                self.link(parent, number, place)
            self._below[key] = number
        return self._below[key]

    def descend(self, names: Iterable[str], place: Place = None) -> int:
        """Return the node at the end of a path from the top, made where it is not there."""
        number: int | None = None
        for name in names:
            number = self.child(number, name, place)
        if number is None:
            raise Fault("an empty path; expected names", place=place)
        return number


def at_line(number: int) -> Place:
    """Return the place of a line in text."""
    return (None, number)
