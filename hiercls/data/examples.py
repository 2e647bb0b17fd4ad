"""What labelled data is made of: an image and the node that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from hiercls.errors import HierclsError, RequestError

SHOWN = 5
"""So many of the things that are wrong are named; the rest is counted."""

SPLIT_NAMES = frozenset({"train", "training", "val", "valid", "validation", "test"})
"""What the folders and files of splits are usually called."""


@dataclass(frozen=True, slots=True)
class Example:
    """An image with its true node.

    Attributes:
        image: Path of the picture, as it can be opened from here; it need not exist.
        node: Id of the node that it shows, a leaf or an inner node.
        name: The image as the manifest writes it, or as the folder that was read sees it.
        split: The split it belongs to, such as "test", where the data says so.
    """

    image: str
    node: str
    name: str = ""
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A label that names no node, or more than one.

    Attributes:
        label: As it stands in the data, its parent path before it where there is one.
        reason: What is wrong with it.
        nearest: The known labels that come nearest, perhaps none.
        num_rows: How often it occurs.
        first: Line or folder of its first appearance.
    """

    label: str
    reason: str
    nearest: tuple[str, ...]
    num_rows: int
    first: str

    def __str__(self) -> str:
        rows = f"{self.num_rows:,} row{'s' * (self.num_rows != 1)}, first {self.first}"
        meant = " or ".join(map(repr, self.nearest))
        near = f"; did you mean {meant}?" if meant else ""
        return f"{self.label!r} {self.reason} ({rows}{near})"


@dataclass(frozen=True)
class Examples(Sequence[Example]):
    """Labelled examples in the order of the data, each image once.

    Attributes:
        source: The file or folder they were read from.
        unresolved: Labels that were skipped, where that was asked for.
        duplicates: Images that stand there again with the same label, each as often as it does.
        splits: How many examples each split holds, those left out included.
        unpacked: The folder that pictures were unpacked into, where they lay inside of a file.
    """

    source: str
    items: tuple[Example, ...]
    unresolved: tuple[Unresolved, ...] = ()
    duplicates: tuple[str, ...] = ()
    splits: Mapping[str, int] = field(default_factory=dict)
    unpacked: str | None = None

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Example]: ...
    def __getitem__(self, index: int | slice) -> Example | Sequence[Example]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.items)

    def notes(self) -> list[str]:
        """Return what a user should know of the data, one line each; often nothing."""
        notes = []
        if self.unpacked:
            notes.append(f"{self.source}: the pictures inside are unpacked into {self.unpacked}")
        if self.unresolved:
            rows = sum(label.num_rows for label in self.unresolved)
            notes.append(
                f"{self.source}: {rows:,} rows left out, their labels are no nodes:"
                f" {listed(self.unresolved)}"
            )
        if self.duplicates:
            notes.append(
                f"{self.source}: {len(self.duplicates):,} rows name an image again and are left"
                f" out: {listed(self.duplicates)}"
            )
        return notes


def listed(things: Sequence[object]) -> str:
    """Return the first few things in one line, and how many more there are."""
    first = ", ".join(str(thing) for thing in things[:SHOWN])
    rest = len(things) - SHOWN
    return f"{first} and {rest:,} more" if rest > 0 else first


def unresolved_error(source: str, labels: Sequence[Unresolved], taxonomy: str) -> HierclsError:
    """Return the error for labels that are no nodes."""
    count = f"{len(labels):,} label{'s' * (len(labels) != 1)}"
    return RequestError(
        f"{source}: {count} cannot be found in the taxonomy {taxonomy!r}: {listed(labels)}",
        hint="a label is an id, a name that occurs once, or a path of names joined by /;"
        " `hiercls data stats` lists all that are none",
    )
