"""The taxonomy itself: a directed graph with one root, each edge from parent to child."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import networkx as nx

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.document import DEEPEST_NESTING, parse
from hiercls.taxonomy.draft import Draft
from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.files import LARGEST_FILE, read_text, reason, shown_path
from hiercls.taxonomy.flat import flat_dict
from hiercls.taxonomy.forms import read_draft
from hiercls.taxonomy.lines import error_in_data, error_in_file
from hiercls.taxonomy.nested import nested_dict
from hiercls.taxonomy.node import Node
from hiercls.taxonomy.restriction import restricted
from hiercls.taxonomy.shipped import find_file
from hiercls.taxonomy.structure import build_graph, depths_of
from hiercls.taxonomy.suggestion import did_you_mean
from hiercls.taxonomy.writing import yaml_text


class Taxonomy:
    """A rooted graph of nodes; a node may have several parents. Immutable.

    Nodes, and the children of each, keep the order of the file. Methods that take an id raise
    `TaxonomyError` for one that is not there. `len`, `in` and iteration go over the ids.

    Example:
        >>> pets = Taxonomy.from_dict({
        ...     "name": "pets",
        ...     "children": [
        ...         {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
        ...         {"name": "cat"},
        ...     ],
        ... })
        >>> pets.children("dog"), pets.path("pug")
        (('husky', 'pug'), ('pets', 'dog', 'pug'))
    """

    def __init__(self, draft: Draft) -> None:
        """Check and keep a draft; use `load` or `from_dict`.

        Raises:
            Fault: Where the draft is no rooted graph.
        """
        self._graph = build_graph(draft)
        self._depths = depths_of(self._graph, draft)
        self._draft = replace(draft, places={})
        self._nodes = draft.nodes
        self._root = next(iter(self._depths))
        self._leaves = tuple(own for own in self._nodes if not self._graph.succ[own])
        self._classes = tuple(own for own, node in self._nodes.items() if node.is_class)
        self._hash: str | None = None

    @classmethod
    def load(
        cls, path_or_name: str | os.PathLike[str], *, max_bytes: int = LARGEST_FILE
    ) -> Taxonomy:
        """Return the taxonomy in a YAML or JSON file, or the shipped one of that name.

        Args:
            path_or_name: A path that exists, or else a name among `shipped_names()`.
            max_bytes: Files larger than this are refused unread.

        Raises:
            TaxonomyError: One line with file, line where possible, and what was expected.
        """
        path = find_file(path_or_name)
        text = read_text(path, max_bytes=max_bytes)
        try:
            return cls(read_draft(parse(text)))
        except Fault as fault:
            raise error_in_file(fault, shown_path(path), text) from None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Taxonomy:
        """Return the taxonomy that a dict in the nested or flat form describes.

        Raises:
            TaxonomyError: If it does not fit the form, or is no rooted graph.
        """
        try:
            return cls(read_draft(data))
        except Fault as fault:
            raise error_in_data(fault) from None

    @property
    def name(self) -> str:
        """The name of the taxonomy; its root may have another."""
        return self._draft.name

    @property
    def source(self) -> str | None:
        """Where it comes from, in words."""
        return self._draft.source

    @property
    def licence(self) -> str | None:
        """Under which licence it may be used."""
        return self._draft.licence

    @property
    def root(self) -> str:
        """The id of the one node without parents."""
        return self._root

    @property
    def graph(self) -> nx.DiGraph[str]:
        """The ids as a frozen networkx graph, edges from parent to child."""
        return self._graph

    @property
    def leaves(self) -> tuple[str, ...]:
        """The ids of the nodes without children."""
        return self._leaves

    @property
    def classes(self) -> tuple[str, ...]:
        """The ids of all possible answers: the leaves, and inner nodes that are classes."""
        return self._classes

    @property
    def hash(self) -> str:
        """SHA-256, in hex, over all that questions depend on.

        That is the ids, names, descriptions, questions, classes and edges in their order; not the
        form of the file, the name of the taxonomy, its source, its licence or class numbers.
        """
        if self._hash is None:
            self._hash = self._digest()
        return self._hash

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, own: object) -> bool:
        return own in self._nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __repr__(self) -> str:
        return f"<Taxonomy {self.name!r}: {len(self)} nodes, {len(self.leaves)} leaves>"

    def node(self, own: str) -> Node:
        """Return the node of an id."""
        try:
            return self._nodes[own]
        except (KeyError, TypeError):
            raise TaxonomyError(
                f"no node {quoted(str(own))} in the taxonomy {quoted(self.name)}",
                hint=self._suggestion(str(own)),
            ) from None

    def _suggestion(self, word: str) -> str | None:
        """Return a hint for an id that is not there: of a node with that name, or a near id."""
        for node in self._nodes.values():
            if node.name.casefold() == word.casefold():
                return f"did you mean {node.id!r}, the id of {node.name!r}?"
        return did_you_mean(word, self._nodes)

    def children(self, own: str) -> tuple[str, ...]:
        """Return the ids of the children, in order; none at a leaf."""
        return tuple(self._graph.succ[self.node(own).id])

    def parents(self, own: str) -> tuple[str, ...]:
        """Return the ids of the parents, in order; none at the root."""
        return tuple(self._graph.pred[self.node(own).id])

    def is_leaf(self, own: str) -> bool:
        """Return whether a node has no children."""
        return not self._graph.succ[self.node(own).id]

    def question(self, own: str) -> str | None:
        """Return the question about a node's children, or None where nothing sets one.

        It is the node's own, or else that of the nearest node above it on `path(own)`: with
        several parents the first one passes its question on.
        """
        for above in reversed(self.path(own)):
            if question := self._nodes[above].question:
                return question
        return None

    def ancestors(self, own: str) -> frozenset[str]:
        """Return the ids of all nodes above, without itself."""
        return self._reach(own, self._graph.pred)

    def descendants(self, own: str) -> frozenset[str]:
        """Return the ids of all nodes below, without itself."""
        return self._reach(own, self._graph.succ)

    def _reach(self, own: str, neighbours: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
        found: set[str] = set()
        pending = [self.node(own).id]
        while pending:
            new = neighbours[pending.pop()].keys() - found
            found |= new
            pending.extend(new)
        return frozenset(found)

    def path(self, own: str) -> tuple[str, ...]:
        """Return the ids from the root to a node, both included, always by the first parent."""
        path = [self.node(own).id]
        while parent := next(iter(self._graph.pred[path[-1]]), None):
            path.append(parent)
        return tuple(reversed(path))

    def paths(self, own: str) -> Iterator[tuple[str, ...]]:
        """Yield every path from the root to a node, that of `path` first.

        There can be exponentially many; they are made one by one.
        """
        path = [self.node(own).id]
        return self._paths(path)

    def _paths(self, path: list[str]) -> Iterator[tuple[str, ...]]:
        """Yield the paths that end in `path[0]`, climbing through the parents depth first."""
        choices = [iter(self._graph.pred[path[0]])]
        while choices:
            if path[-1] == self._root:
                yield tuple(reversed(path))
            parent = next(choices[-1], None)
            if parent is None:
                choices.pop()
                path.pop()
            else:
                path.append(parent)
                choices.append(iter(self._graph.pred[parent]))

    def depth(self, own: str) -> int:
        """Return the number of edges on the longest path from the root to a node."""
        return self._depths[self.node(own).id]

    def lca(self, one: str, other: str) -> str:
        """Return the lowest common ancestor; a node counts among its own ancestors.

        Of several, the one of greatest `depth`, and of those the first in the file.
        """
        shared = {one, *self.ancestors(one)} & {other, *self.ancestors(other)}
        deepest = max(self._depths[own] for own in shared)
        candidates = {own for own in shared if self._depths[own] == deepest}
        if len(candidates) == 1:
            return candidates.pop()
        return next(own for own in self._nodes if own in candidates)

    def restrict(self, under: str | None = None, exclude: Iterable[str] = ()) -> Taxonomy:
        """Return a part of the taxonomy; nodes are given by id, or by a name that is unique.

        Args:
            under: Keep the branch of this node, all its descendants, and above it `path(under)`,
                whose nodes are no classes there; the other parents of what is in it are dropped.
            exclude: Leave these out, and what is reached through them alone. An inner node that
                loses all its children goes too, unless it is a class.

        Raises:
            TaxonomyError: A word names no node or several, or nothing would be left.

        Example:
            >>> pets = Taxonomy.from_dict({
            ...     "name": "pets",
            ...     "children": [
            ...         {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
            ...         {"name": "cat"},
            ...     ],
            ... })
            >>> list(pets.restrict(under="dog")), list(pets.restrict(exclude=["husky"]))
            (['pets', 'dog', 'husky', 'pug'], ['pets', 'dog', 'pug', 'cat'])
        """
        words = (exclude,) if isinstance(exclude, str) else tuple(exclude)
        if under is None and not words:
            return self
        return Taxonomy(restricted(self, self._draft, under=under, exclude=words))

    def to_nested(self) -> dict[str, Any]:
        """Return the nested form, for people.

        Raises:
            TaxonomyError: If a node has several parents.
        """
        return nested_dict(self._draft)

    def to_flat(self) -> dict[str, Any]:
        """Return the flat form, which any taxonomy has."""
        return flat_dict(self._draft)

    def save(
        self, path: str | os.PathLike[str], form: Literal["nested", "flat"] = "nested"
    ) -> None:
        """Write a YAML file that `load` reads back as the same taxonomy.

        Raises:
            TaxonomyError: If the form cannot hold it, or the file cannot be written.
        """
        if form not in ("nested", "flat"):
            raise TaxonomyError(f"the form {form!r}; expected 'nested' or 'flat'")
        if form == "nested" and 2 * max(self._depths.values()) >= DEEPEST_NESTING:
            raise TaxonomyError(
                f"{max(self._depths.values()):,} levels; expected fewer in a nested file",
                hint="use the flat form for very deep taxonomies",
            )
        text = yaml_text(self.to_nested() if form == "nested" else self.to_flat())
        try:
            Path(path).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise TaxonomyError(f"{shown_path(path)} cannot be written: {reason(error)}") from None

    def _digest(self) -> str:
        """Return the hash over the nodes in depth-first order, which both forms share."""
        digest = hashlib.sha256(b"hiercls taxonomy 1\n")
        for own in nx.dfs_preorder_nodes(self._graph, self._root):
            node = self._nodes[own]
            said = [own, node.name, node.description, node.question, node.is_class]
            edges = [list(self._graph.pred[own]), list(self._graph.succ[own])]
            digest.update(json.dumps([*said, *edges]).encode() + b"\n")
        return digest.hexdigest()
