"""Two runs on the same pictures, and whether they truly differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from hiercls.errors import RequestError
from hiercls.evaluate.answers import Answers
from hiercls.evaluate.evaluation import Comparison, Difference, Scored
from hiercls.evaluate.scoring import level_ratios, ratios_of
from hiercls.metrics import Hierarchy, Ratio, resampling
from hiercls.taxonomy import Taxonomy

K = TypeVar("K")


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
    one, another = (Answers.of(hierarchy, run) for run in zip(*both, strict=True))
    first, second = ratios_of(one), ratios_of(another)
    test = resampling.mcnemar(first["leaf_accuracy"].numerator, second["leaf_accuracy"].numerator)
    draws = (num_resamples, seed)
    return Comparison(
        name=name,
        count=len(both),
        only_this=test.only_first,
        only_other=test.only_second,
        p_value=test.p_value,
        differences=_differences(first, second, *draws),
        levels=_differences(_by_level(one), _by_level(another), *draws),
    )


def _by_level(answers: Answers) -> dict[int, Ratio]:
    return dict(enumerate(level_ratios(answers), start=1))


def _differences(
    first: Mapping[K, Ratio], second: Mapping[K, Ratio], num_resamples: int, seed: int
) -> dict[K, Difference]:
    paired = resampling.paired_bootstrap(first, second, num_resamples=num_resamples, seed=seed)
    return {
        key: Difference(first[key].value or 0.0, second[key].value or 0.0, one.interval)
        for key, one in paired.items()
    }
