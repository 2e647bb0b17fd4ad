"""What is wrong with a taxonomy, and the words to say it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Place = tuple["Place | None", "str | int"] | None
"""Where in a document, as a linked list from the inside out: (place of the container, key)."""


class Fault(Exception):
    """What is wrong with a taxonomy, before it is known in which file and on which line.

    Attributes:
        place: Where in the document, or None.
        line: The line, where it is known already.
        first: The place of the other of two things that clash, or None.
        is_unquoted: Whether quotes around the value at `place` would help.
    """

    def __init__(
        self,
        message: str,
        *,
        place: Place = None,
        line: int | None = None,
        first: Place = None,
        hint: str | None = None,
        is_unquoted: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.line = line
        self.first = first
        self.hint = hint
        self.is_unquoted = is_unquoted


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without quotes that YAML reads as something else, and no field has a use for."""

    kind: str
    text: str


def describe(value: object) -> str:
    """Return what a value is, for a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case Plain():
            return f"the {value.kind} {shortened(value.text)}"
        case str():
            return f"the text {quoted(value)}"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
        case _:
            return f"a Python {type(value).__name__}"


def quoted(text: str) -> str:
    """Return text in quotes for a message: cut where it is long, on one line."""
    return repr(shortened(text))


def shortened(text: str) -> str:
    """Return the beginning of a text that is long."""
    return text if len(text) <= 60 else text[:57] + "..."
