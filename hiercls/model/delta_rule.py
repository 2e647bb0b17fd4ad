"""The gated delta rule over rows of any length, in as few large products as it takes.

The library's own version in plain PyTorch cuts every row into pieces of 64 tokens, filled up with
padding; a question of 80 tokens costs it 128. Here a row is one piece, or few of equal length.
"""

from __future__ import annotations

import torch
from torch.nn.functional import pad

LONGEST_PIECE = 128
"""Tokens; the products within a piece grow with the square of its length."""


def gated_delta_rule(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    decay: torch.Tensor,
    beta: torch.Tensor,
    state: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Let each row's state forget, correct itself by its tokens, and be read by them.

    The state S of a head maps keys to values. A token does S <- exp(g) S, then
    S <- S + beta k (v - k S)^T, then reads q S / sqrt(key_dim).

    Source:
        Yang, Kautz and Hatamizadeh 2025, "Gated Delta Networks", section 3.3 (the form in pieces);
        Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule", section 3 (the
        triangular system).

    Args:
        query: Shape (rows, heads, tokens, key_dim); of length 1, as are the keys.
        key: Of the same shape.
        value: Shape (rows, heads, tokens, value_dim).
        decay: The logarithm g of what is kept, at most 0, shape (rows, heads, tokens).
        beta: How much of a correction is made, 0 to 1, of the same shape. A token with beta and
            decay 0 changes nothing: padding.
        state: Shape (rows, heads, key_dim, value_dim); None is all zero.

    Returns:
        What was read, shape (rows, heads, tokens, value_dim), and the new state.
    """
    tokens = key.shape[2]
    num_pieces = -(-tokens // LONGEST_PIECE)
    length = -(-tokens // num_pieces)
    if missing := num_pieces * length - tokens:
        query, key, value = (pad(own, (0, 0, 0, missing)) for own in (query, key, value))
        decay, beta = pad(decay, (0, missing)), pad(beta, (0, missing))
    outputs = []
    for piece in range(num_pieces):
        own = slice(piece * length, (piece + 1) * length)
        output, state = _piece(
            query[:, :, own], key[:, :, own], value[:, :, own], decay[..., own], beta[..., own], state
        )
        outputs.append(output)
    assert state is not None  # for mypy: there is a piece at least
    return (outputs[0] if num_pieces == 1 else torch.cat(outputs, dim=2))[:, :, :tokens], state


def _piece(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    decay: torch.Tensor,
    beta: torch.Tensor,
    state: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    since_start = decay.cumsum(-1)  # (rows, heads, tokens)
    between = since_start.unsqueeze(-1) - since_start.unsqueeze(-2)
    kept = between.tril().exp().tril()  # (rows, heads, to, from); tril first: no overflow above
    query = query * query.shape[-1] ** -0.5
    scaled_key = key * beta.unsqueeze(-1)
    target = value * beta.unsqueeze(-1)
    since_start = since_start.exp().unsqueeze(-1)
    if state is not None:
        target = target - (scaled_key * since_start) @ state
    system = (scaled_key @ key.mT) * kept  # its diagonal is not read
    written = torch.linalg.solve_triangular(system, target, upper=False, unitriangular=True)
    output = ((query @ key.mT) * kept) @ written
    to_end = kept[..., -1, :].unsqueeze(-1)
    new_state = (key * to_end).mT @ written
    if state is not None:
        output = output + (query * since_start) @ state
        new_state = new_state + state * since_start[..., -1:, :]
    return output, new_state
