"""One node of a taxonomy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """What a taxonomy says of one node; where it stands is the taxonomy's business.

    Attributes:
        id: Unique in the taxonomy.
        name: What people and the model read; may repeat under other parents.
        description: What tells it from its siblings, on one line, or None.
        question: Asked about its children, if it sets one itself; see `Taxonomy.question`.
        is_class: Whether it may be an answer: every leaf, and inner nodes marked `class: true`.
        index: Its class number in a data set, or None.
    """

    id: str
    name: str
    description: str | None = None
    question: str | None = None
    is_class: bool = True
    index: int | None = None
