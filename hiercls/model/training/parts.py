"""What is stepped and judged together: the adapter of a level, or all that share a part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from hiercls.config import TrainingSettings


@dataclass
class Judgement:
    """How a part does on examples that it is not trained on.

    Attributes:
        before: Mean loss of a question without the part's adapters.
        best: The lowest since then.
        best_epoch: After how many epochs; 0 where nothing was better than before.
        num_worse: Epochs since then.
    """

    before: float = math.inf
    best: float = math.inf
    best_epoch: int = 0
    num_worse: int = 0

    def judge(self, loss: float, *, epoch: int) -> bool:
        """Take the mean loss after an epoch; returns whether it is the best so far.

        Where there was nothing to judge by (NaN) the last is best.
        """
        if math.isnan(loss) or loss < self.best:
            self.best, self.best_epoch, self.num_worse = loss, epoch, 0
            return True
        self.num_worse += 1
        return False


class Part:
    """The weights of some adapters, their optimizer, and how they do.

    Attributes:
        name: "level-1", or "all" where the levels share an adapter.
        levels: The levels that depend on them.
        parameters: The weights.
        judgement: How they do.
    """

    def __init__(
        self,
        name: str,
        levels: Sequence[int],
        parameters: Sequence[nn.Parameter],
        settings: TrainingSettings,
    ) -> None:
        self.name = name
        self.levels = tuple(levels)
        self.parameters = list(parameters)
        self.judgement = Judgement()
        self._patience = settings.patience
        self._clip_norm = settings.clip_norm
        self._optimizer = torch.optim.AdamW(
            self.parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay
        )

    @property
    def is_over(self) -> bool:
        """Whether it has not become better for too long."""
        return 0 < self._patience <= self.judgement.num_worse

    def step(self, rate: float) -> None:
        """Move the weights by their gradients, and forget these; nothing where there are none."""
        if all(parameter.grad is None for parameter in self.parameters):
            return
        nn.utils.clip_grad_norm_(self.parameters, self._clip_norm)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)

    def moments(self) -> dict[str, torch.Tensor]:
        """What the optimizer keeps of each of the parameters, by number and name."""
        state = self._optimizer.state_dict()["state"]
        return {f"{i}/{key}": own[key] for i, own in state.items() for key in own}

    def restore_moments(self, moments: Mapping[str, torch.Tensor]) -> None:
        """Set what the optimizer keeps to what `moments` returned."""
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in moments.items():
            number, key = name.split("/")
            state.setdefault(int(number), {})[key] = tensor
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": state, "param_groups": groups})


def learning_rate(settings: TrainingSettings, *, step: int, num_steps: int) -> float:
    """Return the learning rate of a step, counted from 0: a rise, then a cosine down to 0.

    Example:
        >>> settings = TrainingSettings(learning_rate=1.0, warmup=0.5)
        >>> [round(learning_rate(settings, step=i, num_steps=4), 2) for i in range(4)]
        [0.5, 1.0, 1.0, 0.5]
    """
    warmup = math.ceil(settings.warmup * num_steps)
    if step < warmup:
        return settings.learning_rate * (step + 1) / warmup
    done = min(1.0, (step - warmup) / max(1, num_steps - warmup))
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
