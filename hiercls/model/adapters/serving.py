"""Which adapter answers which question."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from hiercls.model.adapters.manifest import folder_name
from hiercls.plan import Question

if TYPE_CHECKING:
    from hiercls.model.adapters.adapters import Adapters  # peft only where adapters are wanted


class LevelAdapters:
    """The adapters of a model, each for the questions of its level.

    Args:
        adapters: In the model.
        activation: Whether they read the questions alone ("suffix") or the whole prompt ("full").
        levels: By the node that asks, the level that its question was trained at, where that is
            not the one that it has now: in a part of the taxonomy, levels count from there.

    Attributes:
        activation: As given.
    """

    def __init__(
        self, adapters: Adapters, activation: str, levels: Mapping[str, int] | None = None
    ) -> None:
        self._adapters = adapters
        self._names = frozenset(adapters.names)
        self._levels = levels or {}
        self.activation = activation

    def of(self, question: Question) -> str | None:
        """Name of the adapter that answers a question; None where its level was not trained."""
        name = folder_name(self._levels.get(question.node, question.level))
        return name if name in self._names else None

    def on(self, name: str | None) -> AbstractContextManager[None]:
        """Read with an adapter, or with none."""
        return self._adapters.on(name)
