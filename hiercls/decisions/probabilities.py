"""What the answers about one image say of each node."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hiercls.decisions.extent import lineage
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.search import Exploration
from hiercls.taxonomy import Taxonomy

K = TypeVar("K")


@dataclass(frozen=True)
class NodeProbabilities:
    """How probable it is that the truth is at or below each node.

    A search that did not ask everything knows a part of the taxonomy; only that part is here.

    Attributes:
        taxonomy: Whose nodes these are.
        probability: Of every known node, that the truth is at or below it; 1 at the root. With
            several parents a node counts for each of them. The nodes near the root come first.
        ends: Where the answers leave the truth: at classes, at nodes whose question was not
            asked (with all that is below them), and at nodes of which "none of these" holds.
            Sums to 1.
        classes: The part of `ends` that is at classes.
        none: The part that is at nodes none of whose options holds.
    """

    taxonomy: Taxonomy
    probability: Mapping[str, float]
    ends: Mapping[str, float]
    classes: Mapping[str, float]
    none: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_answers(cls, plan: Plan, answers: Mapping[str, Sequence[float]]) -> NodeProbabilities:
        """Add up what the answers to the questions of a plan say.

        Args:
            plan: The questions.
            answers: For each node that was asked, the log-probability of each option. Nodes that
                the other answers do not lead to are left out.

        Raises:
            RequestError: An answer is to no question of the plan, or has too many or too few
                options.
        """
        _check(plan, answers)
        known = Exploration(plan)
        for node, logprobs in answers.items():
            known.answer(node, tuple(logprobs))
        ends: dict[str, float] = {}
        for held in (known.leaves, known.nones, known.open):
            for node, logprob in held.items():
                _add(ends, node, math.exp(logprob))
        return cls(
            plan.taxonomy,
            _with_ancestors(plan.taxonomy, ends),
            ends,
            {node: math.exp(logprob) for node, logprob in known.leaves.items()},
            {node: math.exp(logprob) for node, logprob in known.nones.items()},
        )

    @property
    def best_class(self) -> str | None:
        """The most probable known class; None where the search met none."""
        return max(self.classes, key=self.classes.__getitem__, default=None)

    @property
    def best_none(self) -> str | None:
        """The node at which "none of these" is the most probable; None where nothing offers it."""
        return max(self.none, key=self.none.__getitem__, default=None)


def _check(plan: Plan, answers: Mapping[str, Sequence[float]]) -> None:
    for node, logprobs in answers.items():
        try:
            num_options = len(plan.outcomes(node))
        except KeyError:
            raise RequestError(
                f"an answer to a question at {node!r}; expected questions of the plan"
                f" of {plan.taxonomy.name!r}"
            ) from None
        if len(logprobs) != num_options:
            raise RequestError(
                f"an answer with {len(logprobs)} options at {node!r}; expected {num_options}"
            )


def _with_ancestors(taxonomy: Taxonomy, ends: Mapping[str, float]) -> dict[str, float]:
    """Count each end for itself and, once, for every node above it."""
    probability: dict[str, float] = {taxonomy.root: 1.0}
    siblings: dict[tuple[str, ...], float] = {}
    for node, mass in ends.items():
        _add(probability, node, mass)
        _add(siblings, taxonomy.parents(node), mass)
    for parents, mass in siblings.items():
        for above in frozenset[str]().union(*(lineage(taxonomy, own) for own in parents)):
            _add(probability, above, mass)
    order = sorted(probability, key=lambda node: (taxonomy.depth(node), node))
    return {node: min(probability[node], 1.0) for node in order}


def _add(masses: dict[K, float], key: K, mass: float) -> None:
    masses[key] = masses.get(key, 0.0) + mass
