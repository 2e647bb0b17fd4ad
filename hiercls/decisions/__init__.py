"""Where an answer ends: rules that read nothing but the probabilities of the nodes."""

from hiercls.decisions.decision import Decision, Rule
from hiercls.decisions.probabilities import NodeProbabilities
from hiercls.decisions.rules import parse_rule

__all__ = ["Decision", "NodeProbabilities", "Rule", "parse_rule"]
