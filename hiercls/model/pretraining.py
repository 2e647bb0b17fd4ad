"""Base training: a small MiniCPM-V learns from nothing to answer multiple choice about pictures.

Multiple choice alone does not start: seeing is easy, but binding a letter to an option that must
first be read is not. Three helpers make it learn within an hour on two cores, and are gone
afterwards:

* the names of the picture's nodes are told apart by the embeddings of the names' own tokens: from
  the visual tokens, and right behind the image at a middle layer and at the last;
* a pointer loss: the state at the answer must match the states of the right option's tokens;
* open questions, answered by a name.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import distributed, nn
from torch.multiprocessing.spawn import spawn
from torch.nn.functional import cross_entropy
from transformers import (
    AutoImageProcessor,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from hiercls.errors import ModelError
from hiercls.model.attention import use_segment_attention
from hiercls.model.checkpoint import PROMPT_FORMAT_FILE, TRAINING_FILE
from hiercls.model.helpers import Helpers
from hiercls.model.language import read
from hiercls.model.learning import make_optimizers, spread_positions
from hiercls.model.lessons import Lessons, Pictures, Row, collate
from hiercls.model.maker import (
    CheckpointShape,
    build_model,
    train_tokenizer,
    write_preprocessor_config,
)
from hiercls.model.opening import OpenImage, row_of
from hiercls.plan import Plan
from hiercls.questions import PromptFormat, render, render_open

_LOG_EVERY = 25
_SAVE_EVERY = 250


@dataclass(frozen=True)
class PretrainingSettings:
    """Settings of a base training; the defaults train the bundled model.

    Attributes:
        batch_size: Pictures a step.
        rows_per_picture: Questions about each.
        open_share: Share of the questions that are open.
        name_weight: Of the loss that names the picture right behind the image.
        pointer_weight: Of the loss that finds the right option's tokens.
        learning_rate: Of AdamW, for embeddings, convolutions, biases and norms.
        matrix_learning_rate: Of Muon, for all other matrices.
        processes: Data-parallel processes of one thread each, which share every batch: faster
            than threads for so small a model, and at ease on a busy machine.
    """

    steps: int = 1900
    batch_size: int = 64
    rows_per_picture: int = 1
    open_share: float = 0.1
    name_weight: float = 0.5
    pointer_weight: float = 0.5
    learning_rate: float = 1.5e-3
    matrix_learning_rate: float = 0.02
    warmup_steps: int = 100
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    processes: int = 2
    seed: int = 0


class Trainer:
    """One base training: model, helpers, optimizer and the course of lessons."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        lessons: Lessons,
        settings: PretrainingSettings,
    ) -> None:
        self.model: Any = model
        self.settings = settings
        self.lessons = lessons
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.helpers = Helpers(
                model.config.text_config.hidden_size, _name_tokens(tokenizer, lessons)
            )
        modules = nn.ModuleList([model, self.helpers])
        self._parameters = list(modules.parameters())
        self._optimizers = make_optimizers(
            modules,
            learning_rate=settings.learning_rate,
            matrix_learning_rate=settings.matrix_learning_rate,
            weight_decay=settings.weight_decay,
        )
        self._schedulers = [
            torch.optim.lr_scheduler.LambdaLR(optimizer, self._rate)
            for optimizer in self._optimizers
        ]

    def _rate(self, step: int) -> float:
        warmup, steps = self.settings.warmup_steps, self.settings.steps
        if step < warmup:
            return (step + 1) / warmup
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))

    def step(self, batch: dict[str, Any]) -> dict[str, float]:
        """One update; returns the losses and the share of right answers by name."""
        self.model.train()
        losses, accuracy = self.losses(batch)
        weights = {"name": self.settings.name_weight, "pointer": self.settings.pointer_weight}
        total = torch.stack([loss * weights.get(key, 1.0) for key, loss in losses.items()]).sum()
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        total.backward()
        _average_gradients(self._parameters)
        nn.utils.clip_grad_norm_(self._parameters, self.settings.clip_norm)
        for optimizer, scheduler in zip(self._optimizers, self._schedulers, strict=True):
            optimizer.step()
            scheduler.step()
        return {key: float(loss.detach()) for key, loss in losses.items()} | {"accuracy": accuracy}

    def losses(self, batch: dict[str, Any]) -> tuple[dict[str, torch.Tensor], float]:
        """The losses of a batch by name, and the share of multiple choice answered right."""
        pictures = self._open(batch)
        rows: list[Row] = [row for own in batch["rows"] for row in own]
        images = [image for image, own in zip(pictures, batch["rows"], strict=True) for _ in own]
        num_layers = self.model.config.text_config.num_hidden_layers
        pointing, middle = num_layers - 2, (num_layers - 1) // 2
        reading = read(
            self.model.model.language_model,
            [
                row_of(self.model, [], image, row.tail + row.answer[:-1], downsample_mode="16x")
                for image, row in zip(images, rows, strict=True)
            ],
            hidden="all",
            watch=(pointing, middle),
        )
        assert reading.hidden is not None  # for mypy
        states, watched = reading.hidden, reading.watched  # each (tokens of all rows, hidden)
        starts = [  # of the tails
            first + len(image.ids)
            for first, image in zip(reading.packing.first.tolist(), images, strict=True)
        ]
        last = [start + len(row.tail) - 1 for start, row in zip(starts, rows, strict=True)]
        losses = {"answer": self._answer_loss(states, rows, last)}
        choices = [i for i, row in enumerate(rows) if row.right is not None]
        right = torch.tensor([rows[i].right for i in choices])
        logits = self._letter_logits(states, rows, choices, last)
        losses["letter"] = cross_entropy(logits, right)
        offered = [_option_states(watched[pointing], starts[i], rows[i].spans) for i in choices]
        asked = watched[pointing][[last[i] for i in choices]]
        losses["pointer"] = self.helpers.pointer_loss(asked, offered, right)
        behind = [starts[i] - 1 for i in _first_rows(batch["rows"])]
        seen = [
            torch.stack([image.features.mean(0) for image in pictures]),
            watched[middle][behind],
            states[behind],
        ]
        embedding = self.model.get_input_embeddings().weight
        losses["name"] = self.helpers.name_loss(seen, embedding, batch["names"])
        return losses, float((logits.argmax(1) == right).float().mean())

    def _open(self, batch: dict[str, Any]) -> list[OpenImage]:
        sizes = batch["target_sizes"]
        output = self.model.model.get_image_features(batch["pixel_values"], sizes)
        return [
            OpenImage(head, features, size[None])
            for head, features, size in zip(
                batch["head_ids"], output.pooler_output, sizes, strict=True
            )
        ]

    def _answer_loss(self, states: torch.Tensor, rows: list[Row], last: list[int]) -> torch.Tensor:
        """Cross-entropy of the answers' tokens against the whole vocabulary."""
        where = [last[i] + k for i, row in enumerate(rows) for k in range(len(row.answer))]
        picked = states[where]
        targets = torch.tensor([token for row in rows for token in row.answer])
        return cross_entropy(self.model.lm_head(picked), targets)

    def _letter_logits(
        self, states: torch.Tensor, rows: list[Row], choices: list[int], last: list[int]
    ) -> torch.Tensor:
        letters = self.model.lm_head.weight[self.lessons.letter_ids]
        logits = states[[last[i] for i in choices]] @ letters.T  # (choices, 26)
        counts = torch.tensor([len(rows[i].spans) for i in choices])
        beyond = torch.arange(logits.shape[1]) >= counts[:, None]
        masked: torch.Tensor = logits.masked_fill(beyond, -math.inf)
        return masked


