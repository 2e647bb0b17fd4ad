"""What is read once and what is read again: the two orders of image and question.

Where the image comes first, its state serves all its questions, and the words with which all
questions begin are read with it. Where the question comes first, its state serves all images.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

import torch

from hiercls.model.checkpoint import Checkpoint
from hiercls.model.language import Row, State, read
from hiercls.model.opening import OpenImage, row_of, text_row
from hiercls.model.packing import batches
from hiercls.model.prompt import Prompt
from hiercls.questions import Turn

TEXTS_KEPT = 1 << 16
"""Questions whose token ids are kept; each takes about a kilobyte."""


Asked: TypeAlias = tuple[str | None, Turn]
"""A question, and the adapter that answers it."""


class Order(Protocol):
    """How images and questions become rows."""

    def share(self, turns: Iterable[Turn]) -> None:
        """Learn from some questions what all of them have in common."""
        ...

    def open(self, images: Sequence[OpenImage]) -> list[OpenImage]:
        """Read what the questions of an image share."""
        ...

    def rows(
        self, images: Sequence[OpenImage], turns: Sequence[Turn], *, adapter: str | None = None
    ) -> list[Row]:
        """What is left to read of each question about its image, up to the answer cue.

        Args:
            images: Opened.
            turns: One an image.
            adapter: Name of the adapter that is on, if one is.
        """
        ...

    def num_tokens(self, turn: Turn) -> int:
        """Tokens that a question costs, beyond what is read once an image."""
        ...


class ImageFirst:
    """Keeps a state for each image: of the image, and of the words that all questions begin with.

    Its questions show no example pictures, which would have to be read again for each image.

    Args:
        checkpoint: Whose language model reads.
        prompt: Writes the token ids.
        is_shared: Whether a state serves at all; it does not where an adapter is to read the image
            too.
    """

    def __init__(self, checkpoint: Checkpoint, prompt: Prompt, *, is_shared: bool = True) -> None:
        self._model: Any = checkpoint.model
        self._mode = checkpoint.downsample_mode
        self._is_shared = is_shared
        self._front = prompt.front()
        self._tail = lru_cache(TEXTS_KEPT)(prompt.tail)
        # Never less than what the template puts between image and text: 4.7 takes a line break
        # there as part of the image.
        self._stem = common_start([prompt.tail(text) for text in ("a", "b")])

    def share(self, turns: Iterable[Turn]) -> None:
        """Find the beginning that all texts share; images opened before keep theirs."""
        self._stem = common_start([self._tail(turn.text) for turn in turns])

    def open(self, images: Sequence[OpenImage]) -> list[OpenImage]:
        """Read the images up to where their questions part."""
        if not self._is_shared:
            return list(images)
        rows = [self._whole(image, self._stem) for image in images]
        states = read(self._model.model.language_model, rows, hidden="none", keep=True).states
        return [image.read(state, self._stem) for image, state in zip(images, states, strict=True)]

    def rows(
        self, images: Sequence[OpenImage], turns: Sequence[Turn], *, adapter: str | None = None
    ) -> list[Row]:
        """The rest of each question; all of a question that does not begin as the others do."""
        return [
            self._row(image, self._tail(turn.text))
            for image, turn in zip(images, turns, strict=True)
        ]

    def num_tokens(self, turn: Turn) -> int:
        """Tokens of the question, less those that are read with the image."""
        tail = self._tail(turn.text)
        is_continued = self._is_shared and _continues(tail, self._stem)
        return len(tail) - (len(self._stem) if is_continued else 0)

    def _row(self, image: OpenImage, tail: list[int]) -> Row:
        if image.state is None or not _continues(tail, image.stem):
            return self._whole(image, tail)
        return text_row(self._model, tail[len(image.stem) :], image.state)

    def _whole(self, image: OpenImage, tail: Sequence[int]) -> Row:
        return row_of(self._model, self._front, image, tail, downsample_mode=self._mode)


class QuestionFirst:
    """Keeps a state for each of the questions asked last, with the example pictures in it.

    Args:
        checkpoint: Whose language model reads.
        prompt: Writes the token ids.
        num_kept: How many states are kept.
        pictures: The example pictures, by their numbers in the turns.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        prompt: Prompt,
        *,
        num_kept: int,
        pictures: Sequence[OpenImage] = (),
    ) -> None:
        self._model: Any = checkpoint.model
        self._mode = checkpoint.downsample_mode
        self._prompt = prompt
        self._pictures = pictures
        self._front = lru_cache(TEXTS_KEPT)(self._front_of)
        self._tail = prompt.tail("")
        self._num_kept = num_kept
        self._states: OrderedDict[Asked, State] = OrderedDict()

    def share(self, turns: Iterable[Turn]) -> None:
        """Nothing: a question's state holds all of it."""

    def open(self, images: Sequence[OpenImage]) -> list[OpenImage]:
        """Nothing: an image is read behind each question."""
        return list(images)

    def rows(
        self, images: Sequence[OpenImage], turns: Sequence[Turn], *, adapter: str | None = None
    ) -> list[Row]:
        """Each image behind its question, then the answer cue."""
        states = self._read(list(dict.fromkeys((adapter, turn) for turn in turns)))
        return [
            self._behind(image, turn, states[adapter, turn])
            for image, turn in zip(images, turns, strict=True)
        ]

    def num_tokens(self, turn: Turn) -> int:
        """Tokens of the question; those of the image, read again at each, are not in it."""
        return len(self._front(turn)) + len(self._tail)

    def _behind(self, image: OpenImage, turn: Turn, state: State) -> Row:
        if turn.pictures:
            # Where the image stands depends on those before it, whose visual tokens are read.
            sizes = [self._pictures[number].target_sizes for number in turn.pictures]
            image = replace(
                image,
                ids=self._prompt.numbered(image.ids, len(turn.pictures)),
                target_sizes=torch.cat([*sizes, image.target_sizes]),
            )
        front, tail = self._front(turn), self._tail
        return row_of(self._model, front, image, tail, downsample_mode=self._mode, before=state)

    def _read(self, asked: Sequence[Asked]) -> dict[Asked, State]:
        """What each adapter keeps of each question."""
        known = {own: self._states.pop(own) for own in asked if own in self._states}
        if new := [own for own in asked if own not in known]:
            for batch in batches([len(self._front(turn)) for _, turn in new]):
                rows = [self._row(new[place][1]) for place in batch]
                reading = read(self._model.model.language_model, rows, hidden="none", keep=True)
                known |= zip([new[place] for place in batch], reading.states, strict=True)
        self._states |= known
        while len(self._states) > self._num_kept:
            self._states.popitem(last=False)
        return known

    def _row(self, turn: Turn) -> Row:
        """A question to be read."""
        if not turn.pictures:
            return text_row(self._model, self._front(turn))
        pictures = [self._pictures[number] for number in turn.pictures]
        together = OpenImage(
            self._front(turn),
            torch.cat([own.features for own in pictures]),
            torch.cat([own.target_sizes for own in pictures]),
        )
        return row_of(self._model, [], together, [], downsample_mode=self._mode)

    def _front_of(self, turn: Turn) -> list[int]:
        """Ids up to the image."""
        if not turn.pictures:
            return self._prompt.front(turn.text)
        first, *others = self._prompt.pieces(turn.texts)
        front = list(first)
        for place, (number, piece) in enumerate(zip(turn.pictures, others, strict=True)):
            front += self._prompt.numbered(self._pictures[number].ids, place) + piece
        return front


def common_start(rows: Sequence[list[int]]) -> list[int]:
    """Return the tokens that all rows begin with, leaving at least one of each."""
    if not rows:
        return []
    first, last = min(rows), max(rows)  # in the order of lists: all others lie between them
    shortest = min(map(len, rows)) - 1
    same = next((i for i in range(shortest) if first[i] != last[i]), shortest)
    return first[:same]


def _continues(tail: Sequence[int], stem: Sequence[int]) -> bool:
    return len(tail) > len(stem) and tail[: len(stem)] == list(stem)
