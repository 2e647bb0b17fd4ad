"""Fit temperatures on some of the examples, thresholds on the others."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from hiercls.calibration import Calibration, fit_temperatures
from hiercls.calibration.temperature import LabelledAnswer
from hiercls.cascade import Cascade
from hiercls.data import Example
from hiercls.decisions import parse_rule
from hiercls.decisions.fitting import Labelled, fit_threshold
from hiercls.decisions.rules import Fitted
from hiercls.errors import RequestError
from hiercls.fitting.asking import gauge_prior, true_answers
from hiercls.fitting.figures import RuleFigures, figures_of, rule_figures
from hiercls.fitting.judged import Judged

FEWEST = 30
"""Fewer labelled images than this say nothing."""

TEMPERED_SHARE = 1 / 3
SEED = 0
SET_SIZES = (1, 2, 3)
COMPARED = ("leaf", "cost", "hf", "information", "threshold:0.8", "deepest:0.8")


@dataclass(frozen=True)
class Fit:
    """A calibration and how it came about.

    Attributes:
        calibration: What was fitted.
        rules: What each stop rule gives, by its text, on the examples that thresholds were
            fitted on.
        num_prior: Images that the letter prior is from, 0 if there is none.
        num_tempered: Examples that the temperatures were fitted on.
        num_judged: Examples that the thresholds and all figures are from.
        errors: Why images could not be read, one line each.
    """

    calibration: Calibration
    rules: Mapping[str, RuleFigures]
    num_prior: int
    num_tempered: int
    num_judged: int
    errors: tuple[str, ...]


def fit(
    cascade: Cascade,
    examples: Sequence[Example],
    *,
    targets: Sequence[float] = (0.95,),
    coverages: Sequence[float] = (0.9,),
    delta: float = 0.05,
    num_prior: int = 0,
    on_image: Callable[[], None] = lambda: None,
) -> Fit:
    """Fit a calibration for a cascade.

    A third of the examples, drawn with a fixed seed, is asked every question on the way to its
    truth; the temperatures are from these, and so is the letter prior, without their labels. The
    others are classified with both, by the cascade's own search; the thresholds of the stop rules
    are from these, and so are the figures, which are thus about images that nothing before was
    fitted on.

    Args:
        cascade: Any calibration of its own is left aside.
        examples: Labelled images, drawn as those are that the cascade will meet.
        targets: Accuracies for `target` and `information`.
        coverages: For `coverage`, with 1, 2 and 3 nodes.
        delta: How often, at most, a target accuracy may be missed.
        num_prior: Images that a letter prior is taken from; all that temperatures are from, if
            these are fewer. With 0 there is none.
        on_image: Called after each image, and once more for each that the letter prior is from.

    Raises:
        RequestError: There are too few examples that can be read.
    """
    first, rest = _split(examples)
    unlabelled = [example.image for example in first[:num_prior]]
    prior, num_seen = gauge_prior(cascade, unlabelled, on_image)
    calibration = Calibration((1.0,), letter_prior=prior, hashes=dict(cascade.hashes))
    answers, errors = _ask(_with(cascade, calibration), first, on_image)
    temperatures = fit_temperatures(answers, max(cascade.plan.num_levels, 1))
    calibration = replace(calibration, temperatures=temperatures)
    judged, more_errors = _judge(_with(cascade, calibration), rest, on_image)
    num_read = len(examples) - len(errors) - len(more_errors)
    check_enough(num_read, "labelled images that can be read")
    labelled = [one.labelled(calibration) for one in judged]
    thresholds = {
        rule.text: fit_threshold(rule, labelled, delta=delta)
        for rule in _fitted_rules(targets, coverages)
    }
    calibration = replace(calibration, thresholds=thresholds, num_examples=num_read)
    rules = _compare(calibration, labelled)
    figures = {
        **figures_of(judged, calibration),
        **{key: asdict(own) for key, own in rules.items()},
    }
    return Fit(
        replace(calibration, figures=figures),
        rules,
        num_prior=num_seen,
        num_tempered=len(first) - len(errors),
        num_judged=len(judged),
        errors=(*errors, *more_errors),
    )


def _split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    check_enough(len(examples))
    shuffled = random.Random(SEED).sample(list(examples), len(examples))
    num_first = num_tempered(len(shuffled))
    return shuffled[:num_first], shuffled[num_first:]


def num_tempered(num_examples: int) -> int:
    """Return how many of some examples the temperatures are fitted on."""
    return round(num_examples * TEMPERED_SHARE)


def check_enough(found: int, what: str = "labelled images") -> None:
    """See that there are images enough to fit on.

    Raises:
        RequestError: There are not.
    """
    if found < FEWEST:
        raise RequestError(
            f"{found} {what}; expected at least {FEWEST}",
            hint="a promise of 95 % at confidence 95 % takes 90, better some hundreds",
        )


def _with(cascade: Cascade, calibration: Calibration) -> Cascade:
    return Cascade(
        cascade.taxonomy,
        cascade.model,
        plan=cascade.plan.settings,
        search=cascade.search,
        calibration=calibration,
        batch_size=cascade.batch_size,
        hashes=cascade.hashes,
    )


def _ask(
    cascade: Cascade, examples: Sequence[Example], on_image: Callable[[], None]
) -> tuple[list[LabelledAnswer], list[str]]:
    answers: list[LabelledAnswer] = []
    errors = []
    for found, error in true_answers(cascade, examples):
        answers += found
        if error is not None:
            errors.append(error)
        on_image()
    return answers, errors


def _judge(
    cascade: Cascade, examples: Sequence[Example], on_image: Callable[[], None]
) -> tuple[list[Judged], list[str]]:
    judged, errors = [], []
    predictions = cascade.predict_batch(example.image for example in examples)
    for example, prediction in zip(examples, predictions, strict=True):
        if prediction.error is not None:
            errors.append(prediction.error)
        else:
            judged.append(Judged.of(cascade, prediction, example.node))
        on_image()
    return judged, errors


def _fitted_rules(targets: Sequence[float], coverages: Sequence[float]) -> list[Fitted]:
    promised = [Fitted(word, level) for level in targets for word in ("target", "information")]
    return promised + [Fitted("coverage", level, size) for level in coverages for size in SET_SIZES]


def _compare(calibration: Calibration, labelled: Sequence[Labelled]) -> dict[str, RuleFigures]:
    thresholds = calibration.thresholds
    # Below 0 leaves alone are right more often than sets need be, and exact sets differ.
    exact = [
        f"exact-{text}"
        for text, threshold in thresholds.items()
        if text.startswith("coverage") and threshold < 0
    ]
    texts = (*COMPARED, *thresholds, *exact)
    return {
        text: rule_figures(parse_rule(text, calibration=calibration), labelled) for text in texts
    }
