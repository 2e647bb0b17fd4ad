"""Small things to train: a taxonomy of two levels, pictures of one colour each, a random model."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors.torch import load_file

from hiercls.config import AdapterSettings, ModelSettings, PlanSettings, TrainingSettings
from hiercls.data import Example
from hiercls.model.training.work import Work
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

COLOURS = {
    "husky": (200, 30, 30),
    "pug": (200, 120, 30),
    "siamese": (30, 30, 200),
    "manx": (30, 160, 200),
    "parrot": (30, 200, 60),
}
PETS = {
    "name": "pets",
    "children": [
        {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
        {"name": "cat", "children": [{"name": "siamese"}, {"name": "manx"}]},
        {"name": "parrot"},
    ],
}
RUNNING = ModelSettings(self_test=False, batch_size=4)
TRAINING = TrainingSettings(
    epochs=2, images_per_step=6, learning_rate=1e-3, patience=0, save_seconds=0.0
)
ADAPTERS = AdapterSettings(rank=4)


def pets_plan(**changes: Any) -> Plan:
    return Plan(Taxonomy.from_dict({**PETS, **changes}), PlanSettings(merge="none"))


def draw_pets(folder: Path, count: int) -> list[Example]:
    """Write pictures, a class each in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(0)
    examples = []
    for number in range(count):
        node = list(COLOURS)[number % len(COLOURS)]
        colour = tuple(min(255, max(0, own + rng.randint(-20, 20))) for own in COLOURS[node])
        path = folder / f"{number:03d}.png"
        Image.new("RGB", (64, 64), colour).save(path)
        examples.append(Example(str(path), node, path.name))
    return examples


def pets_work(model: Path, pictures: Path, **changes: Any) -> Work:
    """A training of both levels on 20 pictures, judged by none, so that the last is kept."""
    examples = draw_pets(pictures, 20)
    work = Work(
        pets_plan(),
        examples,
        (),
        model=str(model),
        levels=(0, 1),
        running=RUNNING,
        adapters=ADAPTERS,
        training=TRAINING,
    )
    return replace(work, **changes)


def all_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of all adapters in a folder."""
    return {
        f"{path.parent.name}/{name}": tensor
        for path in sorted(folder.glob("*/adapter_model.safetensors"))
        for name, tensor in load_file(path).items()
    }


def furthest(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> float:
    """The largest difference of two sets of weights."""
    assert one.keys() == other.keys() and one
    return max(float((one[name] - other[name]).abs().max()) for name in one)
