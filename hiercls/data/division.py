"""Which examples are trained on, and which are judged by."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from hiercls.data.examples import Example, Examples
from hiercls.errors import RequestError

TRAINING_SPLITS = frozenset({"train", "training"})
VALIDATION_SPLITS = frozenset({"val", "valid", "validation"})
"""With those called test, they are `examples.SPLIT_NAMES`."""


class Division(NamedTuple):
    """Examples to train on, and others to judge by."""

    training: list[Example]
    validation: list[Example]


def divide(
    examples: Examples, *, hold_out: float = 0.1, most: int | None = None, seed: int = 0
) -> Division:
    """Divide examples by their splits, or hold some of each class out where there are none.

    A split called test is left alone. A class keeps at least one example to train on.

    Args:
        examples: With the splits that the data names.
        hold_out: Share of the examples that are held out, where no split is for validation.
        most: The most to judge by; more are drawn from.
        seed: Of what is drawn.

    Raises:
        RequestError: There are splits, and none is for training.

    Example:
        >>> some = Examples("data", tuple(Example(f"{i}.png", "cat") for i in range(10)))
        >>> [len(own) for own in divide(some, hold_out=0.2)]
        [8, 2]
    """
    training = [e for e in examples if e.split is None or e.split.lower() in TRAINING_SPLITS]
    validation = [e for e in examples if (e.split or "").lower() in VALIDATION_SPLITS]
    if not training:
        raise RequestError(
            f"{examples.source}: the splits are {', '.join(sorted(examples.splits))};"
            " expected one called train",
        )
    rng = random.Random(seed)
    if not validation and hold_out:
        training, validation = _held_out(training, hold_out, rng)
    if most is not None and len(validation) > most:
        validation = [validation[i] for i in sorted(rng.sample(range(len(validation)), most))]
    return Division(training, validation)


def _held_out(examples: Sequence[Example], share: float, rng: random.Random) -> Division:
    """Draw a share of each class, to within one example, and of all together."""
    members: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        members[example.node].append(number)
    chosen: set[int] = set()
    left = rng.random()  # what is due so far
    for own in members.values():
        left += share * len(own)
        count = min(int(left), len(own) - 1)
        left -= int(left)
        chosen.update(rng.sample(own, count))
    return Division(
        [example for i, example in enumerate(examples) if i not in chosen],
        [example for i, example in enumerate(examples) if i in chosen],
    )
