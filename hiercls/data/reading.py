"""Labelled examples from wherever they are, with their labels resolved."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from hiercls.data.conversations import readings
from hiercls.data.examples import Example, Examples, Unresolved, listed, unresolved_error
from hiercls.data.labels import SEPARATOR, Labels
from hiercls.data.sources import LabelledRow, Source, open_source
from hiercls.errors import RequestError
from hiercls.taxonomy import Taxonomy


def read_examples(
    path: str | os.PathLike[str],
    taxonomy: Taxonomy,
    *,
    split: str | None = None,
    unresolved: Literal["refuse", "skip", "list"] = "refuse",
) -> Examples:
    """Return the labelled examples of a manifest, a folder, a dataset or conversations.

    A manifest is CSV, TSV, JSON lines or Parquet with the columns `image` (or `path`) and
    `label`, and optionally `split` (or `set`) and `parent_path`; image paths are relative to it.
    Without a split an image belongs to that of its folder, where all lie in folders called train,
    val or test. A folder holds such a file called `labels` or `metadata`, or else class folders,
    flat or nested, perhaps below folders of splits. A dataset of Hugging Face is a folder as
    `datasets` saves it, or a file or folder of Parquet or Arrow files; `hf:OWNER/NAME` is fetched
    from the hub; pictures that lie inside are unpacked once. Of conversations, as `hiercls data
    convert` writes them, the most specific answer about an image counts. Labels are understood as
    `Labels` says.

    Args:
        path: Where the data is.
        taxonomy: Where the labels must be found.
        split: Only the examples of this split.
        unresolved: What to do with labels that are no nodes: "refuse" the data, or "skip" their
            rows and list them in the result; "list" them even if nothing else is left.

    Raises:
        RequestError: The data cannot be read, is empty, has labels that are no nodes, or has one
            image under two labels.
    """
    source = open_source(path)
    reading = _Reading(Labels(taxonomy), source, split)
    for row in source.rows:
        reading.take(row)
    return reading.examples(os.fspath(path), unresolved)


@dataclass
class _Reading:
    """What is known of the data half-way."""

    labels: Labels
    source: Source
    split: str | None
    items: list[Example] = field(default_factory=list)
    splits: Counter[str] = field(default_factory=Counter)
    seen: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[LabelledRow]] = field(default_factory=dict)
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    num_rows: int = 0

    def take(self, row: LabelledRow) -> None:
        self.num_rows += 1
        if row.split is not None:
            self.splits[row.split] += 1
        if self.split is not None and row.split != self.split:
            return
        if row.is_one_of_many:
            self.answers.setdefault(row.name, []).append(row)
            return
        node = self.labels.find(row.label, parent_path=row.parent_path)
        if node is None:
            self.wrong.setdefault((row.label, row.parent_path), []).append(row.where)
            return
        self._keep(row, node)

    def examples(self, source: str, unresolved: str) -> Examples:
        for rows in self.answers.values():
            self._settle(rows)
        wrong = [self._unresolved(label, lines) for label, lines in self.wrong.items()]
        if wrong and unresolved == "refuse":
            raise unresolved_error(source, wrong, self.labels.taxonomy.name)
        if self.contradictions:
            raise RequestError(
                f"{source}: {len(self.contradictions):,} rows give an image a second label:"
                f" {listed(self.contradictions)}"
            )
        if not self.items and not (wrong and unresolved == "list"):
            raise self._nothing(source)
        return Examples(
            source,
            tuple(self.items),
            tuple(wrong),
            tuple(self.duplicates),
            dict(self.splits),
            self.source.unpacked,
        )

    def _keep(self, row: LabelledRow, node: str) -> None:
        image = os.path.join(self.source.base, row.name)
        known = self.seen.setdefault(os.path.normpath(image), node)
        if known != node:
            self.contradictions.append(f"{row.name!r} as {known!r} and {node!r} ({row.where})")
        elif len(self.seen) > len(self.items):
            self.items.append(Example(image, node, row.name, row.split))
        else:
            self.duplicates.append(row.name)

    def _settle(self, rows: list[LabelledRow]) -> None:
        """Keep the most specific of the answers about an image; one on its way is no other label.

        An answer that may mean several nodes means the one that goes with the clear answers.
        """
        taxonomy = self.labels.taxonomy
        meant = [self._meant(row.label) for row in rows]
        clear = {own[0] for own in meant if len(own) == 1}
        found: dict[str, LabelledRow] = {}
        for row, own in zip(rows, meant, strict=True):
            fitting = [
                node for node in own if all(taxonomy.lca(node, c) in (node, c) for c in clear)
            ]
            if len(own) == 1 or len(fitting) == 1:
                found.setdefault((fitting or own)[0], row)
            else:
                self.wrong.setdefault((row.label, ""), []).append(row.where)
        above = {node for own in found for node in taxonomy.ancestors(own)}
        for node, row in found.items():
            if node not in above:
                self._keep(row, self._followed(node))

    def _followed(self, node: str) -> str:
        """Go down from a node through single children, which a plan never asks about."""
        taxonomy = self.labels.taxonomy
        while len(below := taxonomy.children(node)) == 1 and not taxonomy.node(node).is_class:
            node = below[0]
        return node

    def _meant(self, text: str) -> tuple[str, ...]:
        """Return the nodes that an answer may mean, by the first reading that means any."""
        ways = (self.labels.candidates(own, parent_path=path) for own, path in readings(text))
        return next((found for found in ways if found), ())

    def _unresolved(self, label: tuple[str, str], lines: list[str]) -> Unresolved:
        reason, near = self.labels.reason(label[0], parent_path=label[1])
        shown = SEPARATOR.join(part for part in reversed(label) if part)
        return Unresolved(shown, reason, near, len(lines), lines[0])

    def _nothing(self, source: str) -> RequestError:
        if self.split is None or not self.num_rows:
            return RequestError(f"{source}: no labelled images; expected at least one")
        found = ", ".join(self.splits) or "none"
        return RequestError(f"{source}: no images in the split {self.split!r}; found {found}")
