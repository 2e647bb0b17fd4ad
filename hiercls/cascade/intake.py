"""Images on their way from the caller to the scorer, read ahead while the model is busy."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeAlias

from PIL import Image

from hiercls.errors import ImageError
from hiercls.images import open_image
from hiercls.scoring import Handle, Prepared, Scorer

ImageSource: TypeAlias = "str | Path | bytes | Image.Image"

THREADS = min(4, os.cpu_count() or 1)
"""That decode and resize; most of it happens outside the interpreter's lock."""

_PATIENCE_SECONDS = 0.1


class Opened:
    """One image between source and handle.

    Attributes:
        label: What it is called in its prediction.
        prepared: What the scorer opens, until it has a handle.
        error: Why it has none, in one line.
        handle: What the scorer made of it.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.prepared: Prepared = None
        self.error: str | None = None
        self.handle: Handle = None

    @classmethod
    def read(cls, source: ImageSource, prepare: Callable[[Image.Image], Prepared]) -> Opened:
        """Do all that needs no model; what fails stands in `error`."""
        image = cls(_label(source))
        try:
            image.prepared = prepare(open_image(source))
        except ImageError as error:
            image.error = error.message
        return image


class Supply(Protocol):
    """Where images come from."""

    def next(self, *, wait: bool) -> ImageSource | None:
        """The next image, or None where none is there yet and waiting was not asked for.

        Raises:
            StopIteration: There are no more.
        """
        ...

    def close(self) -> None:
        """No more will be asked for."""
        ...


class Listed:
    """Images that are there for the taking."""

    def __init__(self, images: Iterable[ImageSource]) -> None:
        self._images = iter(images)

    def next(self, *, wait: bool) -> ImageSource:
        """The next image."""
        return next(self._images)

    def close(self) -> None:
        """Nothing to do."""


class Arriving:
    """Images that come when they come: a thread of its own waits for them.

    Args:
        images: Is iterated in that thread; what it raises is raised by `next`.
        most: The most that are taken before they are asked for.
    """

    def __init__(self, images: Iterable[ImageSource], *, most: int) -> None:
        self._arrived: queue.Queue[Callable[[], ImageSource]] = queue.Queue(most)
        self._is_closed = threading.Event()
        threading.Thread(target=self._wait_for, args=(images,), daemon=True).start()

    def next(self, *, wait: bool) -> ImageSource | None:
        """The next image, if it has come or is to be waited for."""
        try:
            return self._arrived.get(block=wait)()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Let the thread end, once its iterator gives way."""
        self._is_closed.set()

    def _wait_for(self, images: Iterable[ImageSource]) -> None:
        try:
            for image in images:
                self._put(lambda image=image: image)  # type: ignore[misc]
                if self._is_closed.is_set():
                    return
        except BaseException as error:
            self._put(_raising(error))
        else:
            self._put(_raising(StopIteration()))

    def _put(self, item: Callable[[], ImageSource]) -> None:
        while not self._is_closed.is_set():
            try:
                return self._arrived.put(item, timeout=_PATIENCE_SECONDS)
            except queue.Full:
                continue


def _raising(error: BaseException) -> Callable[[], ImageSource]:
    def fail() -> ImageSource:
        raise error

    return fail


class Intake:
    """Reads images in threads, a bounded number ahead, and hands them out in their order.

    Args:
        supply: Where they come from; asked from the thread that takes.
        scorer: Opens them.
        ahead: The most that are read before they are taken.
    """

    def __init__(self, supply: Supply, scorer: Scorer, *, ahead: int) -> None:
        self._supply = supply
        self._scorer = scorer
        self._ahead = ahead
        self._pending: deque[Future[Opened]] = deque()
        self._has_ended = False
        self._failure: Exception | None = None
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="hiercls-images")

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._supply.close()
        self._pool.shutdown(cancel_futures=True)

    def take(self, most: int, *, wait: bool = True) -> list[Opened]:
        """Open the next images together.

        Args:
            most: How many at most; fewer come where there are no more, or where none has come.
            wait: For one at least, unless there are no more.

        Raises:
            Exception: What the supply raised, once all images before it are taken and another is
                waited for.
        """
        self._read_ahead(wait=wait)
        if wait and not self._pending and self._failure is not None:
            raise self._failure
        images = [self._pending.popleft().result() for _ in range(min(most, len(self._pending)))]
        self._read_ahead(wait=False)
        readable = [image for image in images if image.error is None]
        handles = self._scorer.open([image.prepared for image in readable])
        for image, handle in zip(readable, handles, strict=True):
            image.handle, image.prepared = handle, None
        return images

    def _read_ahead(self, *, wait: bool) -> None:
        while not self._has_ended and len(self._pending) < self._ahead:
            try:
                source = self._supply.next(wait=wait and not self._pending)
            except StopIteration:
                self._has_ended = True
                return
            except Exception as error:
                self._has_ended, self._failure = True, error
                return
            if source is None:
                return
            self._pending.append(self._pool.submit(Opened.read, source, self._scorer.prepare))


def batches(
    images: Iterable[ImageSource], scorer: Scorer, *, batch_size: int
) -> Iterator[list[Opened]]:
    """Open all images, some at a time, the next ones being read meanwhile."""
    with Intake(Listed(images), scorer, ahead=2 * batch_size) as intake:
        while batch := intake.take(batch_size):
            yield batch


def _label(source: ImageSource) -> str:
    if isinstance(source, (str, Path)):
        return os.fspath(source)
    if isinstance(source, Image.Image):
        return str(getattr(source, "filename", "")) or "image"
    return "bytes"
