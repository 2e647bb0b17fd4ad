"""Which siblings are taken for which, as a table of shades below the nodes that confuse most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from hiercls.evaluate import Confusion, Evaluation
from hiercls.images import printable
from hiercls.report.drawing import ACCENT, INK, MUTED, SECOND, draw
from hiercls.report.markup import name, percent
from hiercls.report.plots import Plot
from hiercls.taxonomy import Taxonomy

MOST_PARENTS = 3
MOST_CHILDREN = 9
_LETTERS = 20  # of a name beside the table


def heatmaps(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[Plot]:
    """Yield a plot for each of the nodes whose children are confused most."""
    below: Counter[str] = Counter()
    for one in evaluation.confusions:
        below[one.parent] += one.count
    for index, (parent, _) in enumerate(below.most_common(MOST_PARENTS)):
        confusions = [one for one in evaluation.confusions if one.parent == parent]
        yield _heatmap(f"confusion{index}", parent, confusions, evaluation, taxonomy)


def _heatmap(
    own: str,
    parent: str,
    confusions: list[Confusion],
    evaluation: Evaluation,
    taxonomy: Taxonomy,
) -> Plot:
    children = _most_involved(confusions, taxonomy.children(parent))
    shares = _shares(confusions, children, evaluation)
    worst = max(shares[one.truth, one.answer] for one in confusions)

    def paint(axes: Axes) -> None:
        for row, truth in enumerate(children):
            for column, answer in enumerate(children):
                share = shares.get((truth, answer), 0.0)
                _cell(axes, row, column, share, full=1 if row == column else worst)
        _label(axes, [_short(taxonomy.node(child).name) for child in children])

    title = taxonomy.node(parent).name
    rest = len(taxonomy.children(parent)) - len(children)
    left_out = f" {rest:,} other children are left out." if rest else ""
    caption = (
        "Of the pictures that were right until here: rows are the truth, columns the answer, in"
        f" percent of the row; the diagonal is right.{left_out}"
    )
    rows = tuple(
        (
            name(taxonomy.node(one.truth).name),
            name(taxonomy.node(one.answer).name),
            f"{one.count:,}",
            percent(one.count / one.total),
        )
        for one in confusions[:25]
    )
    columns = ("Truth", "Answer", "Pictures", "Share")
    svg = draw(own, paint, height=120 + 24 * len(children))
    return Plot(f"Confusion below {name(title)}", caption, svg, columns, rows)


def _shares(
    confusions: list[Confusion], children: list[str], evaluation: Evaluation
) -> dict[tuple[str, str], float]:
    """Return for each truth and answer the share of the truth's pictures that came that far."""
    nodes = evaluation.nodes
    shares = {(own, own): 1.0 for own in children if own in nodes and nodes[own].right}
    shares |= {(one.truth, one.truth): 1.0 for one in confusions}
    for one in confusions:
        shares[one.truth, one.answer] = one.count / one.total
        shares[one.truth, one.truth] -= one.count / one.total
    return shares


def _most_involved(confusions: list[Confusion], children: tuple[str, ...]) -> list[str]:
    """Return the children that are confused most, in the order of the taxonomy."""
    involved: Counter[str] = Counter()
    for one in confusions:
        involved[one.truth] += one.count
        involved[one.answer] += one.count
    kept = {child for child, _ in involved.most_common(MOST_CHILDREN)}
    return [child for child in children if child in kept]


def _cell(axes: Axes, row: int, column: int, share: float, *, full: float) -> None:
    """Draw one shade, never so dark that the ink cannot be read, by day or by night.

    Args:
        axes: Where.
        row: The truth.
        column: The answer.
        share: Of the row.
        full: The share that is drawn darkest.
    """
    if share < 0.005:
        return
    colour = ACCENT if row == column else SECOND
    corner = (column - 0.47, row - 0.47)
    alpha = 0.08 + 0.37 * share / full
    axes.add_patch(Rectangle(corner, 0.94, 0.94, facecolor=colour, alpha=alpha, linewidth=0))
    axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=INK)


def _label(axes: Axes, names: list[str]) -> None:
    ticks = range(len(names))
    axes.set_xticks(ticks, names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(ticks, names)
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(names) - 0.5, -0.5))
    axes.set_ylabel("truth", color=MUTED)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LETTERS else f"{shown[: _LETTERS - 1]}…"
