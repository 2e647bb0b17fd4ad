"""The plots of the page, each with its numbers beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hiercls.evaluate import Evaluation, Scored
from hiercls.evaluate.evaluation import Curve
from hiercls.report.drawing import ACCENT, INK, MUTED, draw
from hiercls.report.markup import folded, number, percent, table, text

MOST_ROWS = 21  # of a curve's table
MOST_BARS = 30
_PERCENT = FuncFormatter(lambda share, _: f"{round(100 * share, 1):g} %")


@dataclass(frozen=True)
class Plot:
    """One figure: what it shows, how to read it, and the numbers it was drawn from.

    Attributes:
        caption: One or two sentences, HTML.
        columns: Heads of the table of numbers.
        rows: Its cells, HTML.
    """

    title: str
    caption: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_html(self) -> str:
        numbers = folded("Numbers", table(self.columns, self.rows))
        return (
            f'<figure class="plot"><figcaption><h3>{self.title}</h3><p>{self.caption}</p>'
            f"</figcaption>{self.svg}{numbers}</figure>"
        )


def curves_and_bars(evaluation: Evaluation, scored: Sequence[Scored]) -> Iterator[Plot]:
    """Yield the plots that there are numbers for; the confusions are drawn elsewhere."""
    if evaluation.level_accuracy:
        yield _levels(evaluation)
    if any(one.count for one in evaluation.reliability):
        yield _reliability(evaluation)
    if evaluation.risk_coverage:
        yield _risk_coverage(evaluation)
    if evaluation.operating_curve:
        yield _operating_curve(evaluation)
    if asked := Counter(filter(None, map(_num_questions, scored))):
        yield _cost(evaluation, asked)


def _levels(evaluation: Evaluation) -> Plot:
    shares = evaluation.level_accuracy[:MOST_BARS]
    levels = range(1, len(shares) + 1)

    def paint(axes: Axes) -> None:
        bars = axes.bar(levels, shares, width=min(0.6, 0.15 * len(shares)), color=ACCENT)
        if len(shares) <= 8:
            axes.bar_label(bars, [f"{100 * share:.1f}" for share in shares], padding=3, color=INK)
        axes.set(xlabel="level", ylim=(0, 1.08), xlim=(0.4, len(shares) + 0.6))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(_PERCENT)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.grid(visible=False, axis="x")

    caption = (
        "Of the pictures whose true path goes that deep, the share whose answer passes the right"
        " node there. Level 1 is below the root."
    )
    rows = tuple(
        (str(level), percent(share), f"{count:,}")
        for level, share, count in zip(
            levels, evaluation.level_accuracy, evaluation.level_counts, strict=False
        )
    )
    columns = ("Level", "Accuracy", "Pictures")
    return Plot("Accuracy by level", caption, draw("levels", paint), columns, rows)


def _reliability(evaluation: Evaluation) -> Plot:
    bins = [one for one in evaluation.reliability if one.count]
    most = max(one.count for one in bins)

    def paint(axes: Axes) -> None:
        middles = [(one.low + one.high) / 2 for one in bins]
        widths = [0.9 * (one.high - one.low) for one in bins]
        heights = [0.3 * one.count / most for one in bins]
        axes.bar(middles, heights, width=widths, color=MUTED, alpha=0.25)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        sure = [one.confidence for one in bins]
        axes.plot(sure, [one.accuracy for one in bins], "o-", color=ACCENT)
        axes.set(xlabel="confidence", xlim=(0, 1.02), ylim=(0, 1.04))
        _in_percent(axes)

    ece = evaluation.scores.get("ece")
    error = "" if ece is None else f" Calibration error (ECE): {percent(ece)}."
    caption = (
        "Answers of like confidence, and the share of them that is the truth or above it. On the"
        " dashed line a confidence means what it says; below it answers are too sure. Grey bars"
        f" say where most pictures are.{error}"
    )
    rows = tuple(
        (
            f"{percent(one.low)} to {percent(one.high)}",
            percent(one.confidence),
            percent(one.accuracy),
            f"{one.count:,}",
        )
        for one in bins
    )
    columns = ("Confidence", "Mean", "Right", "Pictures")
    return Plot("Reliability", caption, draw("reliability", paint), columns, rows)


def _risk_coverage(evaluation: Evaluation) -> Plot:
    curve = evaluation.risk_coverage
    haurc = evaluation.scores.get("haurc")
    area = "" if haurc is None else f" Area under it (hAURC): {number(haurc)}; less is better."
    caption = (
        "Answering less deeply makes fewer mistakes: the share of answers off the true path"
        f" against the share of a leaf's information that they keep.{area}"
    )

    def paint(axes: Axes) -> None:
        coverage, risk = curve["coverage"], curve["risk"]
        axes.plot(coverage, risk, color=ACCENT)
        axes.fill_between(coverage, risk, color=ACCENT, alpha=0.12, linewidth=0)
        axes.set(xlabel="coverage", ylabel="risk", xlim=(0, 1.02))
        axes.set_ylim(0, max(0.02, 1.1 * max(risk)))
        _in_percent(axes)

    columns = ("Threshold", "Coverage", "Risk")
    svg = draw("risk", paint)
    return Plot("Risk and coverage", caption, svg, columns, _curve_rows(curve, columns))


def _operating_curve(evaluation: Evaluation) -> Plot:
    curve = evaluation.operating_curve
    caption = (
        "From cautious answers (left) to specific ones (right): precision and recall, weighted by"
        " the information in a node (Valmadre 2022)."
    )

    def paint(axes: Axes) -> None:
        recall, precision = curve["recall"], curve["precision"]
        axes.plot(recall, precision, color=ACCENT)
        lowest = min(precision)
        axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02))
        axes.set_ylim(max(0, lowest - 0.1), 1.02)
        _in_percent(axes)

    columns = ("Threshold", "Recall", "Precision")
    svg = draw("operating", paint)
    return Plot("Operating curve", caption, svg, columns, _curve_rows(curve, columns))


def _num_questions(scored: Scored) -> int:
    return scored.prediction.questions or len(scored.prediction.steps)


def _cost(evaluation: Evaluation, numbers: Counter[int]) -> Plot:
    asked = sorted(numbers)

    def paint(axes: Axes) -> None:
        axes.bar(asked, [numbers[one] for one in asked], width=0.7, color=ACCENT)
        axes.set(xlabel="questions", ylabel="pictures")
        axes.set_xlim(asked[0] - 1.2, asked[-1] + 1.2)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=False, axis="x")

    known = [
        f"{number(value)} {text(what)}"
        for what, value in evaluation.cost.items()
        if value is not None
    ]
    means = f" Mean a picture: {', '.join(known)}." if known else ""
    caption = f"How many questions a picture took.{means}"
    rows = tuple((str(one), f"{numbers[one]:,}") for one in asked)
    return Plot("Cost", caption, draw("cost", paint), ("Questions", "Pictures"), rows)


def _in_percent(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)


def _curve_rows(curve: Curve, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return points of a curve evenly taken, the ends among them."""
    values = [curve[column.lower()] for column in columns]
    last = len(values[0]) - 1
    points = sorted({round(at * last / (MOST_ROWS - 1)) for at in range(MOST_ROWS)})
    return tuple(tuple(percent(column[point]) for column in values) for point in points)
