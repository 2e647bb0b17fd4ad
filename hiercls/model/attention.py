"""Vision attention over packed images: segments of equal length run as one call.

The stock vision tower walks over the segments in Python, and its window merger has one segment a
window of 2 x 2 patches: hundreds of calls an image. Transformers hands the packed tensors and their
boundaries to an attention function whose name contains "flash", so this one carries it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, PreTrainedModel

NAME = "hiercls_flash_segments"


def segment_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None = None,
    *,
    cu_seq_lens_q: torch.Tensor,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention within each segment of one packed row.

    Args:
        module: The attention layer; not used, part of the interface.
        query: Shape (1, heads, tokens, head_dim).
        key: Of the same shape.
        value: Of the same shape.
        attention_mask: Always None here.
        cu_seq_lens_q: Boundaries of the segments, shape (segments + 1,).
        scaling: Of the products; None is 1 / sqrt(head_dim).
        dropout: On the attention weights.

    Returns:
        The output, shape (1, tokens, heads, head_dim), and None for the weights.
    """
    lengths = cu_seq_lens_q.diff().tolist()
    packed = torch.cat([query, key, value]).transpose(1, 2)  # (3, tokens, heads, head_dim)
    if len(set(lengths)) == 1:
        return _attend(packed, lengths[0], scaling, dropout).unsqueeze(0), None
    pieces = packed.split(lengths, dim=1)
    outputs: dict[int, torch.Tensor] = {}
    for length in set(lengths):
        members = [i for i, other in enumerate(lengths) if other == length]
        joined = torch.cat([pieces[i] for i in members], dim=1)
        attended = _attend(joined, length, scaling, dropout)
        outputs.update(zip(members, attended.split(length), strict=True))
    return torch.cat([outputs[i] for i in range(len(lengths))]).unsqueeze(0), None


def _attend(
    packed: torch.Tensor, length: int, scaling: float | None, dropout: float
) -> torch.Tensor:
    _, tokens, heads, head_dim = packed.shape
    segments = packed.view(3, tokens // length, length, heads, head_dim).transpose(2, 3)
    query, key, value = segments.unbind(0)  # (segments, heads, length, head_dim)
    attended = scaled_dot_product_attention(query, key, value, dropout_p=dropout, scale=scaling)
    return attended.transpose(1, 2).reshape(tokens, heads, head_dim)


def use_segment_attention(model: PreTrainedModel) -> None:
    """Let a loaded model's vision tower attend by segments of equal length.

    The name is set on the configuration after construction: a model built with such a name looks
    for the flash-attention package. It is not saved with the model.
    """
    AttentionInterface.register(NAME, segment_attention)
    model.model.vision_tower.config._attn_implementation = NAME
