"""Images on their way to the scorer: in their order, ahead of the model, and not too many."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Iterator, Sequence

import pytest
from PIL import Image
from scorers import HashScorer

from hiercls.cascade import Cascade, ImageSource
from hiercls.cascade.intake import Arriving, Intake, Listed
from hiercls.scoring import Handle, Prepared, Request
from hiercls.taxonomy import Taxonomy

FLAGS = Taxonomy.load("flags")
GOOD = Image.new("RGB", (2, 2), "red")
BAD = Image.new("RGB", (13, 2))


def threads_of_ours() -> list[threading.Thread]:
    return [own for own in threading.enumerate() if own.name.startswith("hiercls-images")]


@pytest.mark.parametrize("way", ["predict_batch", "stream"])
def test_results_come_in_the_order_of_the_images(way: str) -> None:
    images = [BAD if number % 3 == 0 else GOOD for number in range(20)]
    found = list(getattr(Cascade(FLAGS, HashScorer(), batch_size=4), way)(images))
    assert [own.error is not None for own in found] == [n % 3 == 0 for n in range(20)]


def test_a_stream_answers_before_the_next_image_comes() -> None:
    answered = threading.Event()

    def camera() -> Iterator[ImageSource]:
        yield GOOD
        assert answered.wait(timeout=20)
        yield GOOD

    found = Cascade(FLAGS, HashScorer(), batch_size=4).stream(camera())
    assert next(found).leaf is not None
    answered.set()
    assert next(found).leaf is not None
    with pytest.raises(StopIteration):
        next(found)


def test_what_a_source_raises_is_raised_behind_its_last_image() -> None:
    def camera() -> Iterator[ImageSource]:
        yield GOOD
        raise OSError("the camera is gone")

    found = Cascade(FLAGS, HashScorer()).stream(camera())
    assert next(found).error is None
    with pytest.raises(OSError, match="the camera is gone"):
        next(found)


@pytest.mark.parametrize("way", ["predict_batch", "stream"])
def test_no_thread_is_left_when_the_caller_has_enough(way: str) -> None:
    before = threading.active_count()
    found = getattr(Cascade(FLAGS, HashScorer(), batch_size=2), way)(itertools.repeat(GOOD))
    next(found)
    assert threads_of_ours()
    found.close()
    deadline = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


class Marked:
    """A handle that can be watched."""

    def __init__(self, colour: object) -> None:
        self.colour = colour


class Counting(HashScorer):
    """Knows how many of its images are open, and how many ever were."""

    def __init__(self, max_open: int) -> None:
        super().__init__()
        self.max_open = max_open
        self.alive: weakref.WeakSet[Marked] = weakref.WeakSet()
        self.most = 0

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        handles = [Marked(colour) for colour in images]
        self.alive.update(handles)
        self.most = max(self.most, len(self.alive))
        return list(handles)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        return super().score([Request(own.handle.colour, own.question) for own in requests])  # type: ignore[attr-defined]


@pytest.mark.parametrize("max_open", [1, 3, 5, 100])
def test_no_more_images_are_open_than_the_scorer_can_hold(max_open: int) -> None:
    scorer = Counting(max_open)
    cascade = Cascade(FLAGS, scorer, batch_size=4)
    assert len(list(cascade.predict_batch([GOOD] * 30))) == 30
    assert scorer.most <= max_open
    assert scorer.most >= min(max_open, 4)


def test_images_are_read_while_the_model_is_busy() -> None:
    prepared = threading.Semaphore(0)

    class Slow(HashScorer):
        def prepare(self, image: Image.Image) -> Prepared:
            prepared.release()
            return super().prepare(image)

    with Intake(Listed([GOOD] * 6), Slow(), ahead=4) as intake:
        intake.take(2)
        assert all(prepared.acquire(timeout=20) for _ in range(6))


def test_what_has_not_arrived_is_not_waited_for() -> None:
    gate = threading.Event()

    def camera() -> Iterator[ImageSource]:
        gate.wait(timeout=20)
        yield GOOD

    with Intake(Arriving(camera(), most=2), HashScorer(), ahead=2) as intake:
        assert intake.take(2, wait=False) == []
        gate.set()
        assert len(intake.take(2)) == 1
        assert intake.take(2) == []
