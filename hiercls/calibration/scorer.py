"""A scorer whose probabilities are tempered."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from hiercls.calibration.calibration import Calibration
from hiercls.calibration.temperature import tempered
from hiercls.plan import Question
from hiercls.scoring import Handle, Prepared, Request, Scorer


class Calibrated:
    """A scorer that divides log-probabilities by the temperature of the question's level.

    It stands around `Rounds`, as the temperatures are of whole questions.
    """

    def __init__(self, scorer: Scorer, calibration: Calibration) -> None:
        self._scorer = scorer
        self._calibration = calibration
        self.max_options = scorer.max_options
        self.max_open = scorer.max_open

    def prepare(self, image: Image.Image) -> Prepared:
        """As the scorer within does."""
        return self._scorer.prepare(image)

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """As the scorer within does."""
        return self._scorer.open(images)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """As `Scorer.score`, tempered; they still sum to 1 within a question."""
        answers = self._scorer.score(requests)
        return [
            tempered(answer, self._calibration.temperature(request.question.level))
            for request, answer in zip(requests, answers, strict=True)
        ]

    def num_tokens(self, question: Question) -> int:
        """As the scorer within says."""
        return self._scorer.num_tokens(question)
