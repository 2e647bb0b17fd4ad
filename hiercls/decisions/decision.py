"""What a rule decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hiercls.decisions.probabilities import NodeProbabilities


@dataclass(frozen=True)
class Decision:
    """Where the answer ends.

    Attributes:
        nodes: The node, or the few nodes of a set, the most probable first; none where an answer
            is withheld.
        probability: That the truth is at or below one of them.
        reason: Why it does not end at the most probable leaf, in one line; None where it does.
        is_set: The rule answers with sets, though this one may hold one node.
    """

    nodes: tuple[str, ...]
    probability: float
    reason: str | None = None
    is_set: bool = False


Rule: TypeAlias = Callable[[NodeProbabilities], Decision]
"""Decides from what is known of one image; draws no lots and keeps nothing between images."""
