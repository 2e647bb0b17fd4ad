"""What is known of the labels of one question, and what it comes to."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import NamedTuple

from hiercls.model.language import State
from hiercls.model.trie import Branch


@dataclass(frozen=True)
class Reply:
    """The answer to one question.

    Attributes:
        logprobs: Of each option.
        label_mass: The probability that the model writes one of the labels, or in steps that it
            begins as one of them does; None if not asked for.
    """

    logprobs: tuple[float, ...]
    label_mass: float | None = None


class Beginning(NamedTuple):
    """A label, or the beginning of some; the most probable one sorts first.

    Attributes:
        negative: Its log-probability, less than which is more.
        path: Its tokens, which no other has.
        branch: Whose tokens end it.
    """

    negative: float
    path: tuple[int, ...]
    branch: Branch

    @property
    def logprob(self) -> float:
        return -self.negative


class Tally:
    """What is known of one question.

    Attributes:
        origin: The state behind the question, where it was kept.
        mass: As `Reply.label_mass`, where that is known before any label.
    """

    def __init__(self) -> None:
        self.origin: State | None = None
        self.mass: float | None = None
        self._labels: list[Beginning] = []
        self._unread: list[Beginning] = []
        self._best = -math.inf

    def end(self, logprob: float, path: tuple[int, ...], branch: Branch) -> None:
        """Note a label."""
        self._labels.append(Beginning(-logprob, path, branch))
        self._best = max(self._best, logprob)

    def leave(self, logprob: float, path: tuple[int, ...], branch: Branch) -> None:
        """Note a beginning that is not worth reading."""
        heapq.heappush(self._unread, Beginning(-logprob, path, branch))

    def reopen(self) -> Beginning | None:
        """Take back the most probable beginning, if it may hold the most probable label.

        A label is never more probable than what it begins with, so once nothing comes back the
        most probable label is known.
        """
        if self._unread and self._unread[0].logprob > self._best:
            return heapq.heappop(self._unread)
        return None

    def in_steps(self) -> Reply:
        """Options share evenly what belongs to their label, or to an unread beginning."""
        return self._shared([own.logprob for own in (*self._labels, *self._unread)], self.mass)

    def by_likelihood(self, *, mean: bool, mass: bool) -> Reply:
        """Labels measured against each other, by the mean over their tokens where that is wanted.

        Args:
            mean: Whether it is.
            mass: Whether `Reply.label_mass` is wanted.
        """
        values = [own.logprob / (len(own.path) if mean else 1) for own in self._labels]
        total = _log_sum(values)
        together = math.exp(_log_sum([own.logprob for own in self._labels])) if mass else None
        return self._shared([value - total for value in values], together)

    def _shared(self, logprobs: list[float], mass: float | None) -> Reply:
        found: dict[int, float] = {}
        for own, logprob in zip((*self._labels, *self._unread), logprobs, strict=True):
            each = logprob - math.log(len(own.branch.options))
            found |= dict.fromkeys(own.branch.options, each)
        return Reply(tuple(found[option] for option in range(len(found))), mass)


def _log_sum(values: list[float]) -> float:
    most = max(values)
    return most + math.log(math.fsum(math.exp(value - most) for value in values))
