"""How many states fit, and what happens when they do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image
from scorers import opened

from hiercls.config import ModelSettings
from hiercls.errors import ConfigError
from hiercls.model.memory import GIB, free_bytes, halving, num_states, state_bytes
from hiercls.model.opening import OpenImage
from hiercls.model.scorer import MiniCPMVScorer

pytestmark = pytest.mark.slow


class Narrow:
    """Work that takes only so many items at a time."""

    def __init__(self, most: int, error: type[RuntimeError] = torch.OutOfMemoryError) -> None:
        self.most = most
        self.error = error
        self.done: list[int] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        if len(items) > self.most:
            raise self.error("can't allocate memory")
        self.done.append(len(items))
        return [item * item for item in items]


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
@pytest.mark.parametrize("most", [1, 3, 100])
def test_work_that_does_not_fit_is_halved_until_it_does(
    most: int, error: type[RuntimeError]
) -> None:
    work = Narrow(most, error)
    assert halving(work, range(10)) == [n * n for n in range(10)]
    assert max(work.done) <= most


def test_an_item_that_does_not_fit_alone_is_an_error() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        halving(Narrow(0), [1, 2])


def test_other_errors_are_not_tried_again() -> None:
    def broken(items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        raise RuntimeError("shapes do not fit")

    calls: list[int] = []
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        halving(broken, [1, 2, 3, 4])
    assert calls == [4]


@pytest.mark.parametrize("kind", ["minicpmv4_6", "minicpmv4_7"])
def test_the_size_of_a_state_is_known_before_there_is_one(
    kind: str, checkpoints: dict[str, Path]
) -> None:
    scorer = MiniCPMVScorer.load(checkpoints[kind], ModelSettings(self_test=False))
    (image,) = opened(scorer, [Image.new("RGB", (64, 64))])
    assert isinstance(image, OpenImage) and image.state is not None
    expected = state_bytes(scorer.checkpoint.model, image.state.num_tokens)
    assert image.state.num_bytes == expected


def test_the_memory_allowed_says_how_many_images_are_open(checkpoints: dict[str, Path]) -> None:
    folder = checkpoints["minicpmv4_6"]
    scorer = MiniCPMVScorer.load(folder, ModelSettings(self_test=False))
    one = state_bytes(scorer.checkpoint.model, 96)
    for most in (1, 7, 100):
        settings = ModelSettings(self_test=False, memory_gib=(most + 0.5) * one / GIB)
        assert num_states(scorer.checkpoint, settings) == most
        assert MiniCPMVScorer(scorer.checkpoint, settings).max_open == most
    assert num_states(scorer.checkpoint, ModelSettings(memory_gib=1e-12)) == 1


def test_free_memory_is_a_number_of_bytes() -> None:
    assert free_bytes(torch.device("cpu")) > 1 << 20


def test_no_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="memory_gib is 0; expected a number above 0"):
        ModelSettings(memory_gib=0)
