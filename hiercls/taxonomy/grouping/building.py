"""From a flat list of labels to a taxonomy, and what was decided on the way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.exporting import save_readable
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.grouping.finishing import finished
from hiercls.taxonomy.grouping.forest import OTHERS, Forest
from hiercls.taxonomy.grouping.senses import Sense, find_senses
from hiercls.taxonomy.grouping.wording import short_gloss
from hiercls.taxonomy.importing.notes import Note, Notes, counted, tally
from hiercls.taxonomy.wordnet import WordNet

WAYS = ("meaning", "likeness")


@dataclass(frozen=True, slots=True)
class Built:
    """A taxonomy made from labels, and what had to be decided."""

    taxonomy: Taxonomy
    notes: tuple[Note, ...]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it in the nested form where that can hold it, else in the flat one.

        Raises:
            TaxonomyError: If the file cannot be written.
        """
        save_readable(self.taxonomy, path)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {
            "name": self.taxonomy.name,
            "nodes": len(self.taxonomy),
            "leaves": len(self.taxonomy.leaves),
            "classes": len(self.taxonomy.classes),
            "notes": [note.to_json() for note in self.notes],
        }

    def to_text(self) -> str:
        """Return the report for people, a note a line."""
        counts = f"{counted(len(self.taxonomy.classes), 'label')} in "
        counts += counted(len(self.taxonomy), "node")
        return "\n".join([counts, *(f"note: {note.to_text()}" for note in self.notes)])


def build_taxonomy(
    labels: Sequence[str],
    name: str,
    *,
    wordnet: WordNet | None = None,
    distances: NDArray[np.floating] | None = None,
    by: str = "meaning",
    max_options: int = 16,
    notes: Notes | None = None,
) -> Built:
    """Return a taxonomy with every label as a class, its index the place in the list.

    By meaning, labels that WordNet knows hang where WordNet has them. What it does not know goes
    to the label that is nearest by `distances`, or into a group of its own. Nodes with more
    children than `max_options` are divided by average linkage over `distances`; without those they
    stay wide and are asked in rounds. By likeness, the distances alone make the tree, and WordNet
    names the groups where all in one have something in common.

    Args:
        labels: Each once.
        name: Of the taxonomy.
        wordnet: Left out, the tree is made by likeness.
        distances: Between labels, by confusion or by embeddings, (labels, labels).
        by: One of `WAYS`.
        max_options: Children of a node.
        notes: Collects what was decided, after what was noted before.

    Raises:
        TaxonomyError: If there is nothing to go by.
    """
    notes = notes or Notes()
    senses: list[Sense | None] = [None] * len(labels)
    if wordnet is not None:
        senses = find_senses(wordnet, labels)
        _note_senses(labels, senses, wordnet, notes)
    if by == "likeness" and distances is None:
        raise TaxonomyError(
            "likeness of nothing; expected a confusion matrix or a model",
            hint="give --confusion FILE.csv or --model MODEL",
        )
    if distances is None and not any(senses):
        found = "none of the labels is known to WordNet" if wordnet else "no WordNet"
        raise TaxonomyError(
            f"{found}, nor is there a confusion matrix or a model; expected one of them",
            hint="give --confusion FILE.csv, --model MODEL or --wordnet DIR",
        )
    forest = Forest(labels, senses, wordnet)
    if by == "meaning":
        forest.place_known()
    inner = tally(list(map(repr, forest.inner_labels())))
    notes.add("inner", "labels with others below them, which stay classes", inner)
    if distances is None:
        _place_by_name(forest, max_options, notes)
    else:
        _place_by_distance(forest, distances, max_options, notes)
    taxonomy = finished(forest, name, _source(wordnet is not None, distances is not None))
    return Built(taxonomy, tuple(notes.taken))


def _place_by_name(forest: Forest, max_options: int, notes: Notes) -> None:
    others = tally(list(map(repr, forest.gather_others())))
    where = repr(OTHERS) if others.count > 1 else "the root"
    notes.add("others", f"labels that WordNet does not know, put below {where}", others)
    wide = [
        f"{forest.words(own)[0]!r} ({forest.graph.out_degree(own):,})"
        for own in forest.wide(max_options)
    ]
    message = f"nodes with more than {max_options} children, which are asked in rounds"
    notes.add("wide", message, tally(wide))


def _place_by_distance(
    forest: Forest, distances: NDArray[np.floating], max_options: int, notes: Notes
) -> None:
    beside = forest.place_others(distances)
    placed = [f"{label!r} beside {nearest!r}" for label, nearest in beside.items()]
    message = "labels that WordNet does not know, put beside the nearest one that it knows"
    notes.add("placed", message, tally(placed))
    groups = tally(list(map(repr, forest.divide(distances, max_options))))
    message = f"groups of what is near, where a node had more than {max_options} children"
    notes.add("divided", message, groups)


def _source(is_wordnet: bool, is_near: bool) -> str:
    by = ["WordNet 3.0 (c) 2006 Princeton University"] if is_wordnet else []
    by += ["what is near"] if is_near else []
    return f"labels grouped by hiercls, by {' and by '.join(by)}"


def _note_senses(
    labels: Sequence[str], senses: Sequence[Sense | None], wordnet: WordNet, notes: Notes
) -> None:
    known = [(label, sense) for label, sense in zip(labels, senses, strict=True) if sense]
    message = f"{len(known):,} of {counted(len(labels), 'label')} known to WordNet"
    notes.add("known", message)
    kinds = [
        f"{label!r} is a kind of {wordnet.synset(sense.synset).lemmas[0]!r}"
        for label, sense in known
        if sense.is_kind
    ]
    notes.add("kinds", "labels known by their last words", tally(kinds))
    chosen = [
        f"{label!r} means {short_gloss(wordnet.synset(sense.synset).gloss)!r}"
        for label, sense in known
        if sense.num_senses > 1
    ]
    notes.add("meanings", "labels of several meanings, chosen by the labels around", tally(chosen))
