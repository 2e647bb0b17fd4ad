"""Other ways to answer, to hold an accuracy against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from PIL import Image

from hiercls.data import Example
from hiercls.evaluate.evaluation import Scored
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy

GREY = (127, 127, 127)
GREY_SIDE = 448  # pixels


class Classifier(Protocol):
    """What is needed of a `Cascade`."""

    taxonomy: Taxonomy

    def predict_batch(self, images: Iterable[Any], *, top: int) -> Iterator[Prediction]: ...


def blind_predictions(cascade: Classifier, examples: Iterable[Example]) -> list[Scored]:
    """Return what is answered without seeing anything: the picture replaced by plain grey.

    As every picture is the same one, it is asked about once.
    """
    grey = Image.new("RGB", (GREY_SIDE, GREY_SIDE), GREY)
    [answer] = cascade.predict_batch([grey], top=5)
    return [Scored(example, replace(answer, image=example.name)) for example in examples]


def flat_taxonomy(taxonomy: Taxonomy) -> Taxonomy:
    """Return the same classes as children of the root, without anything between."""
    root = taxonomy.root
    nodes: dict[str, dict[str, Any]] = {root: {"name": taxonomy.node(root).name}}
    if question := taxonomy.question(root):
        nodes[root]["question"] = question
    classes = [own for own in taxonomy.classes if own != root]
    namesakes = Counter(taxonomy.node(own).name.casefold() for own in classes)
    for own in classes:
        node = taxonomy.node(own)
        name = node.name
        if namesakes[name.casefold()] > 1:
            name = f"{name} ({taxonomy.node(taxonomy.parents(own)[0]).name})"
        nodes[own] = {"name": name, "parents": [root]}
        if node.description:
            nodes[own]["description"] = node.description
    return Taxonomy.from_dict({"name": f"{taxonomy.name}, flat", "nodes": nodes})


def flat_predictions(
    predictions: Iterable[Prediction], taxonomy: Taxonomy, examples: Iterable[Example]
) -> list[Scored]:
    """Return what a flat classifier answered, with the paths that lead to its answers.

    Args:
        predictions: Of a cascade over `flat_taxonomy(taxonomy)`: all classes in one question,
            asked in rounds.
        taxonomy: Where the answers are placed.
        examples: In the order of the predictions.
    """
    pairs = zip(examples, predictions, strict=True)
    return [Scored(example, _placed(prediction, taxonomy)) for example, prediction in pairs]


def _placed(prediction: Prediction, taxonomy: Taxonomy) -> Prediction:
    """Return a flat answer with the path that leads to it, without its question."""
    if prediction.leaf is None:
        return replace(prediction, steps=())
    path = taxonomy.path(prediction.leaf)[1:]
    names = tuple(taxonomy.node(own).name for own in path)
    return replace(prediction, path=path, names=names, steps=())
