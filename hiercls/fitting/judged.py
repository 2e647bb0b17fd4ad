"""An example that was classified: what was answered, and what should have been."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from hiercls.calibration import Calibration
from hiercls.calibration.temperature import LabelledAnswer, tempered
from hiercls.cascade import Cascade
from hiercls.data import true_route
from hiercls.decisions import NodeProbabilities
from hiercls.decisions.fitting import Labelled
from hiercls.plan import Plan
from hiercls.prediction import Prediction


@dataclass(frozen=True)
class Judged:
    """The answers about one example.

    Attributes:
        plan: What was asked.
        truth: Id of the node that it shows.
        raw: By the node asked at, the log-probabilities as the model gave them.
    """

    plan: Plan
    truth: str
    raw: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, cascade: Cascade, prediction: Prediction, truth: str) -> Judged:
        """Take the answers of a prediction, with the cascade's temperatures undone."""
        raw = {}
        for step in prediction.steps:
            logprobs = [math.log(own) if own > 0 else -math.inf for own in step.probabilities]
            temperature = _temperature(cascade.calibration, cascade.plan, step.node)
            raw[step.node] = tempered(logprobs, 1 / temperature)
        return cls(cascade.plan, truth, raw)

    @property
    def true_answers(self) -> list[LabelledAnswer]:
        """The answers to those questions on the way to the truth that were asked."""
        return [
            LabelledAnswer(self.plan.question(node).level, self.raw[node], right)
            for node, right in true_route(self.plan, self.truth)
            if node in self.raw
        ]

    def labelled(self, calibration: Calibration | None) -> Labelled:
        """Return what is known of the image, with temperatures or without, and the truth."""
        answers = {
            node: tempered(logprobs, _temperature(calibration, self.plan, node))
            for node, logprobs in self.raw.items()
        }
        return NodeProbabilities.from_answers(self.plan, answers), self.truth


def _temperature(calibration: Calibration | None, plan: Plan, node: str) -> float:
    return calibration.temperature(plan.question(node).level) if calibration else 1.0
