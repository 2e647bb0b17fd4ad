"""Counts over labelled data, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hiercls.config import FEW_SHOT, MANY_SHOT
from hiercls.data.contents import Contents
from hiercls.data.examples import Examples, Unresolved
from hiercls.data.subsets import Subsets
from hiercls.plan import Plan


@dataclass(frozen=True)
class Part:
    """Classes with about as many images.

    Attributes:
        name: "head", "middle" or "tail".
        means: How many images a class of it has, in words.
        num_classes: How many classes it has.
        num_images: How many images these have.
    """

    name: str
    means: str
    num_classes: int
    num_images: int


@dataclass(frozen=True)
class LevelCount:
    """What there is for a level of questions to learn from.

    Attributes:
        level: Of the plan.
        num_questions: Questions of the level.
        num_images: Images that pass one of them.
        num_empty: Questions that no image passes.
        fewest: Images of the question with the fewest.
        most: Images of the question with the most.
    """

    level: int
    num_questions: int
    num_images: int
    num_empty: int
    fewest: int
    most: int


@dataclass(frozen=True)
class SplitCount:
    """How many images a split has, and of how many classes."""

    name: str
    num_images: int
    num_classes: int


@dataclass(frozen=True)
class DataStatistics:
    """What is in labelled data, and what is missing.

    Attributes:
        source: Where it is.
        taxonomy: Name of the taxonomy.
        num_images: Images with a label that is a node.
        splits: What each split has, where the data has any.
        classes: Images of each class of the taxonomy by its id, in its order, none included.
        inner: Images of each inner node that is no class.
        missing: Ids of the classes without an image.
        parts: Head, middle and tail of the classes that have images.
        imbalance: Images of the largest class over those of the smallest that has any; None where
            no class has any.
        levels: Images by level of the plan.
        questions: Images by the node that asks.
        num_unused: Images that pass no question.
        unresolved: Labels that are no nodes.
        repeated: Rows that name an image again.
        contents: What the files hold, where they were opened.
    """

    source: str
    taxonomy: str
    num_images: int
    splits: tuple[SplitCount, ...]
    classes: Mapping[str, int]
    inner: Mapping[str, int]
    missing: tuple[str, ...]
    parts: tuple[Part, ...]
    imbalance: float | None
    levels: tuple[LevelCount, ...]
    questions: Mapping[str, int]
    num_unused: int
    unresolved: tuple[Unresolved, ...]
    repeated: tuple[str, ...]
    contents: Contents | None

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        fields = {name: getattr(self, name) for name in _PLAIN}
        contents = self.contents
        return {
            **fields,
            "splits": [asdict(split) for split in self.splits],
            "parts": [asdict(part) for part in self.parts],
            "levels": [asdict(level) for level in self.levels],
            "unresolved": [asdict(label) for label in self.unresolved],
            "unreadable": None if contents is None else dict(contents.errors),
            "copies": None
            if contents is None
            else [
                {
                    "images": [example.name for example in own.examples],
                    "splits": list(own.splits),
                    "nodes": list(own.nodes),
                    "is_exact": own.is_exact,
                }
                for own in contents.copies
            ],
        }


_PLAIN = (
    "source",
    "taxonomy",
    "num_images",
    "classes",
    "inner",
    "missing",
    "imbalance",
    "questions",
    "num_unused",
    "repeated",
)


def statistics_of(
    plan: Plan,
    examples: Examples,
    *,
    many: int = MANY_SHOT,
    few: int = FEW_SHOT,
    contents: Contents | None = None,
) -> DataStatistics:
    """Count.

    Args:
        plan: The questions that the data is for.
        examples: The data, with the labels that are no nodes.
        many: Classes with more images are the head.
        few: Classes with fewer images are the tail.
        contents: What `read_contents` found.

    Source:
        Head, middle and tail by 100 and 20 training images: Liu et al. 2019, "Large-Scale
        Long-Tailed Recognition in an Open World", section 4.
    """
    taxonomy = plan.taxonomy
    counts = Counter(example.node for example in examples)
    classes = {own: counts.pop(own, 0) for own in taxonomy.classes}
    subsets = Subsets(plan, examples)
    seen = [number for number in classes.values() if number]
    return DataStatistics(
        source=examples.source,
        taxonomy=taxonomy.name,
        num_images=len(examples),
        splits=_splits(plan, examples),
        classes=classes,
        inner=dict(counts),
        missing=tuple(own for own, number in classes.items() if not number),
        parts=_parts(seen, many, few),
        imbalance=max(seen) / min(seen) if seen else None,
        levels=_levels(plan, subsets),
        questions=subsets.num_by_question(),
        num_unused=len(subsets.unused),
        unresolved=examples.unresolved,
        repeated=examples.duplicates,
        contents=contents,
    )


def _splits(plan: Plan, examples: Examples) -> tuple[SplitCount, ...]:
    found: dict[str, Counter[str]] = {}
    for example in examples:
        if example.split is not None:
            found.setdefault(example.split, Counter())[example.node] += 1
    classes = set(plan.taxonomy.classes)
    return tuple(
        SplitCount(name, counts.total(), len(classes & counts.keys()))
        for name, counts in found.items()
    )


def _parts(seen: Sequence[int], many: int, few: int) -> tuple[Part, ...]:
    head = [number for number in seen if number > many]
    middle = [number for number in seen if few <= number <= many]
    tail = [number for number in seen if number < few]
    return (
        Part("head", f"more than {many} images", len(head), sum(head)),
        Part("middle", f"{few} to {many} images", len(middle), sum(middle)),
        Part("tail", f"fewer than {few} images", len(tail), sum(tail)),
    )


def _levels(plan: Plan, subsets: Subsets) -> tuple[LevelCount, ...]:
    by_question = subsets.num_by_question()
    found = []
    for level in range(plan.num_levels):
        own = [n for asked, n in by_question.items() if plan.question(asked).level == level]
        found.append(
            LevelCount(
                level,
                num_questions=len(own),
                num_images=len(subsets.of_level(level)),
                num_empty=own.count(0),
                fewest=min(own),
                most=max(own),
            )
        )
    return tuple(found)
