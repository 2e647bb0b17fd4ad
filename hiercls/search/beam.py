"""The best few nodes of each level."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from hiercls.plan import Outcome, Plan
from hiercls.search.driver import Search
from hiercls.search.exploration import NOTHING, End, Exploration

Way: TypeAlias = tuple[Outcome, tuple[str, ...]]


def beam(plan: Plan, *, width: int = 4) -> Search:
    """Follow `width` nodes a level at a time, and answer with the best of the ends they reach.

    A beam of n + 1 follows what a beam of n follows, and fills up with the best of what is left.
    So it never finds less. The usual beam, the best of all options of a level at once, can be led
    away from a better leaf by being wider. A beam of one is greedy.
    """
    known = Exploration(plan)
    ends: dict[End, tuple[str, ...]] = {}
    places: list[tuple[int, Way]] = [(1, (plan.entry, plan.entry.path))]
    while True:
        ends |= {End.of(here): path for _, (here, path) in places if here.ends}
        places = [(rank, way) for rank, way in places if not way[0].ends]
        if not places:
            best = max(ends, key=known.mass)
            return known.route(best, path=ends[best])
        nodes = [here.node for _, (here, _) in places]
        masses = [known.open[node] for node in nodes]
        for node, logprobs in zip(nodes, (yield nodes), strict=True):
            known.answer(node, logprobs)
        offers: dict[int, list[tuple[float, Way]]] = {}
        for (rank, way), mass in zip(places, masses, strict=True):
            offers.setdefault(rank, []).extend(_offers(known, way, mass))
        places = _fill(offers, width)


def _offers(known: Exploration, way: Way, mass: float) -> Iterator[tuple[float, Way]]:
    """What is left to follow below a node, with the log-probability along this way."""
    here, path = way
    outcomes = known.plan.outcomes(here.node)
    for outcome, logprob in zip(outcomes, known.answers[here.node], strict=True):
        if logprob > NOTHING and (outcome.ends or outcome.node in known.open):
            yield mass + logprob, (outcome, path + outcome.path)


def _fill(offers: Mapping[int, Sequence[tuple[float, Way]]], width: int) -> list[tuple[int, Way]]:
    """Choose what is followed next, each with the least width of a beam that follows it.

    Args:
        offers: What there is, by the least width of a beam that is offered it.
        width: How much may be chosen.
    """
    pool: list[tuple[float, int, int, Way]] = []
    chosen: dict[End, tuple[int, Way]] = {}
    for rank in range(1, width + 1):
        for number, (logprob, way) in enumerate(offers.get(rank, ())):
            heapq.heappush(pool, (-logprob, rank, number, way))
        while pool and len(chosen) < rank:
            way = heapq.heappop(pool)[-1]
            chosen.setdefault(End.of(way[0]), (rank, way))
    return list(chosen.values())
