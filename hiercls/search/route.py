"""What a search returns for one image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hiercls.plan import Plan, Question
from hiercls.scoring import Logprobs


@dataclass(frozen=True)
class Answer:
    """A question that was asked, with the log-probability of each of its options."""

    question: Question
    logprobs: Logprobs


@dataclass(frozen=True)
class Route:
    """The way of one image through the plan, and all that was learnt on it.

    Attributes:
        path: Ids of the nodes entered, from below the root; with several parents the most
            probable way.
        node: Id of the node reached.
        logprob: Of that node. Where several ways to it are known, they are added up.
        answers: Every question asked, in order; each node is asked once.
        leaves: Log-probability of each class that the answers offer, its ways added up.
        is_class: The node reached is an answer; else the way ends early, for `reason`.
        reason: Why it ends early, in a few words.
        exact: Whether the leaves at the top are as an exhaustive search would rank them; None
            where the rule does not ask enough to tell.
        open_mass: Probability of what was reached but not asked. No leaf can be more probable
            than is known by more than this.
    """

    path: tuple[str, ...]
    node: str
    logprob: float
    answers: tuple[Answer, ...]
    leaves: Mapping[str, float]
    is_class: bool = True
    reason: str | None = None
    exact: bool | None = None
    open_mass: float = 0.0

    @property
    def num_questions(self) -> int:
        """How many questions of the plan were asked; one asked in rounds counts once."""
        return len(self.answers)

    @property
    def logprobs(self) -> dict[str, Logprobs]:
        """The answers by the node asked at, in the order asked."""
        return {answer.question.node: answer.logprobs for answer in self.answers}

    def ranked_leaves(self, count: int) -> list[tuple[str, float]]:
        """The most probable of the known leaves with their log-probabilities, best first."""
        return sorted(self.leaves.items(), key=lambda item: -item[1])[:count]


def path_to(plan: Plan, answers: Mapping[str, Sequence[float]], node: str) -> tuple[str, ...]:
    """Return the most probable known way to a node, as ids from below the root to it.

    Of a node that no answer leads through, it is the way by the first parents.

    Args:
        plan: What was asked.
        answers: Log-probabilities of the options, by the node asked at.
        node: Any node of the taxonomy.
    """
    asked_after, entered_after = _arrivals(plan, answers)
    if node == plan.entry.node:
        return plan.entry.path
    if node not in entered_after:
        return plan.taxonomy.path(node)[1:]
    node, piece = entered_after[node]
    pieces = [piece]
    while node != plan.entry.node:
        node, piece = asked_after[node]
        pieces.append(piece)
    return sum(reversed(pieces), plan.entry.path)


_Arrivals: TypeAlias = dict[str, tuple[str, tuple[str, ...]]]
"""By node, the node that was asked before it on the best single way, and the steps since."""


def _arrivals(plan: Plan, answers: Mapping[str, Sequence[float]]) -> tuple[_Arrivals, _Arrivals]:
    """How nodes came to be asked, and how they came to be entered at all.

    The two differ where several parents lead to a node: one question may offer it, and another
    one, into which its own is merged, only lead through it.
    """
    best_asked = {plan.entry.node: 0.0}
    best_entered: dict[str, float] = {}
    asked_after: _Arrivals = {}
    entered_after: _Arrivals = {}
    # By their depth every node is reached from above before it is left.
    for asked in sorted(answers, key=plan.taxonomy.depth):
        if asked not in best_asked:
            continue
        for outcome, logprob in zip(plan.outcomes(asked), answers[asked], strict=True):
            total = best_asked[asked] + logprob
            for index, entered in enumerate(outcome.path):
                if total > best_entered.get(entered, -math.inf):
                    best_entered[entered] = total
                    entered_after[entered] = asked, outcome.path[: index + 1]
            if not outcome.ends and total > best_asked.get(outcome.node, -math.inf):
                best_asked[outcome.node] = total
                asked_after[outcome.node] = asked, outcome.path
    return asked_after, entered_after
