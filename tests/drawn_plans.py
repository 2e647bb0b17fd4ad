"""Random plans, and random answers to them, from a seed alone: thousands in seconds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from hiercls.config import PlanSettings
from hiercls.plan import Plan, Question
from hiercls.scoring import Handle, TableScorer
from hiercls.taxonomy import Taxonomy


def draw_plan(seed: int, *, max_nodes: int = 30, max_parents: int = 3) -> Plan:
    """A tree or a graph; some inner nodes are classes, some questions offer none of these."""
    rng = random.Random(seed)
    num_nodes = rng.randint(2, max_nodes)
    parents = rng.randint(1, max_parents)
    reach = rng.choice([3, 8, num_nodes])
    nodes: dict[str, Any] = {"n0": {"name": "n0"}}
    for n in range(1, num_nodes):
        above = range(max(0, n - reach), n)
        chosen = rng.sample(above, min(rng.randint(1, parents), len(above)))
        nodes[f"n{n}"] = {"name": f"n{n}", "parents": [f"n{number}" for number in chosen]}
    for inner in sorted({own for node in nodes.values() for own in node.get("parents", ())}):
        if rng.random() < 0.15:
            nodes[inner]["class"] = True
    settings = PlanSettings(
        max_options=rng.choice([3, 5, 16]),
        merge=rng.choice(["auto", "none"]),
        none_of_these=rng.random() < 0.2,
    )
    return Plan(Taxonomy.from_dict({"name": "drawn", "nodes": nodes}), settings)


def draw_answer(handle: Handle, question: Question) -> Sequence[float]:
    """Even or uneven probabilities, always the same for a handle and a node."""
    rng = random.Random(f"{handle}/{question.node}")
    power = random.Random(str(handle)).choice([1, 4, 12])
    return [rng.random() ** power + 1e-12 for _ in question.options]


DRAWN = TableScorer(draw_answer, max_options=1000)
seeds = st.integers(0, 2**32)
plans = seeds.map(draw_plan)
tree_plans = seeds.map(lambda seed: draw_plan(seed, max_parents=1))
