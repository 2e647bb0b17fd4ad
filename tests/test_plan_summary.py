from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scorers import HashScorer, opened
from taxonomy_strategies import dags, few

from hiercls.config import PlanSettings
from hiercls.plan import Option, Plan, Question
from hiercls.plan.cost import question_cost, rounds
from hiercls.plan.summary import PlanSummary, summary_of
from hiercls.scoring import Request, Rounds
from hiercls.taxonomy import Taxonomy


class CountingScorer(HashScorer):
    """Remembers how many options each single question had."""

    def __init__(self, max_options: int) -> None:
        super().__init__(max_options)
        self.sizes: list[int] = []

    def _answer(self, request: Request) -> tuple[float, ...]:
        self.sizes.append(len(request.question.options))
        return super()._answer(request)


def wide(num_options: int) -> Question:
    options = tuple(Option(str(n), f"thing {n}", "a thing") for n in range(num_options))
    return Question("things", 0, "Which?", options)


@pytest.mark.slow
@given(st.integers(2, 300), st.integers(2, 26))
def test_rounds_are_those_that_are_asked(num_options: int, most: int) -> None:
    scorer = CountingScorer(most)
    handle = opened(scorer, [Image.new("RGB", (2, 2))])[0]
    Rounds(scorer).score([Request(handle, wide(num_options))])
    assert sorted(scorer.sizes) == sorted(rounds(num_options, most))


def test_a_question_costs_its_text_and_its_options() -> None:
    question = Question(
        "pet", 0, "Which pet?", (Option("a", "cat"), Option("b", "dog", "a barker"))
    )
    text, cat, dog = 10 / 4 + 20, 3 / 4 + 3, len("dog: a barker") / 4 + 3
    assert question_cost(question, 16) == (1, text + cat + dog)


def test_each_round_costs_a_question() -> None:
    option = len("thing 0: a thing") / 4 + 3
    assert question_cost(wide(6), 3) == (3, 3 * (6 / 4 + 20) + 8 * option)


def test_a_summary_counts_what_leads_to_each_class() -> None:
    dog = {"name": "dog", "children": [{"name": n} for n in ("husky", "pug", "poodle")]}
    taxonomy = Taxonomy.from_dict({"name": "pet", "children": [dog, {"name": "cat"}]})
    assert summary_of(Plan(taxonomy)).questions_mean == 1
    found = summary_of(Plan(taxonomy, PlanSettings(max_options=2, merge="none")))
    assert (found.questions_mean, found.questions_max) == ((3 * 3 + 1) / 4, 3)
    assert (found.steps_mean, found.options_max) == ((3 * 2 + 1) / 4, 2)
    assert (found.questions, found.levels) == (3, 2)
    unmerged = Plan(taxonomy, PlanSettings(merge="none"))
    top, below = (question_cost(unmerged.question(node), 2)[1] for node in ("pet", "dog"))
    assert found.tokens_mean == pytest.approx((4 * top + 3 * below) / 4)


def test_where_there_is_nothing_to_ask_nothing_costs() -> None:
    chain = Taxonomy.from_dict({"name": "pet", "children": [{"name": "cat"}]})
    assert summary_of(Plan(chain)) == PlanSummary(0, 0, 0, 0, 0, 0, 0)


@pytest.mark.slow
@few
@given(dags(), st.integers(2, 7), st.booleans())
def test_means_are_those_of_the_routes(
    document: dict[str, Any], most: int, none_of_these: bool
) -> None:
    taxonomy = Taxonomy.from_dict(document)
    plan = Plan(taxonomy, PlanSettings(most, none_of_these=none_of_these))
    found = summary_of(plan)
    counts = []
    for own in taxonomy.leaves:
        asked = [plan.question(node) for node, _ in plan.route(own)]
        counts.append(sum(len(rounds(len(question.options), most)) for question in asked))
    assert found.questions_max >= max(counts)
    if set(taxonomy.classes) == set(taxonomy.leaves):
        assert found.questions_mean == pytest.approx(sum(counts) / len(counts))
    assert found.options_max <= most
