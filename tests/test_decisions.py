from __future__ import annotations

import math

import pytest
from decision_strategies import Answers, above, images, searches, some, ways
from hypothesis import given
from hypothesis import strategies as st

from hiercls.calibration import Calibration
from hiercls.config import PlanSettings
from hiercls.decisions import NodeProbabilities, parse_rule
from hiercls.decisions.climbing import climb
from hiercls.decisions.cost import cost, expected_cost
from hiercls.decisions.deepest import deepest
from hiercls.decisions.extent import heights, num_classes_below
from hiercls.decisions.hierarchical_f import hierarchical_f
from hiercls.decisions.information import information
from hiercls.decisions.leaf import leaf
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "root": "animal",
        "children": [
            {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}, {"name": "boxer"}]},
            {"name": "cat"},
        ],
    }
)
UNMERGED = PlanSettings(merge="none")
PLAIN = ("leaf", "threshold:0.6", "deepest:0.3", "information", "cost", "hf")
FITTED = Calibration(
    (1.0,), {"target:0.9": 0.7, "information:0.9": 2.0, "coverage:0.9": 0.7, "coverage:0.9:3": 0.8}
)


def logs(*probabilities: float) -> list[float]:
    return [math.log(probability) for probability in probabilities]


def pets(dog: float, *breeds: float) -> NodeProbabilities:
    answers = {"animal": logs(dog, 1 - dog), "dog": logs(*breeds)}
    return NodeProbabilities.from_answers(Plan(PETS, UNMERGED), answers)


@pytest.mark.slow
@some
@given(searches())
def test_a_node_has_what_every_single_way_leaves_at_or_below_it(
    search: tuple[Plan, Answers],
) -> None:
    plan, answers = search
    known = NodeProbabilities.from_answers(plan, answers)
    expected: dict[str, float] = {}
    ends: dict[str, float] = {}
    for end, mass in ways(plan, answers):
        ends[end] = ends.get(end, 0.0) + mass
        for node in above(plan.taxonomy, end):
            expected[node] = expected.get(node, 0.0) + mass
    assert known.probability == pytest.approx(expected)
    assert known.ends == pytest.approx(ends)
    assert math.fsum(known.ends.values()) == pytest.approx(1)
    assert known.probability[plan.taxonomy.root] == 1


@pytest.mark.slow
@some
@given(images(share=1.0))
def test_with_every_question_asked_all_mass_is_at_classes_or_at_none_of_these(
    known: NodeProbabilities,
) -> None:
    assert set(known.classes) == set(known.taxonomy.classes)
    mass = math.fsum([*known.classes.values(), *known.none.values()])
    assert mass == pytest.approx(1)


@pytest.mark.slow
@some
@given(images(), st.sampled_from([*PLAIN, *FITTED.thresholds]))
def test_every_rule_ends_at_known_nodes_with_their_mass(
    known: NodeProbabilities, text: str
) -> None:
    decision = parse_rule(text, calibration=FITTED)(known)
    taxonomy = known.taxonomy
    assert set(decision.nodes) <= known.probability.keys()
    assert len(decision.nodes) <= (3 if text.endswith(":3") else 1)
    mass = sum(mass for end, mass in known.ends.items() if above(taxonomy, end) & {*decision.nodes})
    assert decision.probability == pytest.approx(mass)
    if decision.nodes != leaf(known).nodes:
        assert decision.reason is not None
    if decision.reason is not None:
        assert "\n" not in decision.reason


@pytest.mark.slow
@some
@given(images(), st.floats(0, 1))
def test_climbing_is_climbing(known: NodeProbabilities, threshold: float) -> None:
    path = list(known.taxonomy.path(leaf(known).nodes[0]))
    while len(path) > 1 and known.probability[path[-1]] < threshold:
        path.pop()
    assert climb(known, threshold).nodes == (path[-1],)


