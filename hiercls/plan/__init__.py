"""From a taxonomy to the questions that are asked."""

from hiercls.plan.plan import VERSION, Plan
from hiercls.plan.question import DEFAULT_QUESTION, ITSELF, NONE, Option, Outcome, Question

__all__ = [
    "DEFAULT_QUESTION",
    "ITSELF",
    "NONE",
    "VERSION",
    "Option",
    "Outcome",
    "Plan",
    "Question",
]
