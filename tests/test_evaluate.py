"""From predictions and truths to an evaluation."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from decision_strategies import Answers, searches, some
from hypothesis import given

from hiercls.data import Example, read_examples
from hiercls.decisions import NodeProbabilities
from hiercls.errors import RequestError
from hiercls.evaluate import (
    Scored,
    blind_predictions,
    compare,
    evaluate,
    flat_predictions,
    flat_taxonomy,
    match,
    read_predictions,
)
from hiercls.evaluate.masses import masses_of
from hiercls.metrics import Hierarchy
from hiercls.plan import Plan
from hiercls.prediction import Candidate, Prediction, Step
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": "Dog", "children": [{"name": "Pug"}, {"name": "Husky"}]},
            {"name": "Cat", "children": [{"name": "Manx"}, {"name": "Korat"}]},
        ],
    }
)
TRUTHS = {"1.jpg": "pug", "2.jpg": "pug", "3.jpg": "manx", "4.jpg": "korat"}


def answer(image: str, node: str, probability: float | None = None, **more: Any) -> Prediction:
    path = PETS.path(node)[1:]
    leaf = node if PETS.is_leaf(node) else None
    return Prediction(image, path, path, leaf, probability, **more)


def scored(*answers: tuple[str, str, str]) -> list[Scored]:
    return [Scored(Example(i, truth, i), answer(i, node, 0.9)) for i, truth, node in answers]


def asked(plan: Plan, answers: Answers) -> Prediction:
    """A prediction that holds the answers of a search."""
    steps = []
    for node, logprobs in answers.items():
        options = tuple(option.node for option in plan.question(node).options)
        steps.append(Step(node, options, tuple(math.exp(logprob) for logprob in logprobs)))
    return Prediction("image", steps=tuple(steps))


def is_graph(taxonomy: Taxonomy) -> bool:
    return any(len(taxonomy.parents(own)) > 1 for own in taxonomy)


def reached(plan: Plan, answers: Answers) -> Answers:
    """Only the answers that the others lead to, as a search has them."""
    found, pending = {}, [plan.entry.node]
    while pending:
        node = pending.pop()
        if node in answers and node not in found:
            found[node] = answers[node]
            pending.extend(outcome.node for outcome in plan.outcomes(node))
    return found


@pytest.mark.slow
@some
@given(searches())
def test_probabilities_read_from_a_prediction_are_those_the_search_knew(
    search: tuple[Plan, Answers],
) -> None:
    plan, answers = search
    # A class with several parents may be merged into one question and asked about after another.
    if not plan.nodes or (plan.settings.merge != "none" and is_graph(plan.taxonomy)):
        return
    known = NodeProbabilities.from_answers(plan, answers)
    masses = masses_of(Hierarchy(plan.taxonomy), asked(plan, reached(plan, answers)))
    for node, mass in known.probability.items():
        assert masses.probability.get(node, 0.0) == pytest.approx(mass, abs=1e-9)
    assert sum(masses.ends.values()) == pytest.approx(1)


@pytest.mark.slow
@some
@given(searches())
def test_the_probabilities_of_all_truths_sum_to_one(search: tuple[Plan, Answers]) -> None:
    plan, answers = search
    if plan.settings.none_of_these or not plan.nodes or is_graph(plan.taxonomy):
        return
    hierarchy = Hierarchy(plan.taxonomy)
    masses = masses_of(hierarchy, asked(plan, reached(plan, answers)))
    total = sum(masses.of_truth(hierarchy, own) for own in plan.taxonomy.classes)
    assert total == pytest.approx(1)


def test_what_was_not_asked_is_shared_by_the_classes_below_it() -> None:
    hierarchy = Hierarchy(PETS)
    step = Step("pets", ("dog", "cat"), (0.8, 0.2))
    masses = masses_of(hierarchy, Prediction("1.jpg", steps=(step,)))
    assert masses.of_truth(hierarchy, "pug") == pytest.approx(0.4)
    assert masses.of_truth(hierarchy, "cat") == pytest.approx(0.2)
    alone = masses_of(hierarchy, answer("1.jpg", "pug", 0.6))
    assert alone.of_truth(hierarchy, "pug") == pytest.approx(0.6 + 0.4 / 4)
    assert alone.of_truth(hierarchy, "manx") == pytest.approx(0.4 / 4)


def test_an_evaluation_of_a_worked_example() -> None:
    rows = scored(
        ("1.jpg", "pug", "pug"),
        ("2.jpg", "pug", "husky"),
        ("3.jpg", "manx", "pug"),
        ("4.jpg", "korat", "cat"),
    )
    rows.append(Scored(Example("5.jpg", "pug"), Prediction.failed("5.jpg", "5.jpg: no such file")))
    values = evaluate(PETS, rows).to_json()
    assert (values["count"], values["unscored"]) == (4, 1)
    assert values["unscored_reasons"] == {"no such file": 1}
    assert values["leaf_accuracy"] == 1 / 4
    assert values["answer_accuracy"] == 2 / 4
    assert values["level_accuracy"] == (3 / 4, 1 / 4)
    assert values["hierarchical_precision"] == pytest.approx((2 + 1 + 0 + 1) / 7)
    assert values["hierarchical_recall"] == pytest.approx((2 + 1 + 0 + 1) / 8)
    assert values["hierarchical_precision_macro"] == pytest.approx((1 + 1 / 2 + 0 + 1) / 4)
    assert values["lca_height_mean"] == pytest.approx((0 + 1 + 2 + 1) / 4)
    assert values["mistake_severity"] == pytest.approx((1 + 2 + 1) / 3)
    assert values["hca"] == 1 / 4
    assert values["por"] == pytest.approx((1 + 1 / 2 + 0 + 1 / 2) / 4)
    assert values["s_por_prefix"] == values["s_por_run"] == values["por"]
    assert values["tor"] == 1 / 4
    assert values["ece"] == pytest.approx(0.9 - 0.5)
    assert values["balanced_accuracy"] == pytest.approx((1 / 2 + 0 + 0) / 3)
    assert values["nodes"]["dog"] == {"count": 2, "answered": 3, "right": 2}
    assert values["levels"] == (
        {"level": 1, "reached": 4, "lost": 1, "stopped": 0},
        {"level": 2, "reached": 3, "lost": 1, "stopped": 1},
    )
    taken = {(c["truth"], c["answer"]): (c["count"], c["total"]) for c in values["confusions"]}
    assert taken == {("pug", "husky"): (1, 2), ("cat", "dog"): (1, 2)}
    json.dumps(values)


def test_perfect_answers_are_perfect_by_every_measure() -> None:
    rows = scored(*((image, truth, truth) for image, truth in TRUTHS.items()))
    rows = [replace(row, prediction=replace(row.prediction, probability=1.0)) for row in rows]
    scores = evaluate(PETS, rows).scores
    zero = ("lca_height_mean", "hierarchical_distance_at_1", "edge_distance", "ece", "brier")
    for name, value in scores.items():
        expected = 0 if name in (*zero, "log_loss", "haurc") else 1
        assert value == (None if name == "mistake_severity" else pytest.approx(expected)), name


def test_the_order_of_the_pictures_does_not_matter() -> None:
    rows = scored(("1", "pug", "husky"), ("2", "manx", "manx"), ("3", "korat", "cat"))
    there, back = evaluate(PETS, rows).to_json(), evaluate(PETS, rows[::-1]).to_json()
    for key in ("leaf_accuracy", "hierarchical_f1", "haurc", "ece", "levels", "nodes", "stops"):
        assert there[key] == back[key]


def test_without_probabilities_what_needs_them_is_left_open() -> None:
    evaluation = evaluate(PETS, [Scored(Example("1", "pug"), answer("1", "pug"))])
    assert evaluation.scores["ece"] is None
    assert evaluation.scores["haurc"] is None
    assert (evaluation.stops, evaluation.reliability, evaluation.risk_coverage) == ((), (), {})


def test_a_stop_point_is_what_its_rule_gives() -> None:
    tops = {"1": ("pug", 0.9), "2": ("husky", 0.5), "3": ("korat", 0.6), "4": ("korat", 0.8)}
    rows = []
    for image, truth in zip(tops, ("pug", "pug", "manx", "korat"), strict=True):
        best, mass = tops[image]
        sibling = next(c for c in PETS.children(PETS.parents(best)[0]) if c != best)
        top = (Candidate(best, mass), Candidate(sibling, 1 - mass))
        rows.append(Scored(Example(image, truth), answer(image, best, mass, top=top)))
    [_, at_95, _] = evaluate(PETS, rows).stops
    assert at_95.rule == "threshold:0.8"
    assert (at_95.accuracy, at_95.leaves, at_95.coverage) == (1, 0.5, 0.75)


def test_risk_is_that_of_the_answers_though_another_leaf_was_more_probable() -> None:
    greedy = answer("1", "pug", 0.3, top=(Candidate("manx", 0.4), Candidate("pug", 0.3)))
    evaluation = evaluate(PETS, [Scored(Example("1", "pug"), greedy)])
    assert evaluation.risk_coverage["risk"][-1] == 0
    stopped = replace(greedy, path=("dog",), names=("dog",), leaf=None)
    evaluation = evaluate(PETS, [Scored(Example("1", "pug"), stopped)])
    assert evaluation.risk_coverage["risk"][-1] == 1


def test_the_worst_level_is_where_most_turn_off_or_stop() -> None:
    rows = [("1", "pug", "manx"), ("2", "pug", "husky"), ("3", "manx", "cat")]
    worst = evaluate(PETS, scored(*rows)).worst_level
    assert worst is not None
    assert (worst.level, worst.reached, worst.missed) == (2, 2, 2)
    assert evaluate(PETS, scored(("1", "pug", "pug"))).worst_level is None


def test_nothing_scored_is_an_error_that_says_why() -> None:
    rows = [Scored(Example("1", "pug"), Prediction.failed("1", "no prediction"))]
    with pytest.raises(RequestError, match="none of 1 pictures has an answer: no prediction"):
        evaluate(PETS, rows)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, name: str = "predictions.csv") -> list[Prediction]:
    return read_predictions(write(folder, name, text), PETS)


def test_a_table_of_another_tool_is_read(tmp_path: Path) -> None:
    first, second, third = read(
        tmp_path, "image,label,probability,error\n1.jpg,Cat/Manx,0.5,\n2.jpg,dog,,\n3.jpg,,,gone\n"
    )
    assert (first.path, first.leaf, first.probability) == (("cat", "manx"), "manx", 0.5)
    assert (second.path, second.leaf) == (("dog",), None)
    assert third.error == "gone"


def test_columns_called_by_labels_are_probabilities(tmp_path: Path) -> None:
    [prediction] = read(tmp_path, "image,Pug,Husky,Manx,note\n1.jpg,0.2,0.7,0.1,x\n")
    assert prediction.leaf == "husky"
    assert prediction.probability == 0.7
    assert [candidate.leaf for candidate in prediction.top] == ["husky", "pug", "manx"]


def test_what_classify_writes_is_read_as_csv_and_as_json_lines(tmp_path: Path) -> None:
    csv = "image,leaf,name,probability,path,stopped,error\n1.jpg,,Dog,0.9,Dog,low,\n"
    assert read(tmp_path, csv)[0].path == ("dog",)
    ours = answer("1.jpg", "pug", 0.9)
    assert read(tmp_path, ours.to_json() + "\n", "predictions.jsonl") == [ours]
    rows = '{"image": "1.jpg", "label": "pug"}\n'
    assert read(tmp_path, rows, "predictions.jsonl")[0].leaf == "pug"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,label\n1.jpg,Pugg\n", "1 label cannot be found in the taxonomy 'pets': 'Pugg'"),
        ("image,Pug,Manx\n1.jpg,0.9,0.9\n", ":2: the probabilities sum to 1.8; expected 1"),
        ("image,label,probability\n1.jpg,pug,2\n", ":2: probability is '2'; expected a number"),
        ("image,Pug,Manx\n1.jpg,x,0.9\n", ":2: Pug is 'x'; expected a number from 0 to 1"),
        ("label\npug\n", ":2: no image; expected a column image, found label"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(tmp_path, text)
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_ids_of_another_taxonomy_in_json_lines_are_named(tmp_path: Path) -> None:
    foreign = Prediction("1.jpg", ("bird",), ("Bird",), "bird")
    with pytest.raises(RequestError, match="'bird' is no node"):
        read(tmp_path, foreign.to_json() + "\n", "predictions.jsonl")
    with pytest.raises(RequestError, match=r"predictions.jsonl:1: prediction: no key 'leaf'"):
        read(tmp_path, '{"image": "1.jpg", "path": []}\n', "predictions.jsonl")


def test_answers_whose_probabilities_do_not_sum_to_one_are_refused(tmp_path: Path) -> None:
    step = Step("pets", ("dog", "cat"), (0.9, 0.9))
    line = answer("1.jpg", "pug", 0.9, steps=(step,)).to_json() + "\n"
    with pytest.raises(RequestError, match=r":1: the probabilities at 'pets' sum to 1.8"):
        read(tmp_path, line, "predictions.jsonl")
    top = (Candidate("pug", 0.9), Candidate("husky", 0.9))
    line = answer("1.jpg", "pug", 0.9, top=top).to_json() + "\n"
    with pytest.raises(RequestError, match=r":1: the probabilities of the leaves sum to 1.8"):
        read(tmp_path, line, "predictions.jsonl")


def matched(folder: Path, names: list[str], images: list[str]) -> tuple[list[Scored], list[str]]:
    rows = "".join(f"{name},pug\n" for name in names)
    examples = read_examples(write(folder, "labels.csv", f"image,label\n{rows}"), PETS)
    predictions = [answer(image, "pug") for image in images]
    return match(examples, predictions, source=folder / "predictions.csv")


def test_images_match_by_name_by_file_and_by_the_end_of_their_path(tmp_path: Path) -> None:
    names = ["a/1.jpg", "a/2.jpg", "b/2.jpg", "3.jpg"]
    images = ["a/1.jpg", str(tmp_path / "a" / "2.jpg"), "/elsewhere/b/2.jpg", "c/3.jpg"]
    rows, notes = matched(tmp_path, names, images)
    assert [row.prediction.image for row in rows] == images
    assert notes == ["2 of 4 images matched by the end of their path"]


def test_an_end_that_fits_two_images_matches_neither(tmp_path: Path) -> None:
    rows, notes = matched(tmp_path, ["0.jpg", "a/1.jpg", "b/1.jpg"], ["0.jpg", "1.jpg"])
    assert [row.prediction.error for row in rows] == [None, "no prediction", "no prediction"]
    assert [note.split(": ", 1)[1] for note in notes] == [
        "no line for 2 of 3 images: a/1.jpg, b/1.jpg",
        "no image here for 1 of 2 lines: 1.jpg",
    ]


def test_an_image_twice_is_told_or_refused(tmp_path: Path) -> None:
    _, [note] = matched(tmp_path, ["1.jpg"], ["1.jpg", "1.jpg"])
    assert "an image again on 1 of the lines: 1.jpg" in note
    examples = read_examples(tmp_path / "labels.csv", PETS)
    two = [answer("1.jpg", "pug"), answer("1.jpg", "manx")]
    with pytest.raises(RequestError, match=r"two different answers for '1.jpg'"):
        match(examples, two, source=tmp_path / "p.csv")


def test_files_that_have_nothing_to_do_with_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"none of 1 predictions is of an image of the data"):
        matched(tmp_path, ["1.jpg"], ["2.jpg"])
    with pytest.raises(RequestError, match="no predictions"):
        matched(tmp_path, ["1.jpg"], [])


def test_two_runs_are_compared_on_what_both_scored() -> None:
    truths = [(str(i), "pug", "pug") for i in range(12)]
    this = scored(*truths)
    other = scored(*((i, t, "husky" if int(i) < 9 else t) for i, t, _ in truths))
    other[11] = Scored(this[11].example, Prediction.failed("11", "gone"))
    comparison = compare(PETS, this, other, name="other.csv", num_resamples=200)
    assert (comparison.count, comparison.only_this, comparison.only_other) == (11, 9, 0)
    assert comparison.p_value == pytest.approx(2 * 0.5**9)
    accuracy = comparison.differences["leaf_accuracy"]
    assert (accuracy.this, accuracy.other) == (1, pytest.approx(2 / 11))
    assert accuracy.interval[0] > 0
    with pytest.raises(RequestError, match="no picture has an answer in both runs"):
        compare(PETS, this[11:], other[11:], name="other.csv")


def test_two_runs_are_compared_level_by_level() -> None:
    truths = [(str(i), "pug", "pug") for i in range(12)]
    this = scored(*truths)
    other = scored(*((i, t, "husky" if int(i) % 2 else t) for i, t, _ in truths))
    first, second = compare(PETS, this, other, name="other.csv", num_resamples=200).levels.values()
    assert (first.this, first.other, first.interval) == (1, 1, (0, 0))
    assert (second.this, second.other) == (1, 0.5)
    assert 0.1 < second.interval[0] < 0.5 < second.interval[1] < 0.9


class Constant:
    """Takes every picture for a pug."""

    taxonomy = PETS

    def predict_batch(self, images: Any, *, top: int) -> Any:
        for image in images:
            assert image.size == (448, 448)
            yield answer("image", "pug", 0.3)


def test_the_blind_baseline_is_one_answer_for_all() -> None:
    rows = blind_predictions(Constant(), [Example("1", "pug", "1"), Example("2", "manx", "2")])
    assert [(row.prediction.image, row.prediction.leaf) for row in rows] == [
        ("1", "pug"),
        ("2", "pug"),
    ]


def test_a_flat_taxonomy_has_the_same_classes_under_names_that_differ() -> None:
    cranes = Taxonomy.from_dict(
        {
            "name": "things",
            "question": "What is it?",
            "children": [
                {"name": "bird", "class": True, "children": [{"name": "crane"}, {"name": "owl"}]},
                {"name": "machine", "children": [{"name": "crane"}]},
            ],
        }
    )
    flat = flat_taxonomy(cranes)
    assert set(flat.leaves) == set(cranes.classes)
    names = {flat.node(own).name for own in flat.leaves}
    assert names == {"bird", "crane (bird)", "owl", "crane (machine)"}
    assert flat.question(flat.root) == "What is it?"


def test_flat_answers_get_their_paths_back() -> None:
    flat = Prediction("1", ("pug",), ("Pug",), "pug", 0.5, (Step("pets", ("pug",), (1.0,)),))
    [row] = flat_predictions([flat], PETS, [Example("1", "pug", "1")])
    assert (row.prediction.path, row.prediction.steps) == (("dog", "pug"), ())
