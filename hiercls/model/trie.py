"""The labels of a question as a tree of tokens: what may follow what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Branch:
    """A way on from another branch, or the root of a tree of labels.

    Attributes:
        tokens: From the branch above to where labels part again, or end. Only the first is a
            choice; the root has none.
        options: Places of the options whose labels go this way.
        branches: Ways on; none where the labels end. Labels that are equal end together.
    """

    tokens: tuple[int, ...]
    options: tuple[int, ...]
    branches: tuple[Branch, ...] = ()

    def paths(self) -> Iterator[tuple[Branch, tuple[int, ...]]]:
        """Every branch from here on, with the tokens from here to its end."""
        pending: list[tuple[Branch, tuple[int, ...]]] = [(self, self.tokens)]
        while pending:
            own, path = pending.pop()
            yield own, path
            pending += [(branch, path + branch.tokens) for branch in own.branches]


def grow(labels: Sequence[tuple[int, ...]]) -> Branch:
    """Return the tree of some labels, of which none begins another unless they are equal.

    Args:
        labels: Token ids of the label of each option.

    Example:
        >>> [path for _, path in grow([(1, 2, 3), (1, 2, 4), (5,), (5,)]).paths()]
        [(), (5,), (1, 2), (1, 2, 4), (1, 2, 3)]
    """
    places = sorted(range(len(labels)), key=labels.__getitem__)
    return Branch((), tuple(range(len(labels))), tuple(_branches(labels, places, 0)))


def _branches(
    labels: Sequence[tuple[int, ...]], places: Sequence[int], depth: int
) -> Iterator[Branch]:
    for _, same in groupby(places, key=lambda place: labels[place][depth]):
        own = tuple(same)
        first, last = labels[own[0]], labels[own[-1]]  # sorted: all others lie between them
        end = depth + 1
        while end < len(first) and first[end] == last[end]:
            end += 1
        further = tuple(_branches(labels, own, end)) if end < len(first) else ()
        yield Branch(first[depth:end], own, further)
