"""Which pictures the page lists, and what it says about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hiercls.evaluate import Scored
from hiercls.report.judgement import Judgement, Outcome
from hiercls.report.markup import counted
from hiercls.report.thumbnails import Thumbnails, make_thumbnails

MOST_LISTED = 20_000  # a browser holds no more with ease


@dataclass(frozen=True)
class Gallery:
    """The pictures that are listed.

    Attributes:
        listed: Their indices among all, in order.
        num_pictures: All of them.
        is_asked: Whether questions are known of any that is listed.
        thumbnails: Their small copies.
    """

    listed: tuple[int, ...]
    num_pictures: int
    is_asked: bool
    thumbnails: Thumbnails

    @classmethod
    def of(
        cls, scored: Sequence[Scored], judged: Sequence[Judgement], *, max_bytes: int
    ) -> Gallery:
        """Choose the pictures and make their small copies, those of mistakes first."""
        listed = choose(judged)
        paths = [Path(scored[index].example.image) for index in listed]
        mistakes = [
            at for at, index in enumerate(listed) if judged[index].outcome is not Outcome.RIGHT
        ]
        copies = make_thumbnails(paths, max_bytes=max_bytes, first=mistakes)
        is_asked = any(scored[index].prediction.steps for index in listed)
        return cls(listed, len(scored), is_asked, copies)

    def note(self) -> str:
        """Return what a reader should know, as HTML."""
        lines = [
            self._asked(),
            self._listed(),
            self._copies(),
        ]
        if self.thumbnails.num_unreadable:
            gone = counted(self.thumbnails.num_unreadable, "picture is", "pictures are")
            lines.append(f"{gone} not there or cannot be read.")
        if self.thumbnails.num_left_out:
            rest = counted(self.thumbnails.num_left_out, "copy is", "copies are")
            lines.append(f"{rest} left out to keep the page small; mistakes came first.")
        return " ".join(filter(None, lines))

    def _asked(self) -> str:
        if not self.is_asked:
            return ""
        return "Choose a picture to see its questions and how probable each option was."

    def _listed(self) -> str:
        if len(self.listed) == self.num_pictures:
            return ""
        return (
            f"Of the {self.num_pictures:,} pictures {len(self.listed):,} are listed, mistakes"
            " first; the numbers above are of all."
        )

    def _copies(self) -> str:
        shown = sum(jpeg is not None for jpeg in self.thumbnails.jpegs)
        if not shown:
            return ""
        return (
            f"{shown:,} of {len(self.listed):,} are here as copies of at most"
            f" {self.thumbnails.side} pixels ({self.thumbnails.num_bytes / 1e6:.1f} MB)."
        )


def choose(judged: Sequence[Judgement], most: int = MOST_LISTED) -> tuple[int, ...]:
    """Return which pictures to list: all, or else mistakes before what is right, evenly taken."""
    if len(judged) <= most:
        return tuple(range(len(judged)))
    mistakes = [i for i, one in enumerate(judged) if one.outcome is not Outcome.RIGHT]
    right = [i for i, one in enumerate(judged) if one.outcome is Outcome.RIGHT]
    kept = _evenly(mistakes, most)
    return tuple(sorted(kept + _evenly(right, most - len(kept))))


def _evenly(indices: list[int], most: int) -> list[int]:
    count = min(most, len(indices))
    return [indices[at * len(indices) // count] for at in range(count)]
