"""The whole road: images in, predictions out, one question a level."""

from __future__ import annotations

import itertools
import math
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from PIL import Image

from hiercls.config import DEFAULT_MODEL, ModelSettings
from hiercls.errors import HierclsWarning, ImageError, RequestError
from hiercls.images import open_image
from hiercls.plan import Plan
from hiercls.prediction import Candidate, Prediction, Step
from hiercls.scoring import Handle, Rounds, Scorer
from hiercls.search import Answer, Route, greedy
from hiercls.taxonomy import Taxonomy

ImageSource: TypeAlias = "str | Path | bytes | Image.Image"


class Cascade:
    """A taxonomy and a scorer, ready to classify.

    Attributes:
        taxonomy: What the images are classified by.
        plan: The questions that it becomes.
        batch_size: Images that are asked about side by side.

    Example:
        >>> from hiercls import Cascade
        >>> cascade = Cascade.load("flags", model="tiny")  # doctest: +SKIP
        >>> cascade.predict("photo.jpg").leaf  # doctest: +SKIP
        'jp'
    """

    def __init__(self, taxonomy: Taxonomy, scorer: Scorer, *, batch_size: int = 8) -> None:
        if batch_size < 1:
            raise RequestError(f"batch size is {batch_size}; expected at least 1")
        self.taxonomy = taxonomy
        self.plan = Plan(taxonomy)
        self.batch_size = batch_size
        self._scorer = Rounds(scorer)

    @classmethod
    def load(
        cls,
        taxonomy: str | Path | Taxonomy,
        *,
        model: str | Path = DEFAULT_MODEL,
        settings: ModelSettings = ModelSettings(),
    ) -> Cascade:
        """Load a taxonomy, then the model.

        Args:
            taxonomy: A file, the name of a shipped one, or a `Taxonomy`.
            model: A hub id, a local folder, or "tiny" for the bundled model of flags.
            settings: How the model is loaded and fed.

        Raises:
            TaxonomyError: The taxonomy is not found or wrong.
            ModelError: The model is not found or cannot be loaded.

        Warns:
            HierclsWarning: The model knows nothing but another taxonomy.
        """
        if not isinstance(taxonomy, Taxonomy):
            taxonomy = Taxonomy.load(taxonomy)
        from hiercls.model.scorer import MiniCPMVScorer  # torch only where a model is wanted

        scorer = MiniCPMVScorer.load(model, settings)
        cascade = cls(taxonomy, scorer, batch_size=settings.batch_size)
        scorer.check(cascade.plan.question(node) for node in cascade.plan.nodes)
        if scorer.checkpoint.trained_plan not in (None, cascade.plan.hash):
            warnings.warn(
                f"model {model} was trained on other questions alone; its answers to those of"
                f" {taxonomy.name} mean little",
                HierclsWarning,
                stacklevel=2,
            )
        return cascade

    def predict(self, image: ImageSource, *, top: int = 5) -> Prediction:
        """Classify one image.

        Args:
            image: A path, encoded bytes, or a PIL image.
            top: How many leaves the prediction lists at most.

        Returns:
            The path with a probability at each step; for an image that cannot be read, a
            prediction with an error.
        """
        return next(self.predict_batch([image], top=top))

    def predict_batch(self, images: Iterable[ImageSource], *, top: int = 5) -> Iterator[Prediction]:
        """Classify many images, `batch_size` side by side.

        Args:
            images: Taken lazily: paths, encoded bytes or PIL images.
            top: How many leaves each prediction lists at most.

        Yields:
            One prediction an image, in the order of the images.
        """
        if top < 1:
            raise RequestError(f"top is {top}; expected at least 1")
        return self._predict_batches(iter(images), top)

    def _predict_batches(self, images: Iterator[ImageSource], top: int) -> Iterator[Prediction]:
        while batch := list(itertools.islice(images, self.batch_size)):
            opened = [self._read(image) for image in batch]
            self._open_all(opened)
            routes = iter(greedy(self._scorer, [o.handle for o in opened if o.is_open], self.plan))
            for one in opened:
                if one.error is not None:
                    yield Prediction.failed(one.label, one.error)
                else:
                    yield self._prediction(one.label, next(routes), top)

    def _read(self, image: ImageSource) -> _Opened:
        try:
            return _Opened(_label(image), open_image(image))
        except ImageError as error:
            return _Opened(_label(image), error=error.message)

    def _open_all(self, opened: Sequence[_Opened]) -> None:
        """Open the readable images together, or one by one where one of them is refused."""
        readable = [one for one in opened if one.picture is not None]
        try:
            handles = self._scorer.open([one.picture for one in readable if one.picture])
        except ImageError as error:
            if len(readable) == 1:
                readable[0].error = error.message
            else:
                for one in readable:
                    self._open_all([one])
            return
        for one, handle in zip(readable, handles, strict=True):
            one.handle, one.picture = handle, None

    def _prediction(self, label: str, route: Route, top: int) -> Prediction:
        best = route.ranked_leaves(top)
        return Prediction(
            image=label,
            path=route.path,
            names=tuple(self.taxonomy.node(node).name for node in route.path),
            leaf=route.node if route.path else None,
            probability=math.exp(min(route.logprob, 0.0)),
            steps=tuple(_step(answer) for answer in route.answers),
            top=tuple(Candidate(leaf, math.exp(min(logprob, 0.0))) for leaf, logprob in best),
        )


class _Opened:
    """One image of a batch on its way from file to handle."""

    def __init__(
        self, label: str, picture: Image.Image | None = None, *, error: str | None = None
    ) -> None:
        self.label = label
        self.picture = picture
        self.error = error
        self.handle: Handle = None

    @property
    def is_open(self) -> bool:
        return self.error is None


def _label(image: ImageSource) -> str:
    if isinstance(image, (str, Path)):
        return os.fspath(image)
    if isinstance(image, Image.Image):
        return str(getattr(image, "filename", "")) or "image"
    return "bytes"


def _step(answer: Answer) -> Step:
    return Step(
        node=answer.question.node,
        options=tuple(option.node for option in answer.question.options),
        probabilities=tuple(math.exp(logprob) for logprob in answer.logprobs),
    )
