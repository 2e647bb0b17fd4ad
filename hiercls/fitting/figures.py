"""What a calibration changes, and what each stop rule gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from hiercls.calibration import Calibration
from hiercls.calibration.temperature import LabelledAnswer, negative_log_likelihood, tempered
from hiercls.decisions import Rule
from hiercls.decisions.extent import num_classes_below
from hiercls.decisions.fitting import Labelled, is_right
from hiercls.decisions.leaf import leaf
from hiercls.fitting.judged import Judged
from hiercls.metrics.calibration import brier, ece, reliability

Sure = tuple[float, bool]
"""How probable an answer was said to be, and whether it was right."""


@dataclass(frozen=True)
class RuleFigures:
    """What a stop rule gives.

    Attributes:
        right: Share of the answers that hold the truth.
        classes_alone: Share of the answers that are one class and nothing else.
        depth: Mean depth of the nodes of an answer, the mean over the answers; 0 of one withheld.
        num_nodes: Mean number of nodes of an answer.
        num_classes: Mean number of classes that an answer leaves open.
    """

    right: float
    classes_alone: float
    depth: float
    num_nodes: float
    num_classes: float


def rule_figures(rule: Rule, labelled: Sequence[Labelled]) -> RuleFigures:
    """Apply a rule to examples and count."""
    decisions = [rule(known) for known, _ in labelled]
    taxonomy = labelled[0][0].taxonomy
    sizes = num_classes_below(taxonomy)
    open_classes = [sum(sizes[node] for node in decision.nodes) for decision in decisions]
    pairs = list(zip(labelled, decisions, strict=True))
    return RuleFigures(
        right=fmean(is_right(known, decision, truth) for (known, truth), decision in pairs),
        classes_alone=fmean(count == 1 for count in open_classes),
        depth=fmean(
            fmean(map(taxonomy.depth, decision.nodes or (taxonomy.root,))) for decision in decisions
        ),
        num_nodes=fmean(len(decision.nodes) for decision in decisions),
        num_classes=fmean(open_classes),
    )


def figures_of(judged: Sequence[Judged], calibration: Calibration) -> dict[str, dict[str, float]]:
    """Compare the probabilities with and without temperatures, by level and for the leaves.

    `right` is the share of right answers, `sure` their mean probability, `ece` the expected
    calibration error over 15 bins of equal width, `brier` the mean square of what was wrong with
    the probability. Of a level they are about the most probable option, over the questions on the
    way to the truth that were asked; of the leaves, about the most probable one.
    """
    answers = [answer for one in judged for answer in one.true_answers]
    figures = {}
    for level in sorted({own.level for own in answers}):
        temperature = calibration.temperature(level)
        before = [own for own in answers if own.level == level]
        after = [replace(own, logprobs=tempered(own.logprobs, temperature)) for own in before]
        figures[f"level {level + 1}"] = {
            **_compare([_option(own) for own in before], [_option(own) for own in after]),
            "temperature": temperature,
            "nll_before": negative_log_likelihood(before),
            "nll_after": negative_log_likelihood(after),
        }
    figures["leaves"] = _compare(
        [_leaf(one.labelled(None)) for one in judged],
        [_leaf(one.labelled(calibration)) for one in judged],
    )
    return figures


def _compare(before: Sequence[Sure], after: Sequence[Sure]) -> dict[str, float]:
    figures = {"count": float(len(after)), "right": fmean(right for _, right in after)}
    for name, pairs in (("before", before), ("after", after)):
        confidence, right = zip(*pairs, strict=True)
        figures[f"sure_{name}"] = fmean(confidence)
        figures[f"ece_{name}"] = ece(reliability(confidence, right))
        figures[f"brier_{name}"] = brier(confidence, right)
    return figures


def _leaf(labelled: Labelled) -> Sure:
    known, truth = labelled
    decision = leaf(known)
    return decision.probability, is_right(known, decision, truth)


def _option(answer: LabelledAnswer) -> Sure:
    best = max(range(len(answer.logprobs)), key=answer.logprobs.__getitem__)
    return math.exp(answer.logprobs[best]), best == answer.right
