"""Which labelled pictures are shown with a question, as examples of its options."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from hiercls.data.examples import Example
from hiercls.plan import Option, Plan

Shots: TypeAlias = Mapping[tuple[str, Option], Sequence[Example]]
"""The examples of an option, by the id of the node that asks and the option."""


def choose_shots(examples: Iterable[Example], plan: Plan, count: int) -> Shots:
    """Return up to so many examples of each option of each question.

    An example belongs to the options on the way to its node. Of many those at even distances in
    their order are taken, so that where data is sorted an option is shown by unlike ones.

    Args:
        examples: Labelled images; those of nodes that are not asked about are left out.
        plan: What is asked.
        count: The most that an option is shown by.
    """
    found: dict[tuple[str, Option], list[Example]] = defaultdict(list)
    for example in examples:
        if example.node in plan.taxonomy:
            for node, index in plan.route(example.node):
                found[node, plan.question(node).options[index]].append(example)
    return {key: _spread(own, count) for key, own in found.items()}


def shots_hash(shots: Shots) -> str:
    """Hex SHA-256 over the files of the pictures and where they are shown."""
    digest = hashlib.sha256(b"hiercls shots 1\n")
    for (node, option), examples in shots.items():
        digest.update(f"{node}\n{option.node}\n{option.name}\n".encode())
        for example in examples:
            digest.update(hashlib.sha256(Path(example.image).read_bytes()).digest())
    return digest.hexdigest()


def _spread(examples: Sequence[Example], count: int) -> list[Example]:
    count = min(count, len(examples))
    return [examples[len(examples) * number // count] for number in range(count)]
