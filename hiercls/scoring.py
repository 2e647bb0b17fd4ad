"""The seam between the search and whatever answers questions: floats cross it, tensors do not."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from PIL import Image

from hiercls.plan import Question

Handle: TypeAlias = object
"""An opened image, opaque to the search; its memory goes with the last reference."""


@dataclass(frozen=True)
class Request:
    """One question about one opened image."""

    handle: Handle
    question: Question


class Scorer(Protocol):
    """Answers questions about images.

    Attributes:
        max_options: The most options that one question may offer.
    """

    max_options: int

    def open(self, images: Sequence[Image.Image]) -> list[Handle]:
        """Do once for each image what all its questions share.

        Raises:
            ImageError: One of the images cannot be taken.
        """
        ...

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """Log-probability of each option of each question; they sum to 1 within a question."""
        ...


class Rounds:
    """A scorer that also takes questions with more options than its model has letters.

    Options are asked in groups of nearly equal size, then the winners of the groups against each
    other; an option's probability is that of its group times its own within the group, so that
    they still sum to 1.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._most = scorer.max_options
        self.max_options = 1 << 31

    def open(self, images: Sequence[Image.Image]) -> list[Handle]:
        """As the model's scorer does."""
        return self._scorer.open(images)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """As `Scorer.score`; the groups of all questions are asked as one batch."""
        if all(len(request.question.options) <= self._most for request in requests):
            return self._scorer.score(requests)
        groups = [_groups(len(request.question.options), self._most) for request in requests]
        parts = [
            _part(request, group)
            for request, own in zip(requests, groups, strict=True)
            for group in own
            if len(group) > 1
        ]
        within = iter(self.score(parts))
        answers = [[next(within) if len(g) > 1 else (0.0,) for g in own] for own in groups]
        wide = [i for i, own in enumerate(groups) if len(own) > 1]
        finals = self.score([_final(requests[i], groups[i], answers[i]) for i in wide])
        for i, between in zip(wide, finals, strict=True):
            answers[i] = [
                tuple(outer + inner for inner in own)
                for outer, own in zip(between, answers[i], strict=True)
            ]
        return [tuple(logprob for own in answer for logprob in own) for answer in answers]


def _groups(num_options: int, most: int) -> list[range]:
    count = -(-num_options // most)
    bounds = [num_options * i // count for i in range(count + 1)]
    return [range(first, last) for first, last in itertools.pairwise(bounds)]


def _part(request: Request, members: Sequence[int]) -> Request:
    options = tuple(request.question.options[i] for i in members)
    return replace(request, question=replace(request.question, options=options))


def _final(request: Request, groups: list[range], answers: list[tuple[float, ...]]) -> Request:
    winners = [
        group[max(range(len(own)), key=own.__getitem__)]
        for group, own in zip(groups, answers, strict=True)
    ]
    return _part(request, winners)
