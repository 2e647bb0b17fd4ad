"""The language model over rows of tokens: one forward for serving and for training.

The library's layers, run by a loop of our own. It differs from theirs in what it does not do: no
padding where tokens do not meet, no state that a later row could find changed, no work on tokens
of the last layer that no one reads, and no row of the vocabulary but those asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from hiercls.model.mixing import Kept, Rotation, full_attention, keys_and_values, linear_attention
from hiercls.model.packing import Packing


@dataclass(frozen=True)
class State:
    """What the model keeps of a row that it has read; never changed, so that many may go on.

    Attributes:
        num_tokens: How many have been read.
        next_position: Rotary position of the next token, which is text.
        layers: For each layer, what it keeps.
    """

    num_tokens: int
    next_position: int
    layers: tuple[Kept, ...]

    @property
    def num_bytes(self) -> int:
        """Memory that it takes."""
        return sum(own.numel() * own.element_size() for kept in self.layers for own in kept)


@dataclass(frozen=True)
class Row:
    """Tokens to be read.

    Attributes:
        inputs: Their embeddings, visual tokens among them, shape (tokens, hidden).
        positions: Rotary positions (time, height, width), shape (3, tokens).
        next_position: Of the text behind them.
        before: What has been read before them.
    """

    inputs: torch.Tensor
    positions: torch.Tensor
    next_position: int
    before: State | None = None


@dataclass(frozen=True)
class Reading:
    """What came of reading some rows.

    Attributes:
        hidden: Last hidden states after the final norm: of the rows' last tokens, shape
            (rows, hidden), or of all tokens, packed, (tokens, hidden); None if not asked for.
        states: For each row, what is kept of it; empty if not asked for.
        watched: Hidden states of all tokens behind the layers asked for, packed.
        packing: Where each row's tokens stand in them.
    """

    hidden: torch.Tensor | None
    states: tuple[State, ...]
    packing: Packing
    watched: dict[int, torch.Tensor] = field(default_factory=dict)


def read(
    language_model: Any,
    rows: Sequence[Row],
    *,
    hidden: Literal["last", "all", "none"] = "last",
    keep: bool = False,
    watch: Collection[int] = (),
) -> Reading:
    """Read rows side by side, each on from where it stands.

    Args:
        language_model: The library's text model of MiniCPM-V 4.6 or 4.7.
        rows: One or more, each of one token or more.
        hidden: Of which tokens the last hidden states are wanted.
        keep: Return what is needed to go on.
        watch: Numbers of layers, from 0, behind which the states of all tokens are returned.
    """
    packing = Packing([len(row.inputs) for row in rows], rows[0].inputs.device)
    inputs = torch.cat([row.inputs for row in rows])
    rotation = _rotation(language_model, inputs, torch.cat([row.positions for row in rows], dim=1))
    # What the layers add up is added up in float32, which costs little and is nearer to the truth.
    states = inputs.float() if inputs.dtype in (torch.bfloat16, torch.float16) else inputs
    layers = list(language_model.layers[: language_model.config.num_hidden_layers])
    kept: list[list[Kept]] = []
    watched: dict[int, torch.Tensor] = {}
    for number, layer in enumerate(layers):
        before = [None if row.before is None else row.before.layers[number] for row in rows]
        wanted = hidden if number == len(layers) - 1 else "all"
        states, own = _run_layer(
            layer, states, packing, before, rotation, wanted, dtype=inputs.dtype, keep=keep
        )
        if keep:
            kept.append(own)
        if number in watch:
            watched[number] = states
    final = None if hidden == "none" else language_model.norm(states).to(inputs.dtype)
    return Reading(final, tuple(_states(rows, kept)) if keep else (), packing, watched)


def _rotation(language_model: Any, states: torch.Tensor, positions: torch.Tensor) -> Rotation:
    cosines, sines = language_model.rotary_emb(states.unsqueeze(0), positions.unsqueeze(1))
    return Rotation(cosines.squeeze(0), sines.squeeze(0))


def _run_layer(
    layer: Any,
    states: torch.Tensor,
    packing: Packing,
    before: Sequence[Kept | None],
    rotation: Rotation,
    wanted: str,
    *,
    dtype: torch.dtype,
    keep: bool,
) -> tuple[torch.Tensor, list[Kept]]:
    """One layer; behind it stand the states of the wanted tokens alone."""
    normed = layer.input_layernorm(states).to(dtype)
    if layer.block_type == "linear_attention":
        mixed, kept = linear_attention(layer.linear_attn, normed, packing, before, keep=keep)
        if wanted == "last":
            mixed = mixed[packing.last]
    elif wanted == "none":
        return states, keys_and_values(layer.self_attn, normed, packing, before, rotation)
    else:
        only_last = wanted == "last"
        mixed, kept = full_attention(
            layer.self_attn, normed, packing, before, rotation, only_last=only_last
        )
    if wanted == "none":
        return states, kept
    states = mixed + (states[packing.last] if wanted == "last" else states)
    # Mixtures of experts expect a batch; nothing in a layer's second half looks across it.
    normed = layer.post_attention_layernorm(states).to(dtype)
    return states + layer.mlp(normed.unsqueeze(0)).squeeze(0), kept


def _states(rows: Sequence[Row], kept: Sequence[Sequence[Kept]]) -> list[State]:
    """What is kept of each row, by itself: no row holds on to the memory of all."""
    return [
        State(
            num_tokens=len(row.inputs) + (0 if row.before is None else row.before.num_tokens),
            next_position=row.next_position,
            layers=tuple((own[i][0].clone(), own[i][1].clone()) for own in kept),
        )
        for i, row in enumerate(rows)
    ]
