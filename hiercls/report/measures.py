"""How each number of an evaluation is called on the page, and what it says in a few words."""

from __future__ import annotations

from dataclasses import dataclass

from hiercls.report.markup import number, percent, text


@dataclass(frozen=True)
class Measure:
    """A number in words.

    Attributes:
        label: Its name.
        says: What it says; short.
        is_share: Whether it is shown in percent.
    """

    label: str
    says: str = ""
    is_share: bool = True

    def show(self, value: float | None) -> str:
        return percent(value) if self.is_share else number(value)


_MEASURES = {
    "leaf_accuracy": Measure("Accuracy", "answers that are exactly right"),
    "answer_accuracy": Measure("True answers", "the truth or a node above it"),
    "hierarchical_precision": Measure("Hierarchical precision", "right nodes among those answered"),
    "hierarchical_recall": Measure("Hierarchical recall", "true nodes that were answered"),
    "hierarchical_f1": Measure("Hierarchical F1", "near misses count in part"),
    "hierarchical_precision_macro": Measure("Hierarchical precision, macro", "mean over pictures"),
    "hierarchical_recall_macro": Measure("Hierarchical recall, macro", "mean over pictures"),
    "hierarchical_f1_macro": Measure("Hierarchical F1, macro", "mean over pictures"),
    "mistake_severity": Measure(
        "Mistake severity", "levels from a mistake up to where it meets the truth", is_share=False
    ),
    "lca_height_mean": Measure("LCA height", "the same over all pictures", is_share=False),
    "wu_palmer": Measure("Wu-Palmer similarity", is_share=False),
    "edge_distance": Measure("Edge distance", "edges from answer to truth", is_share=False),
    "hca": Measure("Consistent accuracy (HCA)", "paths that are right throughout"),
    "por": Measure("Point overlap (POR)", "levels of the true path that are right"),
    "s_por_prefix": Measure("Strict point overlap, prefix", "right levels before the first wrong"),
    "s_por_run": Measure("Strict point overlap, run", "most right levels in a row"),
    "tor": Measure("Top overlap (TOR)", "neighbouring levels that are both right"),
    "tree_cut_accuracy": Measure("Tree-cut accuracy", "labels from random cuts of the tree"),
    "information_precision": Measure("Information precision", "of what is said, what is true"),
    "information_recall": Measure("Information recall", "of what is true, what is said"),
    "coverage": Measure("Coverage", "of a leaf's information, what the answers have"),
    "average_precision": Measure("Average precision", "area under the operating curve"),
    "ece": Measure("Calibration error (ECE)", "confidence against accuracy"),
    "brier": Measure("Brier score", "squared error of the confidence", is_share=False),
    "log_loss": Measure("Log loss", "in nats", is_share=False),
    "haurc": Measure("hAURC", "area under risk over coverage", is_share=False),
    "balanced_accuracy": Measure("Balanced accuracy", "mean over the true classes"),
    "head_accuracy": Measure("Accuracy, frequent classes"),
    "middle_accuracy": Measure("Accuracy, middling classes"),
    "tail_accuracy": Measure("Accuracy, rare classes"),
}


def measure(key: str) -> Measure:
    """Return how a number is shown; one without words here is called by its key."""
    return _MEASURES.get(key) or Measure(text(key.replace("_", " ").capitalize()), is_share=False)
