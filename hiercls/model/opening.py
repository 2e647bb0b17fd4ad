"""From pictures to what the language model reads of them: visual tokens, embeddings, positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from PIL import Image

from hiercls.errors import ImageError
from hiercls.model.checkpoint import Checkpoint
from hiercls.model.language import Row, State
from hiercls.model.prompt import Prompt


@dataclass(frozen=True)
class OpenImage:
    """One image after the vision tower.

    Attributes:
        ids: Token ids of the image, placeholders for its visual tokens among them.
        features: Visual tokens of all its slices, shape (tokens, hidden).
        target_sizes: Patch grid of each slice, shape (slices, 2).
        state: Of the language model behind the image, where that comes first.
        stem: Token ids of the text behind the image that is in the state as well.
    """

    ids: list[int]
    features: torch.Tensor
    target_sizes: torch.Tensor
    state: State | None = None
    stem: Sequence[int] = ()

    def read(self, state: State, stem: Sequence[int]) -> OpenImage:
        """The image once the language model has read it."""
        return replace(self, state=state, stem=stem)


@dataclass(frozen=True)
class Pixels:
    """One image as the vision tower takes it.

    Attributes:
        values: Patches of all slices, side by side, shape (1, 3, patch, patches * patch).
        target_sizes: Patch grid of each slice, shape (slices, 2).
        grid: Rows and columns of slices; (0, 0) where the image is not sliced.
    """

    values: torch.Tensor
    target_sizes: torch.Tensor
    grid: tuple[int, int]


def cut(checkpoint: Checkpoint, image: Image.Image, *, max_slice_nums: int) -> Pixels:
    """Resize an image, cut it into slices and patches.

    Raises:
        ImageError: The image processor cannot take it.
    """
    try:
        inputs = checkpoint.image_processor(
            [image], max_slice_nums=max_slice_nums, downsample_mode=checkpoint.downsample_mode
        )
    except (ValueError, TypeError, OverflowError, ZeroDivisionError, MemoryError) as error:
        size = f"{image.width} x {image.height}"
        raise ImageError(f"image of {size} pixels cannot be prepared: {error}") from error
    return Pixels(
        torch.as_tensor(inputs["pixel_values"]),
        torch.as_tensor(inputs["target_sizes"]),
        tuple(inputs["grids"][0]),
    )


def look(checkpoint: Checkpoint, prompt: Prompt, images: Sequence[Pixels]) -> list[OpenImage]:
    """Run the vision tower once over all images, packed.

    Args:
        checkpoint: Whose tower.
        prompt: Writes the images' token ids.
        images: One or more.
    """
    model: Any = checkpoint.model
    output = model.model.get_image_features(
        torch.cat([image.values for image in images], dim=-1).to(model.device),
        torch.cat([image.target_sizes for image in images]).to(model.device),
        downsample_mode=checkpoint.downsample_mode,
    )
    features: list[torch.Tensor] = output.pooler_output
    opened = []
    for image in images:
        own, features = features[: len(image.target_sizes)], features[len(image.target_sizes) :]
        ids = prompt.image(image.grid, [len(tokens) for tokens in own])
        opened.append(OpenImage(ids, torch.cat(own), image.target_sizes))
    return opened


def row_of(
    model: Any,
    front: Sequence[int],
    image: OpenImage,
    tail: Sequence[int],
    *,
    downsample_mode: str,
    before: State | None = None,
) -> Row:
    """Return the row of an image between two texts.

    Args:
        model: A MiniCPM-V with its language head.
        front: Token ids before the image.
        image: The image.
        tail: Token ids behind it.
        downsample_mode: That of the vision tower.
        before: What the model keeps of the front, which is then not read again.
    """
    ids = torch.tensor([*front, *image.ids, *tail], device=model.device)
    positions = _positions(model, ids, image, downsample_mode)
    skipped = 0 if before is None else len(front)
    inputs = _embed(model, ids[skipped:], image.features)
    return Row(inputs, positions[:, skipped:-1], int(positions[0, -1]), before)


def text_row(model: Any, ids: Sequence[int], before: State | None = None) -> Row:
    """Return the row of a text, at the start of a prompt or behind what was read before."""
    tokens = torch.tensor(ids, device=model.device)
    first = 0 if before is None else before.next_position
    last = first + len(tokens)
    positions = torch.arange(first, last, device=tokens.device).expand(3, -1)
    return Row(model.get_input_embeddings()(tokens), positions, last, before)


def _embed(model: Any, ids: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    embedded: torch.Tensor = model.get_input_embeddings()(ids)
    places = (ids == model.config.image_token_id).unsqueeze(-1)
    return embedded.masked_scatter(places, features.to(embedded.dtype))


def _positions(
    model: Any, ids: torch.Tensor, image: OpenImage, downsample_mode: str
) -> torch.Tensor:
    """Rotary positions of the tokens and of the text behind them, shape (3, tokens + 1).

    Those of 4.7 lay an image out in two dimensions, and where it ends the library sees by what
    follows it. It keeps what it found on the model, where the next image would use it; here
    positions are always worked out and always given.
    """
    if model.config.model_type == "minicpmv4_6":
        return torch.arange(len(ids) + 1, device=ids.device).expand(3, -1)
    ids = torch.cat([ids, ids[:1]])  # a prompt begins with text
    positions, _ = model.model.get_rope_index(
        ids.unsqueeze(0),
        mm_token_type_ids=(ids == model.config.image_token_id).int().unsqueeze(0),
        target_sizes=image.target_sizes,
        downsample_mode=downsample_mode,
    )
    return torch.as_tensor(positions).squeeze(1)
