"""Two runs on the same pictures, and whether they truly differ."""

from __future__ import annotations

from collections.abc import Sequence

from hiercls.errors import RequestError
from hiercls.evaluate.answers import Answers
from hiercls.evaluate.evaluation import Comparison, Difference, Scored
from hiercls.evaluate.scoring import ratios_of
from hiercls.metrics import Hierarchy, resampling
from hiercls.taxonomy import Taxonomy


def compare(
    taxonomy: Taxonomy,
    this: Sequence[Scored],
    other: Sequence[Scored],
    *,
    name: str,
    num_resamples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Return how two runs differ on the pictures that both scored.

    Args:
        taxonomy: Of both.
        this: The run that is evaluated.
        other: Another run on the same examples, in the same order.
        name: What to call the other one.
        num_resamples: Of the paired bootstrap.
        seed: Of the paired bootstrap.

    Raises:
        RequestError: No picture was scored by both.
    """
    pairs = zip(this, other, strict=True)
    both = [(a, b) for a, b in pairs if a.prediction.error is None and b.prediction.error is None]
    if not both:
        raise RequestError(f"{name}: no picture has an answer in both runs")
    hierarchy = Hierarchy(taxonomy)
    first = ratios_of(Answers.of(hierarchy, (a for a, _ in both)))
    second = ratios_of(Answers.of(hierarchy, (b for _, b in both)))
    test = resampling.mcnemar(first["leaf_accuracy"].numerator, second["leaf_accuracy"].numerator)
    paired = resampling.paired_bootstrap(first, second, num_resamples=num_resamples, seed=seed)
    return Comparison(
        name=name,
        count=len(both),
        only_this=test.only_first,
        only_other=test.only_second,
        p_value=test.p_value,
        differences={
            key: Difference(
                first[key].value or 0.0,
                second[key].value or 0.0,
                (paired[key].interval.low, paired[key].interval.high),
            )
            for key in first
            if key in paired
        },
    )
