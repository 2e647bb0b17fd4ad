"""How right one answer is, and where it left the way to the truth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hiercls.decisions.extent import lineage
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy


class Outcome(Enum):
    """What became of one picture; the value is the word that people read."""

    RIGHT = "right"
    WRONG = "wrong"
    GENERAL = "too general"  # the answer lies above the truth
    SPECIFIC = "too specific"  # the answer lies below the truth
    UNSCORED = "no answer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One prediction beside the truth.

    Attributes:
        answer: Where the path ends; the root where it is empty, None where there is no answer.
        wrong_at: Index in the path of the first node that no way to the truth enters.
    """

    outcome: Outcome
    answer: str | None = None
    wrong_at: int | None = None


def judge(taxonomy: Taxonomy, truth: str, prediction: Prediction) -> Judgement:
    """Return how right a prediction is."""
    if prediction.error is not None:
        return Judgement(Outcome.UNSCORED)
    answer = prediction.path[-1] if prediction.path else taxonomy.root
    if answer == truth:
        return Judgement(Outcome.RIGHT, answer)
    above = lineage(taxonomy, truth)
    if answer in above:
        return Judgement(Outcome.GENERAL, answer)
    outcome = Outcome.SPECIFIC if truth in lineage(taxonomy, answer) else Outcome.WRONG
    wrong_at = next(index for index, node in enumerate(prediction.path) if node not in above)
    return Judgement(outcome, answer, wrong_at)
