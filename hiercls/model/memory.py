"""How many states fit into memory, and what to do when more than fit were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch

from hiercls.config import ModelSettings
from hiercls.model.checkpoint import Checkpoint

GIB = 1 << 30
SHARE = 0.5
"""Of the free memory, for what is kept of images; the rest is for the work itself."""

UNKNOWN_BYTES = 8 * GIB
"""Taken to be free where the system does not say."""

SLICE_TOKENS = 96
"""Tokens of a slice with the text around it, in the 16x mode; a few more or less change little."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def num_states(checkpoint: Checkpoint, settings: ModelSettings, *, more_tokens: int = 0) -> int:
    """Return how many states of an image fit into the memory that may be used, at least one.

    Args:
        checkpoint: Whose states.
        settings: Of the memory and of the images.
        more_tokens: That are in a state beside the image's.
    """
    if settings.memory_gib is not None:
        allowed = settings.memory_gib * GIB
    else:
        allowed = SHARE * free_bytes(checkpoint.model.device)
    slices = settings.max_slice_nums + (settings.max_slice_nums > 1)
    tokens = slices * SLICE_TOKENS * (4 if checkpoint.downsample_mode == "4x" else 1)
    return max(1, int(allowed / state_bytes(checkpoint.model, tokens + more_tokens)))


def state_bytes(model: Any, num_tokens: int) -> int:
    """Return the size of what the language model keeps of some tokens (`language.State`)."""
    config = model.config.get_text_config()
    size = model.dtype.itemsize
    head_dim = config.linear_key_head_dim
    keys, values = config.linear_num_key_heads, config.linear_num_value_heads
    memory = values * head_dim * config.linear_value_head_dim * torch.float32.itemsize
    channels = 2 * keys * head_dim + values * config.linear_value_head_dim
    linear = memory + (config.linear_conv_kernel_dim - 1) * channels * size
    full = 2 * num_tokens * config.num_key_value_heads * config.head_dim * size
    kinds = config.layer_types
    return int(kinds.count("linear_attention") * linear + kinds.count("full_attention") * full)


def free_bytes(device: torch.device) -> int:
    """Return the memory that is free on a device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return UNKNOWN_BYTES
    amounts = dict(line.split(":", 1) for line in lines)
    available = amounts.get("MemAvailable")
    return UNKNOWN_BYTES if available is None else int(available.split()[0]) * 1024


def halving(
    work: Callable[[Sequence[Asked]], list[Answer]], items: Sequence[Asked]
) -> list[Answer]:
    """Work on all items together, or on one half after the other where memory runs out.

    Raises:
        RuntimeError: It does not suffice for one item alone.
    """
    if not items:
        return []
    try:
        return work(items)
    except RuntimeError as error:
        if len(items) == 1 or not _is_out_of_memory(error):
            raise
    torch.cuda.empty_cache()
    middle = len(items) // 2
    return halving(work, items[:middle]) + halving(work, items[middle:])


def _is_out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
