"""What a prediction says of every node that it knows of, read from what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hiercls.metrics import Hierarchy
from hiercls.prediction import Prediction, Step


@dataclass(frozen=True)
class Masses:
    """Probabilities of one prediction.

    Attributes:
        probability: By node, that the truth is at or below it; 1 at the root.
        ends: By node, what is left there: at a class, at a node that was not asked about, with
            all that is below it, or at the root, for what the prediction does not tell.
        unasked: Those ends that stand for all that is below them.
    """

    probability: Mapping[str, float]
    ends: Mapping[str, float]
    unasked: frozenset[str]

    def of_truth(self, hierarchy: Hierarchy, truth: str) -> float:
        """Return the probability of the true node; of all below it, where it is no class.

        What was not asked about is shared evenly among the classes below it.
        """
        is_class = truth in hierarchy.classes
        if is_class:
            known = 0.0 if truth in self.unasked else self.ends.get(truth, 0.0)
        else:
            known = self.probability.get(truth, 0.0)
        above = hierarchy.above(truth)
        wider = [node for node in self.unasked if node in above and (is_class or node != truth)]
        num_true = 1 if is_class else hierarchy.num_classes[truth]
        return known + sum(self.ends[n] * num_true / hierarchy.num_classes[n] for n in wider)


def masses_of(hierarchy: Hierarchy, prediction: Prediction) -> Masses:
    """Return what a prediction says of the nodes: from its questions, or else from its leaves.

    Without either it says the probability of the answer alone, and 1 where it has none.
    """
    if prediction.steps:
        ends, unasked = _from_steps(hierarchy, prediction)
    elif prediction.top:
        ends = {candidate.leaf: candidate.probability for candidate in prediction.top}
        unasked = _rest_at_root(hierarchy, ends)
    else:
        answer = prediction.path[-1] if prediction.path else hierarchy.taxonomy.root
        sure = 1.0 if prediction.probability is None else prediction.probability
        ends = {answer: sure}
        unasked = _rest_at_root(hierarchy, ends)
        if hierarchy.heights[answer]:
            unasked |= {answer}
    return Masses(_with_ancestors(hierarchy, ends), ends, frozenset(unasked))


def _rest_at_root(hierarchy: Hierarchy, ends: dict[str, float]) -> set[str]:
    rest = 1.0 - sum(ends.values())
    if rest <= 1e-6:
        return set()
    root = hierarchy.taxonomy.root
    ends[root] = ends.get(root, 0.0) + rest
    return {root}


def _from_steps(hierarchy: Hierarchy, prediction: Prediction) -> tuple[dict[str, float], set[str]]:
    """Follow the questions from the root: what each option got is passed on where it was asked."""
    asked = {step.node: step for step in prediction.steps}
    leads_to = _ways_on(hierarchy, asked)
    arrived = {node: 1.0 for node in asked if node not in leads_to.values()}
    ends: dict[str, float] = {}
    unasked: set[str] = set()
    # Every option leads deeper, so whatever arrives at a node has arrived by its turn.
    for node in sorted(asked, key=hierarchy.depths.__getitem__):
        step, mass = asked[node], arrived.get(node, 0.0)
        for option, share in zip(step.options, step.probabilities, strict=True):
            end = leads_to.get(option, option)
            if option != node and end in asked:
                arrived[end] = arrived.get(end, 0.0) + mass * share
                continue
            ends[end] = ends.get(end, 0.0) + mass * share
            if hierarchy.heights[end] and not _is_itself(hierarchy, option, step):
                unasked.add(end)
    return ends, unasked


def _ways_on(hierarchy: Hierarchy, asked: Mapping[str, Step]) -> dict[str, str]:
    """Return for each option the node it leads to, past single children.

    Where the picture was asked about a part of the taxonomy alone, nodes have lost children: what
    was asked is then below the nearest option.
    """
    found: dict[str, str] = {}
    for step in asked.values():
        found |= _past_single_children_of(hierarchy, step.node, step.options)
    found |= {node: node for node in asked if node in found}
    for node in asked.keys() - set(found.values()):
        above = hierarchy.above(node)
        if offered := [own for own in above if own in found]:
            found[min(offered, key=above.__getitem__)] = node
    return found


@lru_cache(maxsize=1 << 15)
def _past_single_children_of(
    hierarchy: Hierarchy, asked: str, options: tuple[str, ...]
) -> Mapping[str, str]:
    """Return for each option but the node asked about where it leads; the same for all pictures."""
    return {own: _past_single_children(hierarchy, own) for own in options if own != asked}


def _past_single_children(hierarchy: Hierarchy, node: str) -> str:
    """Return the node where there is something to ask, or nothing below."""
    if not hierarchy.heights[node]:
        return node
    children = hierarchy.taxonomy.children
    while node not in hierarchy.classes and len(below := children(node)) == 1:
        node = below[0]
    return node


def _is_itself(hierarchy: Hierarchy, option: str, step: Step) -> bool:
    """Return whether an option ends at its node, though there is more below it.

    So does the node that is asked about, and a class that stands beside nodes below it.
    """
    if option == step.node:
        return True
    if not hierarchy.heights[option] or option not in hierarchy.classes:
        return False
    return any(option in hierarchy.above(other) for other in step.options if other != option)


def _with_ancestors(hierarchy: Hierarchy, ends: Mapping[str, float]) -> dict[str, float]:
    """Count each end for itself and, with its siblings at once, for every node above it."""
    probability = dict(ends)
    siblings: dict[tuple[str, ...], float] = {}
    for node, mass in ends.items():
        parents = hierarchy.parents[node]
        siblings[parents] = siblings.get(parents, 0.0) + mass
    for parents, mass in siblings.items():
        for above in frozenset[str]().union(*map(hierarchy.above, parents)):
            probability[above] = min(1.0, probability.get(above, 0.0) + mass)
    return probability
