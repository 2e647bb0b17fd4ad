"""The heads that help a small model to learn multiple choice; they exist only while training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from torch.nn.utils.rnn import pad_sequence


class Helpers(nn.Module):
    """The heads that exist only while training.

    Args:
        hidden: Width of the language model.
        level_tokens: For each level of the plan, the token ids of its nodes' names.
    """

    def __init__(self, hidden: int, level_tokens: Sequence[Sequence[Sequence[int]]]) -> None:
        super().__init__()
        self._level_tokens = [
            nn.utils.rnn.pad_sequence(
                [torch.tensor(t) for t in names], batch_first=True, padding_value=-1
            )
            for names in level_tokens
        ]
        self.readers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(3))
        self.namers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in level_tokens)
        self.asker = nn.Linear(hidden, hidden)
        self.offerer = nn.Linear(hidden, hidden)
        self.scales = nn.Parameter(torch.full((4,), math.log(10.0)))

    def name_loss(
        self, states: Sequence[torch.Tensor], embedding: torch.Tensor, names: torch.Tensor
    ) -> torch.Tensor:
        """Cross-entropy of the right node at each level.

        Args:
            states: The mean of the visual tokens, and what stands right behind the image at the
                middle and at the last layer, each (pictures, hidden).
            embedding: Of the tokens, shape (vocabulary, hidden).
            names: Index of the right node at each level or -1, shape (pictures, levels).
        """
        losses = []
        for level, tokens in enumerate(self._level_tokens):
            known = tokens >= 0
            bags = (embedding[tokens.clamp(min=0)] * known.unsqueeze(-1)).sum(1)
            bags = normalize(self.namers[level](bags / known.sum(1, keepdim=True)), dim=-1)
            for reader, scale, state in zip(self.readers, self.scales[:3], states, strict=True):
                logits = scale.exp() * normalize(reader(state), dim=-1) @ bags.T
                losses.append(cross_entropy(logits, names[:, level], ignore_index=-1))
        return torch.stack(losses).mean()

    def pointer_loss(
        self, asked: torch.Tensor, offered: Sequence[torch.Tensor], right: torch.Tensor
    ) -> torch.Tensor:
        """Cross-entropy of the right option among the states of the options' tokens.

        Args:
            asked: States at the answers, shape (rows, hidden).
            offered: For each row the mean state of each option, shape (options, hidden).
            right: Index of the right option, shape (rows,).
        """
        keys = pad_sequence(list(offered), batch_first=True)  # (rows, most, hidden)
        keys = normalize(self.offerer(keys), dim=-1)
        query = normalize(self.asker(asked), dim=-1)
        logits = self.scales[3].exp() * torch.einsum("rh,roh->ro", query, keys)
        counts = torch.tensor([len(own) for own in offered])
        beyond = torch.arange(keys.shape[1]) >= counts[:, None]
        return cross_entropy(logits.masked_fill(beyond, -math.inf), right)
