"""The whole road: images in, predictions out, one question a level."""

from __future__ import annotations

import itertools
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hiercls.calibration import Calibrated, Calibration
from hiercls.cascade.conclusion import conclude, decided_end, natural_end
from hiercls.cascade.intake import ImageSource, Opened, open_all
from hiercls.cascade.showing import open_examples
from hiercls.config import DEFAULT_MODEL, ModelSettings, PlanSettings, SearchSettings
from hiercls.data import Example
from hiercls.decisions import parse_rule
from hiercls.errors import HierclsWarning, RequestError
from hiercls.plan import Plan
from hiercls.prediction import Prediction
from hiercls.scoring import LabelMass, Rounds, Scorer
from hiercls.search import Crowd, Route, rule_of
from hiercls.search import Rule as SearchRule
from hiercls.taxonomy import Taxonomy

QUESTIONS_AN_IMAGE = 4
"""Questions that are asked together at most, as a multiple of the images opened together."""

IMAGES_AHEAD = 4
"""Images that may be done before one that takes long, as a multiple of those opened together."""


class Cascade:
    """A taxonomy and a scorer, ready to classify.

    Args:
        taxonomy: What the images are classified by.
        scorer: Answers the questions.
        plan: Which questions the taxonomy becomes.
        search: Which of them are asked about an image.
        stop: Where an answer ends, such as "threshold:0.8" (`decisions.parse_rule`); by default
            where the search ends, which is a leaf unless it cannot be.
        calibration: Temperatures, and the thresholds of stop rules that need data.
        batch_size: Images that are opened together.
        hashes: Of the `model` and its `prompt`, where they are known; a calibration must have
            been fitted with the same.
        label_mass: Where the scorer adds it up.

    Attributes:
        taxonomy: As given.
        plan: The questions.
        search: As given.
        scorer: Answers the questions, also wide ones, before any calibration.
        calibration: As given.
        batch_size: As given.
        hashes: Those given, and those of the `taxonomy` and the `plan`.
        label_mass: Of all answers so far, where `ModelSettings.label_mass` wanted it.

    Raises:
        RequestError: The stop rule is none, or needs a calibration.
        ConfigError: The calibration belongs to other questions.

    Example:
        >>> from hiercls import Cascade
        >>> cascade = Cascade.load("flags", model="tiny")  # doctest: +SKIP
        >>> cascade.predict("photo.jpg").leaf  # doctest: +SKIP
        'jp'
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        scorer: Scorer,
        *,
        plan: PlanSettings = PlanSettings(),
        search: SearchSettings = SearchSettings(),
        stop: str | None = None,
        calibration: Calibration | None = None,
        batch_size: int = 8,
        hashes: Mapping[str, str] | None = None,
        label_mass: LabelMass | None = None,
    ) -> None:
        if batch_size < 1:
            raise RequestError(f"batch size is {batch_size}; expected at least 1")
        self._stop = parse_rule(stop, calibration=calibration) if stop is not None else None
        self.taxonomy = taxonomy
        self.plan = Plan(taxonomy, plan)
        self.search = search
        self.batch_size = batch_size
        self.label_mass = label_mass
        self._rules: dict[int, SearchRule] = {}  # by how many leaves are to be listed
        self.calibration = calibration
        self.hashes = {**(hashes or {}), "taxonomy": taxonomy.hash, "plan": self.plan.hash}
        if calibration is not None:
            calibration.check(self.hashes)
        # Temperatures are those of whole questions, so they stand around the rounds.
        max_batch = QUESTIONS_AN_IMAGE * batch_size
        self.scorer = Rounds(scorer, max_options=plan.max_options, max_batch=max_batch)
        self._scorer: Scorer = (
            self.scorer if calibration is None else Calibrated(self.scorer, calibration)
        )

    @classmethod
    def load(
        cls,
        taxonomy: str | Path | Taxonomy,
        *,
        model: str | Path = DEFAULT_MODEL,
        settings: ModelSettings = ModelSettings(),
        plan: PlanSettings = PlanSettings(),
        search: SearchSettings = SearchSettings(),
        stop: str | None = None,
        calibration: str | Path | Calibration | None = None,
        under: str | None = None,
        exclude: Iterable[str] = (),
        examples: Sequence[Example] = (),
        shots: int = 1,
    ) -> Cascade:
        """Load a taxonomy, then the model.

        Args:
            taxonomy: A file, the name of a shipped one, or a `Taxonomy`.
            model: A hub id, a local folder, or "tiny" for the bundled model of flags.
            settings: How the model is loaded and fed.
            plan: Which questions the taxonomy becomes.
            search: Which of them are asked about an image.
            stop: Where an answer ends; as for `Cascade`.
            calibration: What `hiercls calibrate` wrote, or a `Calibration`.
            under: Take only what is at or below this node; an id, or a name that is unique.
            exclude: Nodes to leave out, with what is below them alone.
            examples: Labelled pictures that are shown with the questions (`data.read_examples`);
                the question has to come first (`ModelSettings.order`).
            shots: How many of them show an option at most.

        Raises:
            TaxonomyError: The taxonomy is not found or wrong, or a node is not in it.
            RequestError: The stop rule is none, or needs a calibration; or the examples show
                nothing that is asked about, cannot be read, or the image comes first.
            ConfigError: The calibration is not one, or belongs to other questions.
            ModelError: The model is not found or cannot be loaded.

        Warns:
            HierclsWarning: The model knows nothing but another taxonomy.
        """
        if not isinstance(taxonomy, Taxonomy):
            taxonomy = Taxonomy.load(taxonomy)
        whole = taxonomy
        exclude = tuple(exclude)
        if under is not None or exclude:
            taxonomy = taxonomy.restrict(under=under, exclude=exclude)
        if isinstance(calibration, (str, Path)):
            calibration = Calibration.load(calibration)
        if stop is not None:
            parse_rule(stop, calibration=calibration)  # before the model, which takes its time
        shown = open_examples(examples, Plan(taxonomy, plan), shots=shots) if examples else None
        from hiercls.model.fingerprint import fingerprint
        from hiercls.model.scorer import MiniCPMVScorer  # torch only where a model is wanted

        scorer = MiniCPMVScorer.load(model, settings)
        checkpoint = scorer.checkpoint
        prompt = checkpoint.prompt_format.hash
        if shown is not None:
            scorer.show(shown.pictures, shown.options)
            prompt = shown.prompt_hash(prompt)
        cascade = cls(
            taxonomy,
            scorer,
            plan=plan,
            search=search,
            stop=stop,
            calibration=calibration,
            batch_size=settings.batch_size,
            hashes={"prompt": prompt, "model": fingerprint(checkpoint.folder)},
            label_mass=scorer.label_mass,
        )
        scorer.check(cascade.plan.question(node) for node in cascade.plan.nodes)
        trained = checkpoint.trained_plan
        if trained is not None and trained != Plan(whole, plan).hash:
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
        return self._predict_all(iter(images), top)

    def _predict_all(self, images: Iterator[ImageSource], top: int) -> Iterator[Prediction]:
        """Keep the batches full: images join while others still have questions."""
        if top not in self._rules:
            self._rules[top] = rule_of(self.search, self.plan, self.scorer, top=top)
        crowd = Crowd(self._rules[top], self._scorer, self.plan)
        waiting: deque[tuple[Opened, int]] = deque()  # in their order, with their place in it
        routes: dict[int, Route] = {}
        while True:
            has_room = len(waiting) < IMAGES_AHEAD * self.batch_size
            if has_room and crowd.num_live <= self.batch_size // 2:
                batch = itertools.islice(images, self.batch_size)
                waiting.extend(
                    (image, _join(crowd, image)) for image in open_all(batch, self._scorer)
                )
            if not waiting:
                return
            routes |= crowd.step()
            while waiting and (waiting[0][0].error is not None or waiting[0][1] in routes):
                image, number = waiting.popleft()
                yield self._prediction(image, routes.pop(number, None), top)

    def _prediction(self, image: Opened, route: Route | None, top: int) -> Prediction:
        if route is None:
            return Prediction.failed(image.label, image.error or "")
        if self._stop is None:
            ending = natural_end(route)
        else:
            ending = decided_end(route, self._stop, plan=self.plan)
        return conclude(
            image.label, route, plan=self.plan, scorer=self.scorer, top=top, ending=ending
        )


def _join(crowd: Crowd, image: Opened) -> int:
    """Begin an image that could be opened; its handle is the crowd's from then on."""
    if image.error is not None:
        return -1
    number = crowd.add(image.handle)
    image.handle = None
    return number
