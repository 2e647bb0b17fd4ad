"""What is in the files of labelled images: which cannot be read, and which are the same."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hiercls.data.examples import Example
from hiercls.errors import ImageError
from hiercls.images import open_image


@dataclass(frozen=True)
class Copies:
    """Examples whose files are the same picture.

    Attributes:
        examples: Two or more.
        is_exact: The files are equal byte by byte; else their pixels are.
    """

    examples: tuple[Example, ...]
    is_exact: bool

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that the picture is in, sorted; two are a leak."""
        return tuple(sorted({example.split for example in self.examples if example.split}))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The labels that the picture has, in order of appearance; two are a contradiction."""
        return tuple(dict.fromkeys(example.node for example in self.examples))


@dataclass(frozen=True)
class Contents:
    """What the files of examples hold.

    Attributes:
        errors: Why images cannot be read, by their names.
        copies: Pictures that are there several times.
    """

    errors: dict[str, str]
    copies: tuple[Copies, ...]


def read_contents(
    examples: Sequence[Example], *, on_image: Callable[[bool], None] = lambda has_failed: None
) -> Contents:
    """Open every image, and compare all.

    Two files are the same picture if their bytes are equal, or the pixels that they decode to,
    upright and as RGB.

    Args:
        examples: The images.
        on_image: Called after each, with whether it failed.
    """
    errors: dict[str, str] = {}
    by_pixels: dict[bytes, list[tuple[Example, bytes]]] = defaultdict(list)
    for example, found in _read_all(examples):
        on_image(isinstance(found, ImageError))
        if isinstance(found, ImageError):
            errors[example.name or example.image] = found.message
        else:
            by_pixels[found[1]].append((example, found[0]))
    copies = [
        Copies(tuple(example for example, _ in own), is_exact=len({file for _, file in own}) == 1)
        for own in by_pixels.values()
        if len(own) > 1
    ]
    return Contents(errors, tuple(copies))


def _read_all(
    examples: Sequence[Example],
) -> Iterator[tuple[Example, tuple[bytes, bytes] | ImageError]]:
    """Read the files in parallel, a few at a time: decoding leaves Python's lock to others."""
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        step = 32 * threads
        for first in range(0, len(examples), step):
            some = examples[first : first + step]
            yield from zip(some, pool.map(_digests, some), strict=True)


def _digests(example: Example) -> tuple[bytes, bytes] | ImageError:
    """Return a digest of a file's bytes, and one of its pixels."""
    try:
        picture = open_image(example.image)
        digest = hashlib.sha256(f"{picture.size}".encode())
        digest.update(picture.tobytes())
        return hashlib.sha256(Path(example.image).read_bytes()).digest(), digest.digest()
    except ImageError as error:
        return error
    except OSError as error:
        return ImageError(f"{example.image}: cannot be opened: {error.strerror}")
