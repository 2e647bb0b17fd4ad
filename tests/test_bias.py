from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer

from hiercls.bias import LetterPrior, Permuted, PriorGauge, Unbiased
from hiercls.bias.permutations import average, starts
from hiercls.plan import Option, Question
from hiercls.scoring import (
    UNLIMITED,
    Handle,
    Logprobs,
    Prepared,
    Request,
    Rounds,
    Scorer,
    normalised,
)

MOST = 8
PLAIN = HashScorer(max_options=MOST)
SEEN: Handle = (200, 30, 30)
counts = st.integers(2, MOST)
shares = st.lists(st.floats(-3, 3), min_size=MOST, max_size=MOST)


class Partial:
    """Answers as `HashScorer` does, but adds to the logit of every letter something of its own."""

    def __init__(self, added: Sequence[float]) -> None:
        self.max_options = MOST
        self.max_open = UNLIMITED
        self.batches: list[int] = []
        self._added = added

    def prepare(self, image: Image.Image) -> Prepared:
        return PLAIN.prepare(image)

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        return PLAIN.open(images)

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        self.batches.append(len(requests))
        return [
            normalised([own + more for own, more in zip(row, self._added, strict=False)])
            for row in PLAIN.score(requests)
        ]

    def num_tokens(self, question: Question) -> int:
        return PLAIN.num_tokens(question)


def asked(num_options: int, start: int = 0) -> Request:
    names = [f"thing {start + number}" for number in range(num_options)]
    return Request(SEEN, Question("things", 0, "Which?", tuple(Option(own, own) for own in names)))


def answer(scorer: Scorer, num_options: int) -> Logprobs:
    return scorer.score([asked(num_options)])[0]


@given(counts, shares)
def test_all_orders_take_out_what_is_added_to_letters(count: int, added: list[float]) -> None:
    unbiased = answer(Permuted(Partial(added)), count)
    assert unbiased == pytest.approx(answer(PLAIN, count), abs=1e-9)


@given(st.lists(counts, min_size=1), shares)
def test_the_prior_takes_out_what_is_added_to_letters(seen: list[int], added: list[float]) -> None:
    gauge = PriorGauge(Partial(added))
    gauge.score([asked(count, start) for start, count in enumerate(seen)])
    scorer = Unbiased(Partial(added), gauge.prior)
    for count in seen:
        assert answer(scorer, count) == pytest.approx(answer(PLAIN, count), abs=1e-9)
        prior = gauge.prior.logprobs[count]
        assert prior == pytest.approx(normalised(added[:count]), abs=1e-9)


@given(shares, st.integers(2, MOST - 1))
def test_a_number_of_options_never_seen_takes_the_prior_of_the_next_greater(
    added: list[float], count: int
) -> None:
    gauge = PriorGauge(Partial(added))
    gauge.score([asked(MOST)])
    assert answer(Unbiased(Partial(added), gauge.prior), count) == pytest.approx(
        answer(PLAIN, count), abs=1e-9
    )
    prior = LetterPrior({2: (-0.1, -3.0), 5: (-1.0, -1.5, -2.0, -2.5, -3.0)})
    removed = prior.removed((-1.0, -1.0, -1.0))
    assert [own - removed[0] for own in removed] == pytest.approx([0.0, 0.5, 1.0])
    assert prior.removed(PLAIN.score([asked(6)])[0]) == PLAIN.score([asked(6)])[0]


@given(counts, st.none() | st.integers(1, MOST), shares)
def test_probabilities_still_sum_to_one(
    count: int, num_permutations: int | None, added: list[float]
) -> None:
    gauge = PriorGauge(Partial(added))
    scorers = [Permuted(Partial(added), num_permutations), gauge]
    scorers.append(Unbiased(Partial([-own for own in added]), gauge.prior))
    for scorer in scorers:
        row = answer(scorer, count)
        assert math.fsum(map(math.exp, row)) == pytest.approx(1)


