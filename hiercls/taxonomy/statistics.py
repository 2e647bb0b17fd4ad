"""What `hiercls taxonomy stats` counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from hiercls.taxonomy.graph import Taxonomy


@dataclass(frozen=True, slots=True)
class Level:
    """The nodes of one depth: the longest distance from the root, as `Taxonomy.depth` has it."""

    depth: int
    nodes: int
    leaves: int
    classes: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over a taxonomy.

    Attributes:
        nodes: All of them, the root included.
        inner_classes: Nodes with children that are classes themselves.
        multi_parent: Nodes with several parents.
        depth_max: Edges on the longest path from the root.
        depth_mean: Of the leaves.
        children_max: The most children of one node; `widest` is its id.
        children_mean: Of the nodes that have any.
        single_child: Nodes with exactly one child.
        described: Nodes with a description, and so on.
        repeated_names: Names that several nodes have.
    """

    name: str
    nodes: int
    leaves: int
    classes: int
    inner_classes: int
    multi_parent: int
    depth_max: int
    depth_mean: float
    children_max: int
    children_mean: float
    widest: str
    single_child: int
    described: int
    questions: int
    indexed: int
    repeated_names: int
    levels: tuple[Level, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the statistics as JSON can hold them."""
        return {**asdict(self), "levels": [asdict(level) for level in self.levels]}

    def to_text(self) -> str:
        """Return the statistics for people, without a line break at the end."""
        lines = [
            f"{self.name}: {self.nodes:,} nodes, {self.leaves:,} leaves, {self.classes:,} classes",
            f"  depth            {self.depth_max} at most, {self.depth_mean:.1f} on average",
            f"  children         {self.children_max:,} at most, of {self.widest!r}, "
            f"{self.children_mean:.1f} on average",
            f"  inner classes    {self.inner_classes:,}",
            f"  several parents  {self.multi_parent:,}",
            f"  a single child   {self.single_child:,}",
            f"  descriptions     {self.described:,}",
            f"  own questions    {self.questions:,}",
            f"  class indices    {self.indexed:,}",
            f"  repeated names   {self.repeated_names:,}",
            "  depth     nodes    leaves   classes",
        ]
        for level in self.levels:
            counts = f"{level.nodes:>10,}{level.leaves:>10,}{level.classes:>10,}"
            lines.append(f"  {level.depth:>5}{counts}")
        return "\n".join(lines)


def statistics_of(taxonomy: Taxonomy) -> Statistics:
    """Return the counts of a taxonomy."""
    graph = taxonomy.graph
    nodes = [taxonomy.node(own) for own in taxonomy]
    depths = {own: taxonomy.depth(own) for own in taxonomy}
    num_children = [graph.out_degree(own) for own in taxonomy if graph.succ[own]]
    widest = max(taxonomy, key=graph.out_degree)
    return Statistics(
        name=taxonomy.name,
        nodes=len(nodes),
        leaves=len(taxonomy.leaves),
        classes=len(taxonomy.classes),
        inner_classes=len(taxonomy.classes) - len(taxonomy.leaves),
        multi_parent=sum(graph.in_degree(own) > 1 for own in taxonomy),
        depth_max=max(depths.values()),
        depth_mean=sum(depths[own] for own in taxonomy.leaves) / len(taxonomy.leaves),
        children_max=graph.out_degree(widest),
        children_mean=sum(num_children) / len(num_children),
        widest=widest,
        single_child=num_children.count(1),
        described=sum(node.description is not None for node in nodes),
        questions=sum(node.question is not None for node in nodes),
        indexed=sum(node.index is not None for node in nodes),
        repeated_names=sum(times > 1 for times in Counter(n.name for n in nodes).values()),
        levels=_levels(taxonomy, depths),
    )


def _levels(taxonomy: Taxonomy, depths: dict[str, int]) -> tuple[Level, ...]:
    nodes = Counter(depths.values())
    leaves = Counter(depths[own] for own in taxonomy.leaves)
    classes = Counter(depths[own] for own in taxonomy.classes)
    return tuple(Level(at, nodes[at], leaves[at], classes[at]) for at in sorted(nodes))
