from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer, opened

from hiercls.bias import LetterPrior
from hiercls.calibration import Calibrated, Calibration, fit_temperatures
from hiercls.calibration.bounds import ABOVE_ALL, conformal_rank, just_above, num_right_needed
from hiercls.calibration.temperature import (
    LabelledAnswer,
    fit_temperature,
    negative_log_likelihood,
    tempered,
)
from hiercls.errors import ConfigError
from hiercls.plan import Plan
from hiercls.scoring import Request, Rounds
from hiercls.taxonomy import Taxonomy

SAVED = Calibration(
    temperatures=(1.25, 0.8),
    thresholds={"target:0.95": 0.61, "coverage:0.9:3": ABOVE_ALL},
    letter_prior=LetterPrior({2: (-0.5, -0.9), 3: (-1.0, -1.1, -1.2)}),
    hashes={"plan": "ab", "model": "cd"},
    num_examples=500,
    figures={"level 1": {"ece_before": 0.09, "ece_after": 0.01}},
)
ROWS = st.lists(st.floats(-8, 0), min_size=2, max_size=6)


def drawn(count: int, temperature: float, *, level: int = 0, seed: int = 0) -> list[LabelledAnswer]:
    """Answers of a model that is this much too sure of itself."""
    dice = random.Random(seed)
    answers = []
    for _ in range(count):
        true = tempered([dice.gauss(0, 2) for _ in range(dice.randint(2, 6))], 1.0)
        right = dice.choices(range(len(true)), [math.exp(value) for value in true])[0]
        said = tempered([value * temperature for value in true], 1.0)
        answers.append(LabelledAnswer(level, said, right))
    return answers


@given(ROWS, st.floats(0.05, 20))
def test_tempering_keeps_the_order_and_the_sum(row: list[float], temperature: float) -> None:
    after = tempered(row, temperature)
    assert math.fsum(map(math.exp, after)) == pytest.approx(1)
    for one, other in zip(row, after, strict=True):
        assert other - after[0] == pytest.approx((one - row[0]) / temperature, abs=1e-9)


@given(ROWS, st.floats(0.05, 20))
def test_tempering_can_be_undone(row: list[float], temperature: float) -> None:
    before = tempered(row, 1.0)
    assert tempered(tempered(before, temperature), 1 / temperature) == pytest.approx(before)


def test_an_option_of_probability_zero_stays_so() -> None:
    assert tempered((-math.inf, 0.0), 3.0) == (-math.inf, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_that_was_drawn_with_is_found(temperature: float) -> None:
    assert fit_temperature(drawn(4000, temperature)) == pytest.approx(temperature, rel=0.08)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([0.3, 0.5, 1.0, 2.0, 4.0]), st.integers(2, 40))
def test_no_temperature_on_a_fine_grid_is_more_probable(
    seed: int, temperature: float, count: int
) -> None:
    answers = drawn(count, temperature, seed=seed)

    def loss(other: float) -> float:
        # Gamma of shape 5 and rate 4, but for a constant.
        density = (1 / other) ** 4 * math.exp(-4 / other)
        return count * negative_log_likelihood(answers, other) - math.log(density)

    grid = [0.05 * (20 / 0.05) ** (step / 200) for step in range(201)]
    best = min(grid, key=loss)
    gain = count * (negative_log_likelihood(answers) - negative_log_likelihood(answers, best))
    fitted = fit_temperature(answers)
    needed = NormalDist().inv_cdf(0.975) ** 2 / 2
    if fitted == 1.0:
        assert gain < needed + 0.05
    else:
        assert gain > needed - 0.05
        assert loss(fitted) <= loss(best) + 1e-9


def test_a_few_right_answers_do_not_ask_for_certainty() -> None:
    sure = LabelledAnswer(0, (math.log(0.8), math.log(0.2)), 0)
    assert fit_temperature([sure] * 5) == 1.0
    assert 0.4 < fit_temperature([sure] * 30) < 1.0


@pytest.mark.slow
def test_honest_answers_are_left_alone_but_for_1_in_20() -> None:
    changed = sum(fit_temperature(drawn(60, 1.0, seed=seed)) != 1.0 for seed in range(100))
    assert changed <= 12  # of 5 expected; more than 12 in 1 of 600


def test_likelihood_is_the_mean_over_the_right_options() -> None:
    answers = [
        LabelledAnswer(0, (math.log(0.8), math.log(0.2)), 0),
        LabelledAnswer(0, (math.log(0.3), math.log(0.5), math.log(0.2)), 2),
    ]
    expected = -(math.log(0.8) + math.log(0.2)) / 2
    assert negative_log_likelihood(answers) == pytest.approx(expected)


@pytest.mark.slow
def test_each_level_has_its_own_temperature_and_one_without_answers_that_of_all() -> None:
    answers = drawn(2000, 2.0, level=0) + drawn(2000, 0.5, level=2, seed=1)
    first, second, third = fit_temperatures(answers, 3)
    assert first == pytest.approx(2.0, rel=0.1)
    assert third == pytest.approx(0.5, rel=0.1)
    assert second == fit_temperature(answers)
    assert fit_temperatures([], 2) == (1.0, 1.0)


def test_answers_that_exclude_the_truth_do_not_stop_the_fit() -> None:
    impossible = LabelledAnswer(0, (0.0, -math.inf), 1)
    answers = drawn(50, 2.0)
    assert fit_temperature([*answers, impossible]) == fit_temperature(answers)
    assert fit_temperature([impossible]) == 1.0


