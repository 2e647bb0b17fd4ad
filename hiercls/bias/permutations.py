"""Questions asked with their options in several orders, so that no letter is preferred."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from hiercls.plan import Question
from hiercls.scoring import (
    Around,
    Logprobs,
    Request,
    Scorer,
    normalised,
    score_in_batches,
)


class Permuted(Around):
    """A scorer that asks a question in several cyclic orders of its options and averages.

    It stands between a model and `Rounds`. The orders are asked about one handle, so that a model
    that keeps what the questions about an image share pays for the questions alone.

    Averaged are the log-probabilities, and the average is brought to a sum of 1 again. So what a
    letter adds to the logit of whatever option it stands before falls out when each option has
    had each letter, which is when all orders are asked. A mean of probabilities, as Zheng et al.
    have it, leaves a part of it behind.

    Source: Zheng, Zhou, Meng, Zhou and Huang 2024, "Large Language Models Are Not Robust Multiple
    Choice Selectors" (cyclic permutation, one of the ways it compares).

    Args:
        scorer: Answers the single questions.
        num_permutations: In how many orders each is asked; None for all, which is as many as it
            has options. Fewer lie evenly apart.
        max_batch: The most single questions that the scorer is handed at a time; None for all.
    """

    def __init__(
        self,
        scorer: Scorer,
        num_permutations: int | None = None,
        *,
        max_batch: int | None = None,
    ) -> None:
        super().__init__(scorer)
        self._num_permutations = num_permutations
        self._max_batch = max_batch

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As `Scorer.score`; the orders of all questions are asked together."""
        orders = [self._starts(request.question) for request in requests]
        answers = ask_permuted(self._scorer, requests, orders, max_batch=self._max_batch)
        return [average_options(*own) for own in zip(answers, orders, strict=True)]

    def num_tokens(self, question: Question) -> int:
        """As `Scorer.num_tokens`, over all orders."""
        return sum(
            self._scorer.num_tokens(permuted(question, start)) for start in self._starts(question)
        )

    def num_questions(self, question: Question) -> int:
        """How many single questions are asked for one."""
        return len(self._starts(question))

    def _starts(self, question: Question) -> list[int]:
        return starts(len(question.options), self._num_permutations)


def starts(num_options: int, num_permutations: int | None = None) -> list[int]:
    """Return which options the cyclic orders begin with: the first, and others evenly apart."""
    count = min(num_permutations or num_options, num_options)
    return [num_options * number // count for number in range(count)]


def permuted(question: Question, start: int) -> Question:
    """Return a question whose options begin with another one and go round."""
    if not start:
        return question
    return replace(question, options=question.options[start:] + question.options[:start])


def by_option(logprobs: Logprobs, start: int) -> Logprobs:
    """Return what a permuted question was answered, in the order of the question itself."""
    cut = len(logprobs) - start
    return logprobs[cut:] + logprobs[:cut]


def average_options(answers: Sequence[Logprobs], order: Sequence[int]) -> Logprobs:
    """Return the average over the cyclic orders of a question, in the order of the question.

    Args:
        answers: Log-probabilities of the letters, a row an order.
        order: Which option each began with.
    """
    return average([by_option(*row) for row in zip(answers, order, strict=True)])


def average(rows: Sequence[Logprobs]) -> Logprobs:
    """Return the mean of log-probabilities, such that they sum to 1 again.

    Where each option has probability 0 in some row, it is the mean of the probabilities.
    """
    if len(rows) == 1:
        return rows[0]
    means = [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]
    if max(means) == -math.inf:
        means = [
            math.log(total) if (total := math.fsum(map(math.exp, column))) else -math.inf
            for column in zip(*rows, strict=True)
        ]
    return normalised(means)


def ask_permuted(
    scorer: Scorer,
    requests: Sequence[Request],
    orders: Sequence[Sequence[int]],
    *,
    max_batch: int | None = None,
) -> list[list[Logprobs]]:
    """Ask questions in several orders.

    Args:
        scorer: Answers.
        requests: The questions.
        orders: For each, which options its orders begin with.
        max_batch: The most single questions that the scorer is handed at a time; None for all.

    Returns:
        For each question, for each order, the log-probabilities of the letters.
    """
    single = [
        replace(request, question=permuted(request.question, start))
        for request, own in zip(requests, orders, strict=True)
        for start in own
    ]
    answers = iter(score_in_batches(scorer, single, max_batch))
    return [[next(answers) for _ in own] for own in orders]
