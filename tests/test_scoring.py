from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer, opened

from hiercls.errors import RequestError
from hiercls.plan import Option, Question
from hiercls.scoring import LabelMass, Request, Rounds, Scorer, TableScorer


def wide(num_options: int) -> Question:
    options = tuple(Option(str(n), f"thing {n}") for n in range(num_options))
    return Question("things", 0, "Which?", options)


def handle(scorer: Scorer) -> object:
    return opened(scorer, [Image.new("RGB", (2, 2), "red")])[0]


@pytest.mark.slow
@given(st.lists(st.integers(2, 60), min_size=1, max_size=4), st.integers(2, 8))
def test_probabilities_over_rounds_sum_to_one(counts: list[int], most: int) -> None:
    scorer = Rounds(HashScorer(max_options=most))
    requests = [Request(handle(scorer), wide(count)) for count in counts]
    for count, logprobs in zip(counts, scorer.score(requests), strict=True):
        assert len(logprobs) == count
        assert math.fsum(map(math.exp, logprobs)) == pytest.approx(1, abs=1e-9)


@given(st.integers(2, 7))
def test_what_fits_is_asked_directly(count: int) -> None:
    direct = HashScorer(max_options=7)
    request = Request(handle(direct), wide(count))
    assert Rounds(direct).score([request]) == direct.score([request])


def test_label_mass_is_told_by_its_mean_and_its_least() -> None:
    mass = LabelMass()
    assert math.isnan(mass.mean)
    mass.add([0.5, 0.25])
    mass.add([1.0, 0.25])
    assert (mass.count, mass.mean, mass.least) == (4, 0.5, 0.25)


def test_rounds_multiply_the_group_and_the_option_within_it() -> None:
    direct = HashScorer(max_options=4)
    request = Request(handle(direct), wide(7))
    first, second = wide(7).options[:3], wide(7).options[3:]
    halves = direct.score(
        [Request(request.handle, Question("things", 0, "Which?", own)) for own in (first, second)]
    )
    best = [max(range(len(own)), key=own.__getitem__) for own in halves]
    final = Question("things", 0, "Which?", (first[best[0]], second[best[1]]))
    outer = direct.score([Request(request.handle, final)])[0]
    expected = [outer[0] + own for own in halves[0]] + [outer[1] + own for own in halves[1]]
    assert Rounds(direct).score([request])[0] == pytest.approx(expected)


@pytest.mark.slow
@given(st.integers(2, 300), st.integers(2, 8))
def test_the_single_questions_are_counted_before_they_are_asked(count: int, most: int) -> None:
    direct = HashScorer(max_options=most)
    scorer = Rounds(direct)
    scorer.score([Request(handle(scorer), wide(count))])
    assert scorer.num_questions(wide(count)) == sum(direct.batches)


@pytest.mark.slow
@given(st.integers(2, 300), st.integers(2, 8))
def test_tokens_are_those_of_the_single_questions(count: int, most: int) -> None:
    asked: list[Question] = []

    class Watched(HashScorer):
        def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
            asked.extend(request.question for request in requests)
            return super().score(requests)

    scorer = Rounds(Watched(max_options=most))
    scorer.score([Request(handle(scorer), wide(count))])
    assert scorer.num_tokens(wide(count)) == sum(10 + len(own.options) for own in asked)


def test_fewer_options_may_be_asked_for_than_the_scorer_can_take() -> None:
    direct = HashScorer(max_options=26)
    scorer = Rounds(direct, max_options=5)
    scorer.score([Request(handle(scorer), wide(10))])
    assert direct.batches == [2, 1]
    assert Rounds(direct, max_options=99).num_questions(wide(27)) == 3


def test_no_more_single_questions_are_asked_together_than_was_allowed() -> None:
    direct = HashScorer(max_options=5)
    request = Request(handle(direct), wide(23))
    expected = Rounds(HashScorer(max_options=5)).score([request])
    assert Rounds(direct, max_batch=2).score([request]) == expected
    assert direct.batches == [2, 2, 1, 1]


def test_a_table_answers_by_name_by_order_and_by_function() -> None:
    question = wide(3)
    rows = {"named": {"things": {"1": 3, "2": 1}}, "ordered": {"things": [0, 3, 1]}}
    for scorer in (TableScorer(rows), TableScorer(lambda key, own: rows[key][own.node])):
        for key in rows:
            (logprobs,) = scorer.score([Request(key, question)])
            assert [math.exp(own) for own in logprobs] == pytest.approx([0, 0.75, 0.25])


def test_a_table_numbers_the_images_it_opens() -> None:
    scorer = TableScorer({0: {}, 1: {}})
    picture = Image.new("RGB", (2, 2))
    assert [opened(scorer, [picture]), scorer.open([]), opened(scorer, [picture] * 2)] == [
        [0],
        [],
        [1, 2],
    ]


def test_a_table_is_asked_in_rounds_by_name() -> None:
    rows = {str(n): float(n + 1) for n in range(7)}
    scorer = Rounds(TableScorer({0: {"things": rows}}, max_options=3))
    (logprobs,) = scorer.score([Request(0, wide(7))])
    assert math.fsum(map(math.exp, logprobs)) == pytest.approx(1)
    assert max(range(7), key=logprobs.__getitem__) == 6


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "table: 0: no probabilities at 'things'"),
        ({"things": [0.5]}, "table: 0: 1 probabilities at 'things'; expected 3, one an option"),
        ({"things": [0, 0, 0]}, "sum to 0 with a least of 0; expected none below 0 and one above"),
        ({"things": [2, -1, 0]}, "sum to 1 with a least of -1"),
        ({"things": [math.nan, 1, 1]}, "sum to nan"),
    ],
)
def test_a_row_of_no_probabilities_is_refused(rows: dict[str, list[float]], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        TableScorer({0: rows}).score([Request(0, wide(3))])
    assert message in caught.value.message


def test_the_groups_of_all_questions_are_one_batch() -> None:
    direct = HashScorer(max_options=26)
    scorer = Rounds(direct)
    scorer.score([Request(handle(scorer), wide(50)), Request(handle(scorer), wide(10))])
    assert direct.batches == [3, 1]
