"""A scorer whose probabilities are tempered."""

from __future__ import annotations

from collections.abc import Sequence

from hiercls.calibration.calibration import Calibration
from hiercls.calibration.temperature import tempered
from hiercls.scoring import Around, Logprobs, Request, Scorer


class Calibrated(Around):
    """A scorer that divides log-probabilities by the temperature of the question's level.

    It stands around `Rounds`, as the temperatures are of whole questions.
    """

    def __init__(self, scorer: Scorer, calibration: Calibration) -> None:
        super().__init__(scorer)
        self._calibration = calibration

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As `Scorer.score`, tempered; they still sum to 1 within a question."""
        answers = self._scorer.score(requests)
        return [
            tempered(answer, self._calibration.temperature(request.question.level))
            for request, answer in zip(requests, answers, strict=True)
        ]
