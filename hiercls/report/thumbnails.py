"""Small copies of the pictures for inside the page, no more than fit a limit."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hiercls.errors import ImageError
from hiercls.images import open_image

SIDES = (224, 160, 128, 96, 72, 56)  # pixels; the largest with which all pictures fit is taken
_QUALITY = 72
_SAMPLE = 40  # pictures from which the size of all is estimated
_BATCH = 64


@dataclass(frozen=True)
class Thumbnails:
    """The small copies, and what became of the rest.

    Attributes:
        side: Longest side in pixels.
        jpegs: Base64 text of a JPEG for each picture, or None.
        num_unreadable: Pictures that are not there or cannot be read.
        num_left_out: Pictures that no longer fitted the limit.
    """

    side: int
    jpegs: tuple[str | None, ...]
    num_unreadable: int
    num_left_out: int

    @property
    def num_bytes(self) -> int:
        """What they take in the page."""
        return sum(len(jpeg) for jpeg in self.jpegs if jpeg is not None)


def make_thumbnails(
    paths: Sequence[Path], *, max_bytes: int, first: Sequence[int] = ()
) -> Thumbnails:
    """Make a small copy of each picture that can be read.

    Args:
        paths: Files, there or not.
        max_bytes: What all copies together may take as base64 text.
        first: Indices of pictures that matter most, should not all fit.
    """
    side = _fitting_side(paths, max_bytes)
    important = set(first)
    order = [*first, *(index for index in range(len(paths)) if index not in important)]
    jpegs: list[str | None] = [None] * len(paths)
    left, num_unreadable, num_left_out = max_bytes, 0, 0
    for index, jpeg in zip(order, _encoded([paths[i] for i in order], side), strict=True):
        if jpeg is None:
            num_unreadable += 1
        elif len(jpeg) > left:
            num_left_out += 1
        else:
            jpegs[index] = jpeg
            left -= len(jpeg)
    return Thumbnails(side, tuple(jpegs), num_unreadable, num_left_out)


def _fitting_side(paths: Sequence[Path], max_bytes: int) -> int:
    sample = paths[:: max(1, len(paths) // _SAMPLE)]
    for side in SIDES:
        sizes = [len(jpeg) for jpeg in _encoded(sample, side) if jpeg is not None]
        if not sizes or sum(sizes) / len(sample) * len(paths) <= 0.95 * max_bytes:
            return side
    return SIDES[-1]


def _encoded(paths: Sequence[Path], side: int) -> Iterator[str | None]:
    """Yield a small copy of each picture, in order, a batch of them at a time."""
    pending = iter(paths)
    with ThreadPoolExecutor() as pool:
        while batch := list(islice(pending, _BATCH)):
            yield from pool.map(_encode, batch, [side] * len(batch))


def _encode(path: Path, side: int) -> str | None:
    try:
        picture = open_image(path, max_side=side)
    except ImageError:
        return None
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")
