"""From a taxonomy to the questions that are asked.

A node with one child asks nothing: the child is passed through and still stands in the path. An
inner node that is itself a class offers itself beside its children.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass

from hiercls.config import PlanSettings
from hiercls.errors import PlanError
from hiercls.taxonomy import Taxonomy

VERSION = 1  # raised whenever the same taxonomy becomes other questions
DEFAULT_QUESTION = "Which of these is in the picture?"
ITSELF = "{name} (none of the others)"
NONE = "none of these"


@dataclass(frozen=True)
class Option:
    """One answer that a question offers: a node, under the name it is offered by."""

    node: str
    name: str
    description: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked at one node.

    Attributes:
        node: Id of the node whose children are told apart.
        level: Depth of the question in the plan, 0 at the root; adapters belong to levels.
        text: The question itself, one line.
        options: What is offered, in the order of the letters.
    """

    node: str
    level: int
    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise PlanError(
                f"question at {self.node!r} offers {len(self.options)} option; expected 2 or more"
            )


@dataclass(frozen=True)
class Outcome:
    """Where an option leads.

    Attributes:
        path: Ids of the nodes entered by choosing it, in order. Empty where an inner node that is
            a class was chosen itself: the path ends at the node that was asked.
        node: Id of the node reached.
        ends: Nothing is left to ask there.
        none: "None of these" was chosen: the image shows the node that was asked, if anything, and
            none of its children. The path ends there, at no class.
    """

    path: tuple[str, ...]
    node: str
    ends: bool
    none: bool = False


class Plan:
    """The questions of a taxonomy, by the id of the node they are asked at.

    Attributes:
        taxonomy: What it was made from.
        settings: How.
        entry: Where the first question is asked: below the root where that has one child.
    """

    def __init__(self, taxonomy: Taxonomy, settings: PlanSettings = PlanSettings()) -> None:
        self.taxonomy = taxonomy
        self.settings = settings
        self.entry = self._descend(())
        self._outcomes: dict[str, tuple[Outcome, ...]] = {}
        self._questions: dict[str, Question] = {}
        self._arrivals: dict[str, tuple[str, int]] = {}
        self._build()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Ids of the nodes that ask a question, level by level."""
        return tuple(self._questions)

    @property
    def num_levels(self) -> int:
        """Levels of questions; 0 where there is nothing to ask."""
        return max((question.level + 1 for question in self._questions.values()), default=0)

    @property
    def hash(self) -> str:
        """Hex SHA-256 over the taxonomy and the way it is asked."""
        text = f"plan {VERSION} {DEFAULT_QUESTION} {ITSELF} {self.taxonomy.hash}"
        return hashlib.sha256(text.encode()).hexdigest()

    def question(self, node: str) -> Question:
        """What is asked at a node of `nodes`."""
        return self._questions[node]

    def outcomes(self, node: str) -> tuple[Outcome, ...]:
        """Where the options of the node's question lead, in their order."""
        return self._outcomes[node]

    def route(self, node: str) -> tuple[tuple[str, int], ...]:
        """The questions on the way to a node, each with the index of its right option.

        With several parents there are several ways; this is the first of the shortest.
        """
        steps: list[tuple[str, int]] = []
        while node in self._arrivals:
            node, index = self._arrivals[node]
            steps.append((node, index))
        return tuple(reversed(steps))

    def _build(self) -> None:
        open_nodes = deque() if self.entry.ends else deque([(self.entry.node, 0)])
        while open_nodes:
            node, level = open_nodes.popleft()
            if node in self._questions:
                continue
            outcomes = tuple(self._descend((child,)) for child in self.taxonomy.children(node))
            if self.taxonomy.node(node).is_class:
                outcomes += (Outcome(path=(), node=node, ends=True),)
            if self.settings.none_of_these:
                outcomes += (Outcome(path=(), node=node, ends=True, none=True),)
            text = self.taxonomy.question(node) or DEFAULT_QUESTION
            options = tuple(self._option(outcome) for outcome in outcomes)
            self._outcomes[node] = outcomes
            self._questions[node] = Question(node, level, text, options)
            for index, outcome in enumerate(outcomes):
                for entered in outcome.path:
                    self._arrivals.setdefault(entered, (node, index))
            open_nodes.extend((o.node, level + 1) for o in outcomes if not o.ends)

    def _descend(self, path: tuple[str, ...]) -> Outcome:
        """Follow single children from the end of a path, or from the root."""
        node = path[-1] if path else self.taxonomy.root
        children = self.taxonomy.children(node)
        while len(children) == 1 and not self.taxonomy.node(node).is_class:
            node = children[0]
            path = (*path, node)
            children = self.taxonomy.children(node)
        return Outcome(path, node, ends=not children)

    def _option(self, outcome: Outcome) -> Option:
        if outcome.none:
            return Option(outcome.node, NONE)
        if not outcome.path:
            name = self.taxonomy.node(outcome.node).name
            return Option(outcome.node, ITSELF.format(name=name))
        offered = self.taxonomy.node(outcome.path[0])
        return Option(offered.id, offered.name, offered.description)
