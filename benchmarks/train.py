"""How fast adapters of all levels are trained: through one reading of the image, and otherwise.

    python benchmarks/train.py --size full|tiny --output FILE.json [--model DIR] [--steps N]
                               [--images-per-step N] [--together N] [--rank N] [--device cpu|cuda]

An example is a picture with one question of each level of the taxonomy flags, and every adapter
is stepped. Three ways, in turn within each round, so that a busy machine slows all alike:

* shared: hiercls, adapters on while the questions are read; vision and image once a picture.
* full: hiercls with `--activation full`; vision once a picture, the whole prompt once a level.
* plain: PEFT LoRA on transformers' own forward over the whole prompt, with the pixels, one pass a
  level; rows of a batch padded on the right, and only the letters' logits computed, which is less
  than what fine-tuning tools do.

Without --model, full makes a checkpoint of random weights, of 2.6 GB.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForImageTextToText

from hiercls.config import AdapterSettings, ModelSettings, TrainingSettings
from hiercls.data import Course, Example, Exercise
from hiercls.images import open_image
from hiercls.model.adapters.adapters import Adapters, level_config
from hiercls.model.adapters.manifest import folder_name
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.maker import FULL_SIZE, make_checkpoint
from hiercls.model.opening import cut
from hiercls.model.prompt import Prompt
from hiercls.model.training.learner import Learner
from hiercls.model.training.parts import Part
from hiercls.plan import Plan
from hiercls.questions import render
from hiercls.taxonomy import Taxonomy
from hiercls.tiny.training import draw_pictures

Batch = list[tuple[Exercise, ...]]


class Ours:
    """Trains as `hiercls train` does."""

    def __init__(
        self, folder: Path, plan: Plan, given: argparse.Namespace, activation: str
    ) -> None:
        self.checkpoint = load_checkpoint(folder, running(given))
        self.together = given.together
        made = AdapterSettings(rank=given.rank, activation=activation)
        training = TrainingSettings()
        adapters = Adapters(self.checkpoint.model)
        levels = range(plan.num_levels)
        for level in levels:
            adapters.add(folder_name(level), level_config(made, "base"))
        self.parts = [
            Part(folder_name(level), [level], adapters.parameters(folder_name(level)), training)
            for level in levels
        ]
        self.learner = Learner(
            self.checkpoint,
            prompt_of(self.checkpoint),
            plan,
            adapters=adapters,
            made=made,
            settings=training,
        )

    def step(self, batch: Batch) -> None:
        shares = {part.levels[0]: 1 / len(batch) for part in self.parts}
        for first in range(0, len(batch), self.together):
            some = batch[first : first + self.together]
            images = [open_image(own[0].example.image) for own in some]
            pixels = [cut(self.checkpoint, image, max_slice_nums=1) for image in images]
            self.learner.learn(pixels, some, shares=shares)
        for part in self.parts:
            part.step(5e-4)


class Plain:
    """PEFT LoRA on the library's forward, the whole prompt for each question."""

    def __init__(self, folder: Path, plan: Plan, given: argparse.Namespace) -> None:
        self.checkpoint = load_checkpoint(folder, running(given))
        self.prompt = prompt_of(self.checkpoint)
        self.together = given.together
        dtype = self.checkpoint.model.dtype
        own: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=dtype)
        own = own.to(self.checkpoint.model.device)  # its own vision attention, not ours
        config = level_config(AdapterSettings(rank=given.rank), "base")
        self.names = [folder_name(level) for level in range(plan.num_levels)]
        self.model: Any = get_peft_model(own, config, adapter_name=self.names[0])
        for name in self.names[1:]:
            self.model.add_adapter(name, config)
        self.optimizers = []
        for name in self.names:
            self.model.set_adapter(name)
            weights = [own for own in self.model.parameters() if own.requires_grad]
            self.optimizers.append(torch.optim.AdamW(weights, lr=5e-4))

    def step(self, batch: Batch) -> None:
        for level, name in enumerate(self.names):
            self.model.set_adapter(name)
            for first in range(0, len(batch), self.together):
                some = [own[level] for own in batch[first : first + self.together]]
                (self.loss(some) * len(some) / len(batch)).backward()
            self.optimizers[level].step()
            self.optimizers[level].zero_grad()

    def loss(self, exercises: Sequence[Exercise]) -> torch.Tensor:
        images = [open_image(own.example.image) for own in exercises]
        pixels = [cut(self.checkpoint, image, max_slice_nums=1) for image in images]
        sizes = torch.cat([own.target_sizes for own in pixels])
        base, prompt = self.model.get_base_model(), self.prompt
        mode, device = self.checkpoint.downsample_mode, base.device
        divisor = 4 if mode == "4x" else 16
        rows = []
        for exercise, size in zip(exercises, sizes, strict=True):
            tail = prompt.tail(render(exercise.question, self.checkpoint.prompt_format))
            head = prompt.head((0, 0), [int(size.prod()) // divisor])
            rows.append(torch.tensor([*head, *tail]))
        ids = pad_sequence(rows, batch_first=True).to(device)
        lengths = torch.tensor([len(row) for row in rows], device=device)
        mask = torch.arange(ids.shape[1], device=device) < lengths[:, None]
        states = base.model(
            input_ids=ids,
            attention_mask=mask.long(),
            pixel_values=torch.cat([own.values for own in pixels], -1).to(device, base.dtype),
            target_sizes=sizes.to(device),
            downsample_mode=mode,
            use_cache=False,
        ).last_hidden_state
        last = states[torch.arange(len(rows), device=device), lengths - 1]
        logits = (last @ base.lm_head.weight[prompt.letter_ids].T).float()
        counts = torch.tensor([len(own.question.options) for own in exercises], device=device)
        beyond = torch.arange(logits.shape[1], device=device) >= counts[:, None]
        right = torch.tensor([own.right for own in exercises], device=device)
        return cross_entropy(logits.masked_fill(beyond, -torch.inf), right)


def prompt_of(checkpoint: Checkpoint) -> Prompt:
    return Prompt(checkpoint.tokenizer, use_image_id=checkpoint.image_processor.use_image_id)


def running(given: argparse.Namespace) -> ModelSettings:
    return ModelSettings(device=given.device)


def measure(
    ways: dict[str, Callable[[Batch], None]], batches: Sequence[Batch], device: str
) -> dict[str, list[float]]:
    """Examples a second of each way in each round, after a round that is not counted."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number, batch in enumerate(batches):
        for name, step in ways.items():
            begun = time.perf_counter()
            step(batch)
            if device.startswith("cuda"):
                torch.cuda.synchronize()
            if number:
                found[name].append(len(batch) / (time.perf_counter() - begun))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("full", "tiny"), required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="a checkpoint that is there already")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--images-per-step", type=int)
    parser.add_argument("--together", type=int, help="images read together")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    is_full = given.size == "full"
    given.steps = given.steps or (2 if is_full else 6)
    given.images_per_step = given.images_per_step or (4 if is_full else 32)
    given.together = given.together or (4 if is_full else 32)
    with tempfile.TemporaryDirectory() as temporary:
        result = run(given, Path(temporary), is_full=is_full)
    given.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def run(given: argparse.Namespace, folder: Path, *, is_full: bool) -> dict[str, Any]:
    plan = Plan(Taxonomy.load("flags"))
    model = given.model or (full_checkpoint(folder, plan) if is_full else Path("tiny"))
    if str(model) == "tiny":
        from hiercls.model.checkpoint import find_checkpoint

        model = find_checkpoint("tiny")
    draw_pictures(folder / "pictures", given.images_per_step, seed=0)
    paths = sorted((folder / "pictures").glob("*.png"))
    if is_full:
        for path in paths:  # one slice of 64 visual tokens
            open_image(path).resize((448, 448)).save(path)
    examples = [Example(str(path), path.stem.split("-")[1], path.name) for path in paths]
    course = Course(plan, examples)
    batches = [
        [course.exercises(epoch, place) for place in range(given.images_per_step)]
        for epoch in range(given.steps + 1)
    ]
    random.seed(0)
    shared, full = (Ours(model, plan, given, own) for own in ("suffix", "full"))
    plain = Plain(model, plan, given)
    ways = {"shared_prefix": shared.step, "full": full.step, "plain": plain.step}
    device = str(plain.checkpoint.model.device)
    speeds = {name: statistics.median(own) for name, own in measure(ways, batches, device).items()}
    return {
        **{f"{name}_examples_per_second": round(speed, 4) for name, speed in speeds.items()},
        "ratio": round(speeds["shared_prefix"] / speeds["plain"], 3),
        "ratio_to_full": round(speeds["shared_prefix"] / speeds["full"], 3),
        "size": given.size,
        "levels": plan.num_levels,
        "rank": given.rank,
        "steps": given.steps,
        "images_per_step": given.images_per_step,
        "images_together": given.together,
        "device": device,
        "dtype": str(plain.checkpoint.model.dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def full_checkpoint(folder: Path, plan: Plan) -> Path:
    texts = [render(plan.question(node)) for node in plan.nodes]
    return make_checkpoint(folder / "model", texts, shape=FULL_SIZE, dtype=torch.bfloat16)


if __name__ == "__main__":
    main()
