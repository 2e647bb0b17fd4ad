"""A scorer that errs as vision-language models do, without a model, and trees to try it on.

Each node has a place in a space of `DIMENSIONS`: its parent's, and a step of its own that is
shorter the deeper it lies, so that siblings at the bottom look more alike than those at the top.
An image lies around the place of its leaf, further off the more difficult it is: difficulty is
drawn once an image, and so is the same at every level. An option is the more likely the nearer
its node's place is to the image's: its logit falls with the logarithm of the squared distance.

Three things make the probabilities wrong, as they are wrong in models:

- An inner node's place says little of where the leaves below it are. So questions about broad
  groups are the hard ones, which is why greedy loses to a flat list in published comparisons.
- Each question adds noise of its own to each option, for each image: two questions about the
  same thing do not agree.
- The probabilities are too sure, by a temperature below 1.

Away from the right path no option is right, and all are about as far; the answer is less sure
there, but one of the options is chosen all the same.

The constants are set so that with 1,000 leaves the flat list is right for about nine in ten and
greedy for about three in four, as was measured of one model with and without a tree (2509.09732);
nothing else is fitted.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from hiercls.errors import RequestError
from hiercls.plan import Question
from hiercls.scoring import UNLIMITED, Handle, Prepared, Request
from hiercls.taxonomy import Taxonomy

DIMENSIONS = 16
STEP = 1.0  # from the root to its children
SHORTER = 0.75  # each level's step, as a share of the one above
OFF = 0.3  # of an image from its leaf, in each dimension, if it is of medium difficulty
DIFFICULTY = 0.5  # spread of the logarithm of that
QUESTION_NOISE = 1.0  # spread of a logit, from question to question
SHARPNESS = 8.0  # of the distances
NEAR = 0.05  # squared distance below which nothing looks nearer
TEMPERATURE = 0.6

Vector = npt.NDArray[np.float64]


def draw_tree(num_leaves: int, seed: int = 0) -> Taxonomy:
    """A tree of so many leaves; nodes have 2 to 12 children, of very unlike sizes."""
    rng = random.Random(seed)
    nodes: dict[str, Any] = {"root": {"name": "root"}}
    pending = [("root", num_leaves)]
    while pending:
        parent, size = pending.pop()
        for part in _split(size, rng):
            own = f"n{len(nodes)}"
            nodes[own] = {"name": own, "parents": [parent]}
            if part > 1:
                pending.append((own, part))
    return Taxonomy.from_dict({"name": f"tree of {num_leaves:,} leaves", "nodes": nodes})


def _split(size: int, rng: random.Random) -> list[int]:
    """Cut a number of leaves into parts."""
    count = min(size, rng.randint(2, 12))
    cuts = sorted(rng.sample(range(1, size), count - 1))
    return [above - below for below, above in zip([0, *cuts], [*cuts, size], strict=True)]


class SimulatedScorer:
    """Answers from the places of nodes and images; a handle is an image's number."""

    max_options = 26
    max_open = UNLIMITED

    def __init__(self, taxonomy: Taxonomy, num_images: int, *, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._index = {own: number for number, own in enumerate(taxonomy)}
        places = np.zeros((len(taxonomy), DIMENSIONS))
        for own in sorted(taxonomy, key=taxonomy.depth):
            for parent in taxonomy.parents(own)[:1]:
                step = STEP * SHORTER ** (taxonomy.depth(own) - 1)
                offset = rng.normal(0, step, DIMENSIONS) / np.sqrt(DIMENSIONS)
                places[self._index[own]] = places[self._index[parent]] + offset
        self.labels = [
            taxonomy.leaves[n] for n in rng.integers(0, len(taxonomy.leaves), num_images)
        ]
        spread = OFF * np.exp(rng.normal(0, DIFFICULTY, (num_images, 1)))
        noise = spread * rng.normal(size=(num_images, DIMENSIONS)) / np.sqrt(DIMENSIONS)
        self._images = places[[self._index[own] for own in self.labels]] + noise
        self._places = places
        self._seed = seed
        self._distances: dict[int, Vector] = {}

    def prepare(self, image: Image.Image) -> Prepared:
        """There are no images: handles are the numbers from 0 to that of images."""
        raise RequestError("the simulated scorer was given an image; expected none")

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """As `prepare`: nothing is opened."""
        return list(images)

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """As `Scorer.score`."""
        return [self._answer(request) for request in requests]

    def num_tokens(self, question: Question) -> int:
        """As the names are made up, a round number."""
        return 20 + 6 * len(question.options)

    def _answer(self, request: Request) -> tuple[float, ...]:
        number = request.handle
        assert isinstance(number, int)
        options = [self._index[option.node] for option in request.question.options]
        rng = random.Random(hash((self._seed, number, options[0], len(options))))
        noise = [rng.gauss(0, QUESTION_NOISE) for _ in options]
        logits = (noise - SHARPNESS * np.log(NEAR + self._squared(number)[options])) / TEMPERATURE
        logits -= logits.max()
        answer: list[float] = (logits - np.log(np.exp(logits).sum())).tolist()
        return tuple(answer)

    def _squared(self, number: int) -> Vector:
        """Squared distances of one image to all nodes, kept while it is asked about."""
        if number not in self._distances:
            if len(self._distances) > 64:
                self._distances.clear()
            self._distances[number] = ((self._places - self._images[number]) ** 2).sum(1)
        return self._distances[number]
