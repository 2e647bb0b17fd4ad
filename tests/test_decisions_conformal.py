from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from decision_strategies import Answers, above, answered, images, some
from hypothesis import given
from hypothesis import strategies as st

from hiercls.calibration.bounds import ABOVE_ALL
from hiercls.decisions import NodeProbabilities
from hiercls.decisions.climbing import climb, last_wrong
from hiercls.decisions.conformal import conformal, growing_sets, largest_miss
from hiercls.decisions.fitting import Labelled, fit_threshold, is_right
from hiercls.decisions.rules import parse_fitted
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

FLAGS = Plan(Taxonomy.load("flags"))


def labelled(count: int, seed: int) -> list[Labelled]:
    """Images whose truth is drawn from other, flatter, probabilities than the model's."""
    dice = random.Random(seed)
    drawn = []
    for _ in range(count):
        answers = answered(FLAGS, dice, sharpness=dice.choice([4, 12, 30]), share=1.0)
        known = NodeProbabilities.from_answers(FLAGS, answers)
        flatter = {node: [value / 1.7 for value in own] for node, own in answers.items()}
        drawn.append((known, _draw(dice, flatter)))
    return drawn


def _draw(dice: random.Random, answers: Answers) -> str:
    node = FLAGS.entry.node
    while True:
        weights = [math.exp(value) for value in answers[node]]
        outcome = dice.choices(FLAGS.outcomes(node), weights)[0]
        node = outcome.node
        if outcome.ends:
            return node


@pytest.mark.slow
@some
@given(images(), st.integers(1, 4))
def test_sets_grow_from_one_node_to_the_root(known: NodeProbabilities, max_nodes: int) -> None:
    sets = list(growing_sets(known, max_nodes))
    held: set[str] = set()
    for grown in sets:
        assert len(grown.nodes) <= max_nodes
        inside = {end for end in known.ends if above(known.taxonomy, end) & grown.nodes}
        assert held <= inside
        held = inside
        mass = math.fsum(known.ends[end] for end in inside)
        assert grown.probability == pytest.approx(mass)
        for node in grown.nodes:
            assert known.taxonomy.ancestors(node).isdisjoint(grown.nodes)
    assert sets[-1].nodes == {known.taxonomy.root}
    assert [grown.is_last for grown in sets] == [False] * (len(sets) - 1) + [True]


@pytest.mark.slow
@some
@given(images(), st.integers(1, 3))
def test_each_next_set_is_the_best_of_all_it_may_grow_into(
    known: NodeProbabilities, max_nodes: int
) -> None:
    taxonomy = known.taxonomy

    def inside(nodes: frozenset[str], found: Iterable[str]) -> set[str]:
        return {own for own in found if above(taxonomy, own) & nodes}

    def worth(before: frozenset[str], after: frozenset[str]) -> float:
        gained = sum(known.ends[own] for own in inside(after, known.ends))
        gained -= sum(known.ends[own] for own in inside(before, known.ends))
        classes = taxonomy.classes
        let_in = len(inside(after, classes)) - len(inside(before, classes))
        return gained / max(let_in, 0.5)

    def moves(nodes: frozenset[str]) -> Iterator[frozenset[str]]:
        entering = {parent for node in nodes for parent in taxonomy.parents(node)}
        outside = known.ends.keys() - inside(nodes, known.ends)
        if len(nodes) < max_nodes and outside:
            entering.add(max(outside, key=known.ends.__getitem__))
        for new in entering:
            yield frozenset({new, *(node for node in nodes if new not in above(taxonomy, node))})

    sets = [grown.nodes for grown in growing_sets(known, max_nodes)]
    for before, after in itertools.pairwise(sets[:-1]):
        assert after in set(moves(before))
        best = max(worth(before, own) for own in moves(before))
        assert worth(before, after) == pytest.approx(best, abs=1e-9)


@pytest.mark.slow
@some
@given(images(max_parents=1), st.floats(0, 1))
def test_with_one_node_a_set_is_the_climb(known: NodeProbabilities, threshold: float) -> None:
    assert conformal(known, threshold).nodes == climb(known, threshold).nodes


@pytest.mark.slow
@some
@given(images(), st.integers(1, 3), st.data())
def test_a_set_misses_the_truth_up_to_its_largest_miss_and_no_further(
    known: NodeProbabilities, max_nodes: int, data: st.DataObject
) -> None:
    truth = data.draw(st.sampled_from(list(known.taxonomy)))
    miss = largest_miss(known, truth, max_nodes=max_nodes)
    for threshold in (
        miss,
        math.nextafter(miss, 2),
        data.draw(st.floats(-1, 1, exclude_min=True)),
        ABOVE_ALL,
    ):
        exact = conformal(known, threshold, max_nodes=max_nodes, is_exact=True)
        assert is_right(known, exact, truth) is (threshold > miss)
        assert (not exact.nodes) is (threshold <= -next(growing_sets(known, max_nodes)).probability)
        plain = conformal(known, threshold, max_nodes=max_nodes)
        assert plain == exact if exact.nodes else plain.nodes


