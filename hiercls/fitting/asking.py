"""What a model answers to the questions on the way to the truth."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from hiercls.bias import LetterPrior, PriorGauge
from hiercls.calibration.temperature import LabelledAnswer
from hiercls.cascade import Cascade, ImageSource
from hiercls.cascade.intake import Opened, batches
from hiercls.data import Example, Route, true_route
from hiercls.plan import Plan
from hiercls.scoring import Request


def true_answers(
    cascade: Cascade, examples: Sequence[Example]
) -> Iterator[tuple[list[LabelledAnswer], str | None]]:
    """Ask every question on the true route of each example, without temperatures.

    Yields:
        The answers about an example and None, or none and why its image cannot be read.
    """
    remaining = iter(examples)
    images = (example.image for example in examples)
    for opened in batches(images, cascade.scorer, batch_size=cascade.batch_size):
        routes = [
            true_route(cascade.plan, example.node)
            for example in itertools.islice(remaining, len(opened))
        ]
        answers = iter(cascade.scorer.score(_requests(cascade.plan, opened, routes)))
        for image, route in zip(opened, routes, strict=True):
            if image.error is not None:
                yield [], image.error
                continue
            yield (
                [
                    LabelledAnswer(cascade.plan.question(node).level, next(answers), right)
                    for node, right in route
                ],
                None,
            )


def gauge_prior(
    cascade: Cascade, images: Sequence[ImageSource], on_image: Callable[[], None]
) -> tuple[LetterPrior, int]:
    """Find what the model prefers of letters, from the questions a search asks about images.

    What they show need not be known. Each question is asked in all its cyclic orders.

    Returns:
        The prior, and how many of the images could be read.
    """
    gauge = PriorGauge(cascade.model, max_batch=cascade.max_batch)
    search = replace(cascade.search, permutations=1)
    asking = Cascade(
        cascade.taxonomy,
        gauge,
        plan=cascade.plan.settings,
        search=search,
        batch_size=cascade.batch_size,
    )
    num_read = 0
    for prediction in asking.predict_batch(images):
        num_read += prediction.error is None
        on_image()
    return gauge.prior, num_read


def _requests(plan: Plan, images: Sequence[Opened], routes: Sequence[Route]) -> list[Request]:
    return [
        Request(image.handle, plan.question(node))
        for image, route in zip(images, routes, strict=True)
        if image.error is None
        for node, _ in route
    ]
