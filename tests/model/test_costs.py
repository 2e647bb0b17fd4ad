"""The estimates of both orders against the tokens that the model is seen to read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from scorers import opened

from hiercls.config import ModelSettings, PlanSettings
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.costs import OrderCosts, OrderPlanner
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Plan
from hiercls.scoring import Request, Rounds
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow

THINGS = {
    "name": "things",
    "children": [
        {"name": "thing", "children": [{"name": f"thing number {n}"} for n in range(5)]},
        {"name": "picture", "children": [{"name": "letter"}, {"name": "best option"}]},
        {"name": "number"},
    ],
}
PICTURE = Image.new("RGB", (64, 64), "red")


@contextmanager
def counted(checkpoint: Checkpoint) -> Iterator[list[int]]:
    """Count the tokens that the language model is given."""
    counts: list[int] = []
    embeddings: Any = checkpoint.model.get_input_embeddings()
    hook = embeddings.register_forward_pre_hook(lambda own, inputs: counts.append(len(inputs[0])))
    yield counts
    hook.remove()


@pytest.fixture
def checkpoint(checkpoints: dict[str, Path]) -> Checkpoint:
    return load_checkpoint(checkpoints["minicpmv4_6"])


@pytest.fixture(params=[16, 3])
def plan(request: pytest.FixtureRequest) -> Plan:
    return Plan(Taxonomy.from_dict(THINGS), PlanSettings(max_options=request.param, merge="none"))


def read_by(checkpoint: Checkpoint, plan: Plan, order: str, num_images: int) -> list[list[int]]:
    """Tokens read for each class, one image after the other."""
    prompt_format = replace(checkpoint.prompt_format, order=order)
    scorer = MiniCPMVScorer(replace(checkpoint, prompt_format=prompt_format), ModelSettings())
    scorer.check(plan.question(node) for node in plan.nodes)
    rounds = Rounds(scorer, max_options=plan.settings.max_options)
    read = []
    for leaf in plan.taxonomy.classes:
        with counted(checkpoint) as counts:
            for _ in range(num_images):
                (handle,) = opened(scorer, [PICTURE])
                for node, _ in plan.route(leaf):
                    rounds.score([Request(handle, plan.question(node))])
        read.append(counts)
    return read


def test_image_first_reads_what_was_estimated(checkpoint: Checkpoint, plan: Plan) -> None:
    costs = OrderPlanner(checkpoint.folder).costs(plan)
    read = read_by(checkpoint, plan, "image", num_images=1)
    mean = sum(map(sum, read)) / len(read)
    # Which options win a round is not known before, and they are not of equal length.
    assert mean == pytest.approx(costs.image_first, rel=1e-6 if fits(plan) else 0.05)


def test_question_first_reads_what_was_estimated(checkpoint: Checkpoint, plan: Plan) -> None:
    costs = OrderPlanner(checkpoint.folder).costs(plan)
    total = sum(map(sum, read_by(checkpoint, plan, "question", num_images=1)))
    # All classes together ask all questions, which are read once.
    expected = costs.question_first * len(plan.taxonomy.classes) + costs.once
    if fits(plan):
        assert total == pytest.approx(expected)
    else:  # the same options may win a round again, and then that question is known
        assert 0.7 * expected < total < expected


def fits(plan: Plan) -> bool:
    most = max(len(plan.question(node).options) for node in plan.nodes)
    return most <= plan.settings.max_options


def test_examples_cost_their_pictures(checkpoint: Checkpoint, plan: Plan) -> None:
    planner = OrderPlanner(checkpoint.folder)
    none, two = planner.costs(plan), planner.costs(plan, shots=2)
    options = sum(len(plan.question(node).options) for node in plan.nodes)
    assert two.once - none.once > 2 * options * none.image_tokens
    if fits(plan):
        assert two.question_first == none.question_first
    assert two.image_first > none.image_first


def test_slices_cost_image_tokens(checkpoint: Checkpoint) -> None:
    one, nine = (
        OrderPlanner(checkpoint.folder, ModelSettings(max_slice_nums=most)).image_tokens
        for most in (1, 9)
    )
    assert nine > 5 * one


def test_the_cheaper_order_is_the_one_that_reads_less_about_many_images() -> None:
    dear, cheap = OrderCosts(64, 200, 250, 1000), OrderCosts(64, 300, 250, 1000)
    assert (dear.cheaper, dear.even_at) == ("image", math.inf)
    assert (cheap.cheaper, cheap.even_at) == ("question", 20)
