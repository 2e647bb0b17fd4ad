"""A few hundred examples first: does training help, and what would all of it take?"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hiercls.model.training.keeping import outcome_of
from hiercls.model.training.parts import Part
from hiercls.model.training.processes import joined
from hiercls.model.training.running import check_order, make_trainer
from hiercls.model.training.trainer import Trainer
from hiercls.model.training.validation import Score
from hiercls.model.training.watching import Watch
from hiercls.model.training.work import Work

NUM_TRAINED = 320
NUM_VALIDATED = 200
NUM_EPOCHS = 2
IMAGES_PER_STEP = 16
"""Few, so that there are some dozen steps."""

_SURE = 2.0
"""Standard errors of a difference that luck hardly makes."""


@dataclass(frozen=True)
class Pilot:
    """What a pilot found.

    Attributes:
        outcome: As of a training.
        verdicts: For each level, whether training helps, in words.
        seconds: What all of the training would take, with validation.
    """

    outcome: Mapping[str, Any]
    verdicts: Mapping[str, str]
    seconds: float


def pilot(work: Work, *, watch: Watch | None = None) -> Pilot:
    """Train on a few hundred examples, keep nothing, and say what it is worth."""
    check_order(work)
    with joined() as processes:
        small = make_trainer(_small(work), processes=processes, watch=watch, keeper=_Nothing())
        progress = small.run()
        outcome = outcome_of(small)
    num_images = len(work.examples) if work.sampling.size is None else work.sampling.size
    epochs = work.training.epochs
    trained = progress.train_seconds / max(progress.num_trained, 1)
    validated = progress.validate_seconds / max(progress.num_validated, 1)
    seconds = epochs * num_images * trained + (epochs + 1) * len(work.validated) * validated
    verdicts = {
        name: verdict(Score(**own["before"]), Score(**own["after"]))
        for name, own in outcome["levels"].items()
    }
    return Pilot(outcome, verdicts, seconds)


def verdict(before: Score, after: Score) -> str:
    """Say whether training helps, as far as so few answers can tell.

    Example:
        >>> verdict(Score(100, 30, 150.0), Score(100, 80, 60.0))
        'training helps'
        >>> verdict(Score(100, 80, 60.0), Score(100, 82, 55.0))
        'a little surer, as many right within luck'
    """
    if not before.count:
        return "nothing to validate on"
    if not after.mean_loss < before.mean_loss:
        return "no gain seen"
    variances = [own.accuracy * (1 - own.accuracy) / own.count for own in (before, after)]
    if after.accuracy - before.accuracy > _SURE * math.sqrt(sum(variances)):
        return "training helps"
    return "a little surer, as many right within luck"


def _small(work: Work) -> Work:
    rng = random.Random(work.training.seed)
    few = min(NUM_VALIDATED, len(work.validated))
    training = replace(
        work.training,
        epochs=NUM_EPOCHS,
        patience=0,
        images_per_step=min(IMAGES_PER_STEP, work.training.images_per_step),
    )
    size = min(NUM_TRAINED, work.sampling.size or len(work.examples))
    return replace(
        work,
        validated=rng.sample(list(work.validated), few),
        training=training,
        sampling=replace(work.sampling, size=size),
    )


class _Nothing:
    """Keeps nothing."""

    def best(self, part: Part, trainer: Trainer) -> None: ...

    def snapshot(self, trainer: Trainer, *, is_due: bool) -> None: ...
