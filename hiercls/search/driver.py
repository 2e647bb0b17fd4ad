"""Many images side by side: each has a search of its own, all their questions go out together.

A search rule is a generator for one image. It yields the nodes whose questions it wants answered
next, is sent their log-probabilities in the same order, and returns a `Route`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from hiercls.plan import Plan
from hiercls.scoring import Handle, Logprobs, Request, Scorer
from hiercls.search.route import Route

Search: TypeAlias = Generator[Sequence[str], Sequence[Logprobs], Route]
Rule: TypeAlias = Callable[[Plan], Search]


def run(
    rule: Rule, scorer: Scorer, handles: Sequence[Handle], plan: Plan, *, max_batch: int = 64
) -> list[Route]:
    """Search for all images at once.

    Args:
        rule: `greedy`, `beam`, `best_first`, `exhaustive`, or a generator of your own; settings
            are bound with `functools.partial`.
        scorer: Answers the questions; see `scoring.Rounds` for more options than it can take.
        handles: The opened images.
        plan: What can be asked.
        max_batch: The most questions that the scorer is handed at a time.

    Returns:
        A route for each image, in order.
    """
    crowd = Crowd(rule, scorer, plan, max_batch=max_batch)
    places = [crowd.add(handle) for handle in handles]
    routes: dict[int, Route] = {}
    while len(routes) < len(places):
        routes.update(crowd.step())
    return [routes[place] for place in places]


class Crowd:
    """Images that are being asked about; others may join while they are."""

    def __init__(self, rule: Rule, scorer: Scorer, plan: Plan, *, max_batch: int = 64) -> None:
        self._rule = rule
        self._scorer = scorer
        self._plan = plan
        self._max_batch = max_batch
        self._num_added = 0
        self._live: dict[int, _Image] = {}
        self._done: dict[int, Route] = {}

    @property
    def num_live(self) -> int:
        """Images that still have questions."""
        return len(self._live)

    def add(self, handle: Handle) -> int:
        """Begin an image; returns its number, counted from 0."""
        number = self._num_added
        self._num_added += 1
        image = _Image(handle, self._rule(self._plan))
        self._advance(number, image, None)
        return number

    def step(self) -> dict[int, Route]:
        """Ask what is open now, one round of questions; returns the images that are done."""
        requests = [
            Request(image.handle, self._plan.question(node))
            for image in self._live.values()
            for node in image.wanted
        ]
        answers = iter(self._score(requests))
        for number, image in [*self._live.items()]:
            self._advance(number, image, [next(answers) for _ in image.wanted])
        done, self._done = self._done, {}
        return done

    def _score(self, requests: Sequence[Request]) -> list[Logprobs]:
        return [
            logprobs
            for first in range(0, len(requests), self._max_batch)
            for logprobs in self._scorer.score(requests[first : first + self._max_batch])
        ]

    def _advance(self, number: int, image: _Image, answers: Sequence[Logprobs] | None) -> None:
        try:
            image.wanted = next(image.search) if answers is None else image.search.send(answers)
            self._live[number] = image
        except StopIteration as end:
            self._live.pop(number, None)
            self._done[number] = end.value


class _Image:
    def __init__(self, handle: Handle, search: Search) -> None:
        self.handle = handle
        self.search = search
        self.wanted: Sequence[str] = ()
