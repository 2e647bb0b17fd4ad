"""What changed from one version of a taxonomy to the next: what `hiercls taxonomy diff` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.graph import Taxonomy

SHOWN = 20  # changes of one kind, in text

_Said = str | bool | int | list[str] | None

KINDS = {
    "moved": "with other parents",
    "renamed": "with another name",
    "described": "with another description",
    "asked": "with another question",
    "classes": "that became a class, or no longer are one",
    "indices": "with another index",
    "reordered": "with the same children in another order",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What both versions say of a node, where they differ; several parents or children as ids."""

    id: str
    old: _Said
    new: _Said


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two versions; nodes are the same where their ids are.

    Attributes:
        is_same_question: All that questions depend on is the same: the hashes are equal.
        added: Ids that only the new version has.
        removed: Ids that only the old version has.
        changes: For each of `KINDS`, what changed of the nodes that both have.
    """

    old: Taxonomy
    new: Taxonomy
    is_same_question: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: dict[str, tuple[Change, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return the difference as JSON can hold it, in full."""
        return {
            "old": {"name": self.old.name, "hash": self.old.hash},
            "new": {"name": self.new.name, "hash": self.new.hash},
            "is_same_question": self.is_same_question,
            "added": [{"id": own, "name": self.new.node(own).name} for own in self.added],
            "removed": [{"id": own, "name": self.old.node(own).name} for own in self.removed],
            **{
                kind: [
                    {"id": change.id, "old": change.old, "new": change.new} for change in changes
                ]
                for kind, changes in self.changes.items()
            },
        }

    def to_text(self) -> str:
        """Return the difference for people, at most `SHOWN` changes of a kind."""
        lines = [
            *_listed("added", [_placed(self.new, own) for own in self.added]),
            *_listed("removed", [_placed(self.old, own) for own in self.removed]),
        ]
        for kind, changes in self.changes.items():
            lines += _listed(KINDS[kind], [_told(self.new, change, kind) for change in changes])
        head = f"{self.old.name} -> {self.new.name}"
        if not lines:
            return f"{head}: no difference"
        asked = "asks the same questions" if self.is_same_question else "asks other questions"
        return "\n".join([f"{head}: {asked}", *lines])


def difference(old: Taxonomy, new: Taxonomy) -> Difference:
    """Return what changed from one taxonomy to another."""
    changes: dict[str, list[Change]] = {kind: [] for kind in KINDS}
    for own in old:
        if own in new:
            for kind, before, after in _compared(old, new, own):
                if before != after:
                    changes[kind].append(Change(own, before, after))
    return Difference(
        old=old,
        new=new,
        is_same_question=old.hash == new.hash,
        added=tuple(own for own in new if own not in old),
        removed=tuple(own for own in old if own not in new),
        changes={kind: tuple(found) for kind, found in changes.items()},
    )


def _compared(old: Taxonomy, new: Taxonomy, own: str) -> Iterator[tuple[str, _Said, _Said]]:
    before, after = old.node(own), new.node(own)
    yield "moved", list(old.parents(own)), list(new.parents(own))
    yield "renamed", before.name, after.name
    yield "described", before.description, after.description
    yield "asked", before.question, after.question
    yield "classes", before.is_class, after.is_class
    yield "indices", before.index, after.index
    children = old.children(own), new.children(own)
    if set(children[0]) == set(children[1]):
        yield "reordered", list(children[0]), list(children[1])


def _listed(said: str, shown: Sequence[str]) -> list[str]:
    """Return a heading with a count, and a line for each; nothing where there is nothing."""
    if not shown:
        return []
    head = f"{len(shown):,} {'node' if len(shown) == 1 else 'nodes'} {said}:"
    more = len(shown) - SHOWN
    lines = [f"  {line}" for line in shown[:SHOWN]]
    return [head, *lines, *([f"  ... and {more:,} more"] if more > 0 else [])]


def _placed(taxonomy: Taxonomy, own: str) -> str:
    path = " > ".join(taxonomy.node(above).name for above in taxonomy.path(own))
    return f"{quoted(own)}: {path}"


def _told(taxonomy: Taxonomy, change: Change, kind: str) -> str:
    name = taxonomy.node(change.id).name
    called = f" ({name})" if name != change.id and kind != "renamed" else ""
    return f"{quoted(change.id)}{called}: {_as_text(change.old)} -> {_as_text(change.new)}"


def _as_text(value: _Said) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "class" if value else "no class"
        case list():
            return ", ".join(map(quoted, value)) if value else "none"
        case _:
            return quoted(value) if isinstance(value, str) else str(value)