def test_a_calibrated_scorer_tempers_whole_questions_by_their_level() -> None:
    plan, scorer = Plan(Taxonomy.load("flags")), HashScorer(max_options=4)
    handle = opened(scorer, [Image.new("RGB", (2, 2))])[0]
    requests = [Request(handle, plan.question(node)) for node in plan.nodes]
    temperatures = (2.0, 0.5, 3.0)
    calibrated = Calibrated(Rounds(scorer), Calibration(temperatures))
    plain = Rounds(scorer).score(requests)
    for request, before, after in zip(requests, plain, calibrated.score(requests), strict=True):
        assert after == tempered(before, temperatures[request.question.level])


@given(st.integers(1, 60), st.sampled_from([0.5, 0.8, 0.9, 0.95]), st.sampled_from([0.05, 0.2]))
def test_as_many_must_be_right_as_the_exact_binomial_says(
    count: int, accuracy: float, delta: float
) -> None:
    chance = Fraction(accuracy)

    def tail(needed: int) -> Fraction:
        return sum(
            (
                math.comb(count, hits) * chance**hits * (1 - chance) ** (count - hits)
                for hits in range(needed, count + 1)
            ),
            Fraction(0),
        )

    needed = num_right_needed(count, accuracy, delta)
    assert tail(needed) <= delta
    assert tail(needed - 1) > delta


def test_a_promise_of_95_in_100_needs_59_examples() -> None:
    assert num_right_needed(58, 0.95, 0.05) == 59
    assert num_right_needed(59, 0.95, 0.05) == 59


@pytest.mark.parametrize(
    ("count", "coverage", "rank"), [(9, 0.9, 9), (19, 0.95, 19), (99, 0.7, 70), (8, 0.9, 9)]
)
def test_the_conformal_rank_counts_the_image_to_come(
    count: int, coverage: float, rank: int
) -> None:
    assert conformal_rank(count, coverage) == rank


def test_just_above_is_above_the_score_of_the_rank_alone() -> None:
    assert 0.2 < just_above([0.3, 0.1, 0.2], 2) < 0.2 + 1e-9
    assert just_above([0.3, 0.1], 3) == ABOVE_ALL > 1


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    SAVED.save(tmp_path / "calibration.json")
    assert Calibration.load(tmp_path / "calibration.json") == SAVED


def test_deeper_levels_than_were_fitted_take_the_last_temperature() -> None:
    assert [SAVED.temperature(level) for level in range(4)] == [1.25, 0.8, 0.8, 0.8]


def test_a_calibration_for_something_else_names_what_differs() -> None:
    SAVED.check({"plan": "ab", "model": "cd", "prompt": "not known then"})
    SAVED.check({"plan": "ab"})
    with pytest.raises(ConfigError) as caught:
        SAVED.check({"plan": "other", "model": "other"})
    assert caught.value.message == (
        "calibration: fitted with another plan and another model; expected the same as now"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperatures": []}, "temperatures is []; expected a number for each level"),
        ({"temperatures": [1.0, 0]}, "a temperature is 0; expected a number above 0"),
        ({"temperatures": [True]}, "a temperature is True; expected a number above 0"),
        ({"thresholds": {"target:0.9": "x"}}, "thresholds: target:0.9 is 'x'; expected a number"),
        ({"thresholds": 3}, "found 3; expected an object"),
        ({"hashes": {"plan": 3}}, "hashes: plan is 3; expected text"),
        ({"num_examples": -1}, "num_examples is -1; expected a whole number"),
        ({"figures": {"leaf": {"ece": None}}}, "leaf: ece is None; expected a number"),
        ({"version": 1}, "calibration of version 1; expected 2"),
        ({"letter_prior": [1]}, "found [1]; expected an object"),
        (
            {"letter_prior": {"3": [-0.7, -0.7]}},
            "letter_prior: 3 has [-0.7, -0.7]; expected so many logarithms",
        ),
        (
            {"letter_prior": {"1": [None]}},
            "letter_prior: 1 has [None]; expected so many logarithms",
        ),
        ({"tresholds": {}}, "unknown key 'tresholds'"),
    ],
)
def test_a_file_that_is_no_calibration_says_what_is_wrong(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    SAVED.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ConfigError) as caught:
        Calibration.load(path)
    assert caught.value.message == f"{path}: {message}"


def test_a_file_that_cannot_be_read_or_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        Calibration.load(tmp_path / "none.json")
    with pytest.raises(ConfigError, match="cannot be written: "):
        SAVED.save(tmp_path / "none" / "none.json")
    (tmp_path / "half.json").write_text('{"version": 1')
    with pytest.raises(ConfigError, match=r"half\.json: not JSON: "):
        Calibration.load(tmp_path / "half.json")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(ConfigError, match="not a calibration; expected an object"):
        Calibration.load(tmp_path / "list.json")
    (tmp_path / "less.json").write_text("{}")
    with pytest.raises(ConfigError, match="no key 'version'; expected version, temperatures"):
        Calibration.load(tmp_path / "less.json")


def test_a_calibration_is_not_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        SAVED.num_examples = 3  # type: ignore[misc]
    assert replace(SAVED, num_examples=3).num_examples == 3