@pytest.mark.slow
@some
@given(images(), st.floats(0, 1))
def test_deepest_finds_no_deeper_and_no_likelier_node(
    known: NodeProbabilities, threshold: float
) -> None:
    decision = deepest(known, threshold)
    depth = known.taxonomy.depth
    for node, mass in known.probability.items():
        if mass >= threshold:
            assert (depth(node), mass) <= (depth(decision.nodes[0]), decision.probability)


@pytest.mark.slow
@some
@given(images(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_ends_deeper(
    known: NodeProbabilities, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    for rule in (climb, deepest):
        lower, higher = rule(known, low), rule(known, high)
        assert known.taxonomy.depth(higher.nodes[0]) <= known.taxonomy.depth(lower.nodes[0])
        assert higher.probability >= lower.probability or rule is deepest


@pytest.mark.slow
@some
@given(images(), st.floats(0, 10))
def test_information_is_the_greatest_expected_reward(
    known: NodeProbabilities, bonus: float
) -> None:
    taxonomy, classes = known.taxonomy, set(known.taxonomy.classes)

    def expected(node: str) -> float:
        below = {own for own in classes if node in above(taxonomy, own)}
        reward = math.log2(len(classes)) - math.log2(len(below))
        right = [mass for end, mass in known.ends.items() if node in above(taxonomy, end)]
        return (reward + bonus) * math.fsum(right)

    chosen = information(known, bonus).nodes[0]
    assert expected(chosen) == pytest.approx(max(map(expected, known.probability)))


@pytest.mark.slow
@some
@given(images(), st.floats(0, 10), st.floats(0, 10))
def test_a_greater_bonus_never_ends_less_surely(
    known: NodeProbabilities, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert information(known, high).probability >= information(known, low).probability - 1e-9


@pytest.mark.slow
@some
@given(images(max_parents=1, share=1.0))
def test_cost_is_the_height_of_the_lowest_common_ancestor(known: NodeProbabilities) -> None:
    taxonomy, height = known.taxonomy, heights(known.taxonomy)

    def risk(chosen: str) -> float:
        return math.fsum(
            mass * (0 if own == chosen else height[taxonomy.lca(chosen, own)])
            for part in (known.classes, known.none)
            for own, mass in part.items()
        )

    for own in known.classes:
        if own not in known.none:
            assert expected_cost(known, own) == pytest.approx(risk(own))
    if leaf(known).reason is None:
        chosen = cost(known).nodes[0]
        least = min(expected_cost(known, own) for own in known.classes)
        assert expected_cost(known, chosen) == pytest.approx(least)


@pytest.mark.slow
@some
@given(images())
def test_hf_has_the_greatest_expected_hierarchical_f(known: NodeProbabilities) -> None:
    def steps(node: str) -> set[str]:
        return above(known.taxonomy, node) - {known.taxonomy.root}

    def expected(node: str) -> float:
        total = 0.0
        for end, mass in known.ends.items():
            ours, true = steps(node), steps(end)
            if ours and true:
                total += mass * 2 * len(ours & true) / (len(ours) + len(true))
        return total

    chosen = hierarchical_f(known).nodes[0]
    assert expected(chosen) == pytest.approx(max(map(expected, known.probability)))


@pytest.mark.slow
@some
@given(images())
def test_extents_are_counted_as_one_would(known: NodeProbabilities) -> None:
    taxonomy = known.taxonomy
    for node in taxonomy:
        below = [own for own in taxonomy.classes if node in above(taxonomy, own)]
        assert num_classes_below(taxonomy)[node] == len(below)
        ways_down = [len(p) - p.index(node) - 1 for p in _long_paths(taxonomy) if node in p]
        assert heights(taxonomy)[node] == max(ways_down)


def _long_paths(taxonomy: Taxonomy) -> list[tuple[str, ...]]:
    return [path for own in taxonomy.leaves for path in taxonomy.paths(own)]


def test_three_rules_that_differ() -> None:
    known = pets(0.55, 0.4, 0.35, 0.25)
    assert leaf(known).nodes == ("cat",)
    assert climb(known, 0.5).nodes == ("animal",)
    assert climb(known, 0.5).reason == "'cat' has 0.45; 0.50 is asked"
    assert deepest(known, 0.5).nodes == ("dog",)
    assert deepest(known, 0.5).probability == pytest.approx(0.55)


def test_nothing_of_the_taxonomy_ends_at_the_root_with_a_reason() -> None:
    plan = Plan(PETS, PlanSettings(merge="none", none_of_these=True))
    answers = {"animal": logs(0.1, 0.1, 0.8), "dog": logs(0.4, 0.3, 0.2, 0.1)}
    known = NodeProbabilities.from_answers(plan, answers)
    for text in PLAIN[:3]:
        decision = parse_rule(text)(known)
        assert decision.nodes == ("animal",), text
        assert decision.reason is not None
    assert leaf(known).reason == "none of the options at 'animal' fits"
    assert known.none == pytest.approx({"animal": 0.8, "dog": 0.01})


def test_a_search_that_met_no_class_ends_where_it_left_the_most() -> None:
    doc = {
        "name": "root",
        "children": [
            {"name": name, "children": [{"name": name + "1"}, {"name": name + "2"}]}
            for name in "ab"
        ],
    }
    plan = Plan(Taxonomy.from_dict(doc), UNMERGED)
    known = NodeProbabilities.from_answers(plan, {"root": logs(0.3, 0.7)})
    assert leaf(known).nodes == ("b",)
    assert leaf(known).reason == "the search ended above the leaves"
    assert cost(known) == leaf(known)


def test_answers_to_other_questions_are_refused() -> None:
    with pytest.raises(RequestError, match="an answer to a question at 'fish'; expected questions"):
        NodeProbabilities.from_answers(Plan(PETS, UNMERGED), {"fish": logs(0.5, 0.5)})
    with pytest.raises(RequestError, match="an answer with 3 options at 'animal'; expected 2"):
        NodeProbabilities.from_answers(Plan(PETS, UNMERGED), {"animal": logs(0.5, 0.3, 0.2)})


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("threshhold:0.8", "stop rule 'threshhold:0.8'; expected leaf", "mean 'threshold'?"),
        ("threshold", "stop rule 'threshold'; expected leaf, threshold:P", "'threshold'?"),
        ("leaf:1", "stop rule 'leaf:1'; expected leaf, threshold:P", "mean 'leaf'?"),
        ("threshold:x", "'threshold:x': 'x'; expected a number above 0, up to 1", None),
        ("threshold:nan", "'nan'; expected a number above 0, up to 1", None),
        ("target:1", "'target:1': '1'; expected a number above 0, below 1", None),
        ("coverage:0.9:0", "'coverage:0.9:0': '0' nodes; expected 1 or more", None),
        ("target:0.9", "'target:0.9' needs a calibration", "hiercls calibrate --target-accuracy"),
        ("coverage:0.8", "'coverage:0.8' needs a calibration", "hiercls calibrate --coverage 0.8"),
    ],
)
def test_a_rule_that_cannot_be_had_says_why(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(RequestError) as caught:
        parse_rule(text)
    assert message in caught.value.message
    assert (hint or "") in (caught.value.hint or "")


def test_a_calibration_without_the_threshold_says_which_it_has() -> None:
    with pytest.raises(RequestError) as caught:
        parse_rule("target:0.97", calibration=FITTED)
    assert caught.value.message == (
        "stop rule 'target:0.97' has no threshold in the calibration; it has"
        " target:0.9, information:0.9, coverage:0.9, coverage:0.9:3"
    )


def test_rules_are_known_however_their_numbers_are_written() -> None:
    known = pets(0.9, 0.5, 0.3, 0.2)
    for text in ("coverage:0.9", "COVERAGE:.90:1", " coverage:9e-1"):
        assert parse_rule(text, calibration=FITTED)(known).nodes == ("dog",)
    assert parse_rule("darts:0.9", calibration=FITTED)(known) == information(known, 2.0)
