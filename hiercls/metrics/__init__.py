"""Measures of hierarchical answers: pure functions over a taxonomy, truths and answers.

Truths and answers are ids of nodes, at leaves or above; the root is the answer that says nothing.
Each measure is a `Ratio`, which keeps what every example adds, so that it can be resampled.
"""

from hiercls.metrics.accuracy import (
    answer_accuracy,
    balanced_accuracy,
    by_frequency,
    leaf_accuracy,
    top_accuracy,
)
from hiercls.metrics.distance import (
    edge_distance,
    hierarchical_distance,
    lca_height_mean,
    mistake_severity,
    wu_palmer,
)
from hiercls.metrics.hierarchy import Hierarchy
from hiercls.metrics.information import coverage, information_precision, information_recall
from hiercls.metrics.overlap import hierarchical_overlap
from hiercls.metrics.ratio import Ratio

__all__ = [
    "Hierarchy",
    "Ratio",
    "answer_accuracy",
    "balanced_accuracy",
    "by_frequency",
    "coverage",
    "edge_distance",
    "hierarchical_distance",
    "hierarchical_overlap",
    "information_precision",
    "information_recall",
    "lca_height_mean",
    "leaf_accuracy",
    "mistake_severity",
    "top_accuracy",
    "wu_palmer",
]
