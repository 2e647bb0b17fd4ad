"""The seam between the search and whatever answers questions: floats cross it, tensors do not.

Anything with `max_options`, `max_open`, `prepare`, `open`, `score` and `num_tokens` is a `Scorer`:
a model, a server, or a `TableScorer`, which needs neither and so serves in tests.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from PIL import Image

from hiercls.errors import RequestError
from hiercls.plan import Question

Prepared: TypeAlias = object
"""An image as its scorer opens it, opaque to all others."""

Handle: TypeAlias = object
"""An opened image, opaque to the search; its memory goes with the last reference."""

Logprobs: TypeAlias = tuple[float, ...]
"""Of the options of a question, in their order."""


UNLIMITED = 1 << 31
"""More options, or open images, than there will ever be."""


@dataclass(frozen=True)
class Request:
    """One question about one opened image."""

    handle: Handle
    question: Question


class Scorer(Protocol):
    """Answers questions about images; what a new model has to bring.

    Attributes:
        max_options: The most options that one question may offer.
        max_open: The most images that may be open at a time.
    """

    max_options: int
    max_open: int

    def prepare(self, image: Image.Image) -> Prepared:
        """Do for an image what needs no model, such as resizing; called from several threads.

        Raises:
            ImageError: The image cannot be taken.
        """
        ...

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """Do once for each image what all its questions share."""
        ...

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """Log-probability of each option of each question; they sum to 1 within a question."""
        ...

    def num_tokens(self, question: Question) -> int:
        """Tokens that a question costs beyond those of its image."""
        ...


class Around:
    """A scorer around another: what it does not do itself, the one within does.

    Args:
        scorer: The one within.

    Attributes:
        max_options: As of the one within.
        max_open: As of the one within.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.max_options = scorer.max_options
        self.max_open = scorer.max_open

    def prepare(self, image: Image.Image) -> Prepared:
        """As the scorer within."""
        return self._scorer.prepare(image)

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """As the scorer within."""
        return self._scorer.open(images)

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As the scorer within."""
        return self._scorer.score(requests)

    def num_tokens(self, question: Question) -> int:
        """As the scorer within."""
        return self._scorer.num_tokens(question)


class LabelMass:
    """How probable it was that a model would answer with one of the labels that it was offered.

    Where that is little, the model did not understand the form of the question, or what is right
    was not offered.

    Attributes:
        count: Answers so far.
        mean: Their mean probability; not a number without any.
        least: The least of them.
    """

    def __init__(self) -> None:
        self.count = 0
        self.least = math.nan
        self._sum = 0.0

    @property
    def mean(self) -> float:
        return self._sum / self.count if self.count else math.nan

    def add(self, masses: Iterable[float]) -> None:
        """Take in the probabilities of some answers."""
        for mass in masses:
            self.count += 1
            self._sum += mass
            self.least = min(mass, self.least) if self.count > 1 else mass


class Rounds(Around):
    """A scorer that also takes questions with more options than its model may be offered.

    Options are asked in groups of nearly equal size, then the winners of the groups against each
    other; an option's probability is that of its group times its own within the group, so that
    they still sum to 1.

    Args:
        scorer: Answers the single questions.
        max_options: The most that a single question offers, where that is fewer than the scorer
            can take.
        max_batch: The most single questions that the scorer is handed at a time; None for all.
        num_asked: How many questions the scorer makes of a single one.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        max_options: int | None = None,
        max_batch: int | None = None,
        num_asked: Callable[[Question], int] = lambda question: 1,
    ) -> None:
        super().__init__(scorer)
        self._num_asked = num_asked
        self._most = min(scorer.max_options, max_options or scorer.max_options)
        self._max_batch = max_batch
        self.max_options = UNLIMITED

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As `Scorer.score`; the groups of all questions are asked together."""
        if all(len(request.question.options) <= self._most for request in requests):
            return score_in_batches(self._scorer, requests, self._max_batch)
        groups = [grouped(len(request.question.options), self._most) for request in requests]
        parts = [
            replace(request, question=_part(request.question, group))
            for request, own in zip(requests, groups, strict=True)
            for group in own
            if len(group) > 1
        ]
        within = iter(self.score(parts))
        answers = [[next(within) if len(g) > 1 else (0.0,) for g in own] for own in groups]
        wide = [i for i, own in enumerate(groups) if len(own) > 1]
        finals = self.score([_final(requests[i], groups[i], answers[i]) for i in wide])
        for i, between in zip(wide, finals, strict=True):
            answers[i] = [
                tuple(outer + inner for inner in own)
                for outer, own in zip(between, answers[i], strict=True)
            ]
        return [tuple(logprob for own in answer for logprob in own) for answer in answers]

    def num_tokens(self, question: Question) -> int:
        """As `Scorer.num_tokens`, over all rounds (`single_questions`)."""
        return sum(map(self._scorer.num_tokens, single_questions(question, self._most)))

    def num_questions(self, question: Question) -> int:
        """How many single questions are asked for one."""
        return sum(map(self._num_asked, single_questions(question, self._most)))


def single_questions(question: Question, most: int) -> list[Question]:
    """Return what is asked for one question in rounds of at most so many options.

    Each group is taken to be won by its first.
    """
    singles = []
    while len(question.options) > most:
        groups = grouped(len(question.options), most)
        singles += [_part(question, group) for group in groups if len(group) > 1]
        question = _part(question, [group[0] for group in groups])
    return [*singles, question]


def score_in_batches(
    scorer: Scorer, requests: Sequence[Request], max_batch: int | None
) -> list[Logprobs]:
    """As `scorer.score`, handing over no more than so many requests at a time; None for all."""
    size = max_batch or len(requests) or 1
    return [
        logprobs
        for first in range(0, len(requests), size)
        for logprobs in scorer.score(requests[first : first + size])
    ]


def normalised(logprobs: Sequence[float]) -> Logprobs:
    """Return log-probabilities such that they sum to 1; one of them is above minus infinity."""
    highest = max(logprobs)
    total = highest + math.log(math.fsum(math.exp(value - highest) for value in logprobs))
    return tuple(value - total for value in logprobs)


def grouped(num_options: int, most: int) -> list[range]:
    """Return which options of a wide question are asked together in the first round."""
    count = -(-num_options // most)
    bounds = [num_options * i // count for i in range(count + 1)]
    return [range(first, last) for first, last in itertools.pairwise(bounds)]


def _part(question: Question, members: Sequence[int]) -> Question:
    return replace(question, options=tuple(question.options[i] for i in members))


def _final(request: Request, groups: list[range], answers: list[Logprobs]) -> Request:
    winners = [
        group[max(range(len(own)), key=own.__getitem__)]
        for group, own in zip(groups, answers, strict=True)
    ]
    return replace(request, question=_part(request.question, winners))


Row: TypeAlias = "Mapping[str, float] | Sequence[float]"
"""Probabilities of a question's options: by the options' node ids, or in their order."""

Answers: TypeAlias = "Mapping[Hashable, Mapping[str, Row]] | Callable[[Handle, Question], Row]"


class TableScorer:
    """A scorer that stands on a table of probabilities, so that a search needs no model.

    A handle is a key of the table, or whatever a function in its place takes; `open` numbers the
    images from 0. Probabilities are divided by their sum over the options offered.

    Args:
        answers: For each handle, for each node that asks, the probabilities of its options; or a
            function of handle and question that returns them.
        max_options: The most options that one question may offer.

    Example:
        >>> from hiercls.plan import Plan
        >>> from hiercls.search import greedy, run
        >>> from hiercls.taxonomy import Taxonomy
        >>> pets = Taxonomy.from_dict(
        ...     {"name": "pets", "children": [{"name": "cat"}, {"name": "dog"}]}
        ... )
        >>> scorer = TableScorer({"a photo": {"pets": {"cat": 0.2, "dog": 0.8}}})
        >>> run(greedy, scorer, ["a photo"], Plan(pets))[0].path
        ('dog',)
    """

    def __init__(self, answers: Answers, *, max_options: int = 26) -> None:
        self.max_options = max_options
        self.max_open = UNLIMITED
        self._answers = answers
        self._num_opened = 0

    def prepare(self, image: Image.Image) -> Prepared:
        """Nothing."""
        return image

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """Number the images."""
        first = self._num_opened
        self._num_opened += len(images)
        return list(range(first, self._num_opened))

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """Look the answers up.

        Raises:
            RequestError: The table has no row for a question, or not one of probabilities.
        """
        return [self._answer(request) for request in requests]

    def num_tokens(self, question: Question) -> int:
        """A fourth of the characters, and three for each option."""
        texts = [question.text, *(f"{o.name}{o.description or ''}" for o in question.options)]
        return sum(map(len, texts)) // 4 + 3 * len(question.options)

    def _answer(self, request: Request) -> tuple[float, ...]:
        question, where = request.question, f"table: {request.handle!r}"
        row = self._row(request, where)
        if isinstance(row, Mapping):
            row = [row.get(option.node, 0.0) for option in question.options]
        if len(row) != len(question.options):
            raise RequestError(
                f"{where}: {len(row)} probabilities at {question.node!r}; expected"
                f" {len(question.options)}, one an option",
                hint="name the options where a question is asked in rounds: {option: probability}",
            )
        total = math.fsum(row)
        if min(row) < 0 or not 0 < total < math.inf:
            raise RequestError(
                f"{where}: probabilities at {question.node!r} sum to {total:g} with a least of"
                f" {min(row):g}; expected none below 0 and one above"
            )
        return tuple(math.log(value / total) if value else -math.inf for value in row)

    def _row(self, request: Request, where: str) -> Row:
        if callable(self._answers):
            return self._answers(request.handle, request.question)
        try:
            return self._answers[request.handle][request.question.node]
        except (KeyError, TypeError):
            raise RequestError(f"{where}: no probabilities at {request.question.node!r}") from None
