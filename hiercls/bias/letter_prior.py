"""What a model makes of letters alone, taken out of its answers at the cost of no question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hiercls.bias.permutations import ask_permuted, average, average_options, starts
from hiercls.scoring import Around, Logprobs, Request, Scorer, normalised


@dataclass(frozen=True)
class LetterPrior:
    """How probable each letter is, whatever it stands before.

    Letters are preferred differently where there are more of them, so each number of options has
    a prior of its own. One that was never seen takes that of the next greater number, cut off
    behind its letters, which is the same if letters are all that is preferred.

    Source: Zheng, Zhou, Meng, Zhou and Huang 2024, "Large Language Models Are Not Robust Multiple
    Choice Selectors" (PriDe): what is observed of a letter is its prior times what the option
    before which it stands deserves, so the option deserves what is observed over the prior.

    Attributes:
        logprobs: By the number of options, the log-probability of each letter.

    Example:
        >>> prior = LetterPrior({2: (math.log(0.6), math.log(0.4))})
        >>> [round(math.exp(own), 3) for own in prior.removed((math.log(0.6), math.log(0.4)))]
        [0.5, 0.5]
    """

    logprobs: Mapping[int, Logprobs] = field(default_factory=dict)

    def removed(self, logprobs: Logprobs) -> Logprobs:
        """Return what is left of an answer without the prior; it sums to 1 again."""
        count = len(logprobs)
        known = min((own for own in self.logprobs if own >= count), default=None)
        if known is None:
            return logprobs
        prior = self.logprobs[known][:count]
        return normalised([own - usual for own, usual in zip(logprobs, prior, strict=True)])


class Unbiased(Around):
    """A scorer from whose answers a letter prior is removed; it stands next to the model."""

    def __init__(self, scorer: Scorer, prior: LetterPrior) -> None:
        super().__init__(scorer)
        self._prior = prior

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As `Scorer.score`, the prior removed."""
        return [self._prior.removed(answer) for answer in self._scorer.score(requests)]


class PriorGauge(Around):
    """A scorer that asks all cyclic orders, as `Permuted` does, and notes what each letter got.

    In all orders together each letter has stood before each option once. So the mean of what it
    got in them, of the logarithms, is its prior but for a constant (Zheng et al. 2024, as in
    `LetterPrior`). The prior of many questions is the mean of theirs: of the logarithms too, where
    the paper takes that of the probabilities.

    Args:
        scorer: The model.
        max_batch: The most single questions that it is handed at a time; None for all.
    """

    def __init__(self, scorer: Scorer, *, max_batch: int | None = None) -> None:
        super().__init__(scorer)
        self._max_batch = max_batch
        self._seen: dict[int, list[Logprobs]] = {}

    @property
    def prior(self) -> LetterPrior:
        """What is known up to now."""
        return LetterPrior({count: average(self._seen[count]) for count in sorted(self._seen)})

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As `Permuted.score` with all orders."""
        orders = [starts(len(request.question.options)) for request in requests]
        answers = ask_permuted(self._scorer, requests, orders, max_batch=self._max_batch)
        for own in answers:
            self.note(own)
        return [average_options(*own) for own in zip(answers, orders, strict=True)]

    def note(self, answers: Sequence[Logprobs]) -> None:
        """Count what the letters of one question got in all its orders, a row an order.

        An answer that excludes an option says nothing of letters, and is passed over.
        """
        if all(math.isfinite(own) for answer in answers for own in answer):
            self._seen.setdefault(len(answers), []).append(average(answers))
