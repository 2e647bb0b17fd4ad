"""Example pictures on their way into the questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from PIL import Image

from hiercls.data import Example, Shots, choose_shots, shots_hash
from hiercls.errors import RequestError
from hiercls.images import open_image
from hiercls.plan import Option, Plan


class Showing(Protocol):
    """What is needed of a scorer."""

    def show(
        self,
        pictures: Sequence[Image.Image],
        options: Mapping[tuple[str, Option], Sequence[int]],
    ) -> None: ...


def shots_of(examples: Sequence[Example], plan: Plan, count: int) -> Shots:
    """Choose examples for the questions of a plan.

    Raises:
        RequestError: None of them shows anything that is asked about.
    """
    if count < 1:
        raise RequestError(f"shots is {count}; expected at least 1")
    shots = choose_shots(examples, plan, count)
    if not shots:
        raise RequestError(
            f"none of {len(examples):,} example pictures shows an option of a question; expected"
            f" pictures of nodes below {plan.taxonomy.root!r}"
        )
    return shots


def show(shots: Shots, scorer: Showing, prompt_hash: str) -> str:
    """Show a scorer the examples of its questions.

    Args:
        shots: The examples.
        scorer: Asks the questions.
        prompt_hash: Of the questions without them.

    Returns:
        The hash of the questions with them.

    Raises:
        RequestError: The scorer takes no examples.
        ImageError: A picture cannot be read.
    """
    paths = dict.fromkeys(example.image for own in shots.values() for example in own)
    numbers = {path: number for number, path in enumerate(paths)}
    shown = {key: [numbers[example.image] for example in own] for key, own in shots.items()}
    scorer.show([open_image(path) for path in paths], shown)
    return hashlib.sha256(f"{prompt_hash}\n{shots_hash(shots)}".encode()).hexdigest()
