"""How base training moves the weights, and where they start: both decide what an hour can teach."""

from __future__ import annotations

import torch
from torch import nn


def make_optimizers(
    modules: nn.Module,
    *,
    learning_rate: float,
    matrix_learning_rate: float,
    weight_decay: float,
) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Muon for the matrices between the layers, AdamW for the rest.

    Muon takes a step of equal size in every direction of a matrix, so that
    directions which few pictures show are learned too.

    Source:
        Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".
    """
    embedded = {id(m.weight) for m in modules.modules() if isinstance(m, nn.Embedding)}
    parameters = list(modules.parameters())
    matrices = [p for p in parameters if p.ndim == 2 and id(p) not in embedded]
    taken = {id(p) for p in matrices}
    decayed = [p for p in parameters if p.ndim > 1 and id(p) not in taken]
    plain = [p for p in parameters if p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return (
        torch.optim.Muon(matrices, lr=matrix_learning_rate, weight_decay=weight_decay),
        torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98)),
    )


def spread_positions(table: torch.Tensor) -> None:
    """Start a square table of learned positions, shape (side * side, width), as waves over it.

    Neighbours then begin alike, which a small vision tower would take long to find out.

    Source:
        Beyer, Zhai and Kolesnikov 2022, "Better plain ViT baselines for ImageNet-1k".
    """
    side, quarter = round(table.shape[0] ** 0.5), table.shape[1] // 4
    frequencies = 100.0 ** -(torch.arange(quarter) / quarter)
    down, across = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    angles = [place.reshape(-1, 1) * frequencies for place in (across, down)]
    waves = torch.cat([wave(angle) for angle in angles for wave in (torch.sin, torch.cos)], dim=1)
    with torch.no_grad():
        table[:, : 4 * quarter] = waves
