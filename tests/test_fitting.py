from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from hiercls.bias import LetterPrior
from hiercls.calibration.temperature import tempered
from hiercls.cascade import Cascade
from hiercls.config import PlanSettings, SearchSettings
from hiercls.data import Example
from hiercls.errors import RequestError
from hiercls.fitting import fit
from hiercls.plan import Plan
from hiercls.scoring import Handle, Prepared, Request, TableScorer, normalised
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": kind, "children": [{"name": f"{kind} {number}"} for number in range(4)]}
            for kind in ("dog", "cat", "bird")
        ],
    }
)
PLAN = PlanSettings(merge="none")
TOO_SURE = 2.0


class TooSure(TableScorer):
    """Right as often as its probabilities say, until they are sharpened."""

    def __init__(self, truths: Sequence[str]) -> None:
        super().__init__(self._probabilities)
        self._truths = truths

    def prepare(self, image: Image.Image) -> Prepared:
        return image.getpixel((0, 0))

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        return list(images)

    def _probabilities(self, handle, question) -> list[float]:
        red, green, _ = handle
        truth = self._truths[256 * red + green]
        dice = random.Random(f"{handle} {question.node}")
        options = sorted(option.node for option in question.options)
        honest = tempered([dice.gauss(0, 2.5) for _ in options], 1.0)
        meant = dice.choices(range(len(honest)), [math.exp(own) for own in honest])[0]
        right = next((i for i, own in enumerate(options) if truth.startswith(own)), meant)
        swapped = list(honest)
        swapped[right], swapped[meant] = swapped[meant], swapped[right]
        said = dict(zip(options, tempered(swapped, 1 / TOO_SURE), strict=True))
        return [math.exp(said[option.node]) for option in question.options]


@pytest.fixture
def examples(tmp_path: Path) -> list[Example]:
    dice = random.Random(0)
    found = []
    for number in range(900):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (1, 1), (number // 256, number % 256, 0)).save(path)
        found.append(Example(str(path), dice.choice(PETS.leaves)))
    return found


def cascade_of(examples: Sequence[Example], **settings: object) -> Cascade:
    scorer = TooSure([example.node for example in examples])
    return Cascade(PETS, scorer, plan=PLAN, batch_size=50, hashes={"model": "m"}, **settings)


@pytest.mark.slow
def test_a_fit_makes_too_sure_answers_honest(examples: list[Example]) -> None:
    found = fit(cascade_of(examples), examples, targets=(0.8,), coverages=(0.8,))
    calibration = found.calibration
    assert calibration.temperatures == pytest.approx((TOO_SURE, TOO_SURE), rel=0.2)
    for name in ("level 1", "level 2", "leaves"):
        figures = calibration.figures[name]
        assert figures["ece_after"] < 0.6 * figures["ece_before"], name
        assert figures["sure_before"] > figures["right"] + 0.05, name
        assert figures["sure_after"] == pytest.approx(figures["right"], abs=0.06), name
    assert calibration.hashes["model"] == "m"
    assert calibration.hashes["plan"] == Plan(PETS, PLAN).hash
    assert calibration.num_examples == 900
    assert (found.num_tempered, found.num_judged) == (300, 600)


@pytest.mark.slow
def test_the_promises_of_a_fit_are_kept_on_its_own_examples(examples: list[Example]) -> None:
    found = fit(cascade_of(examples), examples, targets=(0.8,), coverages=(0.8,))
    assert set(found.calibration.thresholds) == {
        "target:0.8",
        "information:0.8",
        "coverage:0.8",
        "coverage:0.8:2",
        "coverage:0.8:3",
    }
    for text in found.calibration.thresholds:
        assert found.rules[text].right >= 0.8, text
    assert found.rules["leaf"].right < 0.8
    sizes = [found.rules[text].num_classes for text in ("coverage:0.8", "coverage:0.8:3")]
    assert sizes[1] < sizes[0]


@pytest.mark.slow
def test_the_calibrated_cascade_stops_where_the_fit_says(examples: list[Example]) -> None:
    calibration = fit(cascade_of(examples), examples, targets=(0.8,)).calibration
    cascade = cascade_of(examples, calibration=calibration, stop="target:0.8")
    right = 0
    for example, prediction in zip(
        examples, cascade.predict_batch(own.image for own in examples), strict=True
    ):
        right += prediction.path == () or example.node.startswith(prediction.path[-1])
        assert prediction.leaf is not None or prediction.stopped is not None
    assert right / len(examples) >= 0.8


@pytest.mark.slow
def test_where_leaves_are_right_more_often_than_sets_need_be_exact_ones_are_shown_too(
    examples: list[Example],
) -> None:
    found = fit(cascade_of(examples), examples, coverages=(0.3, 0.9))
    exact, plain = found.rules["exact-coverage:0.3"], found.rules["coverage:0.3"]
    assert exact.right == pytest.approx(0.3, abs=0.01)
    assert plain.right == found.rules["leaf"].right > 0.4
    assert exact.num_nodes == exact.classes_alone < plain.num_nodes == 1
    assert exact.depth == pytest.approx(2 * exact.num_nodes)
    assert "exact-coverage:0.9" not in found.rules


class PrefersLetters(TooSure):
    """Adds to the logit of every letter something of its own."""

    ADDED = (5.0, 0.0, -4.0, 2.0)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        return [
            normalised([own + more for own, more in zip(row, self.ADDED, strict=False)])
            for row in super().score(requests)
        ]


@pytest.mark.slow
def test_a_letter_prior_is_found_without_labels_and_applied(examples: list[Example]) -> None:
    found = {}
    for num_prior in (0, 25):
        scorer = PrefersLetters([example.node for example in examples])
        cascade = Cascade(PETS, scorer, plan=PLAN, batch_size=50)
        found[num_prior] = fit(cascade, examples, num_prior=num_prior)
    plain, fitted = found[0], found[25]
    assert (plain.num_prior, fitted.num_prior) == (0, 25)
    assert plain.calibration.letter_prior == LetterPrior()
    prior = fitted.calibration.letter_prior.logprobs
    assert prior[3] == pytest.approx(normalised(PrefersLetters.ADDED[:3]), abs=1e-9)
    assert prior[4] == pytest.approx(normalised(PrefersLetters.ADDED), abs=1e-9)
    assert fitted.rules["leaf"].right > plain.rules["leaf"].right + 0.05
    assert fitted.calibration.temperatures == pytest.approx((TOO_SURE, TOO_SURE), rel=0.2)


def test_images_that_cannot_be_read_are_told_and_left_out(
    examples: list[Example], tmp_path: Path
) -> None:
    chosen = [*examples[:60], Example(str(tmp_path / "none.png"), "dog-0")]
    seen = []
    found = fit(cascade_of(examples), chosen, on_image=lambda: seen.append(1))
    assert len(found.errors) == 1
    assert "none.png" in found.errors[0]
    assert found.calibration.num_examples == 60
    assert len(seen) == 61


@pytest.mark.slow
def test_too_few_images_are_refused(examples: list[Example]) -> None:
    with pytest.raises(RequestError, match="29 labelled images; expected at least 30"):
        fit(cascade_of(examples), examples[:29])


def test_any_search_can_be_fitted(examples: list[Example]) -> None:
    for rule in ("greedy", "exhaustive"):
        cascade = cascade_of(examples, search=SearchSettings(rule=rule))
        found = fit(cascade, examples[:90])
        assert found.calibration.figures["leaves"]["count"] == 60
