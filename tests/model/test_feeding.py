from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hiercls.config import ModelSettings
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.training.feeding import Feed

pytestmark = pytest.mark.slow


class Fastidious:
    """An image processor that takes no blue."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor

    def __call__(self, images: list[Image.Image], **options: Any) -> Any:
        if any(image.getpixel((0, 0)) == (0, 0, 255) for image in images):
            raise ValueError("too blue")
        return self._processor(images, **options)


@pytest.fixture
def checkpoint(checkpoints: dict[str, Path]) -> Checkpoint:
    return load_checkpoint(checkpoints["minicpmv4_6"], ModelSettings(self_test=False))


def draw(folder: Path, colours: str) -> list[tuple[str, int]]:
    """Pictures by their numbers; "x" is none."""
    folder.mkdir(exist_ok=True)
    names = {"r": "red", "g": "green", "b": "blue"}
    for number, colour in enumerate(colours):
        if colour == "x":
            (folder / f"{number}.png").write_bytes(b"none")
        else:
            Image.new("RGB", (64, 64), names[colour]).save(folder / f"{number}.png")
    return [(str(folder / f"{number}.png"), number) for number in range(len(colours))]


def test_groups_come_in_their_order_with_what_belongs_to_them(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    pairs = draw(tmp_path, "rgrgrgrgrgrg")
    groups = [pairs[i : i + 2] for i in range(0, len(pairs), 2)] + [[]]
    feed: Feed[int] = Feed(checkpoint, max_slice_nums=1)
    found = list(feed(groups))
    assert [own.items for own in found] == [tuple(n for _, n in group) for group in groups]
    assert [len(own.pixels) for own in found] == [2] * 6 + [0]


def test_what_cannot_be_read_or_prepared_keeps_nothing_else_out(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    fastidious = replace(checkpoint, image_processor=Fastidious(checkpoint.image_processor))
    feed: Feed[int] = Feed(fastidious, max_slice_nums=1)
    mixed, none = feed([draw(tmp_path / "mixed", "rbxgb"), draw(tmp_path / "none", "bx")])
    assert mixed.items == (0, 3) and len(mixed.pixels) == 2
    assert len(mixed.errors) == 3 and sum("too blue" in own for own in mixed.errors) == 2
    assert none.items == () and none.pixels == () and len(none.errors) == 2
