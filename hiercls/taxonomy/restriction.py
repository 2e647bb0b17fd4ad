"""A part of a taxonomy: one branch of it, or all but some nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.draft import Draft
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.suggestion import did_you_mean

if TYPE_CHECKING:
    from hiercls.taxonomy.graph import Taxonomy

_SHOWN = 3  # ids named in a hint

Parents = dict[str, tuple[str, ...]]


def restricted(
    taxonomy: Taxonomy, draft: Draft, *, under: str | None, exclude: Iterable[str]
) -> Draft:
    """Return the draft of a part of a taxonomy; see `Taxonomy.restrict`.

    Raises:
        TaxonomyError: A word names no node or several, or nothing is left.
    """
    top = taxonomy.root if under is None else find_node(taxonomy, under)
    excluded = {find_node(taxonomy, word) for word in exclude}
    above = taxonomy.path(top)[:-1]
    parents = _without(_branch(taxonomy, top, above), taxonomy, excluded)
    lost = not excluded.isdisjoint((*above, top)) or top not in parents
    if lost or (top == taxonomy.root and len(parents) == 1):
        raise TaxonomyError(
            f"nothing is left under {quoted(top)} of the taxonomy {quoted(taxonomy.name)};"
            " expected at least one class",
            hint="exclude fewer nodes",
        )
    nodes = {own: taxonomy.node(own) for own in taxonomy if own in parents}
    nodes.update((own, replace(nodes[own], is_class=False)) for own in above)
    return replace(draft, nodes=nodes, parents={own: parents[own] for own in nodes}, places={})


def find_node(taxonomy: Taxonomy, word: str) -> str:
    """Return the id that a word is, or else the id of the one node of that name.

    Raises:
        TaxonomyError: There is none, or several have that name.
    """
    if word in taxonomy:
        return word
    named = [own for own in taxonomy if taxonomy.node(own).name == word]
    if len(named) == 1:
        return named[0]
    if named:
        shown = ", ".join(map(repr, named[:_SHOWN]))
        more = f" and {len(named) - _SHOWN:,} more" if len(named) > _SHOWN else ""
        raise TaxonomyError(
            f"{len(named):,} nodes are named {quoted(word)} in the taxonomy"
            f" {quoted(taxonomy.name)}; expected one",
            hint=f"give the id: {shown}{more}",
        )
    known = (term for own in taxonomy for term in (own, taxonomy.node(own).name))
    raise TaxonomyError(
        f"no node {quoted(word)} in the taxonomy {quoted(taxonomy.name)};"
        " expected the id or the name of one",
        hint=did_you_mean(word, known) or "find it with hiercls taxonomy search",
    )


def _branch(taxonomy: Taxonomy, top: str, above: tuple[str, ...]) -> Parents:
    """Return the parents of each node of a branch, and of those on the one path down to it."""
    below = taxonomy.descendants(top)
    branch = {top, *below}
    path = (*above, top)
    parents: Parents = {own: path[i - 1 : i] if i else () for i, own in enumerate(path)}
    for own in below:
        parents[own] = tuple(parent for parent in taxonomy.parents(own) if parent in branch)
    return parents


def _without(parents: Parents, taxonomy: Taxonomy, excluded: set[str]) -> Parents:
    """Return what is left without some nodes and what is reached through them alone.

    An inner node that has lost all children goes too, unless it is a class.
    """
    left = _reached(parents, taxonomy.root, excluded)
    num_children = Counter(parent for own in left for parent in parents[own])
    pending = [own for own in left if not num_children[own]]
    while pending:
        own = pending.pop()
        if taxonomy.is_leaf(own) or taxonomy.node(own).is_class:
            continue
        left.remove(own)
        for parent in left.intersection(parents[own]):
            num_children[parent] -= 1
            if not num_children[parent]:
                pending.append(parent)
    return {own: tuple(p for p in parents[own] if p in left) for own in parents if own in left}


def _reached(parents: Parents, root: str, excluded: set[str]) -> set[str]:
    children: dict[str, list[str]] = {own: [] for own in parents}
    for own, above in parents.items():
        for parent in above:
            children[parent].append(own)
    reached, pending = {root}, [root]
    while pending:
        for child in children[pending.pop()]:
            if child not in reached and child not in excluded:
                reached.add(child)
                pending.append(child)
    return reached
