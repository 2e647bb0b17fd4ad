"""Nodes by words: what `hiercls taxonomy search` finds."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.node import Node

MOST_PATHS = 3  # shown of one node

_WORD = re.compile(r"\w+")
_IS, _BEGINS, _IN_NAME, _ELSEWHERE = range(4)


@dataclass(frozen=True, slots=True)
class Match:
    """A node that was found, and how one gets to it.

    Attributes:
        paths: Ids from the root to the node, at most `MOST_PATHS` of them.
        names: The same as names.
    """

    node: Node
    is_leaf: bool
    paths: tuple[tuple[str, ...], ...]
    names: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the match as JSON can hold it."""
        return {
            "id": self.node.id,
            "name": self.node.name,
            "description": self.node.description,
            "is_leaf": self.is_leaf,
            "is_class": self.node.is_class,
            "index": self.node.index,
            "paths": [list(path) for path in self.paths],
            "names": [list(names) for names in self.names],
        }

    def to_text(self) -> str:
        """Return the match for people: the node on one line, each path on another."""
        said = f": {self.node.description}" if self.node.description else ""
        kind = "" if self.is_leaf else ", inner class" if self.node.is_class else ", inner node"
        own = "" if self.node.id == self.node.name else f"  {self.node.id}"
        lines = [f"{self.node.name}{own}{kind}{said}"]
        return "\n".join([*lines, *(f"  {' > '.join(names)}" for names in self.names)])


def find(taxonomy: Taxonomy, words: str) -> tuple[Match, ...]:
    """Return the nodes in whose name, id or description every word begins some word.

    Case and accents do not count. First come nodes of that very name or id, then those whose name
    begins with it, then those with all words in the name, then all others; the shorter names
    first.

    Raises:
        TaxonomyError: If there is no letter or digit to look for.
    """
    wanted = _words(words)
    if not wanted:
        raise TaxonomyError(f"nothing to look for in {words!r}; expected words")
    ranked = []
    for position, own in enumerate(taxonomy):
        node = taxonomy.node(own)
        rank = _rank(node, wanted)
        if rank is not None:
            ranked.append((rank, len(node.name), position, own))
    return tuple(_match(taxonomy, own) for *_, own in sorted(ranked))


def _rank(node: Node, wanted: list[str]) -> int | None:
    """Return how well a node fits, 0 the best; None where it does not."""
    name, own = _words(node.name), _words(node.id)
    if wanted in (name, own):
        return _IS
    if _all_begin(wanted, name):
        return _BEGINS if name[: len(wanted)] == wanted else _IN_NAME
    said = [*name, *own, *_words(node.description or "")]
    return _ELSEWHERE if _all_begin(wanted, said) else None


def _all_begin(wanted: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in wanted)


def _words(text: str) -> list[str]:
    if not text.isascii():
        signs = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in signs if not unicodedata.combining(sign))
    return _WORD.findall(text.casefold())


def _match(taxonomy: Taxonomy, own: str) -> Match:
    paths = tuple(itertools.islice(taxonomy.paths(own), MOST_PATHS))
    names = tuple(tuple(taxonomy.node(node).name for node in path) for path in paths)
    return Match(taxonomy.node(own), taxonomy.is_leaf(own), paths, names)
