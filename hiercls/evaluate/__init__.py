"""Predictions against the truth: one `Evaluation`, from which tables, JSON and pages are made."""

from hiercls.evaluate.evaluation import (
    Confusion,
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
    "Confusion",
    "Evaluation",
    "LevelLoss",
    "NodeScore",
    "Scored",
    "StopPoint",
    "evaluate",
    "match",
    "read_predictions",
]
