"""Example pictures on their way into the questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from hiercls.data import Example, choose_shots, shots_hash
from hiercls.errors import ImageError, RequestError
from hiercls.images import open_image
from hiercls.plan import Option, Plan


@dataclass(frozen=True)
class Shown:
    """The example pictures of a plan's questions.

    Attributes:
        pictures: All of them, once each.
        options: Which of them, by number, show an option of the node that asks.
        hash: Hex SHA-256 over the pictures and where they are shown.
    """

    pictures: Sequence[Image.Image]
    options: Mapping[tuple[str, Option], Sequence[int]]
    hash: str

    def prompt_hash(self, prompt_hash: str) -> str:
        """From the hash of questions without examples to that of those with these."""
        return hashlib.sha256(f"{prompt_hash}\n{self.hash}".encode()).hexdigest()


def open_examples(examples: Sequence[Example], plan: Plan, *, shots: int) -> Shown:
    """Choose examples for the questions of a plan, and read them.

    Args:
        examples: Labelled pictures.
        plan: The questions.
        shots: How many pictures show an option at most.

    Raises:
        RequestError: None of them shows anything that is asked about, or one cannot be read.
    """
    if shots < 1:
        raise RequestError(f"shots is {shots}; expected at least 1")
    chosen = choose_shots(examples, plan, shots)
    if not chosen:
        raise RequestError(
            f"none of {len(examples):,} example pictures shows an option of a question; expected"
            f" pictures of nodes below {plan.taxonomy.root!r}"
        )
    paths = dict.fromkeys(example.image for own in chosen.values() for example in own)
    numbers = {path: number for number, path in enumerate(paths)}
    options = {key: [numbers[example.image] for example in own] for key, own in chosen.items()}
    return Shown([_open(path) for path in paths], options, shots_hash(chosen))


def _open(path: str) -> Image.Image:
    try:
        return open_image(path)
    except ImageError as error:
        raise RequestError(f"{path}: example picture cannot be shown: {error.message}") from None
