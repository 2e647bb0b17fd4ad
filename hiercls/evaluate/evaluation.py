"""What an evaluation found, as plain numbers that go to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hiercls.data import Example
from hiercls.metrics.calibration import Bin
from hiercls.prediction import Prediction

SIGNIFICANT = 0.05
"""What is less probable by luck than this is called no luck."""

Curve = Mapping[str, tuple[float, ...]]
"""Columns of equal length, one point a row, from the cautious end to the specific one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An example and what was predicted for it; a prediction with an error is unscored."""

    example: Example
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class NodeScore:
    """How one node fared.

    Attributes:
        count: Examples whose truth is the node or lies below it.
        answered: Examples whose answer is the node or lies below it.
        right: Those that are both.
    """

    count: int
    answered: int
    right: int

    @property
    def recall(self) -> float | None:
        """Of the examples that belong here, the share whose answer does too."""
        return self.right / self.count if self.count else None

    @property
    def precision(self) -> float | None:
        """Of the answers that ended here, the share that belongs here."""
        return self.right / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class LevelLoss:
    """What one level of the taxonomy costs.

    Attributes:
        level: 1 below the root.
        reached: Examples whose path was right down to this level.
        lost: Those that left the true path here for another branch.
        stopped: Those whose answer stopped above this level although the truth goes on.
    """

    level: int
    reached: int
    lost: int
    stopped: int

    @property
    def missed(self) -> int:
        """Examples that were right down to this level and are not at it."""
        return self.lost + self.stopped


@dataclass(frozen=True, slots=True)
class Confusion:
    """One child taken for another: where the true path and the answer part.

    Attributes:
        parent: Where they part.
        truth: The child on the true path.
        answer: The child on the path of the answer.
        count: How often.
        total: Examples of the true child whose path was right down to the parent.
    """

    parent: str
    truth: str
    answer: str
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class StopPoint:
    """The most specific answers that reach an accuracy.

    Attributes:
        target: The accuracy asked for: the share of answers that are true, if unspecific.
        rule: The stop rule that gives it, such as "threshold:0.83".
        threshold: The number in it.
        accuracy: What it gives on these examples.
        coverage: Mean share of the information in a leaf that the answers keep.
        leaves: Share of the answers that are still classes.
        depth: Mean depth of the answers, the root being 0.
    """

    target: float
    rule: str
    threshold: float
    accuracy: float
    coverage: float
    leaves: float
    depth: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in two runs, over the pictures that both scored.

    Attributes:
        this: Its value in the run that is evaluated.
        other: Its value in the run it is compared with.
        interval: The 95 % bootstrap interval of this minus other.
    """

    this: float
    other: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same pictures.

    Attributes:
        name: Of the other run, such as its file.
        count: Pictures that both scored.
        only_this: Pictures whose true node only this run found.
        only_other: Pictures whose true node only the other run found.
        p_value: How probable so uneven a split of those is by luck: McNemar's exact test.
        differences: By the names of `Evaluation.scores`.
        levels: By level, of `Evaluation.level_accuracy`.
    """

    name: str
    count: int
    only_this: int
    only_other: int
    p_value: float
    differences: Mapping[str, Difference]
    levels: Mapping[int, Difference] = field(default_factory=dict)

    @property
    def is_luck(self) -> bool:
        """Whether luck alone may well have made the difference."""
        return self.p_value > SIGNIFICANT


@dataclass(frozen=True)
class Evaluation:
    """All that was measured.

    Attributes:
        taxonomy: Its name.
        taxonomy_hash: Its hash.
        count: Examples that were scored; every mean is over these.
        unscored: The others, by reason.
        scores: Single numbers under the names of the JSON file; None where undefined.
        level_accuracy: For each depth from 1 on: of the examples whose true path goes that deep,
            the share whose path passes the right node there.
        level_counts: How many those are.
        top_accuracy: By k, the share of truths among the k most probable leaves.
        intervals: 95 % bootstrap intervals, by the names of `scores`.
        reliability: Confidence against accuracy of the answers, in bins.
        risk_coverage: Columns `threshold`, `coverage`, `risk` (Goren et al. 2024).
        operating_curve: Columns `threshold`, `recall`, `precision`, `correct` (Valmadre 2022).
        nodes: For each node that is the truth or the answer of something, or above that.
        levels: What each level loses.
        confusions: Siblings taken for each other, the most frequent first.
        stops: What stopping earlier would give.
        cost: Means an image: `questions`, `tokens`, `seconds`; None where not known.
        baselines: Single numbers of other ways to answer: `flat`, `by name`, `blind`, `floor`.
        against: This run beside another one on the same pictures.
        notes: What a reader should know of the data, one line each.
    """

    taxonomy: str
    taxonomy_hash: str
    count: int
    unscored: Mapping[str, int]
    scores: Mapping[str, float | None]
    level_accuracy: tuple[float, ...]
    level_counts: tuple[int, ...]
    top_accuracy: Mapping[int, float]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reliability: tuple[Bin, ...] = ()
    risk_coverage: Curve = field(default_factory=dict)
    operating_curve: Curve = field(default_factory=dict)
    nodes: Mapping[str, NodeScore] = field(default_factory=dict)
    levels: tuple[LevelLoss, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    stops: tuple[StopPoint, ...] = ()
    cost: Mapping[str, float | None] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    against: Comparison | None = None
    notes: tuple[str, ...] = ()

    @property
    def worst_level(self) -> LevelLoss | None:
        """The level that misses the most; None where none misses any."""
        worst = max(self.levels, key=lambda level: level.missed, default=None)
        return worst if worst is not None and worst.missed else None

    @property
    def num_unscored(self) -> int:
        """Examples without an answer."""
        return sum(self.unscored.values())

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data; `scores` stand at the top, `unscored` is a number."""
        values = asdict(self)
        scores = values.pop("scores")
        head = {key: values.pop(key) for key in ("taxonomy", "taxonomy_hash", "count")}
        reasons = values.pop("unscored")
        values["top_accuracy"] = {str(k): share for k, share in self.top_accuracy.items()}
        unscored = {"unscored": self.num_unscored, "unscored_reasons": reasons}
        return {**head, **unscored, **scores, **values}
