from __future__ import annotations

from typing import Any

import pytest
from drawn_plans import DRAWN
from scorers import HashScorer

from hiercls.config import SearchSettings
from hiercls.errors import ConfigError
from hiercls.plan import Plan
from hiercls.scoring import Rounds
from hiercls.search import Rule, beam, best_first, exhaustive, greedy, rule_of, run
from hiercls.taxonomy import Taxonomy

FLAGS = Plan(Taxonomy.load("flags"))


def made(**settings: Any) -> Rule:
    return rule_of(SearchSettings(**settings), FLAGS, Rounds(DRAWN))


def beam_of_three(plan: Plan) -> Any:
    return beam(plan, width=3)


def best_five(plan: Plan) -> Any:
    return best_first(plan, top=5, floor=0.2)


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"rule": "greedy"}, greedy),
        ({"rule": "beam", "beam": 3}, beam_of_three),
        ({"rule": "best-first", "floor": 0.2}, best_five),
        ({"rule": "exhaustive"}, exhaustive),
    ],
)
def test_settings_become_the_rule_they_name(settings: dict[str, Any], rule: Rule) -> None:
    handles = list(range(20))
    assert run(made(**settings), DRAWN, handles, FLAGS) == run(rule, DRAWN, handles, FLAGS)


@pytest.mark.parametrize(("unit", "spent"), [("questions", 1), ("tokens", 17)])
def test_a_budget_counts_what_its_unit_says(unit: str, spent: int) -> None:
    scorer = Rounds(HashScorer())  # 10 tokens a question, and one an option
    assert len(FLAGS.question("flag").options) == 7
    for budget, num_asked in ((spent - 1, 0), (spent, 1)):
        settings = SearchSettings(budget=max(budget, 1), budget_unit=unit)
        if settings.budget == budget:
            rule = rule_of(settings, FLAGS, scorer)
            assert run(rule, scorer, ["image"], FLAGS)[0].num_questions == num_asked


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "best"}, "search is 'best'; expected one of best-first, beam, greedy"),
        ({"beam": 0}, "beam is 0; expected a whole number of at least 1"),
        ({"floor": -0.1}, "floor is -0.1; expected a probability from 0 to 1"),
        ({"budget": 1.5}, "budget is 1.5; expected a whole number of at least 1"),
        ({"budget_unit": "euros"}, "budget_unit is 'euros'; expected one of questions, tokens"),
        (
            {"rule": "greedy", "budget": 3},
            "search is 'greedy' with a budget; expected 'best-first'",
        ),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SearchSettings(**settings)
    assert message in caught.value.message
