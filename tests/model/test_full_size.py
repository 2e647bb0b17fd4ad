"""The published size with random weights, on an accelerator: `make test-gpu`."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from PIL import Image

from hiercls.cascade import Cascade
from hiercls.config import ModelSettings
from hiercls.model.checkpoint import load_checkpoint
from hiercls.model.maker import FULL_SIZE, make_checkpoint

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = ["What is the layout of this flag?\nA. cross\nAnswer with the letter."]
    folder = tmp_path_factory.mktemp("full") / "checkpoint"
    return make_checkpoint(folder, texts, shape=FULL_SIZE, dtype=torch.bfloat16)


def test_it_loads_in_bfloat16(folder: Path) -> None:
    model = load_checkpoint(folder, ModelSettings(device="cuda")).model
    assert model.dtype == torch.bfloat16
    assert model.device.type == "cuda"


def test_it_answers_and_a_batch_equals_single_images(folder: Path) -> None:
    cascade = Cascade.load("flags", model=folder, settings=ModelSettings(device="cuda"))
    images = [Image.new("RGB", size, "red") for size in ((640, 480), (300, 700), (64, 64))]
    found = list(cascade.predict_batch(images))
    for prediction, image in zip(found, images, strict=True):
        assert len(prediction.steps) == 3
        first, alone = prediction.steps[0], cascade.predict(image).steps[0]
        assert math.fsum(first.probabilities) == pytest.approx(1, abs=1e-3)
        assert first.probabilities == pytest.approx(alone.probabilities, abs=0.05)