def pretrain(
    folder: Path,
    plan: Plan,
    pictures: Pictures,
    *,
    shape: CheckpointShape,
    prompt_format: PromptFormat,
    settings: PretrainingSettings = PretrainingSettings(),
    start: Path | None = None,
    report: Callable[[str], None] = print,
) -> Path:
    """Train a small MiniCPM-V 4.6 on drawn pictures and write it as a checkpoint.

    Args:
        folder: Where the checkpoint goes, in the layout of the published ones; weights bfloat16.
        plan: The questions to learn.
        pictures: Makes a picture of some leaf from a source of randomness.
        shape: Sizes of the model.
        prompt_format: The form of question, written beside the weights.
        settings: Of the training.
        start: An earlier checkpoint of the same plan, shape and format to go on from, with new
            helpers and a new course; None starts from nothing.
        report: Takes one line of progress now and then.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(_texts(plan, prompt_format))
    tokenizer.save_pretrained(folder)
    write_preprocessor_config(folder, shape)
    _write_json(folder / PROMPT_FORMAT_FILE, asdict(prompt_format))
    _write_json(folder / TRAINING_FILE, _record(plan, settings, start))
    work = _Work(folder, plan, pictures, shape, prompt_format, settings, start)
    if settings.processes == 1:
        _train(0, work, report)
    else:
        with tempfile.TemporaryDirectory() as meeting:
            arguments = (f"{meeting}/store", work, report)
            spawn(_run_one_of_several, args=arguments, nprocs=settings.processes)
    return folder


@dataclass(frozen=True)
class _Work:
    """What each process is told."""

    folder: Path
    plan: Plan
    pictures: Pictures
    shape: CheckpointShape
    prompt_format: PromptFormat
    settings: PretrainingSettings
    start: Path | None


def _run_one_of_several(rank: int, store: str, work: _Work, report: Callable[[str], None]) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=work.settings.processes
    )
    _train(rank, work, report)
    distributed.destroy_process_group()


def _train(rank: int, work: _Work, report: Callable[[str], None]) -> None:
    settings = work.settings
    trainer = _make_trainer(work)
    share = range(rank, settings.batch_size, settings.processes)
    begun = time.monotonic()
    sums: dict[str, float] = {}
    for number in range(1, settings.steps + 1):
        first = (number - 1) * settings.batch_size
        batch = collate([trainer.lessons[first + i] for i in share])
        for key, value in trainer.step(batch).items():
            sums[key] = sums.get(key, 0.0) + value
        if rank == 0 and number % _LOG_EVERY == 0:
            means = "  ".join(f"{key} {value / _LOG_EVERY:.3f}" for key, value in sums.items())
            report(f"step {number}/{settings.steps}  {time.monotonic() - begun:.0f} s  {means}")
        if number % _LOG_EVERY == 0:
            sums = {}
        if rank == 0 and (number % _SAVE_EVERY == 0 or number == settings.steps):
            _save(trainer.model, work.folder)


def _make_trainer(work: _Work) -> Trainer:
    settings = work.settings
    tokenizer: Any = AutoTokenizer.from_pretrained(work.folder)
    model = build_model(tokenizer, architecture="minicpmv4_6", shape=work.shape, seed=settings.seed)
    spread_positions(model.model.vision_tower.embeddings.position_embedding.weight)
    if work.start is not None:
        model.load_state_dict(_start_weights(work.start, model))
    use_segment_attention(model)
    lessons = Lessons(
        work.plan,
        work.pictures,
        tokenizer=tokenizer,
        image_processor=AutoImageProcessor.from_pretrained(work.folder, backend="pil"),
        prompt_format=work.prompt_format,
        rows_per_lesson=settings.rows_per_picture,
        open_share=settings.open_share,
        seed=settings.seed,
    )
    return Trainer(model, tokenizer, lessons, settings)


def _start_weights(folder: Path, model: Any) -> dict[str, torch.Tensor]:
    path = folder / "model.safetensors"
    if not path.is_file():
        raise ModelError(f"{folder}: no model.safetensors to start from")
    weights = {name: tensor.float() for name, tensor in load_file(path).items()}
    weights.setdefault("lm_head.weight", weights["model.language_model.embed_tokens.weight"])
    own = model.state_dict()
    unlike = [name for name in own if name not in weights or weights[name].shape != own[name].shape]
    if unlike:
        raise ModelError(f"{path}: {unlike[0]} is missing or of another shape; cannot start there")
    return weights


def _average_gradients(parameters: Sequence[torch.Tensor]) -> None:
    """The mean over the processes, in place."""
    if not distributed.is_initialized():
        return
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    parts = flat.split([p.numel() for p in parameters])
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.grad = part.view_as(parameter)


def _save(model: PreTrainedModel, folder: Path) -> None:
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    model.config.dtype = torch.bfloat16
    model.save_pretrained(folder, state_dict=weights)


def _texts(plan: Plan, prompt_format: PromptFormat) -> list[str]:
    questions = [plan.question(node) for node in plan.nodes]
    choices = [render(question, prompt_format) for question in questions]
    return choices + [render_open(question, prompt_format) for question in questions]


def _name_tokens(tokenizer: PreTrainedTokenizerBase, lessons: Lessons) -> list[list[list[int]]]:
    # As they stand in an option's line: behind a space.
    return [
        [tokenizer.encode(f" {option.name}", add_special_tokens=False) for option in options]
        for options in lessons.levels.options
    ]


def _option_states(
    states: torch.Tensor, start: int, spans: Sequence[tuple[int, int]]
) -> torch.Tensor:
    return torch.stack(
        [states[start + first : start + last + 1].mean(0) for first, last in spans]
    )  # (options, hidden)


def _first_rows(rows: Sequence[Sequence[Row]]) -> list[int]:
    firsts, number = [], 0
    for own in rows:
        firsts.append(number)
        number += len(own)
    return firsts


def _record(plan: Plan, settings: PretrainingSettings, start: Path | None) -> dict[str, Any]:
    """What the checkpoint says of its training, and of the one that it went on from."""
    record: dict[str, Any] = {"settings": asdict(settings), "plan": plan.hash}
    if start is not None and (start / TRAINING_FILE).is_file():
        earlier = json.loads((start / TRAINING_FILE).read_text(encoding="utf-8"))
        record["start"] = earlier
    return record


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
