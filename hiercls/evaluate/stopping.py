"""What stopping earlier would give, read off the curves of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hiercls.evaluate.evaluation import StopPoint
from hiercls.metrics.curves import OperatingCurve

TARGETS = (0.90, 0.95, 0.99)
_DIGITS = 1_000_000


def stop_points(
    curves: Mapping[str, OperatingCurve], targets: Sequence[float]
) -> tuple[StopPoint, ...]:
    """Return for each target accuracy the most specific answers that reach it.

    The threshold is chosen on the same examples that it is judged on: a promise for others needs
    `hiercls calibrate`.

    Args:
        curves: By the name of a stop rule, from `risk_coverage_curve`.
        targets: Shares of right answers.
    """
    return tuple(
        max(
            (_best(rule, curve, target) for rule, curve in curves.items()),
            key=lambda point: point.coverage,
        )
        for target in targets
    )


def _best(rule: str, curve: OperatingCurve, target: float) -> StopPoint:
    risk, coverage = curve.columns["risk"], curve.columns["coverage"]
    reached = np.flatnonzero(risk <= 1 - target + 1e-12)  # the root is always right
    point = reached[np.argmax(coverage[reached])]
    threshold = math.floor(min(float(curve.thresholds[point]), 1.0) * _DIGITS) / _DIGITS
    return StopPoint(
        target=target,
        rule=f"{rule}:{threshold:g}",
        threshold=threshold,
        accuracy=1 - float(risk[point]),
        coverage=float(coverage[point]),
        leaves=float(curve.columns["leaves"][point]),
        depth=float(curve.columns["depth"][point]),
    )
