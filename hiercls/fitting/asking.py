"""What a model answers to the questions on the way to the truth."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from hiercls.calibration.temperature import LabelledAnswer
from hiercls.cascade import Cascade
from hiercls.cascade.intake import Opened, batches
from hiercls.data import Example, Route, true_route
from hiercls.plan import Plan
from hiercls.scoring import Request


def true_answers(
    cascade: Cascade, examples: Sequence[Example]
) -> Iterator[tuple[list[LabelledAnswer], str | None]]:
    """Ask every question on the true route of each example, uncalibrated.

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


def _requests(plan: Plan, images: Sequence[Opened], routes: Sequence[Route]) -> list[Request]:
    return [
        Request(image.handle, plan.question(node))
        for image, route in zip(images, routes, strict=True)
        if image.error is None
        for node, _ in route
    ]
