"""Whoever wants to know how a training goes."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Is told what goes on."""

    def begin(self, what: str, num_images: int) -> None:
        """Something begins that takes so many images."""
        ...

    def advance(self, num_images: int, *, loss: float | None, accuracy: float | None) -> None:
        """So many more are done; loss and accuracy are those of the last of them, if known."""
        ...

    def say(self, line: str) -> None:
        """Something that a person wants to know."""
        ...


class Blind:
    """Takes no notice."""

    def begin(self, what: str, num_images: int) -> None: ...

    def advance(self, num_images: int, *, loss: float | None, accuracy: float | None) -> None: ...

    def say(self, line: str) -> None: ...
