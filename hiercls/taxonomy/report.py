"""What `hiercls taxonomy check` says of a taxonomy: counts, and what to look at again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hiercls.taxonomy.graph import Taxonomy

LONG_NAME = 80  # characters; every name is read at every question it is an option of
MANY_OPTIONS = 26  # letters run out after that

_SHOWN = 3  # examples in a warning


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
            f"{self.name}: {_count(self.nodes, 'node')}, "
            f"{_count(self.leaves, 'leaf', 'leaves')}, {_count(self.classes, 'class', 'classes')}",
            f"  depth            {self.depth_max}",
            f"  most children    {self.children_max:,}, of {self.widest!r}",
            f"  several parents  {_count(self.multi_parent, 'node')}",
            f"  a single child   {_count(self.single_child, 'node')}",
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
    graph = taxonomy.graph
    widest = max(taxonomy, key=graph.out_degree)
    return Report(
        name=taxonomy.name,
        hash=taxonomy.hash,
        nodes=len(taxonomy),
        leaves=len(taxonomy.leaves),
        classes=len(taxonomy.classes),
        multi_parent=sum(1 for own in taxonomy if graph.in_degree(own) > 1),
        depth_max=max(taxonomy.depth(own) for own in taxonomy),
        children_max=graph.out_degree(widest),
        widest=widest,
        single_child=sum(1 for own in taxonomy if graph.out_degree(own) == 1),
        warnings=tuple(_warnings(taxonomy)),
    )


def _warnings(taxonomy: Taxonomy) -> Iterator[str]:
    alike = list(_siblings_alike(taxonomy))
    if alike:
        yield f"{_count(len(alike), 'pair')} of siblings with the same name: {_some(alike)}"
    long = [own for own in taxonomy if len(taxonomy.node(own).name) > LONG_NAME]
    if long:
        found = _count(len(long), "name")
        yield f"{found} of more than {LONG_NAME} characters, at {_some(map(repr, long))}"
    wide = _many_options(taxonomy)
    if wide:
        found = _count(len(wide), "question")
        yield f"{found} with more than {MANY_OPTIONS} options: {_some(wide)}"
    chains = list(_single_child_chains(taxonomy))
    if chains:
        found = _count(len(chains), "chain")
        yield f"{found} of single children, where there is nothing to ask: {_some(chains)}"


def _siblings_alike(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each pair of siblings that differ at most in case and spaces."""
    for own in taxonomy:
        seen: dict[str, str] = {}
        for child in taxonomy.children(own):
            name = taxonomy.node(child).name
            folded = " ".join(name.casefold().split())
            if folded in seen:
                yield f"{seen[folded]!r} and {name!r} under {own!r}"
            seen[folded] = name


def _many_options(taxonomy: Taxonomy) -> list[str]:
    """Return the nodes with many options, the most first; a class offers itself as well."""
    options = {}
    for own in taxonomy:
        if not taxonomy.is_leaf(own):
            options[own] = len(taxonomy.children(own)) + taxonomy.node(own).is_class
    wide = sorted(options, key=lambda own: -options[own])
    return [f"{options[own]:,} at {own!r}" for own in wide if options[own] > MANY_OPTIONS]


def _single_child_chains(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each chain that starts below a real choice and goes through single children."""
    for own in taxonomy:
        if not _is_link(taxonomy, own) or any(
            _is_link(taxonomy, parent) for parent in taxonomy.parents(own)
        ):
            continue
        chain = [own]
        while _is_link(taxonomy, chain[-1]):
            chain.extend(taxonomy.children(chain[-1]))
        ids = [repr(link) for link in chain]
        yield " > ".join(ids if len(ids) <= 4 else [*ids[:2], "...", ids[-1]])


def _is_link(taxonomy: Taxonomy, own: str) -> bool:
    return len(taxonomy.children(own)) == 1 and not taxonomy.node(own).is_class


def _some(items: Iterable[str]) -> str:
    items = list(items)
    more = f", and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
