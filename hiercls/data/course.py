"""A course of training: for each example of each epoch, the questions that are put about it."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiercls.data.arrangement import ArrangementSettings, Arranger
from hiercls.data.confusions import Confusions
from hiercls.data.examples import Example
from hiercls.data.sampling import Draws, SamplingSettings, class_weights
from hiercls.data.subsets import Subsets
from hiercls.errors import RequestError
from hiercls.plan import Option, Plan, Question


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question put about an example, with its answer.

    Attributes:
        example: The image and its true node.
        question: With the options in the order shown, as `questions.render` takes it.
        right: Index of the right option.
        weight: Of the answer in the loss; 1 on average over the examples.
    """

    example: Example
    question: Question
    right: int
    weight: float = 1.0

    @property
    def level(self) -> int:
        """Level of the question in the plan: whose adapter learns it."""
        return self.question.level

    @property
    def answer(self) -> Option:
        """The right option; its name answers the open question."""
        return self.question.options[self.right]


@dataclass(frozen=True)
class Epoch:
    """What is gone through in an epoch.

    Attributes:
        numbers: Numbers of the examples in the order drawn; an example may come several times,
            (drawn,).
        is_asked: Whether anything is asked at a level, (drawn, levels); something is asked about
            every example drawn.
    """

    numbers: NDArray[np.int64]
    is_asked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.numbers)


class Course:
    """The exercises of training; those of a place in an epoch are the same wherever it is asked.

    An image comes with one question for each level that it passes, so that it is opened once for
    all of them. Which examples come, how often and what is asked about them depends on the data,
    the settings and the seed alone; a run can go on from any epoch and batch, and each of several
    processes takes its part of a batch without asking the others.

    Args:
        plan: What the questions are from.
        examples: Labelled images.
        sampling: How often each example is drawn.
        arrangement: Which options stand in a question.
        confusions: What looks alike, for hard wrong options.
        levels: Ask at these levels alone; None for all.
        seed: Of all that is drawn.

    Raises:
        RequestError: There is no such level, or no example passes a question.

    Example:
        >>> from hiercls.taxonomy import Taxonomy
        >>> dogs = {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]}
        >>> pets = Taxonomy.from_dict({"name": "pets", "children": [dogs, {"name": "cat"}]})
        >>> course = Course(Plan(pets), [Example("a.png", "pug"), Example("b.png", "cat")])
        >>> sorted(course.exercises(0, place)[0].answer.name for place in range(2))
        ['cat', 'pug']
    """

    def __init__(
        self,
        plan: Plan,
        examples: Sequence[Example],
        *,
        sampling: SamplingSettings = SamplingSettings(),
        arrangement: ArrangementSettings = ArrangementSettings(),
        confusions: Confusions | None = None,
        levels: Collection[int] | None = None,
        seed: int = 0,
    ) -> None:
        self.plan = plan
        self.examples = examples
        self.subsets = Subsets(plan, examples)
        self.levels = tuple(range(plan.num_levels) if levels is None else sorted(set(levels)))
        self._seed = seed
        self._cap = sampling.cap
        self._used = self._usable()
        _, class_of, counts = np.unique(
            self.subsets.truth_of[self._used], return_inverse=True, return_counts=True
        )
        self._draws = Draws(class_of, sampling, seed=seed)
        self._weights = np.ones(len(examples))
        self._weights[self._used] = class_weights(counts, sampling.weights, beta=sampling.beta)[
            class_of
        ]
        self._arranger = Arranger(self.subsets.passages, arrangement, confusions=confusions)
        self._last: tuple[int, Epoch] | None = None

    def epoch(self, number: int) -> Epoch:
        """Return what is gone through in an epoch; epochs count from 0."""
        if self._last is None or self._last[0] != number:
            self._last = number, self._drawn(number)
        return self._last[1]

    def exercises(self, epoch: int, place: int) -> tuple[Exercise, ...]:
        """Return what is asked about the example at a place of an epoch, level by level."""
        drawn = self.epoch(epoch)
        number = int(drawn.numbers[place])
        example, weight = self.examples[number], float(self._weights[number])
        passages = self.subsets.passages.of(example.node)
        found = []
        for level in np.flatnonzero(drawn.is_asked[place]).tolist():
            # Text is hashed alike everywhere, and the same seed draws the same numbers.
            rng = random.Random(f"{self._seed}/{epoch}/{place}/{level}")
            passage = rng.choice([own for own in passages if own.level == level])
            question, right = self._arranger.arrange(example.node, passage, rng=rng)
            found.append(Exercise(example, question, right, weight))
        return tuple(found)

    def batch(
        self, epoch: int, number: int, *, size: int, rank: int = 0, num_ranks: int = 1
    ) -> list[tuple[Exercise, ...]]:
        """Return a batch of an epoch, one tuple an image; of several processes, one's part of it.

        Args:
            epoch: Counted from 0.
            number: Of the batch, from 0; behind the last one they are empty.
            size: Images of the whole batch; the last one may have fewer.
            rank: Of this process.
            num_ranks: How many there are; together they have the batch, each image once.
        """
        last = min((number + 1) * size, len(self.epoch(epoch)))
        places = range(number * size, last)[rank::num_ranks]
        return [self.exercises(epoch, place) for place in places]

    def _usable(self) -> NDArray[np.int64]:
        """Return the numbers of the examples that pass a wanted level."""
        if not self.levels or not 0 <= self.levels[0] <= self.levels[-1] < self.plan.num_levels:
            found = ", ".join(map(str, self.levels)) or "none"
            raise RequestError(
                f"levels {found}; expected some from 0 to {self.plan.num_levels - 1}"
            )
        used = np.flatnonzero((self.subsets.right_of[list(self.levels)] >= 0).any(axis=0))
        if not len(used):
            raise RequestError(
                f"no example passes a question at the levels {', '.join(map(str, self.levels))}"
            )
        return used

    def _drawn(self, number: int) -> Epoch:
        numbers = self._used[self._draws.order(number)]
        is_asked = np.zeros((len(numbers), self.plan.num_levels), bool)
        for level in self.levels:
            rights = self.subsets.right_of[level, numbers]
            is_asked[:, level] = rights >= 0
            if self._cap is not None:
                is_asked[:, level] &= _appearance(rights) < self._cap
        kept = is_asked.any(axis=1)
        return Epoch(numbers[kept], is_asked[kept])


def _appearance(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often each value stands before its place."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(values)])
    result = np.empty_like(values)
    result[order] = np.arange(len(values)) - np.repeat(starts, sizes)
    return result
