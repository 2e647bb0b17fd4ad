from __future__ import annotations

import pytest
import torch
from torch import nn

from hiercls.model.learning import make_optimizers, spread_positions

pytestmark = pytest.mark.slow


def test_every_parameter_has_just_one_optimizer_and_only_matrices_have_muon() -> None:
    modules = nn.ModuleDict(
        {
            "embedding": nn.Embedding(5, 4),
            "convolution": nn.Conv1d(4, 4, 2),
            "norm": nn.LayerNorm(4),
            "linear": nn.Linear(4, 3),
        }
    )
    optimizers = make_optimizers(
        modules, learning_rate=1e-3, matrix_learning_rate=0.02, weight_decay=0.1
    )
    taken = [[id(p) for g in o.param_groups for p in g["params"]] for o in optimizers]
    assert sorted(taken[0] + taken[1]) == sorted(id(p) for p in modules.parameters())
    assert taken[0] == [id(modules["linear"].weight)]


def test_an_embedding_that_is_also_the_head_is_no_matrix_between_layers() -> None:
    embedding, head = nn.Embedding(5, 4), nn.Linear(4, 5, bias=False)
    head.weight = embedding.weight
    modules = nn.ModuleList([head, embedding, nn.Linear(4, 4)])
    muon, _ = make_optimizers(
        modules, learning_rate=1e-3, matrix_learning_rate=0.02, weight_decay=0.1
    )
    assert [p.shape for g in muon.param_groups for p in g["params"]] == [(4, 4)]


def test_positions_start_the_more_alike_the_nearer_they_lie() -> None:
    table = torch.full((64, 32), 9.0)  # 8 x 8
    spread_positions(table)
    near, below, far = table[1], table[8], table[63]
    assert table[0] @ near > table[0] @ far
    assert table[0] @ below > table[0] @ far
    assert len(table.unique(dim=0)) == 64
    torch.testing.assert_close(table.square().sum(1), torch.full((64,), 16.0))
