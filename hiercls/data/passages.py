"""The questions that an image passes on the way to its truth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TypeAlias

from hiercls.plan import Option, Outcome, Plan

Route: TypeAlias = tuple[tuple[str, int], ...]
"""Ids of nodes that ask, each with the index of the right option."""


def true_route(plan: Plan, truth: str) -> Route:
    """Return the questions on the way to a truth, each with the index of its right option.

    At a truth that is asked about further, the right option is the node itself, or "none of
    these"; where neither is offered the question has no right option and is left out.
    """
    route = plan.route(truth)
    is_ended = any(plan.outcomes(asked)[index].ends for asked, index in route[-1:])
    if is_ended or truth not in plan.nodes:
        return route
    own = [index for index, outcome in enumerate(plan.outcomes(truth)) if not outcome.path]
    return (*route, (truth, own[0])) if own else route


@dataclass(frozen=True, slots=True)
class Passage:
    """A question on some way to a truth.

    What is neither right nor wrong may hold the truth or not: it lies below an inner node that the
    truth is not known beyond.

    Attributes:
        asked: Id of the node that asks.
        level: Of the question.
        rights: Indices of the options that lead to the truth; several only where nodes have
            several parents.
        wrongs: Indices of the options that the truth rules out; at least one.
    """

    asked: str
    level: int
    rights: tuple[int, ...]
    wrongs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """A truth with the ids of the nodes above and below it; `in` asks for any of them."""

    truth: str
    above: frozenset[str]
    below: frozenset[str]

    def may_be_held_by(self, outcome: Outcome) -> bool:
        """Return whether the image may show what an option leads to."""
        if outcome.none:
            return False
        if outcome.node == self.truth or outcome.node in self.below:
            return True
        return not outcome.ends and outcome.node in self.above

    def __contains__(self, node: object) -> bool:
        return node == self.truth or node in self.above or node in self.below


class Passages:
    """Finds the questions on every way to a truth: what can be learnt from an example.

    `true_route` takes one way, which is all there is where no node has several parents; a model
    that learnt it alone would learn that the options on the other ways are wrong. An inner node
    is no class unless the taxonomy says so: its own question is then left out, since the image may
    well show one of its children.

    Example:
        >>> from hiercls.config import PlanSettings
        >>> from hiercls.taxonomy import Taxonomy
        >>> dogs = {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]}
        >>> pets = Taxonomy.from_dict({"name": "pets", "children": [dogs, {"name": "cat"}]})
        >>> passages = Passages(Plan(pets, PlanSettings(merge="none")))
        >>> [(own.asked, own.rights, own.wrongs) for own in passages.of("pug")]
        [('pets', (0,), (1,)), ('dog', (1,), (0,))]
        >>> [own.asked for own in passages.of("dog")]
        ['pets']
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._entering: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._asked_after: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._known: dict[str, tuple[Passage, ...]] = {}
        self._around: dict[str, Around] = {}
        self._places = {asked: place for place, asked in enumerate(plan.nodes)}
        for asked in plan.nodes:
            options, outcomes = plan.question(asked).options, plan.outcomes(asked)
            for index, (option, outcome) in enumerate(zip(options, outcomes, strict=True)):
                for entered in _entered(option, outcome):
                    self._entering[entered].append((asked, index))
                if not outcome.ends:
                    self._asked_after[outcome.node].append((asked, index))

    def of(self, truth: str) -> tuple[Passage, ...]:
        """Return the questions on the ways to a truth, level by level."""
        if truth not in self._known:
            around = self.around(truth)
            rights = self._rights(truth)
            in_order = sorted(rights, key=self._places.__getitem__)
            found = (self._passage(around, asked, rights[asked]) for asked in in_order)
            self._known[truth] = tuple(passage for passage in found if passage.wrongs)
        return self._known[truth]

    def around(self, truth: str) -> Around:
        """Return what lies above and below a truth."""
        if truth not in self._around:
            taxonomy = self.plan.taxonomy
            self._around[truth] = Around(
                truth, taxonomy.ancestors(truth), taxonomy.descendants(truth)
            )
        return self._around[truth]

    def _rights(self, truth: str) -> dict[str, set[int]]:
        """Return the indices of the right options by the node that asks, from the truth up."""
        pending = self._arrivals(truth)
        if truth in self._places:
            pending += [
                (truth, index)
                for index, outcome in enumerate(self.plan.outcomes(truth))
                if not outcome.path and not outcome.none
            ]
        found: dict[str, set[int]] = {}
        while pending:
            asked, index = pending.pop()
            if asked not in found:
                pending += self._asked_after.get(asked, ())
            found.setdefault(asked, set()).add(index)
        return found

    def _arrivals(self, node: str) -> list[tuple[str, int]]:
        """Return the options that lead to a node, or else to the nearest nodes above it."""
        found: list[tuple[str, int]] = []
        pending = [node]
        seen = {node}
        while pending:
            own = pending.pop()
            if arrivals := self._entering.get(own):
                found += arrivals
                continue
            above = [parent for parent in self.plan.taxonomy.parents(own) if parent not in seen]
            seen.update(above)
            pending += above
        return found

    def _passage(self, around: Around, asked: str, rights: set[int]) -> Passage:
        outcomes = self.plan.outcomes(asked)
        if any(outcomes[index].ends and outcomes[index].node == around.truth for index in rights):
            around = replace(around, below=frozenset())  # offered beside the truth, so ruled out
        wrongs = [
            index
            for index, outcome in enumerate(outcomes)
            if index not in rights and not around.may_be_held_by(outcome)
        ]
        level = self.plan.question(asked).level
        return Passage(asked, level, tuple(sorted(rights)), tuple(wrongs))


def _entered(option: Option, outcome: Outcome) -> tuple[str, ...]:
    """Return the nodes that an option leads to and no other of its question does."""
    return outcome.path[outcome.path.index(option.node) :] if outcome.path else ()
