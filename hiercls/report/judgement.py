"""How right one answer is, and where it left the way to the truth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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


class Judge:
    """Compares predictions with the truth; what is above a node is looked up once."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._lineages: dict[str, frozenset[str]] = {}

    def lineage(self, node: str) -> frozenset[str]:
        """Return a node and all above it."""
        if node not in self._lineages:
            self._lineages[node] = self.taxonomy.ancestors(node) | {node}
        return self._lineages[node]

    def judge(self, truth: str, prediction: Prediction) -> Judgement:
        """Return how right a prediction is."""
        if prediction.error is not None:
            return Judgement(Outcome.UNSCORED)
        answer = prediction.path[-1] if prediction.path else self.taxonomy.root
        if answer == truth:
            return Judgement(Outcome.RIGHT, answer)
        if answer in self.lineage(truth):
            return Judgement(Outcome.GENERAL, answer)
        outcome = Outcome.SPECIFIC if truth in self.lineage(answer) else Outcome.WRONG
        return Judgement(outcome, answer, self._first_wrong(truth, prediction.path))

    def _first_wrong(self, truth: str, path: tuple[str, ...]) -> int:
        lineage = self.lineage(truth)
        return next(index for index, node in enumerate(path) if node not in lineage)
