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
    cells = {(one.truth, one.answer): one for one in confusions}
    totals = {one.truth: one.total for one in confusions}

    def share(truth: str, answer: str) -> float:
        if truth == answer:
            score = evaluation.nodes.get(truth)
            return (score.recall or 0.0) if score else 0.0
        one = cells.get((truth, answer))
        return one.count / max(1, totals[truth]) if one else 0.0

    worst = max(share(one.truth, one.answer) for one in confusions)

    def paint(axes: Axes) -> None:
        for row, truth in enumerate(children):
            for column, answer in enumerate(children):
                is_right = row == column
                _cell(axes, row, column, share(truth, answer), full=1 if is_right else worst)
        _label(axes, [_short(taxonomy.node(child).name) for child in children])

    title = taxonomy.node(parent).name
    rest = len(taxonomy.children(parent)) - len(children)
    left_out = f" {rest:,} other children are left out." if rest else ""
    caption = (
        "Rows are the truth, columns the answer, in percent of the row; the diagonal is right."
        f"{left_out}"
    )
    rows = tuple(
        (
            name(taxonomy.node(one.truth).name),
            name(taxonomy.node(one.answer).name),
            f"{one.count:,}",
            percent(one.count / max(1, one.total)),
        )
        for one in confusions[:25]
    )
    columns = ("Truth", "Answer", "Pictures", "Share")
    svg = draw(own, paint, height=120 + 24 * len(children))
    return Plot(f"Confusion below {name(title)}", caption, svg, columns, rows)


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
