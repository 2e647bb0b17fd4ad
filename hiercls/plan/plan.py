"""From a taxonomy to the questions that are asked.

A node with one child asks nothing: the child is passed through and still stands in the path. An
inner node that is itself a class offers itself beside its children. A question that offers little
is merged into the one above it, which then offers its options (`merging`).
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from hiercls.config import PlanSettings
from hiercls.plan.choices import Choices
from hiercls.plan.merging import Merging
from hiercls.plan.offers import Offer, offers, options
from hiercls.plan.question import NONE, Option, Outcome, Question
from hiercls.taxonomy import Taxonomy

VERSION = 2  # raised whenever the same questions get another hash


class Plan:
    """The questions of a taxonomy, by the id of the node they are asked at.

    Probabilities of the classes, summed over the ways to each, sum to 1 whatever the answers; with
    `none_of_these`, to 1 less what was given to none.

    Attributes:
        taxonomy: What it was made from.
        settings: How.
        entry: Where the first question is asked: below the root where that has one child.

    Example:
        >>> from hiercls.taxonomy import Taxonomy
        >>> dogs = {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]}
        >>> pets = Taxonomy.from_dict({"name": "pets", "children": [dogs, {"name": "cat"}]})
        >>> [option.name for option in Plan(pets).question("pets").options]
        ['husky', 'pug', 'cat']
        >>> Plan(pets).outcomes("pets")[1].path
        ('dog', 'pug')
        >>> Plan(pets, PlanSettings(merge="none")).nodes
        ('pets', 'dog')
    """

    def __init__(self, taxonomy: Taxonomy, settings: PlanSettings = PlanSettings()) -> None:
        self.taxonomy = taxonomy
        self.settings = settings
        self._outcomes: dict[str, tuple[Outcome, ...]] = {}
        self._questions: dict[str, Question] = {}
        self._arrivals: dict[str, tuple[str, int]] = {}
        self._asked_after: dict[str, tuple[str, int]] = {}
        self._hash: str | None = None
        with _no_collecting():
            choices = Choices(taxonomy)
            entry = choices.entry[-1]
            self.entry = Outcome(choices.entry[1:], entry, entry not in choices.at)
            if not self.entry.ends:
                self._build(choices)

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
        """Hex SHA-256 over all questions and where their options lead, not over the settings."""
        if self._hash is None:
            self._hash = self._digest()
        return self._hash

    def question(self, node: str) -> Question:
        """What is asked at a node of `nodes`."""
        return self._questions[node]

    def outcomes(self, node: str) -> tuple[Outcome, ...]:
        """Where the options of the node's question lead, in their order."""
        return self._outcomes[node]

    def route(self, node: str) -> tuple[tuple[str, int], ...]:
        """The questions on the way to a node, each with the index of its right option.

        With several parents there are several ways; this is the first of the shortest. A node
        whose question was merged away is no option, unless it is a class: its route ends at the
        node that asks for it.
        """
        steps: list[tuple[str, int]] = []
        arrivals = self._arrivals
        while node != self.taxonomy.root:
            if node in arrivals:
                node, index = arrivals[node]
                steps.append((node, index))
                arrivals = self._asked_after
            else:
                node = self.taxonomy.parents(node)[0]
        return tuple(reversed(steps))

    def _build(self, choices: Choices) -> None:
        merging = Merging(self.taxonomy, choices, self.settings)
        open_nodes = deque([(self.entry.node, 0)])
        while open_nodes:
            node, level = open_nodes.popleft()
            if node in self._questions:
                continue
            offered = offers(choices, node, merged=merging.merged(node))
            self._ask(node, level, choices.texts[node], offered)
            self._note_arrivals(node, offered)
            open_nodes.extend((o.node, level + 1) for o in self._outcomes[node] if not o.ends)

    def _ask(self, node: str, level: int, text: str, offered: tuple[Offer, ...]) -> None:
        outcomes = tuple(offer.outcome for offer in offered)
        named = options(self.taxonomy, offered)
        if self.settings.none_of_these:
            outcomes += (Outcome((), node, ends=True, none=True),)
            named += (Option(node, NONE),)
        self._outcomes[node] = outcomes
        self._questions[node] = Question(node, level, text, named)

    def _note_arrivals(self, asked: str, offered: tuple[Offer, ...]) -> None:
        for index, offer in enumerate(offered):
            for entered in offer.entered:
                self._arrivals.setdefault(entered, (asked, index))
            if not offer.ends:
                self._asked_after.setdefault(offer.reached, (asked, index))

    def _digest(self) -> str:
        digest = hashlib.sha256(f"hiercls plan {VERSION}\n".encode())
        for question in self._questions.values():
            options = [[o.node, o.name, o.description] for o in question.options]
            ways = [[o.path, o.node, o.ends, o.none] for o in self._outcomes[question.node]]
            asked = [question.node, question.level, question.text, options, ways]
            digest.update(json.dumps(asked).encode() + b"\n")
        return digest.hexdigest()


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Let no cycles be collected: there are none, and looking for them takes a quarter of the time.

    A large plan has so many objects that Python would look through all of them again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
