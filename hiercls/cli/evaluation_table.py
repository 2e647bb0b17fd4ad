"""An evaluation as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiercls.cli.formats import percent
from hiercls.evaluate import Comparison, Difference, Evaluation
from hiercls.images import printable
from hiercls.taxonomy import Taxonomy

NUM_CONFUSIONS = 5
_NAME_WIDTH = 32
_MEASURES = (
    ("leaf_accuracy", "leaf accuracy"),
    ("answer_accuracy", "answers that are true"),
    ("balanced_accuracy", "balanced accuracy"),
    ("head_accuracy", "  classes seen often (> 100)"),
    ("middle_accuracy", "  between"),
    ("tail_accuracy", "  classes seen seldom (< 20)"),
    ("hierarchical_f1", "hierarchical F1"),
    ("hierarchical_precision", "  precision"),
    ("hierarchical_recall", "  recall"),
    ("coverage", "information kept"),
    ("ece", "calibration error (ECE)"),
)
_DISTANCES = (
    ("lca_height_mean", "levels up to the truth, mean"),
    ("mistake_severity", "  of the mistakes alone"),
    ("haurc", "risk-coverage area (hAURC)"),
)
_COMPARED = (
    ("leaf_accuracy", "leaf accuracy", True),
    ("answer_accuracy", "answers that are true", True),
    ("hierarchical_f1", "hierarchical F1", True),
    ("coverage", "information kept", True),
    ("lca_height_mean", "levels up to the truth, mean", False),
    ("mistake_severity", "levels up of mistakes", False),
)


def table(evaluation: Evaluation, taxonomy: Taxonomy) -> str:
    """Return the numbers that people ask for first, and the answers to their next questions."""
    blocks = [
        _head(evaluation),
        _measures(evaluation),
        _levels(evaluation),
        _confusions(evaluation, taxonomy),
        _stops(evaluation),
        _against(evaluation.against) if evaluation.against else [],
        _cost(evaluation),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(evaluation: Evaluation) -> list[str]:
    total = evaluation.count + evaluation.num_unscored
    lines = [f"{evaluation.taxonomy}: {evaluation.count:,} of {total:,} pictures scored"]
    for reason, number in list(evaluation.unscored.items())[:NUM_CONFUSIONS]:
        lines.append(f"  {number:,} unscored: {printable(reason)}")
    if len(evaluation.unscored) > NUM_CONFUSIONS:
        lines.append(f"  {evaluation.num_unscored:,} unscored in all")
    return lines


def _measures(evaluation: Evaluation) -> list[str]:
    kinds = [kind for kind in ("flat", "by name", "blind", "floor") if kind in evaluation.baselines]
    head = f"{'':{_NAME_WIDTH}}{'':>8}  {'95 % interval':>16}"
    lines = [head + "".join(f"{kind:>9}" for kind in kinds)]
    for key, name in (*_MEASURES, *_DISTANCES):
        value = evaluation.scores.get(key)
        if value is None:
            continue
        is_share = (key, name) in _MEASURES
        low_high = evaluation.intervals.get(key)
        interval = (
            f"{_show(low_high[0], is_share)} – {_show(low_high[1], is_share)}" if low_high else ""
        )
        others = (evaluation.baselines[kind].get(key) for kind in kinds)
        lines.append(
            f"{name:{_NAME_WIDTH}}{_show(value, is_share):>8}  {interval:>16}"
            + "".join(f"{_show(other, is_share):>9}" for other in others)
        )
        if key == "leaf_accuracy":
            lines += _tops(evaluation)
    return [line.rstrip() for line in lines]


def _tops(evaluation: Evaluation) -> Iterator[str]:
    for k, share in evaluation.top_accuracy.items():
        if k > 1:
            yield f"{f'  among the first {k}':{_NAME_WIDTH}}{percent(share):>8}"


def _show(value: float | None, is_share: bool) -> str:
    if value is None:
        return ""
    return percent(value) if is_share else f"{value:.3f}"


def _levels(evaluation: Evaluation) -> list[str]:
    if not evaluation.levels:
        return []
    worst = evaluation.worst_level
    rows = []
    for one, accuracy in zip(evaluation.levels, evaluation.level_accuracy, strict=False):
        stopped = f", {one.stopped:,} stop above it" if one.stopped else ""
        mark = "  <- loses the most" if one is worst else ""
        rows.append(
            f"  level {one.level}: {percent(accuracy):>6} right; of {one.reached:,} still right"
            f" above it {one.lost:,} turn off here{stopped}{mark}"
        )
    return ["by level", *rows]


def _confusions(evaluation: Evaluation, taxonomy: Taxonomy) -> list[str]:
    if not evaluation.confusions:
        return []
    rows = []
    for one in evaluation.confusions[:NUM_CONFUSIONS]:
        truth, answer = (printable(taxonomy.node(n).name) for n in (one.truth, one.answer))
        where = printable(taxonomy.node(one.parent).name)
        rows.append(f"  {truth} taken for {answer}: {one.count:,} of {one.total:,} (in {where})")
    return ["siblings confused most often", *rows]


def _stops(evaluation: Evaluation) -> list[str]:
    if not evaluation.stops:
        return []
    rows = [
        f"  {stop.target:.0%}: --stop {stop.rule:19} keeps {percent(stop.coverage):>6} of the"
        f" information, {percent(stop.leaves):>6} of answers still at a class"
        for stop in evaluation.stops
    ]
    return ["stopping early, for answers true at (chosen on these pictures; see calibrate)", *rows]


def _against(other: Comparison) -> list[str]:
    verdict = "may be luck" if other.is_luck else "hardly luck"
    lines = [
        f"against {printable(other.name)}, {other.count:,} pictures that both scored",
        f"  only this one right: {other.only_this:,}; only the other: {other.only_other:,}"
        f" (p = {other.p_value:.2g}, {verdict})",
    ]
    for key, name, is_share in _COMPARED:
        if (one := other.differences.get(key)) is not None:
            lines.append(_difference(name, one, is_share))
    for level, one in other.levels.items():
        lines.append(_difference(f"right at level {level}", one, True))
    return lines


def _difference(name: str, one: Difference, is_share: bool) -> str:
    change = one.this - one.other
    signed = f"{change:+.1%}" if is_share else f"{change:+.3f}"
    low, high = (_show(bound, is_share) for bound in one.interval)
    return f"  {name:{_NAME_WIDTH - 2}}{signed:>8}  {f'{low} – {high}':>16}"


def _cost(evaluation: Evaluation) -> list[str]:
    words: Sequence[tuple[str, str]] = (
        ("questions", "{:.1f} questions"),
        ("tokens", "{:.0f} tokens"),
        ("seconds", "{:.2f} seconds"),
    )
    known = ((form, evaluation.cost.get(key)) for key, form in words)
    parts = [form.format(value) for form, value in known if value is not None]
    return [f"cost of a picture: {', '.join(parts)}"] if parts else []
