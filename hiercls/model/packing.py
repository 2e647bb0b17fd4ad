"""Rows of unlike length as one packed sequence, and back to one array where rows must stand apart.

Everything that looks at one token at a time (nearly all of the work) runs on the packed sequence,
where there is no padding. Only what mixes a row's tokens needs the rows apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import torch

MOST_TOKENS = 4096
"""Tokens read together; more run no faster and take more memory."""


class Packing:
    """Where each token of some rows stands, packed and apart.

    Attributes:
        lengths: Tokens of each row.
        longest: The largest of them.
        real: Which places of the rows apart hold a token, shape (rows, longest).
        first: Places of the rows' first tokens in the packed sequence, shape (rows,).
        last: Places of their last tokens, shape (rows,).
    """

    def __init__(self, lengths: Sequence[int], device: torch.device) -> None:
        self.lengths = list(lengths)
        self.longest = max(self.lengths)
        self._is_even = min(self.lengths) == self.longest
        counts = torch.tensor(self.lengths, device=device)
        ends = counts.cumsum(0)
        self.first, self.last = ends - counts, ends - 1
        steps = torch.arange(self.longest, device=device)
        self.real = steps < counts[:, None]
        # A place without a token holds the row's last one again; it is read by no one.
        self._sources = self.first[:, None] + torch.minimum(steps, counts[:, None] - 1)

    def apart(self, packed: torch.Tensor) -> torch.Tensor:
        """From (tokens, ...) to (rows, longest, ...), right-padded."""
        if self._is_even:
            return packed.view(-1, self.longest, *packed.shape[1:])
        return packed[self._sources]

    def packed(self, apart: torch.Tensor) -> torch.Tensor:
        """From (rows, longest, ...) to (tokens, ...)."""
        return apart.flatten(0, 1) if self._is_even else apart[self.real]

    def without_padding(self, apart: torch.Tensor) -> torch.Tensor:
        """The same with 0 wherever there is no token."""
        if self._is_even:
            return apart
        mask = self.real.view(*self.real.shape, *[1] * (apart.ndim - 2))
        return apart.masked_fill(~mask, 0)

    def split(self, packed: torch.Tensor) -> list[torch.Tensor]:
        """The tokens of each row."""
        bounds = itertools.accumulate(self.lengths, initial=0)
        return [packed[first:last] for first, last in itertools.pairwise(bounds)]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of like length together, at most `MOST_TOKENS` at a time, as their places."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        longest = lengths[place]  # of those so far: they come by length
        if batch and (len(batch) + 1) * longest > MOST_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
