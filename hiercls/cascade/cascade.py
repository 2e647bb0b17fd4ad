"""The whole road: images in, predictions out, one question a level."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hiercls.bias import Permuted, Unbiased
from hiercls.calibration import Calibrated, Calibration
from hiercls.cascade.conclusion import conclude, decided_end, natural_end
from hiercls.cascade.intake import Arriving, ImageSource, Intake, Listed, Opened, Supply
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

NO_ADAPTERS = "none"
"""In place of the adapters' hash."""

QUESTIONS_AN_IMAGE = 4
"""Questions that are asked together at most, as a multiple of the images opened together."""

IMAGES_WAITING = 4
"""Images that may be done before one that takes long, as a multiple of those opened together."""

IMAGES_READ_AHEAD = 2
"""Images that are decoded before the model takes them, as a multiple of those opened together."""


class Cascade:
    """A taxonomy and a scorer, ready to classify.

    Args:
        taxonomy: What the images are classified by.
        scorer: Answers the questions.
        plan: Which questions the taxonomy becomes.
        search: Which of them are asked about an image.
        stop: Where an answer ends, such as "threshold:0.8" (`decisions.parse_rule`); by default
            where the search ends, which is a leaf unless it cannot be.
        calibration: Temperatures, a letter prior, and the thresholds of stop rules that need data.
        batch_size: Images that are opened together, at most; fewer where the scorer cannot hold so
            many.
        hashes: Of the `model`, its `prompt` and its `adapters`, where they are known; a
            calibration must have been fitted with the same.
        label_mass: Where the scorer adds it up.

    Attributes:
        taxonomy: As given.
        plan: The questions.
        search: As given.
        model: The scorer as given.
        scorer: Answers the questions, also wide ones, without preference for letters as far as
            that was asked for, before any temperature.
        calibration: As given.
        batch_size: As given.
        max_batch: The most single questions that the model is handed at a time.
        hashes: Those given, those of the `taxonomy` and the `plan`, and the number of
            permutations.
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
        self.batch_size = min(batch_size, scorer.max_open)
        self.label_mass = label_mass
        self._rules: dict[int, SearchRule] = {}  # by how many leaves are to be listed
        self.calibration = calibration
        self.hashes = {
            **(hashes or {}),
            "taxonomy": taxonomy.hash,
            "plan": self.plan.hash,
            "number of permutations": str(search.permutations or "all"),
        }
        if calibration is not None:
            calibration.check(self.hashes)
        # Letters and orders are those of single questions, temperatures those of whole ones.
        self.model = scorer
        self.max_batch = QUESTIONS_AN_IMAGE * self.batch_size
        if calibration is not None:
            scorer = Unbiased(scorer, calibration.letter_prior)
        orders = Permuted(scorer, search.permutations, max_batch=self.max_batch)
        self.scorer = Rounds(
            orders,
            max_options=plan.max_options,
            max_batch=self.max_batch,
            num_asked=orders.num_questions,
        )
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
        adapters: str | Path | None = None,
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
            adapters: A folder that `hiercls train` wrote, or the hub id of one.
            calibration: What `hiercls calibrate` wrote, or a `Calibration`; None takes that of the
                adapters, where it lies with them.
            under: Take only what is at or below this node; an id, or a name that is unique.
            exclude: Nodes to leave out, with what is below them alone.
            examples: Labelled pictures that are shown with the questions (`data.read_examples`);
                the question has to come first (`ModelSettings.order`).
            shots: How many of them show an option at most.

        Raises:
            TaxonomyError: The taxonomy is not found or wrong, or a node is not in it.
            RequestError: The stop rule is none, or needs a calibration; or the examples show
                nothing that is asked about, cannot be read, are shown with adapters, or the image
                comes first.
            ConfigError: The calibration is not one, or belongs to other questions; the adapters
                belong to another model, form of question, or order of levels.
            ModelError: The model or the adapters are not found or cannot be loaded.

        Warns:
            HierclsWarning: The model knows nothing but another taxonomy; questions have changed
                since the adapters were trained.
        """
        if not isinstance(taxonomy, Taxonomy):
            taxonomy = Taxonomy.load(taxonomy)
        whole = taxonomy
        exclude = tuple(exclude)
        if under is not None or exclude:
            taxonomy = taxonomy.restrict(under=under, exclude=exclude)
        if isinstance(calibration, (str, Path)):
            calibration = Calibration.load(calibration)
        choice = None
        if adapters is not None:
            from hiercls.model.adapters.choice import choose

            choice = choose(adapters, whole=Plan(whole, plan), asked=Plan(taxonomy, plan))
            calibration = calibration or choice.calibration
        if stop is not None:
            parse_rule(stop, calibration=calibration)  # before the model, which takes its time
        shown = open_examples(examples, Plan(taxonomy, plan), shots=shots) if examples else None
        if shown is not None and choice is not None:
            raise RequestError("example pictures with adapters; they were trained without any")
        # Torch only where a model is wanted.
        from hiercls.model.checkpoint import checkpoint_hashes, find_checkpoint, read_trained_plan
        from hiercls.model.scorer import MiniCPMVScorer

        folder = find_checkpoint(model)
        hashes = checkpoint_hashes(folder)
        if choice is not None:
            choice.manifest.check(hashes)
            for change in choice.changes:
                warnings.warn(change, HierclsWarning, stacklevel=2)
        scorer = MiniCPMVScorer.load(model, settings, adapters=choice)
        if shown is not None:
            scorer.show(shown.pictures, shown.options)
            hashes["prompt"] = shown.prompt_hash(hashes["prompt"])
        cascade = cls(
            taxonomy,
            scorer,
            plan=plan,
            search=search,
            stop=stop,
            calibration=calibration,
            batch_size=settings.batch_size,
            hashes={**hashes, "adapters": choice.manifest.hash if choice else NO_ADAPTERS},
            label_mass=scorer.label_mass,
        )
        scorer.check(cascade.plan.question(node) for node in cascade.plan.nodes)
        trained = read_trained_plan(folder)
        if choice is None and trained not in (None, Plan(whole, plan).hash):
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
            images: Paths, encoded bytes or PIL images; taken lazily, a few batches ahead.
            top: How many leaves each prediction lists at most.

        Yields:
            One prediction an image, in the order of the images.
        """
        return self._predict(Listed(images), top=top)

    def stream(self, images: Iterable[ImageSource], *, top: int = 5) -> Iterator[Prediction]:
        """Classify images that come one after another, from a camera or a queue.

        As `predict_batch`, but no image waits for a batch to be full: while the source has none
        ready, those that are there are classified.

        Args:
            images: Iterated in a thread of its own, a bounded number ahead.
            top: How many leaves each prediction lists at most.

        Yields:
            One prediction an image, in the order of the images.
        """
        return self._predict(Arriving(images, most=self.batch_size), top=top)

    def _predict(self, supply: Supply, *, top: int) -> Iterator[Prediction]:
        if top < 1:
            raise RequestError(f"top is {top}; expected at least 1")
        if top not in self._rules:
            self._rules[top] = rule_of(self.search, self.plan, self.scorer, top=top)
        return self._predict_all(supply, top)

    def _predict_all(self, supply: Supply, top: int) -> Iterator[Prediction]:
        """Keep the batches full: images join while others still have questions."""
        crowd = Crowd(self._rules[top], self._scorer, self.plan)
        waiting: deque[tuple[Opened, int]] = deque()  # in their order, with their place in it
        routes: dict[int, Route] = {}
        ahead = IMAGES_READ_AHEAD * self.batch_size
        with Intake(supply, self._scorer, ahead=ahead) as intake:
            while True:
                if room := self._room(crowd, len(waiting)):
                    batch = intake.take(room, wait=not waiting)
                    waiting.extend((image, _join(crowd, image)) for image in batch)
                if not waiting:
                    return
                routes |= crowd.step()
                while waiting and (waiting[0][0].error is not None or waiting[0][1] in routes):
                    image, number = waiting.popleft()
                    yield self._prediction(image, routes.pop(number, None), top)

    def _room(self, crowd: Crowd, num_waiting: int) -> int:
        """How many images may join now."""
        if num_waiting >= IMAGES_WAITING * self.batch_size:
            return 0
        if crowd.num_live > self.batch_size // 2:
            return 0
        return min(self.batch_size, self._scorer.max_open - crowd.num_live)

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
