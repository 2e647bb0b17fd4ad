"""Curves, calibration and resampling, against slow versions and libraries."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few

from hiercls.metrics import Hierarchy, Ratio
from hiercls.metrics.calibration import brier, ece, log_loss, reliability
from hiercls.metrics.curves import (
    climbing,
    information_curve,
    most_specific,
    operating_curve,
    risk_coverage_curve,
)
from hiercls.metrics.information import precision, recall
from hiercls.metrics.resampling import bootstrap, mcnemar, paired_bootstrap
from hiercls.taxonomy import Taxonomy

PETS = Hierarchy(
    Taxonomy.from_dict(
        {
            "name": "pets",
            "children": [
                {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]},
                {"name": "cat", "children": [{"name": "manx"}, {"name": "korat"}]},
            ],
        }
    )
)
PROBABILITIES = st.floats(0, 1)


def masses(hierarchy: Hierarchy, dice: random.Random) -> dict[str, float]:
    """Probabilities of all nodes, from random ones of the classes."""
    weights = {own: dice.random() ** 3 + 1e-9 for own in hierarchy.taxonomy.classes}
    found = dict.fromkeys(hierarchy.taxonomy, 0.0)
    for own, weight in weights.items():
        for above in hierarchy.above(own):
            found[above] += weight / sum(weights.values())
    return found


def test_risk_and_coverage_of_a_worked_example() -> None:
    # Two pictures of a pug, one taken for it with 0.9 (dog 0.95), one for a manx with 0.4 (cat
    # 0.6). Falling thresholds answer dog, pug, cat and manx, one after the other.
    first = [("pets", 1.0), ("dog", 0.95), ("pug", 0.9)]
    second = [("pets", 1.0), ("cat", 0.6), ("manx", 0.4)]
    curve = risk_coverage_curve(PETS, ["pug", "pug"], [first, second])
    assert curve.thresholds.tolist() == [math.inf, 0.95, 0.9, 0.6, 0.4]
    assert curve.columns["coverage"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve.columns["risk"].tolist() == [0, 0, 0, 0.5, 0.5]
    assert curve.columns["depth"].tolist() == [0, 0.5, 1, 1.5, 2]
    assert curve.area("coverage", "risk") == pytest.approx(0.5 * 0.25 * 0.5 + 0.25 * 0.5)


def test_climbing_ends_at_the_path_cut_by_every_threshold() -> None:
    chosen = climbing(PETS, ("dog", "pug"), {"dog": 0.8, "pug": 0.9})
    assert chosen == [("pets", 1.0), ("dog", 0.8), ("pug", 0.8)]


@pytest.mark.slow
@few
@given(dags(), st.integers(0, 10**6))
def test_curves_equal_answering_at_each_threshold_by_itself(
    document: dict[str, Any], seed: int
) -> None:
    hierarchy = Hierarchy(Taxonomy.from_dict(document))
    dice = random.Random(seed)
    truths = dice.choices(hierarchy.taxonomy.classes, k=4)
    known = [masses(hierarchy, dice) for _ in truths]
    bits = hierarchy.information
    root = hierarchy.taxonomy.root
    choices = [most_specific(one, bits.__getitem__, root=root) for one in known]
    curve = information_curve(hierarchy, truths, choices)
    for index, threshold in enumerate(curve.thresholds):
        answers = []
        for one in known:
            allowed = [own for own in one if one[own] >= threshold]
            most = max((bits[own] for own in allowed), default=0.0)
            best = [own for own in allowed if bits[own] == most] or [root]
            answers.append(min(best, key=lambda own: (-one[own], own)) if most else root)
        pairs = list(zip(truths, answers, strict=True))
        for name, value in (("precision", precision), ("recall", recall)):
            mean = sum(value(hierarchy, t, a) for t, a in pairs) / len(pairs)
            assert curve.columns[name][index] == pytest.approx(mean, abs=1e-9)


@pytest.mark.slow
@given(st.lists(st.lists(st.tuples(PROBABILITIES, st.floats(-1, 1)), max_size=4), min_size=1))
def test_running_sums_equal_means_at_each_threshold(steps: list[list[tuple[float, float]]]) -> None:
    choices = [[("start", 1.0)] for _ in steps]
    values: dict[str, float] = {"start": 0.0}
    for row, own in enumerate(steps):
        for column, (score, value) in enumerate(sorted(own, reverse=True)):
            choices[row].append((f"{row}/{column}", score))
            values[f"{row}/{column}"] = value
    curve = operating_curve([""] * len(steps), choices, {"value": lambda _, answer: values[answer]})
    for threshold, mean in zip(curve.thresholds, curve.columns["value"], strict=True):
        last = [[node for node, score in one[1:] if score >= threshold][-1:] for one in choices]
        expected = sum(values[node[0]] for node in last if node) / len(steps)
        assert mean == pytest.approx(expected, abs=1e-9)


def test_a_thinned_curve_keeps_its_ends() -> None:
    chosen = [[("pets", 1.0), ("dog", 1 - i / 1000)] for i in range(900)]
    thin = risk_coverage_curve(PETS, ["pug"] * 900, chosen).thinned(50, "coverage")
    assert list(thin) == ["threshold", "coverage"]
    assert len(thin["coverage"]) == 50
    assert (thin["coverage"][0], thin["coverage"][-1]) == (0, 0.5)


@pytest.mark.slow
@given(st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1), st.integers(1, 20))
def test_ece_equals_its_definition(pairs: list[tuple[float, bool]], num_bins: int) -> None:
    edges = np.linspace(0, 1, num_bins + 1)
    total = 0.0
    for number in range(num_bins):
        low, high = edges[number], edges[number + 1]
        members = [p for p in pairs if low < p[0] <= high or (number == 0 and p[0] == 0)]
        if members:
            confidence = sum(p for p, _ in members) / len(members)
            accuracy = sum(hit for _, hit in members) / len(members)
            total += len(members) / len(pairs) * abs(accuracy - confidence)
    bins = reliability([p for p, _ in pairs], [hit for _, hit in pairs], num_bins=num_bins)
    assert ece(bins) == pytest.approx(total, abs=1e-9)
    assert sum(one.count for one in bins) == len(pairs)


@pytest.mark.slow
@given(st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1), st.integers(1, 20))
def test_bins_and_ece_equal_those_of_scikit_learn(
    pairs: list[tuple[float, bool]], num_bins: int
) -> None:
    library = pytest.importorskip("sklearn.calibration")
    sure, right = [p for p, _ in pairs], [hit for _, hit in pairs]
    accuracy, confidence = library.calibration_curve(right, sure, n_bins=num_bins, pos_label=True)
    bins = [one for one in reliability(sure, right, num_bins=num_bins) if one.count]
    assert [one.accuracy for one in bins] == pytest.approx(accuracy)
    assert [one.confidence for one in bins] == pytest.approx(confidence)
    weights = [one.count / len(pairs) for one in bins]
    assert ece(bins) == pytest.approx(np.dot(weights, np.abs(accuracy - confidence)))


@pytest.mark.slow
def test_brier_and_log_loss_equal_those_of_scikit_learn() -> None:
    library = pytest.importorskip("sklearn.metrics")
    sure = [0.1, 0.4, 0.8, 0.95]
    right = [False, True, True, True]
    assert brier(sure, right) == pytest.approx(library.brier_score_loss(right, sure))
    truths = [p if hit else 1 - p for p, hit in zip(sure, right, strict=True)]
    assert log_loss(truths) == pytest.approx(library.log_loss(right, sure))
    assert log_loss([0.0]) == pytest.approx(-math.log(1e-12))


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_counts_coins_that_fall_so_unevenly(b: int, c: int) -> None:
    first = np.array([1.0] * b + [0.0] * c + [1.0, 0.0])
    second = np.array([0.0] * b + [1.0] * c + [1.0, 0.0])
    tail = sum(Fraction(math.comb(b + c, i), 2 ** (b + c)) for i in range(min(b, c) + 1))
    test = mcnemar(first, second)
    assert (test.only_first, test.only_second) == (b, c)
    assert test.p_value == pytest.approx(min(1.0, float(2 * tail)))


@pytest.mark.slow
def test_bootstrap_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    dice = np.random.default_rng(3)
    hits = 0
    for seed in range(200):
        drawn = Ratio.mean(dice.random(80) < 0.7)
        low, high = bootstrap({"share": drawn}, num_resamples=200, seed=seed)["share"]
        hits += low <= 0.7 <= high
    assert 0.88 <= hits / 200 <= 0.99


def test_bootstrap_is_the_same_for_the_same_seed_and_leaves_out_what_is_undefined() -> None:
    ratios = {"share": Ratio.mean([1, 0, 1]), "nothing": Ratio.mean([1.0], where=[False])}
    ratios["nothing"] = Ratio.mean([1, 0, 1], where=[False, False, False])
    one = bootstrap(ratios, num_resamples=50, seed=1)
    assert one == bootstrap(ratios, num_resamples=50, seed=1)
    assert list(one) == ["share"]


def test_paired_differences_of_a_run_with_itself_are_none() -> None:
    ratios = {"share": Ratio.mean([1, 0, 1, 1, 0])}
    paired = paired_bootstrap(ratios, ratios, num_resamples=100)
    assert paired["share"].difference == 0
    assert paired["share"].interval == (0, 0)


def test_pairing_finds_what_two_intervals_alone_would_miss() -> None:
    dice = np.random.default_rng(0)
    base = dice.random(500) < 0.6
    better = base | (dice.random(500) < 0.04)
    first, second = {"share": Ratio.mean(better)}, {"share": Ratio.mean(base)}
    alone = [bootstrap(one)["share"] for one in (first, second)]
    assert alone[0].low < alone[1].high
    assert paired_bootstrap(first, second)["share"].interval.low > 0
