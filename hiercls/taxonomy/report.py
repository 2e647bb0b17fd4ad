"""What `hiercls taxonomy check` says of a taxonomy: counts, and what to look at again."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from hiercls.taxonomy.doubts import counted, doubts_about
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.statistics import statistics_of


@dataclass(frozen=True, slots=True)
class Report:
    """Counts over a taxonomy that loads, and warnings of one line each.

    Attributes:
        nodes: All of them, the root included.
        multi_parent: Nodes with several parents.
        depth_max: Edges on the longest path from the root.
        children_max: The most children of one node; `widest` is its id.
        single_child: Nodes with exactly one child.
    """

    name: str
    hash: str
    nodes: int
    leaves: int
    classes: int
    multi_parent: int
    depth_max: int
    children_max: int
    widest: str
    single_child: int
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {**asdict(self), "warnings": list(self.warnings)}

    def to_text(self) -> str:
        """Return the report for people, without a line break at the end."""
        lines = [
            f"{self.name}: {counted(self.nodes, 'node')}, "
            f"{counted(self.leaves, 'leaf', 'leaves')}, "
            f"{counted(self.classes, 'class', 'classes')}",
            f"  depth            {self.depth_max}",
            f"  most children    {self.children_max:,}, of {self.widest!r}",
            f"  several parents  {counted(self.multi_parent, 'node')}",
            f"  a single child   {counted(self.single_child, 'node')}",
            f"  hash             {self.hash[:16]}",
        ]
        return "\n".join([*lines, *(f"warning: {warning}" for warning in self.warnings)])


def check(path_or_name: str | os.PathLike[str]) -> Report:
    """Load a taxonomy and report on it.

    Raises:
        TaxonomyError: If it does not load.
    """
    return report_on(Taxonomy.load(path_or_name))


def report_on(taxonomy: Taxonomy) -> Report:
    """Return the counts of a taxonomy, and what its author may want to look at again."""
    numbers = statistics_of(taxonomy)
    return Report(
        name=taxonomy.name,
        hash=taxonomy.hash,
        nodes=numbers.nodes,
        leaves=numbers.leaves,
        classes=numbers.classes,
        multi_parent=numbers.multi_parent,
        depth_max=numbers.depth_max,
        children_max=numbers.children_max,
        widest=numbers.widest,
        single_child=numbers.single_child,
        warnings=tuple(doubts_about(taxonomy)),
    )
