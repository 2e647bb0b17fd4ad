from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from scorers import HashScorer

from hiercls.bias import LetterPrior
from hiercls.calibration import Calibration
from hiercls.cascade import Cascade
from hiercls.config import PlanSettings, SearchSettings
from hiercls.errors import ConfigError, RequestError
from hiercls.plan import Question
from hiercls.prediction import Prediction
from hiercls.scoring import Handle, TableScorer
from hiercls.taxonomy import Taxonomy

GREEDY = SearchSettings(rule="greedy")


@pytest.fixture
def cascade() -> Cascade:
    return Cascade(Taxonomy.load("flags"), HashScorer(), batch_size=3)


@pytest.fixture
def greedy() -> Cascade:
    return Cascade(Taxonomy.load("flags"), HashScorer(), search=GREEDY, batch_size=3)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.png" for n in range(7)]
    for n, path in enumerate(paths):
        Image.new("RGB", (20, 20), (n * 30, 0, 0)).save(path)
    return paths


def test_a_prediction_holds_the_whole_way(greedy: Cascade, pictures: list[Path]) -> None:
    cascade = greedy
    found = cascade.predict(pictures[0])
    assert found.image == str(pictures[0])
    assert found.leaf == found.path[-1] and found.leaf in cascade.taxonomy.leaves
    assert found.names == tuple(cascade.taxonomy.node(own).name for own in found.path)
    assert [step.node for step in found.steps] == ["flag", *found.path[:-1]]
    chosen = [
        step.probabilities[step.options.index(own)]
        for step, own in zip(found.steps, found.path, strict=True)
    ]
    assert found.probability == pytest.approx(math.prod(chosen))
    for step in found.steps:
        assert math.fsum(step.probabilities) == pytest.approx(1)
        assert step.options == cascade.taxonomy.children(step.node)
    assert found.top[0].probability == pytest.approx(found.probability)


def test_a_batch_answers_as_single_images_do(cascade: Cascade, pictures: list[Path]) -> None:
    assert list(cascade.predict_batch(pictures)) == [cascade.predict(path) for path in pictures]


def test_a_bad_image_never_ends_a_batch(cascade: Cascade, pictures: list[Path]) -> None:
    pictures[1].write_bytes(b"no picture")
    Image.new("RGB", (13, 20)).save(pictures[4])  # readable, but the scorer refuses it
    found = list(cascade.predict_batch([*pictures, "not/there.png"]))
    assert [prediction.error is not None for prediction in found] == [
        n in (1, 4, 7) for n in range(8)
    ]
    assert found[4].error == "image of 13 pixels is unlucky"
    assert [p.image for p in found] == [*map(str, pictures), "not/there.png"]
    assert found[5] == cascade.predict(pictures[5])


def test_images_are_taken_lazily(greedy: Cascade, pictures: list[Path]) -> None:
    taken = []

    def source() -> Iterator[Path]:
        for path in itertools.cycle(pictures):
            taken.append(path)
            yield path

    found = greedy.predict_batch(source())
    assert taken == []
    next(found)
    assert len(taken) == 9  # one batch of 3, and two that are read ahead


def test_pictures_in_memory_are_taken_too(cascade: Cascade, pictures: list[Path]) -> None:
    from_file = cascade.predict(pictures[2])
    encoded = io.BytesIO()
    with Image.open(pictures[2]) as image:
        image.save(encoded, "PNG")
        assert cascade.predict(image).path == from_file.path
    assert cascade.predict(encoded.getvalue()).path == from_file.path


def test_top_limits_the_list(cascade: Cascade, pictures: list[Path]) -> None:
    assert len(cascade.predict(pictures[0], top=1).top) == 1
    with pytest.raises(RequestError, match="top is 0; expected at least 1"):
        cascade.predict_batch(pictures, top=0)


def test_a_taxonomy_without_a_choice_is_answered_without_a_question(pictures: list[Path]) -> None:
    chain = Taxonomy.from_dict({"name": "thing", "children": [{"name": "cup"}]})
    found = Cascade(chain, HashScorer()).predict(pictures[0])
    assert (found.path, found.leaf, found.probability, found.steps) == (("cup",), "cup", 1.0, ())


