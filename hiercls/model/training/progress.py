"""How far a training is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hiercls.model.training.validation import Score


@dataclass
class Progress:
    """How far a training is, between two steps.

    Attributes:
        epoch: The one that it is in, from 0.
        batch: The next of that epoch.
        before: By level, how well it was answered without adapters.
        best: The same with the best adapters so far.
        num_trained: Images that were trained on.
        train_seconds: What that took.
        num_validated: Images that were validated on.
        validate_seconds: What that took.
        errors: Why images could not be read, each once.
    """

    epoch: int = 0
    batch: int = 0
    before: dict[int, Score] = field(default_factory=dict)
    best: dict[int, Score] = field(default_factory=dict)
    num_trained: int = 0
    train_seconds: float = 0.0
    num_validated: int = 0
    validate_seconds: float = 0.0
    errors: dict[str, None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {**asdict(self), "errors": list(self.errors)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Progress:
        """What `to_json` returned, after a way through JSON."""
        scores = {
            name: {int(level): Score(**own) for level, own in values[name].items()}
            for name in ("before", "best")
        }
        return cls(**{**values, **scores, "errors": dict.fromkeys(values["errors"])})
