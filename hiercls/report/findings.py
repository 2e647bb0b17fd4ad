"""What the numbers say, one line of HTML each."""

from __future__ import annotations

from collections.abc import Iterator

from hiercls.evaluate import Evaluation
from hiercls.report.markup import name, percent, text
from hiercls.taxonomy import Taxonomy

_BASELINES = {
    "flat": "one flat question over all classes",
    "by name": "the same answered by name, no class being shown",
    "blind": "the same questions without the picture",
    "floor": "always the most frequent truth",
}


def findings(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[str]:
    """Yield the answers to what people ask first, and the notes on the data."""
    yield from _worst_level(evaluation)
    yield from _worst_pair(evaluation, taxonomy)
    yield from _next_stop(evaluation)
    yield from _baselines(evaluation)
    yield from _against(evaluation)
    yield from (text(note) for note in evaluation.notes)


def _worst_level(evaluation: Evaluation) -> Iterator[str]:
    worst = evaluation.worst_level
    if worst is None:
        return
    stopped = f", {worst.stopped:,} of them by stopping above it" if worst.stopped else ""
    yield (
        f"Level {worst.level} loses the most: {worst.missed:,} of the {worst.reached:,} pictures"
        f" that were right until there ({percent(worst.missed / worst.reached)}){stopped}."
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
            " information. The rule was chosen on these very pictures."
        )


def _baselines(evaluation: Evaluation) -> Iterator[str]:
    for kind, scores in evaluation.baselines.items():
        accuracy = scores.get("leaf_accuracy")
        if accuracy is not None:
            what = _BASELINES.get(kind, text(kind))
            yield f"For comparison, {what}: {percent(accuracy)} exactly right."


def _against(evaluation: Evaluation) -> Iterator[str]:
    other = evaluation.against
    if other is None:
        return
    verdict = "may be luck" if other.is_luck else "is hardly luck"
    yield (
        f"Against {name(other.name)}, over {other.count:,} pictures that both scored: only this"
        f" run is right on {other.only_this:,}, only the other on {other.only_other:,}; so uneven"
        f" a split {verdict} (p = {other.p_value:.2g}, McNemar's exact test)."
    )
