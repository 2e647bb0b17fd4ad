"""Letters and places that a model prefers, whatever stands there: out of its answers with them.

Both ways stand between a model and `scoring.Rounds`, where a question is a single one.
"""

from hiercls.bias.letter_prior import LetterPrior, PriorGauge, Unbiased
from hiercls.bias.permutations import Permuted

__all__ = ["LetterPrior", "Permuted", "PriorGauge", "Unbiased"]
