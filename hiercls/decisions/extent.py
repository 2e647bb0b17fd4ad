"""What lies above and below the nodes of a taxonomy; found once, as every image asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from hiercls.taxonomy import Taxonomy


@lru_cache(maxsize=8)
def is_tree(taxonomy: Taxonomy) -> bool:
    """Return whether no node has several parents."""
    return all(len(taxonomy.parents(node)) <= 1 for node in taxonomy)


@lru_cache(maxsize=1 << 15)
def classes_below(taxonomy: Taxonomy, node: str) -> frozenset[str]:
    """Return the classes at or below a node."""
    below = (node, *taxonomy.descendants(node))
    return frozenset(own for own in below if taxonomy.node(own).is_class)


@lru_cache(maxsize=8)
def num_classes_below(taxonomy: Taxonomy) -> Mapping[str, int]:
    """Return for each node how many classes are at or below it, each counted once."""
    if not is_tree(taxonomy):
        return {node: len(classes_below(taxonomy, node)) for node in taxonomy}
    counts = {node: int(taxonomy.node(node).is_class) for node in taxonomy}
    for node in sorted(taxonomy, key=taxonomy.depth, reverse=True):
        for parent in taxonomy.parents(node):
            counts[parent] += counts[node]
    return counts


@lru_cache(maxsize=8)
def heights(taxonomy: Taxonomy) -> Mapping[str, int]:
    """Return for each node the number of edges on the longest way down to a leaf."""
    found = dict.fromkeys(taxonomy, 0)
    for node in sorted(taxonomy, key=taxonomy.depth, reverse=True):
        for parent in taxonomy.parents(node):
            found[parent] = max(found[parent], found[node] + 1)
    return found


@lru_cache(maxsize=1 << 15)
def lineage(taxonomy: Taxonomy, node: str) -> frozenset[str]:
    """Return a node with all nodes above it."""
    return taxonomy.ancestors(node) | {node}
