"""The stop rules by the words they are asked for with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from hiercls.calibration import Calibration
from hiercls.decisions.climbing import climb
from hiercls.decisions.conformal import conformal
from hiercls.decisions.cost import cost
from hiercls.decisions.decision import Rule
from hiercls.decisions.deepest import deepest
from hiercls.decisions.hierarchical_f import hierarchical_f
from hiercls.decisions.information import information
from hiercls.decisions.leaf import leaf
from hiercls.errors import RequestError
from hiercls.taxonomy.suggestion import did_you_mean

FORMS = (
    "leaf",
    "threshold:P",
    "deepest:P",
    "information",
    "information:ACCURACY",
    "cost",
    "hf",
    "target:ACCURACY",
    "coverage:SHARE",
    "coverage:SHARE:NODES",
    "exact-coverage:SHARE[:NODES]",
)
_WORDS = tuple(dict.fromkeys(form.split(":")[0] for form in FORMS))
_SYNONYMS = {"darts": "information"}


@dataclass(frozen=True)
class Fitted:
    """A rule that takes a number from labelled data.

    Attributes:
        word: "target", "information" or "coverage".
        level: The accuracy or the coverage that is wanted.
        max_nodes: How many nodes the answer may have; more than one for coverage alone.
        is_exact: Of a coverage, that it shall not be passed either.
    """

    word: str
    level: float
    max_nodes: int = 1
    is_exact: bool = False

    @property
    def text(self) -> str:
        """The rule in its shortest form, by which a calibration knows its threshold.

        A coverage has one threshold, whether it may be passed or not.
        """
        nodes = f":{self.max_nodes}" if self.max_nodes > 1 else ""
        return f"{self.word}:{self.level!r}{nodes}"

    def with_threshold(self, threshold: float) -> Rule:
        """Return the rule with the number that was fitted for it."""
        if self.word == "target":
            return partial(climb, threshold=threshold)
        if self.word == "information":
            return partial(information, bonus=threshold)
        return partial(
            conformal, threshold=threshold, max_nodes=self.max_nodes, is_exact=self.is_exact
        )


def parse_rule(text: str, *, calibration: Calibration | None = None) -> Rule:
    """Return the stop rule that a text asks for.

    Args:
        text: One of "leaf", "threshold:0.8", "deepest:0.8", "information", "cost", "hf", or of
            those that need a calibration: "information:0.9" (also "darts:0.9"), "target:0.95",
            "coverage:0.9", "coverage:0.9:3" (at most three nodes), "exact-coverage:0.9".
        calibration: Where fitted thresholds come from.

    Raises:
        RequestError: The text is no rule, a number is out of range, or the rule needs a threshold
            that the calibration does not have.

    Example:
        >>> parse_rule("threshhold:0.8")
        Traceback (most recent call last):
        hiercls.errors.RequestError: stop rule 'threshhold:0.8'; expected leaf, threshold:P, \
deepest:P, information, information:ACCURACY, cost, hf, target:ACCURACY, coverage:SHARE, \
coverage:SHARE:NODES, exact-coverage:SHARE[:NODES]
    """
    rule = _parse(text)
    if not isinstance(rule, Fitted):
        return rule
    if calibration is None:
        raise RequestError(f"stop rule {text!r} needs a calibration", hint=_how_to_fit(rule))
    if rule.text not in calibration.thresholds:
        fitted = ", ".join(calibration.thresholds) or "none"
        raise RequestError(
            f"stop rule {text!r} has no threshold in the calibration; it has {fitted}",
            hint=_how_to_fit(rule),
        )
    return rule.with_threshold(calibration.thresholds[rule.text])


def parse_fitted(text: str) -> Fitted:
    """Return a rule that is to be fitted.

    Raises:
        RequestError: The text is no such rule.
    """
    rule = _parse(text)
    if not isinstance(rule, Fitted):
        raise RequestError(f"stop rule {text!r} takes nothing from data")
    return rule


def _parse(text: str) -> Rule | Fitted:
    word, *numbers = text.strip().lower().split(":")
    word = _SYNONYMS.get(word, word)
    plain: dict[str, Rule] = {
        "leaf": leaf,
        "cost": cost,
        "hf": hierarchical_f,
        "information": information,
    }
    thresholded: dict[str, Callable[..., Rule]] = {
        "threshold": lambda number: partial(climb, threshold=number),
        "deepest": lambda number: partial(deepest, threshold=number),
    }
    if word in plain and not numbers:
        return plain[word]
    if word in thresholded and len(numbers) == 1:
        return thresholded[word](_share(text, numbers[0]))
    if word in ("target", "information") and len(numbers) == 1:
        return Fitted(word, _share(text, numbers[0], is_open=True))
    if word in ("coverage", "exact-coverage") and len(numbers) in (1, 2):
        return Fitted(
            "coverage",
            _share(text, numbers[0], is_open=True),
            _max_nodes(text, numbers[1:]),
            is_exact=word != "coverage",
        )
    raise RequestError(
        f"stop rule {text!r}; expected {', '.join(FORMS)}", hint=did_you_mean(word, _WORDS)
    )


def _share(text: str, number: str, *, is_open: bool = False) -> float:
    try:
        share = float(number)
    except ValueError:
        share = math.nan
    if not (0 < share < 1 or (share == 1 and not is_open)):
        most = "below 1" if is_open else "up to 1"
        raise RequestError(f"stop rule {text!r}: {number!r}; expected a number above 0, {most}")
    return share


def _max_nodes(text: str, numbers: Sequence[str]) -> int:
    number = numbers[0] if numbers else "1"
    if not number.isdecimal() or int(number) < 1:
        raise RequestError(f"stop rule {text!r}: {number!r} nodes; expected 1 or more")
    return int(number)


def _how_to_fit(rule: Fitted) -> str:
    option = "--coverage" if rule.word == "coverage" else "--target-accuracy"
    return f"fit it with hiercls calibrate {option} {rule.level!r}, then name the file it writes"
