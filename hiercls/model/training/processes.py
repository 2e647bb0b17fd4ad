"""Several processes that train together, as torchrun or accelerate starts them, or one alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import distributed

from hiercls.config import ModelSettings


@dataclass(frozen=True)
class Processes:
    """This process among those that train together.

    Attributes:
        rank: Its number, from 0; that one alone writes.
        size: How many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes and reports."""
        return self.rank == 0

    def sum_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Give every process the sum of all gradients; one without a gradient adds nothing."""
        if self.size == 1 or not parameters:
            return
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        parts = flat.split([p.numel() for p in parameters])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.grad = part.view_as(parameter).clone()

    def sums(self, numbers: Iterable[float], device: torch.device) -> list[float]:
        """Return the sums of some numbers over all processes, the same in each."""
        if self.size == 1:
            return list(numbers)
        total = torch.tensor(list(numbers), dtype=_widest(device), device=device)
        distributed.all_reduce(total)
        summed: list[float] = total.tolist()
        return summed

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.size > 1:
            distributed.barrier()


def _widest(device: torch.device) -> torch.dtype:
    return torch.float32 if device.type == "mps" else torch.float64


@contextmanager
def joined() -> Iterator[Processes]:
    """Meet the processes that were started with this one, if any were."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Processes()
        return
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Processes(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()


def own_device(settings: ModelSettings) -> ModelSettings:
    """Return the settings with the device of this process, where each has one of its own."""
    local = os.environ.get("LOCAL_RANK")
    if local is None or settings.device not in ("auto", "cuda") or not torch.cuda.is_available():
        return settings
    torch.cuda.set_device(int(local))
    return replace(settings, device=f"cuda:{local}")
