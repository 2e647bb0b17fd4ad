"""What a calibration changes, and what each stop rule gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from hiercls.calibration import Calibration
from hiercls.calibration.temperature import LabelledAnswer, negative_log_likelihood, tempered
from hiercls.decisions import Rule
from hiercls.decisions.extent import num_classes_below
from hiercls.decisions.fitting import Labelled, is_right
from hiercls.decisions.leaf import leaf
from hiercls.fitting.judged import Judged
from hiercls.metrics.calibration import ece, reliability


@dataclass(frozen=True)
class RuleFigures:
    """What a stop rule gives.

    Attributes:
        right: Share of the answers that hold the truth.
        classes_alone: Share of the answers that are one class and nothing else.
        depth: Mean depth of the nodes of an answer, the mean over the answers.
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
        depth=fmean(fmean(map(taxonomy.depth, decision.nodes)) for decision in decisions),
        num_nodes=fmean(len(decision.nodes) for decision in decisions),
        num_classes=fmean(open_classes),
    )


def figures_of(judged: Sequence[Judged], calibration: Calibration) -> dict[str, dict[str, float]]:
    """Compare the probabilities with and without temperatures, by level and for the leaves.

    The expected calibration error is over 15 bins of equal width: of a level, by the probability
    of the most probable option, over the questions on the way to the truth that were asked; of
    the leaves, by the probability of the most probable one.
    """
    answers = [answer for one in judged for answer in one.true_answers]
    figures = {
        f"level {level + 1}": _level(
            [own for own in answers if own.level == level], calibration.temperature(level)
        )
        for level in sorted({own.level for own in answers})
    }
    before = [_leaf_confidence(one.labelled(None)) for one in judged]
    after = [_leaf_confidence(one.labelled(calibration)) for one in judged]
    figures["leaves"] = {
        "count": len(judged),
        "right": fmean(right for _, right in after),
        "ece_before": _ece(before),
        "ece_after": _ece(after),
    }
    return figures


def _level(answers: Sequence[LabelledAnswer], temperature: float) -> dict[str, float]:
    after = [replace(own, logprobs=tempered(own.logprobs, temperature)) for own in answers]
    return {
        "count": len(answers),
        "right": fmean(_best(own.logprobs) == own.right for own in answers),
        "ece_before": _ece(map(_confidence, answers)),
        "ece_after": _ece(map(_confidence, after)),
        "temperature": temperature,
        "nll_before": negative_log_likelihood(answers),
        "nll_after": negative_log_likelihood(after),
    }


def _leaf_confidence(labelled: Labelled) -> tuple[float, bool]:
    known, truth = labelled
    decision = leaf(known)
    return decision.probability, is_right(known, decision, truth)


def _confidence(answer: LabelledAnswer) -> tuple[float, bool]:
    best = _best(answer.logprobs)
    return math.exp(answer.logprobs[best]), best == answer.right


def _best(logprobs: Sequence[float]) -> int:
    return max(range(len(logprobs)), key=logprobs.__getitem__)


def _ece(pairs: Iterable[tuple[float, bool]]) -> float:
    confidence, right = zip(*pairs, strict=True)
    return ece(reliability(confidence, right))
