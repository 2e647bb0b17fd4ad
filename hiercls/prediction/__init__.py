"""The answer for one image, to and from one JSON line."""

from hiercls.prediction.prediction import Candidate, NodeProbability, Prediction, Step

__all__ = ["Candidate", "NodeProbability", "Prediction", "Step"]
