"""Images on their way from the caller to the scorer; one that fails stops no other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from PIL import Image

from hiercls.errors import ImageError
from hiercls.images import open_image
from hiercls.scoring import Handle, Scorer

ImageSource: TypeAlias = "str | Path | bytes | Image.Image"


class Opened:
    """One image between source and handle.

    Attributes:
        label: What it is called in its prediction.
        picture: Its pixels, until it has a handle.
        error: Why it has none, in one line.
        handle: What the scorer made of it.
    """

    def __init__(self, source: ImageSource) -> None:
        self.label = _label(source)
        self.picture: Image.Image | None = None
        self.error: str | None = None
        self.handle: Handle = None
        try:
            self.picture = open_image(source)
        except ImageError as error:
            self.error = error.message


def open_all(sources: Iterable[ImageSource], scorer: Scorer) -> list[Opened]:
    """Read images and open them with a scorer, together as far as it takes them."""
    images = [Opened(source) for source in sources]
    _hand_over([image for image in images if image.error is None], scorer)
    return images


def _hand_over(images: Sequence[Opened], scorer: Scorer) -> None:
    """Open the readable images together, or one by one where one of them is refused."""
    try:
        handles = scorer.open([image.picture for image in images if image.picture])
    except ImageError as error:
        if len(images) == 1:
            images[0].error, images[0].picture = error.message, None
        else:
            for image in images:
                _hand_over([image], scorer)
        return
    for image, handle in zip(images, handles, strict=True):
        image.handle, image.picture = handle, None


def _label(source: ImageSource) -> str:
    if isinstance(source, (str, Path)):
        return os.fspath(source)
    if isinstance(source, Image.Image):
        return str(getattr(source, "filename", "")) or "image"
    return "bytes"
