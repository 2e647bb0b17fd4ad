"""What an import had to decide, for people to look at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_KEPT = 20  # examples of a note
_SHOWN = 3  # of them in a line of text


@dataclass(frozen=True, slots=True)
class Note:
    """One kind of decision.

    Attributes:
        kind: A word for programs.
        count: How often it was taken.
        message: One line: what was found, and what became of it.
        examples: The first few.
    """

    kind: str
    count: int
    message: str
    examples: tuple[str, ...] = ()

    def to_text(self) -> str:
        if not self.examples:
            return self.message
        shown = [example[:100] for example in self.examples[:_SHOWN]]
        num_more = self.count - len(shown)
        return f"{self.message}: {', '.join(shown)}{f', and {num_more:,} more' * (num_more > 0)}"

    def to_json(self) -> dict[str, Any]:
        examples = list(self.examples)
        return {
            "kind": self.kind,
            "count": self.count,
            "message": self.message,
            "examples": examples,
        }


@dataclass(slots=True)
class Tally:
    """Counts what happens often, and keeps the first few."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        self.count += 1
        if len(self.examples) < _KEPT:
            self.examples.append(example)


def tally(examples: Sequence[str]) -> Tally:
    return Tally(len(examples), list(examples[:_KEPT]))


class Notes:
    """Collects notes in the order in which they are taken."""

    def __init__(self) -> None:
        self.taken: list[Note] = []

    def add(self, kind: str, message: str, found: Tally | None = None) -> None:
        """Take a note; nothing if nothing was found."""
        if found is None:
            self.taken.append(Note(kind, 1, message))
        elif found.count:
            self.taken.append(Note(kind, found.count, message, tuple(found.examples)))


def counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