PETS = Taxonomy.from_dict(
    {
        "name": "pet",
        "children": [
            {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
            {"name": "cat", "children": [{"name": "tabby"}, {"name": "manx"}]},
            {"name": "fish"},
        ],
    }
)
APART = PlanSettings(merge="none")
PICTURE = Image.new("RGB", (8, 8))


def pets(rows: dict[str, list[float]], **settings: Any) -> Prediction:
    """The prediction for one picture whose answers are given."""
    settings = {"plan": APART, **settings}
    return Cascade(PETS, TableScorer({0: rows}), **settings).predict(PICTURE)


WRONG_TURN = {"pet": [0.5, 0.45, 0.05], "dog": [0.5, 0.5], "cat": [0.9, 0.1]}


def test_best_first_is_the_default_and_takes_no_wrong_turn() -> None:
    found = pets(WRONG_TURN)
    assert (found.path, found.leaf, found.exact) == (("cat", "tabby"), "tabby", True)
    assert found.probability == pytest.approx(0.45 * 0.9)
    assert [step.node for step in found.steps] == ["pet", "dog", "cat"]
    assert pets(WRONG_TURN, search=GREEDY).path == ("dog", "husky")
    assert pets(WRONG_TURN, search=SearchSettings(rule="beam", beam=2)).leaf == "tabby"
    assert pets(WRONG_TURN, search=SearchSettings(rule="exhaustive")).leaf == "tabby"


@pytest.mark.parametrize(("unit", "budget"), [("questions", 2), ("tokens", 40)])
def test_a_budget_counts_questions_or_tokens(unit: str, budget: int) -> None:
    settings = SearchSettings(budget=budget, budget_unit=unit)
    found = pets(WRONG_TURN, search=settings)
    assert (found.leaf, found.path, found.exact) == (None, ("cat",), False)
    assert found.stopped == "the budget is spent"
    assert getattr(found, unit) <= budget


def test_questions_and_tokens_are_counted_over_all_rounds() -> None:
    wide = Taxonomy.from_dict({"name": "t", "children": [{"name": f"n{n}"} for n in range(20)]})
    found = Cascade(wide, HashScorer(), plan=PlanSettings(max_options=6)).predict(PICTURE)
    # Four groups of five, then their four winners.
    assert (found.questions, found.tokens) == (5, 5 * 10 + 20 + 4)
    assert len(found.steps) == 1


def test_a_stop_rule_ends_the_path_and_says_why() -> None:
    found = pets(WRONG_TURN, stop="threshold:0.42")
    assert (found.path, found.leaf, found.nodes) == (("cat",), None, ())
    assert found.probability == pytest.approx(0.45)
    assert found.stopped and "0.42" in found.stopped
    assert pets(WRONG_TURN, stop="threshold:0.4").stopped is None
    at_root = pets(WRONG_TURN, stop="threshold:0.9")
    assert (at_root.path, at_root.leaf, at_root.probability) == ((), None, 1.0)


def test_a_leaf_rule_ends_where_best_first_does(pictures: list[Path]) -> None:
    flags = Taxonomy.load("flags")
    plain, ruled = (Cascade(flags, HashScorer(), stop=stop) for stop in (None, "leaf"))
    for one, other in zip(
        plain.predict_batch(pictures), ruled.predict_batch(pictures), strict=True
    ):
        assert one.probability == pytest.approx(other.probability)
        assert replace(one, probability=None) == replace(other, probability=None)


def test_an_answer_set_is_listed_and_its_path_leads_above_it() -> None:
    rows = {"pet": [0.9, 0.05, 0.05], "dog": [0.55, 0.45], "cat": [0.5, 0.5]}
    calibration = Calibration(temperatures=(1.0,), thresholds={"coverage:0.9:2": 0.8})
    found = pets(rows, stop="coverage:0.9:2", calibration=calibration)
    assert {own.node for own in found.nodes} == {"husky", "pug"}
    assert sum(own.probability for own in found.nodes) == pytest.approx(0.9)
    assert (found.path, found.leaf) == (("dog",), None)
    assert found.probability == pytest.approx(0.9)


def test_a_withheld_answer_says_nothing_and_why() -> None:
    calibration = Calibration(temperatures=(1.0,), thresholds={"coverage:0.5": -0.6})
    for stop, path in (("coverage:0.5", ("cat", "tabby")), ("exact-coverage:0.5", ())):
        found = pets(WRONG_TURN, stop=stop, calibration=calibration)
        assert found.path == path
        assert [own.node for own in found.nodes] == list(path[1:])
    assert found.leaf is None
    assert found.stopped == "withheld: the surer answers hold the truth as often as is asked"


def test_a_temperature_is_that_of_whole_questions() -> None:
    sure = {"pet": [0.9, 0.05, 0.05], "dog": [0.9, 0.1], "cat": [0.5, 0.5]}
    found = pets(sure, calibration=Calibration(temperatures=(2.0,)))
    roots = [math.sqrt(own) for own in sure["pet"]]
    assert found.steps[0].probabilities == pytest.approx([own / sum(roots) for own in roots])


LETTER_A = [2.0, 0.5, 0.5]


def prefers_a(number: Handle, question: Question) -> list[float]:
    """Answers as WRONG_TURN says, each letter made so much more probable."""
    right = WRONG_TURN[question.node]
    nodes = PETS.children(question.node)
    offered = [right[nodes.index(option.node)] for option in question.options]
    return [own * more for own, more in zip(offered, LETTER_A, strict=False)]


def biased(**settings: Any) -> Prediction:
    scorer = TableScorer(prefers_a)
    return Cascade(PETS, scorer, plan=APART, **settings).predict(PICTURE)


def test_all_permutations_take_out_the_preference_for_letters_and_each_is_counted() -> None:
    plain = pets(WRONG_TURN)
    found = biased(search=SearchSettings(permutations=None))
    assert found.leaf == plain.leaf != biased().leaf
    for step, own in zip(found.steps, plain.steps, strict=True):
        assert step.probabilities == pytest.approx(own.probabilities)
    assert (plain.questions, found.questions) == (3, 3 + 2 + 2)
    assert plain.tokens and found.tokens and found.tokens > 2 * plain.tokens
    assert biased(search=SearchSettings(permutations=2)).questions == 6


def test_a_letter_prior_is_taken_out_at_the_cost_of_no_question() -> None:
    prior = LetterPrior({3: tuple(math.log(own / 3) for own in LETTER_A)})
    calibration = Calibration((1.0,), letter_prior=prior)
    plain, found = pets(WRONG_TURN), biased(calibration=calibration)
    for step, own in zip(found.steps, plain.steps, strict=True):
        assert step.probabilities == pytest.approx(own.probabilities)
    assert (found.leaf, found.questions, found.tokens) == (plain.leaf, 3, plain.tokens)


def test_a_budget_counts_every_permutation() -> None:
    assert biased(search=SearchSettings(budget=5, permutations=None)).questions == 5
    found = biased(search=SearchSettings(budget=4, permutations=None))
    assert (found.questions, found.exact) == (3, False)


def test_a_calibration_of_another_number_of_permutations_is_refused() -> None:
    fitted = Cascade(PETS, TableScorer(prefers_a), plan=APART)
    calibration = Calibration((1.0,), hashes=fitted.hashes)
    assert biased(calibration=calibration).leaf == biased().leaf
    with pytest.raises(ConfigError, match="fitted with another number of permutations"):
        biased(calibration=calibration, search=SearchSettings(permutations=None))


def test_a_calibration_of_other_questions_is_refused() -> None:
    other = Calibration(temperatures=(1.0,), hashes={"taxonomy": "another"})
    with pytest.raises(ConfigError, match="fitted with another taxonomy"):
        pets({}, calibration=other)
    with pytest.raises(RequestError, match="needs a calibration"):
        pets({}, stop="target:0.9")


def test_none_of_these_stops_at_the_node_that_was_asked() -> None:
    rows = {"pet": [0.8, 0.1, 0.05, 0.05], "dog": [0.1, 0.1, 0.8], "cat": [0.3, 0.3, 0.4]}
    for stop in (None, "leaf"):
        found = pets(rows, plan=PlanSettings(merge="none", none_of_these=True), stop=stop)
        assert (found.path, found.leaf) == (("dog",), None)
        assert found.stopped == "none of the options at 'dog' fits"


def test_one_that_takes_long_holds_up_only_so_many_others() -> None:
    taken = []

    def source() -> Iterator[Image.Image]:
        for number in range(60):
            taken.append(number)
            yield PICTURE

    def answers(number: Handle, question: Question) -> list[float]:
        is_doubtful = number == 0
        return [1.0 if is_doubtful or n == 0 else 1e-9 for n, _ in enumerate(question.options)]

    flags = Cascade(Taxonomy.load("flags"), TableScorer(answers, max_options=88), batch_size=2)
    first, *rest = flags.predict_batch(source())
    assert first.questions > 4 * rest[0].questions
    assert (len(rest), len(taken)) == (59, 60)
    taken.clear()
    flags = Cascade(Taxonomy.load("flags"), TableScorer(answers, max_options=88), batch_size=2)
    next(flags.predict_batch(source()))
    assert len(taken) <= 14
