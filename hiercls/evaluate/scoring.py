"""From examples with their predictions to all that can be said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from hiercls import metrics
from hiercls.errors import RequestError
from hiercls.evaluate.answers import Answers, Curves
from hiercls.evaluate.breakdown import Way, confusions, level_losses, node_scores
from hiercls.evaluate.evaluation import Evaluation, Scored
from hiercls.evaluate.stopping import TARGETS, stop_points
from hiercls.metrics import Hierarchy, Ratio, calibration, paths, resampling
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy

TOP = (1, 5, 20)
CURVE_POINTS = 200


def evaluate(
    taxonomy: Taxonomy,
    scored: Sequence[Scored],
    *,
    frequencies: Mapping[str, int] | None = None,
    num_resamples: int = 1000,
    seed: int = 0,
    notes: Sequence[str] = (),
) -> Evaluation:
    """Return all measures of predictions against the truth.

    Args:
        taxonomy: Of both.
        scored: Examples with their predictions; those with an error are counted apart.
        frequencies: Training images by class, for the accuracy of frequent and rare classes.
        num_resamples: Of the bootstrap; 0 leaves the intervals out.
        seed: Of the bootstrap.
        notes: What was odd about the data, passed on.

    Raises:
        RequestError: Nothing was scored.
    """
    unscored = Counter(_reason(one.prediction) for one in scored if one.prediction.error)
    answers = Answers.of(Hierarchy(taxonomy), scored)
    if not answers.truths:
        raise RequestError(
            f"none of {len(scored):,} pictures has an answer: {next(iter(unscored), 'no pictures')}"
        )
    ratios = ratios_of(answers)
    drawn = resampling.bootstrap(ratios, num_resamples=num_resamples, seed=seed)
    levels = level_ratios(answers)
    ways = [Way(t, p.path) for t, p in zip(answers.truths, answers.predictions, strict=True)]
    curves = Curves.of(answers) if answers.has_probabilities else None
    return Evaluation(
        taxonomy=taxonomy.name,
        taxonomy_hash=taxonomy.hash,
        count=len(answers.truths),
        unscored=dict(unscored.most_common()),
        scores={
            **{name: ratio.value for name, ratio in ratios.items()},
            **_frequency_scores(answers, frequencies),
            **_probability_scores(answers, curves),
        },
        level_accuracy=tuple(ratio.value or 0.0 for ratio in levels),
        level_counts=tuple(int(ratio.denominator.sum()) for ratio in levels),
        top_accuracy=_top_accuracy(answers),
        intervals={name: (interval.low, interval.high) for name, interval in drawn.items()},
        reliability=_reliability(answers),
        risk_coverage=curves.climbing.thinned(CURVE_POINTS, "coverage", "risk") if curves else {},
        operating_curve=curves.information.thinned(CURVE_POINTS) if curves else {},
        nodes=node_scores(answers.hierarchy, ways),
        levels=level_losses(answers.hierarchy, ways),
        confusions=confusions(answers.hierarchy, ways),
        stops=stop_points(curves.by_rule, TARGETS) if curves else (),
        cost=_cost(answers.predictions),
        baselines={"floor": _floor(answers)},
        notes=tuple(notes),
    )


def ratios_of(answers: Answers) -> dict[str, Ratio]:
    """Return the measures that are ratios of sums over the examples, by their names."""
    hierarchy, truths, nodes = answers.hierarchy, answers.truths, answers.nodes
    micro = metrics.hierarchical_overlap(hierarchy, truths, nodes)
    macro = metrics.hierarchical_overlap(hierarchy, truths, nodes, is_macro=True)
    levels = _levels(answers)
    distances = {
        f"hierarchical_distance_at_{k}": metrics.hierarchical_distance(
            hierarchy, truths, answers.ranked, k
        )
        for k in _known_tops(answers)
    }
    return {
        "leaf_accuracy": metrics.leaf_accuracy(truths, nodes),
        "answer_accuracy": Ratio.mean(answers.is_right),
        "hierarchical_precision": micro.precision,
        "hierarchical_recall": micro.recall,
        "hierarchical_f1": micro.f1,
        "hierarchical_precision_macro": macro.precision,
        "hierarchical_recall_macro": macro.recall,
        "hierarchical_f1_macro": macro.f1,
        "lca_height_mean": metrics.lca_height_mean(hierarchy, truths, nodes),
        "mistake_severity": metrics.mistake_severity(hierarchy, truths, nodes),
        **distances,
        "wu_palmer": metrics.wu_palmer(hierarchy, truths, nodes),
        "edge_distance": metrics.edge_distance(hierarchy, truths, nodes),
        "hca": paths.hca(levels),
        "por": paths.por(levels),
        "s_por_prefix": paths.s_por_prefix(levels),
        "s_por_run": paths.s_por_run(levels),
        "tor": paths.tor(levels),
        "tree_cut_accuracy": paths.tree_cut_accuracy(levels),
        "information_precision": metrics.information_precision(hierarchy, truths, nodes),
        "information_recall": metrics.information_recall(hierarchy, truths, nodes),
        "coverage": metrics.coverage(hierarchy, nodes),
    }


def level_ratios(answers: Answers) -> list[Ratio]:
    """Return the accuracy at each level, from 1 on."""
    return paths.level_accuracies(_levels(answers))


def _levels(answers: Answers) -> paths.Levels:
    return paths.levels_of(answers.hierarchy, answers.truths, [p.path for p in answers.predictions])


def _known_tops(answers: Answers) -> list[int]:
    """Return each k of `TOP` for which the predictions list so many leaves."""
    longest = max(len(leaves) for leaves in answers.ranked)
    return [k for k in TOP if k <= longest]


def _top_accuracy(answers: Answers) -> dict[int, float]:
    shares = {
        k: metrics.top_accuracy(answers.truths, answers.ranked, k) for k in _known_tops(answers)
    }
    return {k: share.value or 0.0 for k, share in shares.items()}


def _frequency_scores(
    answers: Answers, frequencies: Mapping[str, int] | None
) -> dict[str, float | None]:
    scores = {"balanced_accuracy": metrics.balanced_accuracy(answers.truths, answers.nodes)}
    if frequencies is not None:
        tail = metrics.by_frequency(answers.truths, answers.nodes, frequencies)
        scores |= {f"{name}_accuracy": share for name, share in tail._asdict().items()}
    return scores


def _probability_scores(answers: Answers, curves: Curves | None) -> dict[str, float | None]:
    if curves is None:
        return dict.fromkeys(("ece", "brier", "log_loss", "haurc", "average_precision"))
    sure, is_right = _confidences(answers)
    return {
        "ece": calibration.ece(calibration.reliability(sure, is_right)) if sure else None,
        "brier": calibration.brier(sure, is_right) if sure else None,
        "log_loss": calibration.log_loss([one.truth for one in answers.readings]),
        "haurc": curves.climbing.area("coverage", "risk"),
        "average_precision": curves.information.area("recall", "precision"),
    }


def _confidences(answers: Answers) -> tuple[list[float], list[bool]]:
    """Return how sure each answer is, and whether it is right, where it says how sure."""
    rows = zip(answers.predictions, answers.is_right, strict=True)
    known = [(p.probability, is_right) for p, is_right in rows if p.probability is not None]
    return [sure for sure, _ in known], [is_right for _, is_right in known]


def _reliability(answers: Answers) -> tuple[calibration.Bin, ...]:
    sure, is_right = _confidences(answers)
    return calibration.reliability(sure, is_right) if sure else ()


def _cost(predictions: Sequence[Prediction]) -> dict[str, float | None]:
    questions = [p.questions or len(p.steps) for p in predictions]
    tokens = [p.tokens for p in predictions if p.tokens is not None]
    return {
        "questions": fmean(questions) if any(questions) else None,
        "tokens": fmean(tokens) if tokens else None,
        "seconds": None,
    }


def _floor(answers: Answers) -> dict[str, float | None]:
    """Return what it gives to answer the most frequent truth whatever the picture."""
    [(most, _)] = Counter(answers.truths).most_common(1)
    constant = [most] * len(answers.truths)
    overlap = metrics.hierarchical_overlap(answers.hierarchy, answers.truths, constant)
    return {
        "leaf_accuracy": metrics.leaf_accuracy(answers.truths, constant).value,
        "hierarchical_f1": overlap.f1.value,
    }


def _reason(prediction: Prediction) -> str:
    """Return an error without the name of its image, so that like ones count together."""
    return (prediction.error or "").removeprefix(f"{prediction.image}: ")
