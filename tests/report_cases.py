"""Evaluations to make pages of: a taxonomy in which a node has two parents, and random walks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from hiercls.data import Example
from hiercls.evaluate import Evaluation, Scored
from hiercls.evaluate.scoring import evaluate
from hiercls.prediction import Candidate, Prediction, Step
from hiercls.taxonomy import Taxonomy

# Each would do harm as markup, as a script, as JSON, as a formula of matplotlib, or to the eye.
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "$\\frac{1}{0}$ & %s {} ${title}",
    "<!--<script>",
    "\u202edrawrof\u2066",
    "日本語 ½",
)


@cache
def animals() -> Taxonomy:
    """A taxonomy of three levels; the wolf-dog is both a dog and a wild animal."""
    return Taxonomy.from_dict(
        {
            "name": "animals",
            "nodes": {
                "animal": {"name": "animal"},
                "pet": {"name": "pet", "parents": ["animal"]},
                "wild": {"name": "wild animal", "parents": ["animal"]},
                "dog": {"name": "dog", "parents": ["pet"]},
                "cat": {"name": "cat", "parents": ["pet"]},
                "husky": {"name": "husky", "parents": ["dog"]},
                "pug": {"name": "pug", "parents": ["dog"]},
                "wolfdog": {"name": "wolf-dog", "parents": ["dog", "wild"]},
                "wolf": {"name": "wolf", "parents": ["wild"]},
                "lynx": {"name": "lynx", "parents": ["wild"]},
            },
        }
    )


def named(names: Sequence[str]) -> Taxonomy:
    """A taxonomy of two levels with these names everywhere."""
    groups = [
        {"name": one, "id": f"group{i}", "children": [
            {"name": other, "id": f"leaf{i}-{j}"} for j, other in enumerate(names)
        ]}
        for i, one in enumerate(names)
    ]  # fmt: skip
    return Taxonomy.from_dict({"name": names[0], "root": names[1], "children": groups})


def walk(taxonomy: Taxonomy, truth: str, image: str, seed: int = 0) -> Prediction:
    """Return the prediction of one who guesses at every level, the truth a little more often."""
    rng = random.Random(f"{truth} {image!r} {seed}")
    lineage = {truth, *taxonomy.ancestors(truth)}
    path: list[str] = []
    steps: list[Step] = []
    probability = 1.0
    while children := taxonomy.children(path[-1] if path else taxonomy.root):
        weights = [rng.random() ** 3 + 0.8 * (child in lineage) for child in children]
        shares = tuple(weight / sum(weights) for weight in weights)
        steps.append(Step(path[-1] if path else taxonomy.root, children, shares))
        best = max(range(len(children)), key=shares.__getitem__)
        probability *= shares[best]
        path.append(children[best])
        if rng.random() < 0.08:
            break
    leaf = path[-1] if taxonomy.is_leaf(path[-1]) else None
    return Prediction(
        image,
        tuple(path),
        tuple(taxonomy.node(node).name for node in path),
        leaf,
        probability,
        tuple(steps),
        tuple(Candidate(one, probability / 2**i) for i, one in enumerate(taxonomy.leaves[:3])),
        None if leaf else "less probable than 0.5 below",
    )


def examples(
    taxonomy: Taxonomy, count: int, *, folder: str = "pictures", failing: int = 20
) -> list[Scored]:
    """Return predictions for pictures that are not there; every so many has an error."""
    scored = []
    for index in range(count):
        truth = taxonomy.leaves[index % len(taxonomy.leaves)]
        image = f"{folder}/{truth}/{index:05}.jpg"
        if index % failing == failing - 1:
            prediction = Prediction.failed(image, f"{image}: damaged JPEG file: broken")
        else:
            prediction = walk(taxonomy, truth, image)
        scored.append(Scored(Example(image, truth, image), prediction))
    return scored


def is_exact(scored: Scored) -> bool:
    """Return whether the answer is the true node itself."""
    return scored.prediction.path[-1:] == (scored.example.node,)


def evaluation(taxonomy: Taxonomy, scored: Sequence[Scored]) -> Evaluation:
    return evaluate(taxonomy, scored, num_resamples=20)


def draw_pictures(scored: Sequence[Scored], folder: Path) -> list[Scored]:
    """Draw a small picture for each, and return them with the paths of those."""
    drawn = []
    for index, one in enumerate(scored):
        path = folder / f"{index:05}.png"
        rng = random.Random(index)
        picture = Image.effect_noise((96, 64), 60).convert("RGB")
        picture.paste(tuple(rng.randrange(256) for _ in range(3)), (0, 0, 48, 64))
        picture.save(path)
        example = Example(str(path), one.example.node, one.example.name)
        drawn.append(Scored(example, one.prediction))
    return drawn
