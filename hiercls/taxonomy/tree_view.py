"""What `hiercls taxonomy show` draws: a taxonomy as a tree for the terminal."""

from __future__ import annotations

from collections import deque

from rich.text import Text
from rich.tree import Tree

from hiercls.taxonomy.graph import Taxonomy

COMFORTABLE_ROWS = 150  # as many as the depth chosen here may draw
MOST_ROWS = 2_000  # whatever depth is asked for


def tree(
    taxonomy: Taxonomy,
    *,
    node: str | None = None,
    depth: int | None = None,
    max_children: int = 20,
) -> Tree:
    """Return the tree at and below a node, to print with `soft_wrap=True`.

    A node with several parents is drawn under each. What is left out is counted: children past
    `max_children` in a last row, deeper levels by the number of leaves at each inner node. The
    levels nearest to the top are drawn first, until there are `MOST_ROWS` rows.

    Args:
        taxonomy: What to draw.
        node: The id at the top; the root if left out.
        depth: Levels below the top; if left out, as many as fit in `COMFORTABLE_ROWS` rows.
        max_children: Of one node.

    Raises:
        TaxonomyError: If there is no such node.
    """
    top = taxonomy.node(taxonomy.root if node is None else node).id
    levels = _comfortable_depth(taxonomy, top, max_children) if depth is None else depth
    leaves = _LeafCounts(taxonomy)
    drawing = Tree(_label(taxonomy, top, None, leaves), guide_style="dim", highlight=False)
    pending = deque([(drawing, top, 0)])
    rows = 1
    while pending:
        branch, own, level = pending.popleft()
        if taxonomy.is_leaf(own):
            continue
        shown, num_hidden = _shown(taxonomy.children(own), max_children)
        if level >= levels or rows + len(shown) >= MOST_ROWS:
            branch.label = Text.assemble(_as_text(branch), (" ...", "dim"))
            continue
        for child in shown:
            twig = branch.add(_label(taxonomy, child, own, leaves))
            pending.append((twig, child, level + 1))
        if num_hidden:
            branch.add(Text(f"... and {num_hidden:,} more", style="dim italic"))
        rows += len(shown) + bool(num_hidden)
    return drawing


def _as_text(branch: Tree) -> Text:
    return branch.label if isinstance(branch.label, Text) else Text(str(branch.label))


def _shown(children: tuple[str, ...], max_children: int) -> tuple[tuple[str, ...], int]:
    """Return the children to draw and how many are left out; a row is never spent on just one."""
    if len(children) <= max_children + 1:
        return children, 0
    return children[:max_children], len(children) - max_children


def _comfortable_depth(taxonomy: Taxonomy, top: str, max_children: int) -> int:
    """Return how many levels fit in `COMFORTABLE_ROWS` rows, at least one."""
    level = [top]
    rows = 1
    depth = 0
    while level:
        level = [
            child for own in level for child in _shown(taxonomy.children(own), max_children)[0]
        ]
        rows += len(level)
        if rows > COMFORTABLE_ROWS or not level:
            break
        depth += 1
    return max(depth, 1)


def _label(taxonomy: Taxonomy, own: str, above: str | None, leaves: _LeafCounts) -> Text:
    """Return one row: the name, the id where it differs, and what is below."""
    node = taxonomy.node(own)
    is_leaf = taxonomy.is_leaf(own)
    label = Text(node.name, style="" if is_leaf else "bold")
    if own != node.name:
        label.append(f"  {own}", style="not bold cyan")
    if not is_leaf:
        count = leaves.below(own)
        label.append(f"  {count:,} {'leaf' if count == 1 else 'leaves'}", style="not bold dim")
        if node.is_class:
            label.append("  class", style="not bold green")
    if others := [parent for parent in taxonomy.parents(own) if parent != above]:
        listed = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
        label.append(f"  also under {listed}" if above else "", style="not bold dim")
    return label


class _LeafCounts:
    """How many leaves are below each node, each counted once.

    Where no node below has several parents the counts of the children add up; else the leaves
    are collected.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._graph = taxonomy.graph
        self._sums: dict[str, int] = {}
        self._is_shared: dict[str, bool] = {}
        for own in sorted(taxonomy, key=taxonomy.depth, reverse=True):
            below = self._graph.succ[own]
            self._sums[own] = sum(self._sums[child] for child in below) if below else 1
            self._is_shared[own] = any(
                self._is_shared[child] or self._graph.in_degree(child) > 1 for child in below
            )

    def below(self, own: str) -> int:
        if not self._is_shared[own]:
            return self._sums[own]
        below = self._taxonomy.descendants(own)
        return sum(1 for node in below if not self._graph.succ[node])
