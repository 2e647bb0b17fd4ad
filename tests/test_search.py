from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from PIL import Image
from scorers import HashScorer
from taxonomy_strategies import dags, few

from hiercls.plan import Plan
from hiercls.scoring import Request
from hiercls.search import greedy
from hiercls.taxonomy import Taxonomy


@few
@given(dags())
def test_greedy_follows_the_best_option_of_every_answer(document: dict[str, Any]) -> None:
    plan = Plan(Taxonomy.from_dict(document))
    scorer = HashScorer()
    handles = scorer.open([Image.new("RGB", (2, 2), (n, 0, 0)) for n in range(3)])
    for handle, route in zip(handles, greedy(scorer, handles, plan), strict=True):
        here, path, logprob = plan.entry, plan.entry.path, 0.0
        for answer in route.answers:
            asked = plan.question(here.node)
            assert answer.question == asked
            assert answer.logprobs == scorer.score([Request(handle, asked)])[0]
            best = answer.logprobs.index(max(answer.logprobs))
            here = plan.outcomes(here.node)[best]
            path, logprob = path + here.path, logprob + answer.logprobs[best]
        assert here.ends
        assert (route.path, route.node) == (path, here.node)
        assert route.logprob == pytest.approx(logprob)


@few
@given(dags(max_parents=1))
def test_the_leaf_reached_is_among_the_leaves_that_are_known(document: dict[str, Any]) -> None:
    plan = Plan(Taxonomy.from_dict(document))
    scorer = HashScorer()
    route = greedy(scorer, scorer.open([Image.new("RGB", (2, 2))]), plan)[0]
    assert route.leaves[route.node] == pytest.approx(route.logprob)
    assert math.fsum(map(math.exp, route.leaves.values())) <= 1 + 1e-9
    ranked = route.ranked_leaves(2)
    assert len(ranked) <= 2
    assert [logprob for _, logprob in ranked] == sorted(route.leaves.values(), reverse=True)[:2]


def test_images_are_asked_side_by_side() -> None:
    plan = Plan(Taxonomy.load("flags"))
    scorer = HashScorer()
    handles = scorer.open([Image.new("RGB", (2, 2), (n, 0, 0)) for n in range(5)])
    greedy(scorer, handles, plan)
    assert scorer.batches == [5, 5, 5]


def test_no_images_ask_nothing() -> None:
    scorer = HashScorer()
    assert greedy(scorer, [], Plan(Taxonomy.load("flags"))) == []
    assert scorer.batches == []


def test_several_ways_to_a_leaf_add_up() -> None:
    document = {
        "name": "things",
        "nodes": {
            "root": {"name": "root"},
            "a": {"name": "a", "parents": ["root"]},
            "both": {"name": "both", "parents": ["root", "a"]},
            "only": {"name": "only", "parents": ["a"]},
        },
    }
    plan = Plan(Taxonomy.from_dict(document))
    scorer = HashScorer()
    handles = scorer.open([Image.new("RGB", (2, 2), (n, 0, 0)) for n in range(40)])
    long_routes = [r for r in greedy(scorer, handles, plan) if len(r.answers) == 2]
    assert long_routes
    for route in long_routes:
        top, below = (
            dict(zip((o.node for o in answer.question.options), answer.logprobs, strict=True))
            for answer in route.answers
        )
        expected = math.exp(top["both"]) + math.exp(top["a"] + below["both"])
        assert math.exp(route.leaves["both"]) == pytest.approx(expected)
