"""What lies above and below the nodes of a taxonomy; found once, as every image asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from hiercls.taxonomy import Taxonomy


@lru_cache(maxsize=8)
def num_classes_below(taxonomy: Taxonomy) -> Mapping[str, int]:
    """Return for each node how many classes are at or below it, each counted once."""
    if any(len(taxonomy.parents(node)) > 1 for node in taxonomy):
        classes = set(taxonomy.classes)
        return {node: len(classes & {node, *taxonomy.descendants(node)}) for node in taxonomy}
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
