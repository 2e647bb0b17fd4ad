"""What is taken for what: wrong options that are hard to tell from the right one."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from hiercls.data.examples import Unresolved, unresolved_error
from hiercls.data.labels import Labels
from hiercls.data.passages import Passages
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.grouping.confusion import confusion_cells

Confusions: TypeAlias = Mapping[tuple[str, str], float]
"""How often a true node was taken for another, by the ids of both."""


def read_confusions(path: str | os.PathLike[str], taxonomy: Taxonomy) -> Confusions:
    """Return the counts of a confusion file; its labels are understood as `Labels` says.

    Raises:
        TaxonomyError: The file cannot be read, or is no table of counts.
        RequestError: Labels are no nodes of the taxonomy.
    """
    labels = Labels(taxonomy)
    counts: Counter[tuple[str, str]] = Counter()
    wrong: dict[str, list[str]] = {}
    for line, (true, predicted, count) in confusion_cells(Path(path)):
        nodes = labels.find(true), labels.find(predicted)
        for label, node in zip((true, predicted), nodes, strict=True):
            if node is None:
                wrong.setdefault(label, []).append(f"in row {line}")
        if nodes[0] is not None and nodes[1] is not None:
            counts[nodes[0], nodes[1]] += count  # type: ignore[assignment]
    if wrong:
        listed = [
            Unresolved(label, *labels.reason(label), len(lines), lines[0])
            for label, lines in wrong.items()
        ]
        raise unresolved_error(str(path), listed, taxonomy.name)
    return counts


class Lookalikes:
    """For the options of each level, those of the same level that they are confused with.

    Confusions count both ways, and for all that lies below an option: if huskies are taken for
    wolves, dog and wolf look alike where these are asked for.
    """

    def __init__(self, passages: Passages, confusions: Confusions) -> None:
        self._near: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        offered: dict[str, dict[int, set[str]]] = {}
        for pair in confusions:
            for node in pair:
                if node not in offered:
                    offered[node] = _right_options(passages, node)
        for (true, predicted), count in confusions.items():
            for level, ones in offered[true].items():
                others = offered[predicted].get(level, set())
                for one in ones - others:
                    for other in others - ones:
                        self._near[level, one][other] += count  # type: ignore[assignment]
                        self._near[level, other][one] += count  # type: ignore[assignment]

    def of(self, level: int, node: str) -> Mapping[str, float]:
        """Return the nodes that an option's node is confused with at a level, and how often."""
        return self._near.get((level, node), {})


def _right_options(passages: Passages, truth: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for passage in passages.of(truth):
        options = passages.plan.question(passage.asked).options
        found[passage.level].update(options[index].node for index in passage.rights)
    return found
