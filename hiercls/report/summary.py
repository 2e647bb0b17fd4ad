"""The head of the page: the numbers that matter, what they say, and all of them to unfold."""

from __future__ import annotations

from collections.abc import Iterator

from hiercls.evaluate import Evaluation
from hiercls.report.markup import counted, folded, name, number, percent, table, text
from hiercls.taxonomy import Taxonomy

# Under which name a number is shown, what it says in a few words, and whether it is a share.
_LABELS = {
    "leaf_accuracy": ("Accuracy", "answers that are exactly right", True),
    "hierarchical_precision": ("Hierarchical precision", "right nodes on the answers' paths", True),
    "hierarchical_recall": ("Hierarchical recall", "true nodes that the answers pass", True),
    "hierarchical_f1": ("Hierarchical F1", "near misses count in part", True),
    "hierarchical_precision_macro": ("Hierarchical precision, macro", "mean over pictures", True),
    "hierarchical_recall_macro": ("Hierarchical recall, macro", "mean over pictures", True),
    "hierarchical_f1_macro": ("Hierarchical F1, macro", "mean over pictures", True),
    "mistake_severity": ("Mistake severity", "levels up to where truth and mistake meet", False),
    "lca_height_mean": ("LCA height", "the same over all pictures, 0 where right", False),
    "hca": ("Consistent accuracy", "every level of the path right", True),
    "por": ("Path overlap (POR)", "nodes shared by the two paths", True),
    "s_por_prefix": ("Strict path overlap, prefix", "right nodes before the first mistake", True),
    "s_por_run": ("Strict path overlap, run", "longest run of right nodes", True),
    "tor": ("Tree overlap (TOR)", "pairs of neighbouring levels both right", True),
    "ece": ("Calibration error", "confidence against accuracy (ECE)", True),
    "haurc": ("Risk against coverage", "area under the curve (hAURC)", False),
    "brier": ("Brier score", "squared error of the confidence", False),
    "log_loss": ("Log loss", "in nats", False),
    "balanced_accuracy": ("Balanced accuracy", "mean over the true classes", True),
}
_TILES = ("leaf_accuracy", "hierarchical_f1", "mistake_severity", "ece")
_BASELINES = {
    "flat": "one flat question over all classes",
    "blind": "the same questions without the picture",
    "floor": "always the most frequent answer",
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
    reasons = ", ".join(f"{count:,} {text(why)}" for why, count in evaluation.unscored.items())
    return f"{line} {evaluation.num_unscored:,} more are not scored: {reasons}."


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
        label, says, is_share = _LABELS[key]
        note = _interval(evaluation, key, is_share) or says
        yield _tile(label, percent(value) if is_share else number(value), note)
    questions = evaluation.cost.get("questions")
    if questions is not None:
        yield _tile("Questions a picture", number(questions), "asked on the way to the answer")


def _tile(label: str, value: str, note: str) -> str:
    return (
        f'<div class="tile"><dt>{label}</dt><dd class="value">{value}</dd>'
        f'<dd class="note">{note}</dd></div>'
    )


def _interval(evaluation: Evaluation, key: str, is_share: bool) -> str:
    if key not in evaluation.intervals:
        return ""
    show = percent if is_share else number
    low, high = evaluation.intervals[key]
    return f"{show(low)} to {show(high)} at 95 %"


def findings(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[str]:
    """Yield what the numbers say, one line of HTML each."""
    yield from _worst_level(evaluation)
    yield from _worst_pair(evaluation, taxonomy)
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
            percent(stop.threshold),
        )
        for stop in evaluation.stops
    )
    columns = ("Wanted accuracy", "Accuracy", "Information kept", "Leaves", "Depth", "Threshold")
    return folded("What stopping earlier would give", table(columns, rows))


def _all(evaluation: Evaluation) -> str:
    rows = []
    for key, value in evaluation.scores.items():
        label, says, is_share = _LABELS.get(key, (text(key.replace("_", " ")), "", False))
        shown = percent(value) if is_share else number(value)
        rows.append((f"{label}<small>{says}</small>", shown, _interval(evaluation, key, is_share)))
    for k, share in evaluation.top_accuracy.items():
        rows.append(
            (f"Top {k}<small>truth among the {k} most probable</small>", percent(share), "")
        )
    return folded("All numbers", table(("", "Value", "Interval"), rows)) if rows else ""
