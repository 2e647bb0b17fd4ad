"""A small taxonomy as a picture: names from left to right, a row a leaf."""

from __future__ import annotations

from html import escape

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.graph import Taxonomy

MOST_DRAWN = 1_000  # nodes; beyond that nobody finds anything

_ROW = 18  # pixels
_SIGN = 7  # of width, about, at the size below
_GAP = 36  # between two levels
_MARGIN = 10
_STYLE = (
    "text{font:12px sans-serif;fill:#222}path{fill:none;stroke:#999}.further{stroke-dasharray:3 3}"
)


def svg(taxonomy: Taxonomy) -> str:
    """Return a picture in which each node is drawn once, below its first parent.

    Edges from further parents are dashed.

    Raises:
        TaxonomyError: If there are more than `MOST_DRAWN` nodes.
    """
    if len(taxonomy) > MOST_DRAWN:
        message = f"{len(taxonomy):,} nodes; expected at most {MOST_DRAWN:,} in a picture"
        raise TaxonomyError(message, hint="draw a part with --under NODE, or export DOT")
    below: dict[str, list[str]] = {own: [] for own in taxonomy}
    for own in taxonomy:
        for parent in taxonomy.parents(own)[:1]:
            below[parent].append(own)
    rows = _rows(taxonomy.root, below)
    levels = {own: len(taxonomy.path(own)) - 1 for own in taxonomy}
    lefts = _lefts(taxonomy, levels)
    spots = {own: (lefts[levels[own]], _MARGIN + _ROW * (rows[own] + 0.5)) for own in taxonomy}
    drawn = [
        _edge(taxonomy, parent, own, spots) for own in taxonomy for parent in taxonomy.parents(own)
    ]
    drawn += [
        f'<text x="{left:g}" y="{middle + 4:g}">{escape(taxonomy.node(own).name)}</text>'
        for own, (left, middle) in spots.items()
    ]
    height = 2 * _MARGIN + _ROW * sum(not children for children in below.values())
    size = f'width="{lefts[-1]:g}" height="{height:g}" viewBox="0 0 {lefts[-1]:g} {height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    title = f"<title>{escape(taxonomy.name)}</title>"
    return "\n".join([head, title, f"<style>{_STYLE}</style>", *drawn, "</svg>"]) + "\n"


def _rows(root: str, below: dict[str, list[str]]) -> dict[str, float]:
    """Return the row of each node: leaves one after another, others amid their children."""
    order, pending = [], [root]
    while pending:
        order.append(pending.pop())
        pending.extend(reversed(below[order[-1]]))
    rows: dict[str, float] = {}
    for own in order:
        if not below[own]:
            rows[own] = len(rows)
    for own in reversed(order):
        if below[own]:
            rows[own] = (rows[below[own][0]] + rows[below[own][-1]]) / 2
    return rows


def _lefts(taxonomy: Taxonomy, levels: dict[str, int]) -> list[float]:
    """Return where each level begins, and where the last one ends."""
    widths = [0] * (max(levels.values()) + 1)
    for own, level in levels.items():
        widths[level] = max(widths[level], _width(taxonomy, own))
    lefts: list[float] = [_MARGIN]
    for width in widths:
        lefts.append(lefts[-1] + width + _GAP)
    return lefts


def _width(taxonomy: Taxonomy, own: str) -> int:
    return _SIGN * len(taxonomy.node(own).name)


def _edge(taxonomy: Taxonomy, parent: str, own: str, spots: dict[str, tuple[float, float]]) -> str:
    left, begin = spots[parent]
    left += _width(taxonomy, parent) + 2
    right, end = spots[own]
    right -= 4
    bend = (left + right) / 2
    kind = "" if taxonomy.parents(own)[0] == parent else ' class="further"'
    curve = f"{bend:g} {begin:g} {bend:g} {end:g} {right:g} {end:g}"
    return f'<path{kind} d="M{left:g} {begin:g}C{curve}"/>'