def test_the_average_is_the_normalised_geometric_mean_of_each_option() -> None:
    added = [1.0, 0.0, -0.5, 0.3]
    scorer = Partial(added)
    request = asked(4)
    options = request.question.options
    by_order = [
        dict(
            zip(
                [own.node for own in options[start:] + options[:start]],
                scorer.score(
                    [Request(SEEN, Question("things", 0, "?", options[start:] + options[:start]))]
                )[0],
                strict=True,
            )
        )
        for start in (0, 2)
    ]
    roots = [math.sqrt(math.exp(sum(row[own.node] for row in by_order))) for own in options]
    expected = [math.log(own / sum(roots)) for own in roots]
    assert Permuted(scorer, 2).score([request])[0] == pytest.approx(expected)


@given(st.integers(2, 40), st.integers(1, 50))
def test_orders_begin_evenly_apart(num_options: int, count: int) -> None:
    found = starts(num_options, count)
    assert len(found) == min(num_options, count) == len(set(found))
    gaps = [b - a for a, b in zip(found, [*found[1:], num_options], strict=True)]
    assert found[0] == 0 and max(gaps) - min(gaps) <= 1
    assert starts(num_options) == list(range(num_options))


def test_one_order_is_the_question_itself() -> None:
    assert Permuted(Partial([0.5] * MOST), 1).score([asked(5)]) == PLAIN.score([asked(5)])


def test_the_orders_of_a_question_stand_together_and_batches_stay_small() -> None:
    handles: list[Handle] = []

    class Watched(Partial):
        def score(self, requests: Sequence[Request]) -> list[Logprobs]:
            handles.extend(request.handle for request in requests)
            return super().score(requests)

    scorer = Watched([0.0] * MOST)
    requests = [Request(handle, asked(3).question) for handle in ("a", "b")]
    Permuted(scorer, max_batch=4).score(requests)
    assert handles == ["a", "a", "a", "b", "b", "b"]
    assert scorer.batches == [4, 2]
    PriorGauge(scorer, max_batch=5).score(requests)
    assert scorer.batches[2:] == [5, 1]


@given(st.integers(2, 100), st.none() | st.integers(1, MOST))
def test_every_order_of_every_round_is_counted(count: int, num_permutations: int | None) -> None:
    model = Partial([0.0] * MOST)
    orders = Permuted(model, num_permutations)
    scorer = Rounds(orders, num_asked=orders.num_questions)
    question = asked(count).question
    scorer.score([asked(count)])
    assert scorer.num_questions(question) == sum(model.batches)
    if count <= MOST:
        assert scorer.num_tokens(question) == sum(model.batches) * (10 + count)


def test_where_every_option_is_excluded_once_probabilities_are_averaged() -> None:
    rows = [(0.0, -math.inf, -math.inf), (-math.inf, math.log(0.5), math.log(0.5))]
    assert [math.exp(own) for own in average(rows)] == pytest.approx([0.5, 0.25, 0.25])
    kept = average([(math.log(0.5), math.log(0.5)), (0.0, -math.inf)])
    assert kept == (0.0, -math.inf)


def test_an_answer_that_excludes_an_option_says_nothing_of_letters() -> None:
    gauge = PriorGauge(Partial([0.0, -math.inf, *[0.0] * (MOST - 2)]))
    gauge.score([asked(3)])
    assert gauge.prior == LetterPrior()


def test_the_prior_of_many_questions_is_near_though_each_is_noisy() -> None:
    dice = random.Random(0)

    class Noisy(Partial):
        def score(self, requests: Sequence[Request]) -> list[Logprobs]:
            return [
                normalised([own + dice.gauss(0, 1) for own in row])
                for row in super().score(requests)
            ]

    added = [1.0, 0.0, -1.0, 0.5] + [0.0] * (MOST - 4)
    gauge = PriorGauge(Noisy(added))
    gauge.score([asked(4, start) for start in range(100)])
    assert gauge.prior.logprobs[4] == pytest.approx(normalised(added[:4]), abs=0.2)
