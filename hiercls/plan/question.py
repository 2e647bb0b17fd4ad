"""One question of a plan: what is offered, and where each option leads."""

from __future__ import annotations

from dataclasses import dataclass

from hiercls.errors import PlanError

DEFAULT_QUESTION = "Which of these is in the picture?"
ITSELF = "{name} (none of the others)"
NONE = "none of these"


@dataclass(frozen=True)
class Option:
    """One answer that a question offers: a node, under the name it is offered by."""

    node: str
    name: str
    description: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked at one node.

    Attributes:
        node: Id of the node under which the options lie.
        level: Depth of the question in the plan, 0 at the root; adapters belong to levels.
        text: The question itself, one line.
        options: What is offered, in the order of the letters.
    """

    node: str
    level: int
    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise PlanError(
                f"question at {self.node!r} offers {len(self.options)} option; expected 2 or more"
            )


@dataclass(frozen=True)
class Outcome:
    """Where an option leads.

    Attributes:
        path: Ids of the nodes entered by choosing it, in order: those merged away, the node
            offered, single children below it. Empty where the path ends at the node that was
            asked: an inner node that is a class was chosen itself, or none of its children.
        node: Id of the node reached.
        ends: Nothing is left to ask there.
        none: "None of these" was chosen: the image shows the node that was asked, if anything, and
            none of its children. The path ends there, at no class.
    """

    path: tuple[str, ...]
    node: str
    ends: bool
    none: bool = False
