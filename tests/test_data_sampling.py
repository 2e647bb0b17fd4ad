from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import few

from hiercls.data.sampling import SAMPLERS, Draws, SamplingSettings, class_shares, class_weights
from hiercls.errors import ConfigError

COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=8)
SETTINGS = st.builds(
    SamplingSettings,
    sampler=st.sampled_from(SAMPLERS),
    beta=st.sampled_from([0.0, 0.9, 0.999]),
    size=st.none() | st.integers(1, 200),
)


def classes(counts: list[int]) -> np.ndarray:
    labels = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(labels)


def test_shares_are_the_closed_forms() -> None:
    counts = np.array([1, 10, 100])
    effective = counts / np.array([(1 - 0.9**n) / (1 - 0.9) for n in counts])
    for sampler, expected in {
        "natural": counts,
        "sqrt": counts**0.5,
        "balanced": np.ones(3),
        "effective": effective,
    }.items():
        found = class_shares(counts, sampler, beta=0.9)
        assert found == pytest.approx(expected / expected.sum()), sampler


def test_the_effective_number_goes_from_natural_to_balanced_with_beta() -> None:
    counts = [3, 50, 400]
    at = {beta: class_shares(counts, "effective", beta=beta) for beta in (0.0, 0.99, 1 - 1e-9)}
    assert at[0.0] == pytest.approx(class_shares(counts, "natural"))
    assert at[1 - 1e-9] == pytest.approx(class_shares(counts, "balanced"), rel=1e-5)
    assert at[0.0][0] < at[0.99][0] < at[1 - 1e-9][0]


@pytest.mark.slow
@few
@given(COUNTS, st.sampled_from(SAMPLERS))
def test_weights_do_to_natural_draws_what_the_sampler_does(counts: list[int], word: str) -> None:
    weights = class_weights(counts, word)
    assert np.average(weights, weights=counts) == pytest.approx(1)
    assert weights * class_shares(counts, "natural") == pytest.approx(class_shares(counts, word))


@pytest.mark.slow
@given(COUNTS, SETTINGS, st.integers(0, 5))
def test_every_epoch_has_each_share_to_within_one_example(
    counts: list[int], settings: SamplingSettings, epoch: int
) -> None:
    labels = classes(counts)
    order = Draws(labels, settings, seed=3).order(epoch)
    assert len(order) == (settings.size or len(labels))
    found = np.bincount(labels[order], minlength=len(counts))
    shares = class_shares(counts, settings.sampler, beta=settings.beta)
    assert np.abs(found - shares * len(order)).max() < 1 + 1e-5


@pytest.mark.slow
@few
@given(COUNTS, SETTINGS)
def test_over_the_epochs_the_shares_are_exact(
    counts: list[int], settings: SamplingSettings
) -> None:
    labels = classes(counts)
    draws = Draws(labels, settings, seed=1)
    epochs = 50
    orders = np.concatenate([draws.order(epoch) for epoch in range(epochs)])
    expected = class_shares(counts, settings.sampler, beta=settings.beta) * len(orders)
    found = np.bincount(labels[orders], minlength=len(counts))
    # The start of each epoch is a low-discrepancy sequence: the error grows as its logarithm.
    assert np.abs(found - expected).max() < 8


@pytest.mark.slow
@few
@given(COUNTS, SETTINGS)
def test_the_examples_of_a_class_are_drawn_equally_often(
    counts: list[int], settings: SamplingSettings
) -> None:
    labels = classes(counts)
    draws = Draws(labels, settings, seed=2)
    times = Counter(number for epoch in range(5) for number in draws.order(epoch).tolist())
    for own in range(len(counts)):
        found = [times[number] for number in np.flatnonzero(labels == own).tolist()]
        assert max(found) - min(found) <= 1


def test_natural_epochs_hold_every_example_once_in_ever_another_order() -> None:
    labels = classes([5, 30, 1, 14])
    draws = Draws(labels, SamplingSettings(), seed=0)
    first, second = draws.order(0), draws.order(1)
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(50))
    assert first.tolist() != second.tolist()


def test_an_epoch_depends_on_its_number_and_the_seed_alone() -> None:
    labels = classes([2, 11, 40])
    settings = SamplingSettings("balanced")
    gone_through = Draws(labels, settings, seed=7)
    for epoch in range(4):
        gone_through.order(epoch)
    asked_at_once = Draws(labels, settings, seed=7)
    assert asked_at_once.order(4).tolist() == gone_through.order(4).tolist()
    assert Draws(labels, settings, seed=8).order(4).tolist() != asked_at_once.order(4).tolist()


def test_any_whole_number_is_a_seed() -> None:
    first, second = (Draws(classes([3, 9]), SamplingSettings(), seed=s) for s in (-1, 2**70 + 5))
    assert sorted(first.order(0).tolist()) == sorted(second.order(0).tolist())


def test_what_is_drawn_is_the_same_on_every_machine() -> None:
    draws = Draws(np.array([0, 0, 0, 0, 1, 1, 2]), SamplingSettings("balanced"), seed=5)
    assert [draws.order(epoch).tolist() for epoch in (0, 3)] == [
        [6, 2, 6, 4, 0, 3, 5],
        [4, 6, 6, 2, 4, 0, 3],
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sampler": "uniform"}, "sampler is 'uniform'; expected one of natural, sqrt"),
        ({"weights": "focal"}, "weights is 'focal'; expected one of natural, sqrt"),
        ({"beta": 1.0}, "beta is 1.0; expected a number from 0 to below 1"),
        ({"size": 0}, "size is 0; expected a whole number of at least 1"),
        ({"cap": True}, "cap is True; expected a whole number of at least 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SamplingSettings(**settings)
