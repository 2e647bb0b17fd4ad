from __future__ import annotations

import pytest
import torch

from hiercls.model.attention import segment_attention

pytestmark = pytest.mark.slow


def one_by_one(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, lengths: list[int]
) -> torch.Tensor:
    """Softmax attention written out, a segment at a time."""
    parts = []
    for q, k, v in zip(*(x.split(lengths, dim=2) for x in (query, key, value)), strict=True):
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        parts.append((weights @ v).transpose(1, 2))
    return torch.cat(parts, dim=1)


@pytest.mark.parametrize(
    "lengths", [[5], [4] * 7, [3, 9, 3, 1, 9], [1, 1, 2]], ids=["one", "equal", "mixed", "short"]
)
def test_packed_segments_attend_within_themselves(lengths: list[int]) -> None:
    generator = torch.Generator().manual_seed(0)
    shape = (1, 2, sum(lengths), 8)
    query, key, value = (torch.randn(shape, generator=generator) for _ in range(3))
    bounds = torch.tensor([0, *lengths]).cumsum(0)
    found, weights = segment_attention(torch.nn.Module(), query, key, value, cu_seq_lens_q=bounds)
    assert weights is None
    torch.testing.assert_close(found, one_by_one(query, key, value, lengths))
