"""From a label as people write it to the node it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hiercls.data.nearest import Nearest
from hiercls.taxonomy import Taxonomy

SEPARATOR = "/"


class Labels:
    """Finds the node that a label means; nothing is guessed.

    A label is, in this order, an id; the name of just one node; a path of names joined by `/`,
    from below the root, or from any node on as far as only one node ends it; the class number
    of a node. Names are compared as they stand first, then without regard to case.

    Example:
        >>> pets = Taxonomy.from_dict({"name": "pets", "children": [
        ...     {"name": "Dog", "children": [{"name": "Pug"}, {"name": "Husky"}]}]})
        >>> labels = Labels(pets)
        >>> labels.find("pug"), labels.find("HUSKY"), labels.find("Dog/Husky"), labels.find("cat")
        ('pug', 'husky', 'husky', None)
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._by_name: dict[str, list[str]] = {}
        self._by_folded_name: dict[str, list[str]] = {}
        self._by_index: dict[str, list[str]] = {}
        for own in taxonomy:
            node = taxonomy.node(own)
            self._by_name.setdefault(node.name, []).append(own)
            self._by_folded_name.setdefault(node.name.casefold(), []).append(own)
            if node.index is not None:
                self._by_index.setdefault(str(node.index), []).append(own)
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._nearest: Nearest | None = None

    def find(self, label: str, *, parent_path: str = "") -> str | None:
        """Return the id of the node that a label means, or None.

        Args:
            label: An id, a name, a path of names, or a class number.
            parent_path: Names from below the root down to the parent, joined by `/`; tells
                namesakes apart.
        """
        found = self.candidates(label, parent_path=parent_path)
        return found[0] if len(found) == 1 else None

    def candidates(self, label: str, *, parent_path: str = "") -> tuple[str, ...]:
        """Return the ids of all nodes that a label may mean; one where it is clear."""
        key = (label, parent_path)
        if key not in self._known:
            self._known[key] = self._candidates(label.strip(), parent_path.strip(" /"))
        return self._known[key]

    def reason(self, label: str, *, parent_path: str = "") -> tuple[str, tuple[str, ...]]:
        """Return what is wrong with a label that is not found, and the nearest known ones."""
        found = self.candidates(label, parent_path=parent_path)
        if len(found) > 1:
            return f"means {len(found)} nodes ({', '.join(found[:3])})", found[:1]
        if self._nearest is None:
            self._nearest = Nearest([*self._by_name, *self.taxonomy])
        return "is no node", self._nearest.of(label.strip().rsplit(SEPARATOR, 1)[-1])

    def _candidates(self, label: str, parent_path: str) -> tuple[str, ...]:
        if not label:
            return ()
        if parent_path and (found := self._by_path(f"{parent_path}{SEPARATOR}{label}")):
            return found
        if label in self.taxonomy:
            return (label,)
        ways = (self._by_name.get(label), self._by_path(label), self._folded(label))
        return next((tuple(found) for found in ways if found), ()) or tuple(
            self._by_index.get(label, ())
        )

    def _folded(self, label: str) -> list[str] | None:
        return self._by_folded_name.get(label.casefold())

    def _by_path(self, path: str) -> tuple[str, ...]:
        """Return the nodes that a path of names ends at: from the root on, else from anywhere."""
        if SEPARATOR not in path:
            return ()
        root = self.taxonomy.root
        for text, is_folded in ((path, False), (path.casefold(), True)):
            from_top = [*self.taxonomy.children(root), root]
            for starts in (from_top, self._starts(text, is_folded)):
                if found := tuple(dict.fromkeys(self._ends(starts, text, is_folded))):
                    return found
        return ()

    def _starts(self, path: str, is_folded: bool) -> Iterable[str]:
        names = self._by_folded_name if is_folded else self._by_name
        end = path.find(SEPARATOR)
        while end >= 0:
            yield from names.get(path[:end], ())
            end = path.find(SEPARATOR, end + 1)

    def _ends(self, starts: Iterable[str], path: str, is_folded: bool) -> Iterator[str]:
        """Yield the nodes reached by reading the names of a path; names may hold `/` themselves."""
        pending = [(own, path) for own in starts]
        while pending:
            own, rest = pending.pop()
            name = self.taxonomy.node(own).name
            name = name.casefold() if is_folded else name
            if rest == name:
                yield own
            elif rest.startswith(name + SEPARATOR):
                below = rest[len(name) + 1 :]
                pending.extend((child, below) for child in self.taxonomy.children(own))
