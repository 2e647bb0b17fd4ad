"""The gated delta rule over rows of any length, in as few passes over memory as it takes.

The library's version in plain PyTorch fills every row up to pieces of 64 tokens, scales each array
on its own and solves its triangular systems one by one. Here a row is cut into equal pieces,
what scales a token is applied to the small products, and the systems are inverted by halves.
"""

from __future__ import annotations

import torch
from torch.nn.functional import pad

LONGEST_PIECE = 64
"""Tokens; the work within a piece grows with the square of its length, that between does not."""

_HALVINGS = 2
_EPSILON = 1e-6  # as in the library, under the root of a squared length


def gated_delta_rule(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    decay: torch.Tensor,
    beta: torch.Tensor,
    state: torch.Tensor | None = None,
    keep: bool = True,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Let each row's state forget, correct itself by its tokens, and be read by them.

    The state S of a head maps keys to values. With q and k brought to length 1, a token does
    S <- exp(g) S, then S <- S + beta k (v - k S)^T, then reads q S / sqrt(key_dim).

    Source:
        Yang, Kautz and Hatamizadeh 2025, "Gated Delta Networks", section 3.3 (the form in pieces);
        Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule", section 3 (the
        triangular system).

    Args:
        query: Shape (rows, heads, tokens, key_dim), float32.
        key: Of the same shape.
        value: Shape (rows, heads, tokens, value_dim).
        decay: The logarithm g of what is kept, at most 0, shape (rows, heads, tokens).
        beta: How much of a correction is made, 0 to 1, of the same shape. A token with beta and
            decay 0 changes nothing: padding.
        state: Shape (rows, heads, key_dim, value_dim); None is all zero.
        keep: Whether the new state is wanted.

    Returns:
        What was read, shape (rows, heads, tokens, value_dim), and the new state or None.
    """
    tokens = key.shape[2]
    num_pieces = -(-tokens // LONGEST_PIECE)
    step = 1 << _HALVINGS
    length = -(-tokens // (num_pieces * step)) * step
    if missing := num_pieces * length - tokens:
        query, key, value = (pad(own, (0, 0, 0, missing)) for own in (query, key, value))
        decay, beta = pad(decay, (0, missing)), pad(beta, (0, missing))
    outputs = []
    for number in range(num_pieces):
        own = slice(number * length, (number + 1) * length)
        output, state = _piece(
            query[:, :, own],
            key[:, :, own],
            value[:, :, own],
            decay[..., own],
            beta[..., own],
            state,
            keep=keep or number < num_pieces - 1,
        )
        outputs.append(output)
    output = outputs[0] if num_pieces == 1 else torch.cat(outputs, dim=2)
    return output[:, :, :tokens], state


def _piece(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    decay: torch.Tensor,
    beta: torch.Tensor,
    state: torch.Tensor | None,
    *,
    keep: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    tokens, key_dim = key.shape[2:]
    asking = torch.cat([query, key], dim=2)
    products = asking @ key.mT  # (rows, heads, query and key tokens, tokens)
    key_scale = (products.diagonal(-tokens, -2, -1) + _EPSILON).rsqrt()
    query_scale = ((query * query).sum(-1) + _EPSILON).rsqrt() * key_dim**-0.5
    since_start = decay.cumsum(-1)  # (rows, heads, tokens)
    kept = _kept(since_start) * key_scale.unsqueeze(-2)  # (rows, heads, to, from)
    reads, overlaps = (products.unflatten(2, (2, tokens)) * kept.unsqueeze(2)).unbind(2)
    correction = key_scale * beta
    inverse = _inverse(overlaps * correction.unsqueeze(-1))
    target = value * beta.unsqueeze(-1)
    since_start = since_start.exp()
    if state is None:
        written = inverse @ target
        output = reads @ written
    else:
        asked, known = (asking @ state).split(tokens, dim=2)
        written = inverse @ (target - known * (correction * since_start).unsqueeze(-1))
        output = reads @ written + asked * since_start.unsqueeze(-1)
    output = output * query_scale.unsqueeze(-1)
    if not keep:
        return output, None
    new_state = (key * kept[..., -1, :].unsqueeze(-1)).mT @ written
    if state is not None:
        new_state = new_state + state * since_start[..., -1, None, None]
    return output, new_state


def _kept(since_start: torch.Tensor) -> torch.Tensor:
    """What is left at a token of what an earlier one has written: 1 at itself, 0 before it."""
    between = since_start.unsqueeze(-1) - since_start.unsqueeze(-2)
    return between.tril().exp().tril()  # tril first: above the diagonal it would overflow


def _inverse(system: torch.Tensor, halvings: int = _HALVINGS) -> torch.Tensor:
    """The inverse of a lower triangular matrix with ones on its diagonal, which is not read."""
    tokens = system.shape[-1]
    if not halvings:
        ones = torch.eye(tokens, dtype=system.dtype, device=system.device).expand_as(system)
        inverse: torch.Tensor = torch.linalg.solve_triangular(
            system, ones, upper=False, unitriangular=True
        )
        return inverse
    half = tokens // 2
    blocks = torch.stack([system[..., :half, :half], system[..., half:, half:]])
    first, second = _inverse(blocks, halvings - 1).unbind(0)
    below = -second @ (system[..., half:, :half] @ first)
    upper = torch.cat([first, torch.zeros_like(first)], dim=-1)
    return torch.cat([upper, torch.cat([below, second], dim=-1)], dim=-2)
