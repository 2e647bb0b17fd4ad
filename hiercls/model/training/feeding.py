"""Pictures made ready for the vision tower while the model is at work on those before them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from hiercls.errors import ImageError
from hiercls.images import open_image
from hiercls.model.checkpoint import Checkpoint
from hiercls.model.opening import Pixels, cut

MOST_THREADS = 8
Item = TypeVar("Item")


@dataclass(frozen=True)
class Prepared(Generic[Item]):
    """Some pictures, ready to be looked at.

    Attributes:
        items: What belongs to each picture that could be read.
        pixels: What the vision tower takes of each.
        errors: Why the others could not be read.
    """

    items: tuple[Item, ...]
    pixels: tuple[Pixels, ...]
    errors: tuple[str, ...]


class Feed(Generic[Item]):
    """Prepares groups of pictures ahead, in their order.

    Args:
        checkpoint: Whose image processor.
        max_slice_nums: Slices an image at most.
    """

    def __init__(self, checkpoint: Checkpoint, *, max_slice_nums: int) -> None:
        self._checkpoint = checkpoint
        self._max_slice_nums = max_slice_nums
        self._num_threads = min(MOST_THREADS, os.cpu_count() or 1)

    def __call__(self, groups: Iterable[Sequence[tuple[str, Item]]]) -> Iterator[Prepared[Item]]:
        """Yield each group of (image path, what belongs to it), prepared."""
        waiting: deque[Future[Prepared[Item]]] = deque()
        pool = ThreadPoolExecutor(self._num_threads)
        try:
            for group in groups:
                waiting.append(pool.submit(self._prepare, group))
                if len(waiting) > self._num_threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, group: Sequence[tuple[str, Item]]) -> Prepared[Item]:
        items, pixels, errors = [], [], []
        for path, item in group:
            try:
                image = open_image(path)
                own = cut(self._checkpoint, image, max_slice_nums=self._max_slice_nums)
            except ImageError as error:
                errors.append(error.message)
                continue
            items.append(item)
            pixels.append(own)
        return Prepared(tuple(items), tuple(pixels), tuple(errors))
