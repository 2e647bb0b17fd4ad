"""The head of the page: the numbers that matter, what they say, and all of them to unfold."""

from __future__ import annotations

from collections.abc import Iterator

from hiercls.evaluate import Evaluation
from hiercls.report.markup import counted, folded, name, number, percent, table, text
from hiercls.report.measures import measure
from hiercls.taxonomy import Taxonomy

_TILES = ("leaf_accuracy", "hierarchical_f1", "mistake_severity", "ece")
_REASONS = 3  # named of those why pictures are not scored
_BASELINES = {
    "flat": "one flat question over all classes",
    "blind": "the same questions without the picture",
    "floor": "always the most frequent truth",
}


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
    return f'<dl class="tiles">{tiles}</dl>{findings_list}{_stops(evaluation)}{_all(evaluation)}'


def _tiles(evaluation: Evaluation) -> Iterator[str]:
    for key in _TILES:
        value = evaluation.scores.get(key)
        if value is None:
            continue
        shown = measure(key)
        interval = _interval(evaluation, key)
        notes = (shown.says, f"{interval} (95 %)" if interval else "")
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


def findings(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[str]:
    """Yield what the numbers say, one line of HTML each."""
    yield from _worst_level(evaluation)
    yield from _worst_pair(evaluation, taxonomy)
    yield from _next_stop(evaluation)
    yield from _baselines(evaluation)
    yield from (text(note) for note in evaluation.notes)


def _worst_level(evaluation: Evaluation) -> Iterator[str]:
    worst = max(evaluation.levels, key=lambda level: level.lost, default=None)
    if worst is not None and worst.lost:
        yield (
            f"Level {worst.level} loses the most: {worst.lost:,} of the {worst.reached:,} pictures"
            f" that were right until there ({percent(worst.lost / worst.reached)})."
        )


def _worst_pair(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[str]:
    for worst in evaluation.confusions[:1]:
        truth, answer = (name(taxonomy.node(own).name) for own in (worst.truth, worst.answer))
        yield (
            f"The most frequent mistake among siblings: {truth} taken for {answer},"
            f" {worst.count:,} of {worst.total:,} times."
        )


def _next_stop(evaluation: Evaluation) -> Iterator[str]:
    accuracy = evaluation.scores.get("answer_accuracy") or 0.0
    for stop in [stop for stop in evaluation.stops if stop.target > accuracy][:1]:
        yield (
            f"Stopping earlier, by the rule {text(stop.rule)}, would make {percent(stop.accuracy)}"
            f" of the answers true, if less specific, and keep {percent(stop.coverage)} of the"
            " information."
        )


def _baselines(evaluation: Evaluation) -> Iterator[str]:
    for kind, scores in evaluation.baselines.items():
        accuracy = scores.get("leaf_accuracy")
        if accuracy is not None:
            yield f"For comparison, {_BASELINES.get(kind, text(kind))}: {percent(accuracy)}."


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


def _all(evaluation: Evaluation) -> str:
    rows = [
        (
            f"{measure(key).label}<small>{measure(key).says}</small>",
            measure(key).show(value),
            _interval(evaluation, key),
        )
        for key, value in evaluation.scores.items()
    ]
    for k, share in evaluation.top_accuracy.items():
        label = f"Top {k}<small>the truth among the {k} most probable leaves</small>"
        rows.append((label, percent(share), ""))
    return folded("All numbers", table(("Measure", "Value", "95 % interval"), rows))
