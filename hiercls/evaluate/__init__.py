"""Predictions against the truth: one `Evaluation`, from which tables, JSON and pages are made."""

from hiercls.evaluate.evaluation import (
    Confusion,
    Evaluation,
    LevelLoss,
    NodeScore,
    Scored,
    StopPoint,
)

__all__ = ["Confusion", "Evaluation", "LevelLoss", "NodeScore", "Scored", "StopPoint"]
