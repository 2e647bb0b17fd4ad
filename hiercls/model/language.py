"""The language model over opened images: one forward for serving and for training.

Rows are padded on the right and nothing looks forward, so padding changes no real token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling


@dataclass(frozen=True)
class OpenImage:
    """One image after the vision tower.

    Attributes:
        head_ids: Token ids from the start of the prompt to the end of the image.
        features: Visual tokens of all its slices, shape (tokens, hidden).
        target_sizes: Patch grid of each slice, shape (slices, 2).
    """

    head_ids: list[int]
    features: torch.Tensor
    target_sizes: torch.Tensor


def read_rows(
    model: PreTrainedModel,
    images: Sequence[OpenImage],
    tails: Sequence[Sequence[int]],
    *,
    downsample_mode: str,
    output_hidden_states: bool = False,
) -> Any:
    """Run one row an image: its head, its visual tokens, and a tail of text.

    Args:
        model: A MiniCPM-V 4.6 or 4.7 with its language head.
        images: One a row; the same image may stand in several.
        tails: Token ids behind the image, one list a row.
        downsample_mode: That of the vision tower, for the positions of 4.7.
        output_hidden_states: Also return the states between the layers.

    Returns:
        The language model's output; `last_hidden_state` has shape (rows, longest row, hidden).
    """
    device = model.device
    rows = [
        torch.tensor([*image.head_ids, *tail]) for image, tail in zip(images, tails, strict=True)
    ]
    ids = pad_sequence(rows, batch_first=True).to(device)
    lengths = torch.tensor([len(row) for row in rows], device=device)
    mask = (torch.arange(ids.shape[1], device=device) < lengths[:, None]).long()
    features = BaseModelOutputWithPooling(
        pooler_output=[image.features for image in images],  # type: ignore[arg-type]
    )
    return model.model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=_positions(model, images, ids, mask, downsample_mode),
        mm_encoder_outputs={"image": features},
        use_cache=False,
        output_hidden_states=output_hidden_states,
    )


def _positions(
    model: PreTrainedModel,
    images: Sequence[OpenImage],
    ids: torch.Tensor,
    mask: torch.Tensor,
    downsample_mode: str,
) -> torch.Tensor:
    """Explicit positions: those of 4.7 would otherwise come from state left by other images."""
    if model.config.model_type == "minicpmv4_6":
        return torch.arange(ids.shape[1], device=ids.device).expand(ids.shape)
    positions, _ = model.model.get_rope_index(
        ids,
        mm_token_type_ids=(ids == model.config.image_token_id).int(),
        target_sizes=torch.cat([image.target_sizes for image in images]),
        downsample_mode=downsample_mode,
        attention_mask=mask,
    )
    return torch.as_tensor(positions)
