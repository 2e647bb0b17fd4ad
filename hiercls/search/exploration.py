"""Where the probability of one image has gone, as far as the answers tell."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hiercls.plan import Outcome, Plan
from hiercls.scoring import Logprobs
from hiercls.search.route import Answer, Route, path_to

NOTHING = -math.inf
"""The log-probability of what cannot be."""


@dataclass(frozen=True)
class End:
    """Where an answer ends: at a class, at none of a node's children, or at a node not asked."""

    node: str
    kind: str

    @classmethod
    def of(cls, outcome: Outcome) -> End:
        """The end that an option leads to."""
        return cls(outcome.node, "none" if outcome.none else "class" if outcome.ends else "open")


class Exploration:
    """The nodes reached so far, each with the sum over its known ways.

    A node is asked once. What reaches it later, by another parent, flows on through its answer.

    Attributes:
        plan: What is asked.
        answers: Log-probabilities of the options by the node asked at, in the order asked.
        open: Log-probability of each node that was reached and not yet asked.
        leaves: Log-probability of each class that was offered.
        nones: Log-probability of "none of these" at each node where it was offered.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.answers: dict[str, Logprobs] = {}
        self.open: dict[str, float] = {}
        self.leaves: dict[str, float] = {}
        self.nones: dict[str, float] = {}
        self._held = {"class": self.leaves, "none": self.nones, "open": self.open}
        self._held[End.of(plan.entry).kind][plan.entry.node] = 0.0

    @property
    def open_mass(self) -> float:
        """Probability, not its logarithm, of all open nodes."""
        return min(math.fsum(map(math.exp, self.open.values())), 1.0)

    def answer(self, node: str, logprobs: Logprobs) -> list[str]:
        """Take an answer and let the probability of its node flow on.

        Returns:
            The open nodes and classes that have become more probable.
        """
        self.answers[node] = logprobs
        grown: dict[str, None] = {}
        if (mass := self.open.pop(node, NOTHING)) > NOTHING:
            arrived = {node: mass}
            order = [(self.plan.taxonomy.depth(node), node)]
            while order:  # what lies deeper waits until all of it has come
                _, asked = heapq.heappop(order)
                for outcome, share in self._shares(asked, arrived.pop(asked)):
                    if outcome.ends or outcome.node not in self.answers:
                        _add(self._held[End.of(outcome).kind], outcome.node, share)
                        grown[outcome.node] = None
                    else:
                        if outcome.node not in arrived:
                            depth = self.plan.taxonomy.depth(outcome.node)
                            heapq.heappush(order, (depth, outcome.node))
                        _add(arrived, outcome.node, share)
        return list(grown)

    def _shares(self, asked: str, mass: float) -> Iterator[tuple[Outcome, float]]:
        """What each option takes of the probability of the node asked at."""
        answers = zip(self.plan.outcomes(asked), self.answers[asked], strict=True)
        return ((outcome, mass + logprob) for outcome, logprob in answers if logprob > NOTHING)

    def mass(self, end: End) -> float:
        """The log-probability of an end."""
        return self._held[end.kind][end.node]

    def best_end(self, *, or_open: bool = False) -> End:
        """Where the answer ends: at the most probable class, or at none of a node's children.

        Args:
            or_open: A node that was not asked may be the end as well.
        """
        or_open = or_open or not (self.leaves or self.nones)
        kinds = ("class", "none", "open") if or_open else ("class", "none")
        return max((End(node, kind) for kind in kinds for node in self._held[kind]), key=self.mass)

    def route(
        self,
        end: End,
        *,
        path: tuple[str, ...] | None = None,
        exact: bool | None = None,
        unasked: str = "not asked further",
    ) -> Route:
        """Return the result of a search.

        Args:
            end: Where it ends.
            path: The way there; the most probable one if left out.
            exact: What is known of the ranking.
            unasked: Why an open node was not asked.
        """
        question = self.plan.question
        return Route(
            path=path_to(self.plan, self.answers, end.node) if path is None else path,
            node=end.node,
            logprob=self.mass(end),
            answers=tuple(Answer(question(own), found) for own, found in self.answers.items()),
            leaves=self.leaves,
            is_class=end.kind == "class",
            reason=self._reason(end, unasked),
            exact=exact,
            open_mass=self.open_mass,
        )

    def _reason(self, end: End, unasked: str) -> str | None:
        if end.kind == "none":
            return f"none of the options at {self.plan.taxonomy.node(end.node).name!r} fits"
        return unasked if end.kind == "open" else None


def _add(masses: dict[str, float], node: str, share: float) -> None:
    masses[node] = log_add(masses[node], share) if node in masses else share


def log_add(one: float, other: float) -> float:
    """The logarithm of the sum of two probabilities given by theirs."""
    higher, lower = (one, other) if one >= other else (other, one)
    return higher if lower == NOTHING else higher + math.log1p(math.exp(lower - higher))


def best_option(logprobs: Iterable[float]) -> int:
    """The index of the most probable option, the first of equal ones."""
    return max(enumerate(logprobs), key=lambda pair: pair[1])[0]
