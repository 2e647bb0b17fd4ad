from __future__ import annotations

import filecmp
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from hiercls.cascade import Cascade
from hiercls.model.helpers import Helpers
from hiercls.model.maker import CheckpointShape
from hiercls.model.pretraining import PretrainingSettings, pretrain
from hiercls.plan import Plan
from hiercls.questions import PromptFormat
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow

COLOURS = Taxonomy.from_dict(
    {
        "name": "colours",
        "children": [
            {"name": "warm", "children": [{"name": "red"}, {"name": "yellow"}]},
            {"name": "cold", "children": [{"name": "blue"}, {"name": "green"}]},
        ],
    }
)
FORMAT = PromptFormat(descriptions=False, instruction="Letter?", open_instruction="Name?")
SETTINGS = PretrainingSettings(
    steps=3, batch_size=4, rows_per_picture=2, warmup_steps=1, processes=1
)


def patch(rng: random.Random) -> tuple[Image.Image, str]:
    name = rng.choice(COLOURS.leaves)
    return Image.new("RGB", (rng.randint(40, 90), rng.randint(40, 90)), name), name


def run(folder: Path, settings: PretrainingSettings) -> Path:
    return pretrain(
        folder,
        Plan(COLOURS),
        patch,
        shape=CheckpointShape(full_attention_interval=2),
        prompt_format=FORMAT,
        settings=settings,
        report=print,
    )


def test_a_seed_gives_the_same_weights_and_they_can_be_used(tmp_path: Path) -> None:
    first = run(tmp_path / "first", SETTINGS)
    again = run(tmp_path / "again", SETTINGS)
    other = run(tmp_path / "other", replace(SETTINGS, seed=1))
    weights = "model.safetensors"
    assert filecmp.cmp(first / weights, again / weights, shallow=False)
    assert not filecmp.cmp(first / weights, other / weights, shallow=False)
    assert {tensor.dtype for tensor in load_file(first / weights).values()} == {torch.bfloat16}
    cascade = Cascade.load(COLOURS, model=first)
    assert cascade.predict(Image.new("RGB", (50, 50), "red")).leaf in COLOURS.leaves


def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    # One question a picture: then both halves of a batch weigh the same.
    settings = replace(SETTINGS, rows_per_picture=1, open_share=0.0)
    one = load_file(run(tmp_path / "one", settings) / "model.safetensors")
    two = load_file(run(tmp_path / "two", replace(settings, processes=2)) / "model.safetensors")
    # Muon makes full steps even in directions where the gradient is little but rounding.
    for name, tensor in one.items():
        assert (tensor.float() - two[name].float()).norm() < 0.1 * tensor.float().norm() + 1e-3


def test_the_helpers_prefer_what_is_right() -> None:
    torch.manual_seed(0)
    helpers = Helpers(8, [[[1], [2, 3]]])
    keys = torch.eye(8)[:3]
    helpers.asker.load_state_dict({"weight": torch.eye(8), "bias": torch.zeros(8)})
    helpers.offerer.load_state_dict({"weight": torch.eye(8), "bias": torch.zeros(8)})
    offered = [keys, keys[:2]]
    right = torch.tensor([2, 0])
    good = helpers.pointer_loss(keys[right], offered, right)
    bad = helpers.pointer_loss(keys[[0, 1]], offered, right)
    assert good < 0.01 < 1 < bad


def test_levels_that_a_picture_does_not_reach_cost_nothing() -> None:
    helpers = Helpers(8, [[[1], [2]], [[3], [4]]])
    embedding = torch.randn(5, 8)
    states = [torch.randn(2, 8)] * 3
    both = helpers.name_loss(states, embedding, torch.tensor([[0, 1], [1, -1]]))
    assert torch.isfinite(both)
