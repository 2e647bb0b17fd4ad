from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer

from hiercls.plan import Option, Question
from hiercls.scoring import Request, Rounds, Scorer


def wide(num_options: int) -> Question:
    options = tuple(Option(str(n), f"thing {n}") for n in range(num_options))
    return Question("things", 0, "Which?", options)


def handle(scorer: Scorer) -> object:
    return scorer.open([Image.new("RGB", (2, 2), "red")])[0]


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


def test_the_groups_of_all_questions_are_one_batch() -> None:
    direct = HashScorer(max_options=26)
    scorer = Rounds(direct)
    scorer.score([Request(handle(scorer), wide(50)), Request(handle(scorer), wide(10))])
    assert direct.batches == [3, 1]
