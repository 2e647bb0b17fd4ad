"""Scorers without a model, for tests of what stands above the seam."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image

from hiercls.errors import ImageError
from hiercls.plan import Question
from hiercls.scoring import UNLIMITED, Handle, Prepared, Request, Scorer


def opened(scorer: Scorer, images: Sequence[Image.Image]) -> list[Handle]:
    return scorer.open([scorer.prepare(image) for image in images])


class HashScorer:
    """Answers at random, but always the same for the same image and options."""

    def __init__(self, max_options: int = 26) -> None:
        self.max_options = max_options
        self.max_open = UNLIMITED
        self.batches: list[int] = []

    def prepare(self, image: Image.Image) -> Prepared:
        if image.width == 13:
            raise ImageError(f"image of {image.width} pixels is unlucky")
        return image.getpixel((0, 0))

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        return list(images)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        self.batches.append(len(requests))
        return [self._answer(request) for request in requests]

    def num_tokens(self, question: Question) -> int:
        return 10 + len(question.options)

    def _answer(self, request: Request) -> tuple[float, ...]:
        options = request.question.options
        assert 2 <= len(options) <= self.max_options
        weights = [random.Random(f"{request.handle}/{o.node}").random() for o in options]
        return tuple(math.log(weight / sum(weights)) for weight in weights)
