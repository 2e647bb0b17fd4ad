"""Labelled examples: read from wherever they are, and put as questions for training."""

from hiercls.data.arrangement import ArrangementSettings, Mix
from hiercls.data.confusions import Confusions, read_confusions
from hiercls.data.course import Course, Exercise
from hiercls.data.examples import Example, Examples
from hiercls.data.labels import Labels
from hiercls.data.passages import Passage, Passages, Route, true_route
from hiercls.data.reading import read_examples
from hiercls.data.sampling import SamplingSettings
from hiercls.data.shots import Shots, choose_shots, shots_hash
from hiercls.data.subsets import Subsets

__all__ = [
    "ArrangementSettings",
    "Confusions",
    "Course",
    "Example",
    "Examples",
    "Exercise",
    "Labels",
    "Mix",
    "Passage",
    "Passages",
    "Route",
    "SamplingSettings",
    "Shots",
    "Subsets",
    "choose_shots",
    "read_confusions",
    "read_examples",
    "shots_hash",
    "true_route",
]
