"""Agglomerative grouping by average linkage, and trees of few children from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Tree = int | list["Tree"]
"""An item by its number, or a group of trees."""


def average_linkage(distances: NDArray[np.floating]) -> list[tuple[int, int, float]]:
    """Return the merges of UPGMA, the nearest first; merge k makes the cluster n + k.

    The two clusters of least mean distance are merged, over and over. Found by chains of nearest
    neighbours in O(n^2) time; the merges are those of `scipy.cluster.hierarchy.average`.

    Args:
        distances: Symmetric, (items, items).

    Source:
        Sokal and Michener (1958); Benzécri (1982) and Murtagh (1983) for the chains; Müllner
        (2011), figure 3, for putting them in order.
    """
    near = distances.astype(np.float64, copy=True)
    np.fill_diagonal(near, np.inf)
    sizes = np.ones(len(near))
    found = [(a, b, height) for a, b, height in _chains(near, sizes)]
    found.sort(key=lambda merge: merge[2])
    return _labelled(found, len(near))


def _chains(
    near: NDArray[np.float64], sizes: NDArray[np.float64]
) -> Iterator[tuple[int, int, float]]:
    """Yield merges of rows; the second row of each stands for both from then on."""
    chain: list[int] = []
    is_open = np.ones(len(near), dtype=bool)
    for _ in range(len(near) - 1):
        if not chain:
            chain.append(int(np.flatnonzero(is_open)[0]))
        while True:
            last = chain[-1]
            before = chain[-2] if len(chain) > 1 else None
            nearest = int(np.argmin(near[last]))
            if before is not None and near[last, before] <= near[last, nearest]:
                break
            chain.append(nearest)
        first, second = chain.pop(), chain.pop()
        height = float(near[first, second])
        yield first, second, height
        total = sizes[first] + sizes[second]
        joined = (sizes[first] * near[first] + sizes[second] * near[second]) / total
        joined[~is_open] = np.inf
        joined[[first, second]] = np.inf
        near[second] = near[:, second] = joined
        near[first] = near[:, first] = np.inf
        sizes[second] = total
        is_open[first] = False


def _labelled(found: list[tuple[int, int, float]], num_items: int) -> list[tuple[int, int, float]]:
    """Return merges of rows as merges of clusters, by a union of what is joined."""
    owner = list(range(2 * num_items - 1))

    def cluster(row: int) -> int:
        while owner[row] != row:
            owner[row] = row = owner[owner[row]]
        return row

    merges = []
    for number, (first, second, height) in enumerate(found):
        pair = sorted((cluster(first), cluster(second)))
        owner[pair[0]] = owner[pair[1]] = num_items + number
        merges.append((pair[0], pair[1], height))
    return merges


def grouped(distances: NDArray[np.floating], max_children: int) -> Tree:
    """Return all items as a tree in which no node has more than some children.

    From the whole downwards the largest cluster is split in two, until a node has as many
    children as it may; each child is then a node of its own. Splitting the largest, not the
    loosest, keeps the tree flat where a few items are unlike all others.
    """
    num_items = len(distances)
    if num_items <= max_children:
        return list(range(num_items))
    halves: dict[int, tuple[int, int]] = {}
    sizes = dict.fromkeys(range(num_items), 1)
    for number, (one, other, _) in enumerate(average_linkage(distances), start=num_items):
        halves[number] = (one, other)
        sizes[number] = sizes[one] + sizes[other]
    whole: list[Tree] = []
    pending = [(2 * num_items - 2, whole)]
    while pending:
        cluster, children = pending.pop()
        parts = [cluster]
        while (
            len(parts) < max_children and (largest := max(parts, key=sizes.__getitem__)) in halves
        ):
            at = parts.index(largest)
            parts[at : at + 1] = halves[largest]
        for part in parts:
            child: Tree = part if part < num_items else []
            children.append(child)
            if isinstance(child, list):
                pending.append((part, child))
    return whole


def members(tree: Tree) -> list[int]:
    """Return the items of a tree, from left to right."""
    found, pending = [], [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(reversed(node))
        else:
            found.append(node)
    return found
