"""The head of the page: the numbers that matter, what they say, and all of them to unfold."""

from __future__ import annotations

from collections.abc import Iterator

from hiercls.evaluate import Difference, Evaluation
from hiercls.report.findings import findings
from hiercls.report.markup import counted, folded, name, number, percent, table, text
from hiercls.report.measures import Measure, measure
from hiercls.taxonomy import Taxonomy

_TILES = ("leaf_accuracy", "hierarchical_f1", "mistake_severity", "ece")
_REASONS = 3  # named of those why pictures are not scored


def lead(evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Return the line below the title."""
    inner = len(taxonomy) - len(taxonomy.leaves)
    line = (
        f"{counted(evaluation.count, 'picture', 'pictures')} against"
        f" {counted(len(taxonomy.leaves), 'leaf', 'leaves')} below"
        f" {counted(inner, 'inner node', 'inner nodes')}."
    )
    if not evaluation.num_unscored:
        return line
    reasons = [f"{text(why)} ({count:,})" for why, count in evaluation.unscored.items()]
    if len(reasons) > _REASONS:
        reasons[_REASONS:] = [f"{len(reasons) - _REASONS:,} other reasons"]
    return f"{line} {evaluation.num_unscored:,} more are not scored: {'; '.join(reasons)}."


def summary(evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Return tiles, findings and tables as HTML."""
    tiles = "".join(_tiles(evaluation))
    found = "".join(f"<li>{line}</li>" for line in findings(evaluation, taxonomy))
    findings_list = f'<ul class="findings">{found}</ul>' if found else ""
    return f'<dl class="tiles">{tiles}</dl>{findings_list}{_tables(evaluation)}'


def _tiles(evaluation: Evaluation) -> Iterator[str]:
    for key in _TILES:
        value = evaluation.scores.get(key)
        if value is None:
            continue
        shown = measure(key)
        interval = _interval(evaluation, key)
        notes = (shown.says, f"{interval} at 95 %" if interval else "")
        yield _tile(shown.label, shown.show(value), *notes)
    questions = evaluation.cost.get("questions")
    if questions is not None:
        yield _tile("Questions a picture", number(questions), "asked on the way to the answer")


def _tile(label: str, value: str, *notes: str) -> str:
    lines = "".join(f'<dd class="note">{note}</dd>' for note in notes if note)
    return f'<div class="tile"><dt>{label}</dt><dd class="value">{value}</dd>{lines}</div>'


def _interval(evaluation: Evaluation, key: str) -> str:
    if key not in evaluation.intervals:
        return ""
    low, high = map(measure(key).show, evaluation.intervals[key])
    return f"{low} to {high}"


def _tables(evaluation: Evaluation) -> str:
    return f"{_stops(evaluation)}{_against(evaluation)}{_all(evaluation)}"


def _stops(evaluation: Evaluation) -> str:
    if not evaluation.stops:
        return ""
    rows = (
        (
            percent(stop.target),
            percent(stop.accuracy),
            percent(stop.coverage),
            percent(stop.leaves),
            number(stop.depth),
            text(stop.rule),
        )
        for stop in evaluation.stops
    )
    columns = ("Wanted accuracy", "Accuracy", "Information kept", "Leaves", "Depth", "Rule")
    return folded("What stopping earlier would give", table(columns, rows))


def _against(evaluation: Evaluation) -> str:
    if evaluation.against is None:
        return ""
    rows = [
        *(_difference(measure(key), one) for key, one in evaluation.against.differences.items()),
        *(
            _difference(Measure(f"Accuracy at level {level}"), one)
            for level, one in evaluation.against.levels.items()
        ),
    ]
    columns = ("Measure", "This run", "The other", "Difference", "95 % interval")
    title = f"This run against {name(evaluation.against.name)}"
    return folded(title, table(columns, rows))


def _difference(shown: Measure, one: Difference) -> tuple[str, ...]:
    low, high = map(shown.show, one.interval)
    change = shown.show(one.this - one.other)
    return shown.label, shown.show(one.this), shown.show(one.other), change, f"{low} to {high}"


def _all(evaluation: Evaluation) -> str:
    """Return every number, those of the baselines beside it."""
    rows = []
    for key, value in evaluation.scores.items():
        shown = measure(key)
        others = (shown.show(scores.get(key)) for scores in evaluation.baselines.values())
        label = f"{shown.label}<small>{shown.says}</small>"
        rows.append((label, shown.show(value), _interval(evaluation, key), *others))
    blank = [""] * len(evaluation.baselines)
    for k, share in evaluation.top_accuracy.items():
        label = f"Top {k}<small>the truth among the {k} most probable leaves</small>"
        rows.append((label, percent(share), "", *blank))
    columns = ("Measure", "Value", "95 % interval", *map(text, evaluation.baselines))
    return folded("All numbers", table(columns, rows))
