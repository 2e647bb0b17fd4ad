"""Where answers go wrong: by node, by level, and between which siblings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hiercls.evaluate.evaluation import Confusion, LevelLoss, NodeScore
from hiercls.metrics import Hierarchy

MOST_CONFUSIONS = 1000


class Way(NamedTuple):
    """A truth, and the path of its answer from below the root."""

    truth: str
    path: tuple[str, ...]


def node_scores(hierarchy: Hierarchy, ways: Iterable[Way]) -> dict[str, NodeScore]:
    """Return how every node fared that is above, or is, some truth or answer."""
    count: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    right: Counter[str] = Counter()
    root = hierarchy.taxonomy.root
    for truth, path in ways:
        true, said = hierarchy.above(truth), hierarchy.above(path[-1] if path else root)
        count.update(true.keys())
        answered.update(said.keys())
        right.update(true.keys() & said.keys())
    nodes = (node for node in hierarchy.taxonomy if count[node] or answered[node])
    return {node: NodeScore(count[node], answered[node], right[node]) for node in nodes}


def level_losses(hierarchy: Hierarchy, ways: Iterable[Way]) -> tuple[LevelLoss, ...]:
    """Return what each level loses, of the examples that were right down to it."""
    reached: Counter[int] = Counter()
    lost: Counter[int] = Counter()
    stopped: Counter[int] = Counter()
    for truth, path in ways:
        leading = hierarchy.num_leading(truth, path)
        is_done = (path[leading - 1] if leading else hierarchy.taxonomy.root) == truth
        reached.update(range(1, leading + 1 + (not is_done)))
        if not is_done:
            (lost if leading < len(path) else stopped)[leading + 1] += 1
    last = max(reached, default=0)
    return tuple(
        LevelLoss(level, reached[level], lost[level], stopped[level])
        for level in range(1, last + 1)
    )


def confusions(hierarchy: Hierarchy, ways: Sequence[Way]) -> tuple[Confusion, ...]:
    """Return which children were taken for which, at the node where path and truth part.

    At most the thousand most frequent pairs.
    """
    totals: Counter[tuple[str, str]] = Counter()
    pairs: Counter[tuple[str, str, str]] = Counter()
    for truth, path in ways:
        for parent, right, taken in _turns(hierarchy, truth, path):
            totals[parent, right] += 1
            if taken is not None:
                pairs[parent, right, taken] += 1
    return tuple(
        Confusion(parent, right, taken, count, totals[parent, right])
        for (parent, right, taken), count in pairs.most_common(MOST_CONFUSIONS)
    )


def _turns(
    hierarchy: Hierarchy, truth: str, path: Sequence[str]
) -> Iterator[tuple[str, str, str | None]]:
    """Yield each node on the right part of a path, its right child, and the wrong one taken.

    Where truth and path part, the right child is the one that the true path goes through.
    """
    leading = hierarchy.num_leading(truth, path)
    node = hierarchy.taxonomy.root
    for child in path[:leading]:
        yield node, child, None
        node = child
    if node != truth and leading < len(path):
        above = hierarchy.above(truth)
        right = next(child for child in hierarchy.taxonomy.children(node) if child in above)
        yield node, right, path[leading]
