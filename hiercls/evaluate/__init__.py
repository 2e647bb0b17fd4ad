"""Predictions against the truth: one `Evaluation`, from which tables, JSON and pages are made."""

from hiercls.evaluate.baselines import blind_predictions, flat_predictions, flat_taxonomy
from hiercls.evaluate.comparison import compare
from hiercls.evaluate.evaluation import (
    Comparison,
    Confusion,
    Difference,
    Evaluation,
    LevelLoss,
    NodeScore,
    Scored,
    StopPoint,
)
from hiercls.evaluate.matching import match
from hiercls.evaluate.reading import read_predictions
from hiercls.evaluate.scoring import evaluate

__all__ = [
    "Comparison",
    "Confusion",
    "Difference",
    "Evaluation",
    "LevelLoss",
    "NodeScore",
    "Scored",
    "StopPoint",
    "blind_predictions",
    "compare",
    "evaluate",
    "flat_predictions",
    "flat_taxonomy",
    "match",
    "read_predictions",
]
