"""The images of an epoch, batch by batch, in groups that are read together."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hiercls.data import Course, Exercise
from hiercls.model.training.feeding import Feed, Prepared
from hiercls.model.training.processes import Processes

Asked = tuple[Exercise, ...]


@dataclass(frozen=True)
class Group:
    """Images of a batch that are read together.

    Attributes:
        batch: Number of the batch.
        first: How many images of the batch, in this process, lie before them.
        is_last: Whether none lies behind them.
        prepared: The images, each with what is asked about it; perhaps none.
    """

    batch: int
    first: int
    is_last: bool
    prepared: Prepared[Asked]


def groups(
    course: Course,
    feed: Feed[Asked],
    *,
    epoch: int,
    batches: range,
    levels: Collection[int],
    size: int,
    together: int,
    processes: Processes,
) -> Iterator[Group]:
    """Yield the groups of this process.

    Args:
        course: What is asked.
        feed: Opens the images, some groups ahead.
        epoch: Which.
        batches: Which of its batches.
        levels: Only what is asked at these.
        size: Images of a batch, over all processes.
        together: Images of a group, at most.
        processes: Each has its part of every batch.
    """
    places: deque[tuple[int, int, bool]] = deque()

    def listed() -> Iterator[list[tuple[str, Asked]]]:
        for number in batches:
            batch = course.batch(
                epoch, number, size=size, rank=processes.rank, num_ranks=processes.size
            )
            images = [own for exercises in batch if (own := _learned(exercises, levels))]
            # A group that holds nothing still ends its batch.
            for first in range(0, max(len(images), 1), together):
                places.append((number, first, first + together >= len(images)))
                yield images[first : first + together]

    for prepared in feed(listed()):
        yield Group(*places.popleft(), prepared)


def _learned(exercises: Asked, levels: Collection[int]) -> tuple[str, Asked] | None:
    own = tuple(one for one in exercises if one.level in levels)
    return (own[0].example.image, own) if own else None