def test_an_exact_rule_withholds_the_least_sure_answers_first() -> None:
    pool = labelled(60, seed=2)
    for threshold in (-0.9, -0.5, -0.2):
        decisions = [conformal(known, threshold, is_exact=True) for known, _ in pool]
        firsts = [next(growing_sets(known)).probability for known, _ in pool]
        withheld = [own for own, decision in zip(firsts, decisions, strict=True) if decision.reason]
        given = [own for own, decision in zip(firsts, decisions, strict=True) if decision.nodes]
        assert max(withheld, default=0) <= -threshold < min(given, default=1)
        assert len(withheld) + len(given) == 60


@pytest.mark.slow
@some
@given(images(), st.data())
def test_a_climb_goes_wrong_up_to_its_last_wrong_node_and_no_further(
    known: NodeProbabilities, data: st.DataObject
) -> None:
    truth = data.draw(st.sampled_from(list(known.taxonomy)))
    wrong = last_wrong(known, truth)
    for threshold in (
        max(wrong, 0.0),
        math.nextafter(wrong, 2),
        data.draw(st.floats(0, 1)),
        ABOVE_ALL,
    ):
        assert is_right(known, climb(known, threshold), truth) is (threshold > wrong)


@pytest.mark.slow
@pytest.mark.parametrize("max_nodes", [1, 3])
def test_sets_hold_the_truth_as_often_as_asked_though_the_probabilities_are_wrong(
    max_nodes: int,
) -> None:
    rule = parse_fitted(f"coverage:0.8:{max_nodes}")
    pool = labelled(500, seed=3)
    dice = random.Random(5)
    shares, sure = [], []
    for _ in range(20):
        dice.shuffle(pool)
        decide = rule.with_threshold(fit_threshold(rule, pool[:150]))
        answers = [(known, decide(known), truth) for known, truth in pool[150:]]
        shares.append(sum(is_right(*own) for own in answers) / len(answers))
        sure.append(sum(decision.probability for _, decision, _ in answers) / len(answers))
    assert sum(shares) / 20 == pytest.approx(0.8, abs=0.02)
    assert sum(sure) / 20 > 0.82  # what the model itself would have promised


@pytest.mark.slow
def test_an_exact_coverage_is_not_passed_though_leaves_are_right_more_often() -> None:
    exact = parse_fitted("exact-coverage:0.2")
    pool = labelled(240, seed=3)
    dice = random.Random(5)
    shares: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(20):
        dice.shuffle(pool)
        for rule in (exact, replace(exact, is_exact=False)):
            decide = rule.with_threshold(fit_threshold(rule, pool[:120]))
            right = [is_right(known, decide(known), truth) for known, truth in pool[120:]]
            shares[rule.is_exact].append(sum(right) / len(right))
    assert sum(shares[True]) / 20 == pytest.approx(0.2, abs=0.02)
    assert sum(shares[False]) / 20 > 0.25


@pytest.mark.slow
@pytest.mark.parametrize("word", ["target", "information"])
def test_a_target_accuracy_is_missed_no_more_often_than_agreed(word: str) -> None:
    rule = parse_fitted(f"{word}:0.8")
    pool = labelled(600, seed=7)
    dice = random.Random(11)
    reached = 0
    for _ in range(16):
        dice.shuffle(pool)
        decide = rule.with_threshold(fit_threshold(rule, pool[:120], delta=0.1))
        right = [is_right(known, decide(known), truth) for known, truth in pool[120:]]
        reached += sum(right) / len(right) >= 0.8
    assert reached >= 13  # 90 % of 16, less what chance may take


def test_a_target_is_fitted_to_the_example_that_decides() -> None:
    rule, pool = parse_fitted("target:0.8"), labelled(200, seed=1)
    fitted = fit_threshold(rule, pool)
    right = sum(is_right(known, climb(known, fitted), truth) for known, truth in pool)
    lower = math.nextafter(fitted, 0)
    fewer = sum(is_right(known, climb(known, lower), truth) for known, truth in pool)
    assert right == 170  # P(Bin(200, 0.8) >= 170) = 0.0434, P(... >= 169) = 0.0660
    assert fewer < right


@pytest.mark.parametrize("text", ["target:0.99", "coverage:0.99", "information:0.99"])
def test_with_too_few_examples_the_answer_is_the_root(text: str) -> None:
    rule, pool = parse_fitted(text), labelled(20, seed=1)
    decide = rule.with_threshold(fit_threshold(rule, pool))
    assert {decide(known).nodes for known, _ in pool} == {(FLAGS.taxonomy.root,)}


def test_without_examples_nothing_is_fitted() -> None:
    with pytest.raises(RequestError, match=r"'target:0\.9': no examples to fit it on"):
        fit_threshold(parse_fitted("target:0.9"), [])


def test_a_rule_without_a_threshold_from_data_is_not_fitted() -> None:
    with pytest.raises(RequestError, match="stop rule 'leaf' takes nothing from data"):
        parse_fitted("leaf")
