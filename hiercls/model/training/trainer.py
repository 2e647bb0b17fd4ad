"""The loop: epochs of steps, a validation behind each, the best kept."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

import torch

from hiercls.config import TUNED
from hiercls.data import Course, Passage
from hiercls.model.adapters.adapters import Adapters, level_config, shared_config
from hiercls.model.adapters.manifest import SHARED, folder_name
from hiercls.model.adapters.serving import LevelAdapters
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.training.batches import Group, groups
from hiercls.model.training.feeding import Feed, Prepared
from hiercls.model.training.learner import Learner, Tally
from hiercls.model.training.parts import Judgement, Part, learning_rate
from hiercls.model.training.processes import Processes
from hiercls.model.training.progress import Progress
from hiercls.model.training.snapshot import Snapshot
from hiercls.model.training.validation import Score, Validation
from hiercls.model.training.watching import Watch
from hiercls.model.training.work import Work


class Keeper(Protocol):
    """Puts away what is worth keeping."""

    def best(self, part: Part, trainer: Trainer) -> None:
        """A part has become better than it ever was."""
        ...

    def snapshot(self, trainer: Trainer, *, is_due: bool) -> None:
        """A step is done; `is_due` where it must be possible to go on from just here."""
        ...


class Trainer:
    """One training: the model, its adapters, and how far they are.

    Args:
        work: What is to be trained.
        scorer: The model.
        processes: That train together.
        watch: Is told how it goes.
        keeper: Puts away what is worth keeping.

    Attributes:
        adapters: In the model.
        parts: What is stepped and judged together.
        progress: How far it is.
        course: The exercises.
    """

    def __init__(
        self,
        work: Work,
        scorer: MiniCPMVScorer,
        *,
        processes: Processes,
        watch: Watch,
        keeper: Keeper,
    ) -> None:
        self.work = work
        self.progress = Progress()
        self._processes = processes
        self._watch = watch
        self._keeper = keeper
        self._scorer = scorer
        self.course = Course(
            work.plan,
            work.examples,
            sampling=work.sampling,
            arrangement=work.arrangement,
            confusions=work.confusions,
            levels=work.levels,
            seed=work.training.seed,
        )
        self.adapters = self._make_adapters()
        self.parts = self._make_parts()
        self._validation = Validation(
            self.course.subsets.passages, work.validated, work.running.batch_size
        )
        self._learner = Learner(
            scorer.checkpoint,
            scorer.prompt,
            work.plan,
            adapters=self.adapters,
            made=work.adapters,
            settings=work.training,
        )

    def run(self) -> Progress:
        """Train to the end, from wherever it stands."""
        if not self.progress.before:
            self._first_validation()
        for epoch in range(self.progress.epoch, self.work.training.epochs):
            if not self._live:
                break
            self._train(epoch)
            self._judge(epoch + 1)
            self.progress.epoch, self.progress.batch = epoch + 1, 0
            self._keeper.snapshot(self, is_due=True)
        return self.progress

    def num_examples(self, level: int) -> int:
        """Images that a level learns from."""
        return len(self.course.subsets.of_level(level))

    def snapshot(self) -> Snapshot:
        """Return what it takes to go on from here."""
        tensors: dict[str, torch.Tensor] = {}
        for name in self.adapters.names:
            own = self.adapters.weights(name).items()
            tensors |= {f"weights/{name}/{key}": tensor for key, tensor in own}
        for part in self.parts:
            moments = part.moments().items()
            tensors |= {f"moments/{part.name}/{key}": tensor for key, tensor in moments}
        judgements = {part.name: asdict(part.judgement) for part in self.parts}
        return Snapshot(tensors, {"progress": self.progress.to_json(), "parts": judgements})

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from there."""
        self.progress = Progress.from_json(snapshot.state["progress"])
        for name in self.adapters.names:
            self.adapters.restore(name, snapshot.own(f"weights/{name}/"))
        for part in self.parts:
            part.judgement = Judgement(**snapshot.state["parts"][part.name])
            part.restore_moments(snapshot.own(f"moments/{part.name}/"))

    @property
    def _live(self) -> list[Part]:
        return [part for part in self.parts if not part.is_over]

    def _make_adapters(self) -> Adapters:
        work = self.work
        adapters = Adapters(self._scorer.checkpoint.model)
        if work.adapters.tune != TUNED[0]:
            config = shared_config(work.adapters, work.model)
            adapters.add(SHARED, config, seed=work.training.seed)
        for level in work.levels:
            config = level_config(work.adapters, work.model)
            adapters.add(folder_name(level), config, seed=work.training.seed + level)
        return adapters

    def _make_parts(self) -> list[Part]:
        """A part for each level that has examples, or one for all where they share an adapter."""
        levels = [level for level in self.work.levels if self.num_examples(level)]
        groups = {folder_name(level): [level] for level in levels}
        shared: list[torch.nn.Parameter] = []
        if SHARED in self.adapters.names:
            groups, shared = {"all": levels}, self.adapters.parameters(SHARED)
        return [
            Part(
                name,
                own,
                [*shared, *(p for o in own for p in self.adapters.parameters(folder_name(o)))],
                self.work.training,
            )
            for name, own in groups.items()
        ]

    def _first_validation(self) -> None:
        levels = [level for part in self.parts for level in part.levels]
        self.progress.before = self._validate("untrained", levels)
        self.progress.best = dict(self.progress.before)
        for part in self.parts:
            loss = _mean_loss(self.progress.before, part)
            part.judgement = Judgement(before=loss, best=math.inf if math.isnan(loss) else loss)
        self._keeper.snapshot(self, is_due=True)

    def _judge(self, epoch: int) -> None:
        """Validate, and keep what is better than ever."""
        live = self._live
        scores = self._validate(f"epoch {epoch}", [level for part in live for level in part.levels])
        for part in live:
            if part.judgement.judge(_mean_loss(scores, part), epoch=epoch):
                self.progress.best |= {level: scores[level] for level in part.levels}
                self._keeper.best(part, self)

    def _validate(self, when: str, levels: Sequence[int]) -> dict[int, Score]:
        begun = time.perf_counter()
        count = len(self.work.validated[self._processes.rank :: self._processes.size])
        self._watch.begin("validating", count)
        self.adapters.set_dropout(is_on=False)
        # A new one: what a scorer has read before belongs to the weights of then.
        serving = LevelAdapters(self.adapters, self.work.adapters.activation)
        scorer = MiniCPMVScorer(self._scorer.checkpoint, self.work.running, adapters=serving)
        feed: Feed[Sequence[Passage]] = Feed(
            scorer.checkpoint, max_slice_nums=self.work.running.max_slice_nums
        )
        scores = self._validation.scores(
            scorer,
            levels,
            processes=self._processes,
            feed=feed,
            on_group=self._note_validated,
        )
        self.progress.num_validated += len(self.work.validated)
        self.progress.validate_seconds += time.perf_counter() - begun
        shown = [
            f"level {level + 1} {own.accuracy:.1%} (loss {own.mean_loss:.3f})"
            for level, own in scores.items()
            if own.count
        ]
        self._watch.say(f"{when}: {'  '.join(shown) or 'nothing to validate on'}")
        return scores

    def _note_validated(self, group: Prepared[Sequence[Passage]]) -> None:
        self.progress.errors |= dict.fromkeys(group.errors)
        num_images = len(group.items) + len(group.errors)
        self._watch.advance(num_images, loss=None, accuracy=None)

    def _train(self, epoch: int) -> None:
        """Go through an epoch from the batch that is next."""
        begun = time.perf_counter()
        size = self.work.training.images_per_step
        drawn = self.course.epoch(epoch)
        live = self._live
        levels = [level for part in live for level in part.levels]
        num_batches = -(-len(drawn) // size)
        num_left = len(drawn) - self.progress.batch * size
        self._watch.begin(f"epoch {epoch + 1}/{self.work.training.epochs}", num_left)
        self.adapters.set_dropout(is_on=True)
        tally = Tally()
        for group in self._groups(epoch, levels, range(self.progress.batch, num_batches)):
            asked = drawn.is_asked[group.batch * size : (group.batch + 1) * size].sum(axis=0)
            shares = {level: 1 / asked[level] for level in levels if asked[level]}
            tally += self._learn(epoch, group, shares)
            if group.is_last:
                self._step(epoch * num_batches + group.batch, num_batches, live, shares)
                seconds = time.perf_counter() - begun
                num_images = min(size, len(drawn) - group.batch * size)
                self._end_batch(group.batch, num_images, seconds, tally)
                tally, begun = Tally(), time.perf_counter()

    def _groups(self, epoch: int, levels: Sequence[int], batches: range) -> Iterator[Group]:
        work = self.work
        return groups(
            self.course,
            Feed(self._scorer.checkpoint, max_slice_nums=work.running.max_slice_nums),
            epoch=epoch,
            batches=batches,
            levels=frozenset(levels),
            size=work.training.images_per_step,
            together=work.running.batch_size,
            processes=self._processes,
        )

    def _learn(self, epoch: int, group: Group, shares: Mapping[int, float]) -> Tally:
        """Add the gradients of a group to those of its batch."""
        self.progress.errors |= dict.fromkeys(group.prepared.errors)
        if not group.prepared.pixels:
            return Tally()
        if self.work.adapters.dropout:  # depends on where it is drawn, not on what was before
            where = (self.work.training.seed, epoch, group.batch, group.first, self._processes.rank)
            torch.manual_seed(random.Random("/".join(map(str, where))).getrandbits(63))
        prepared = group.prepared
        found = self._learner.learn(prepared.pixels, prepared.items, shares=shares)
        return sum(found.values(), Tally())

    def _end_batch(self, number: int, num_images: int, seconds: float, tally: Tally) -> None:
        self.progress.batch = number + 1
        self.progress.num_trained += num_images
        self.progress.train_seconds += seconds
        if tally.count:
            loss, accuracy = tally.loss / tally.count, tally.num_right / tally.count
            self._watch.advance(num_images, loss=loss, accuracy=accuracy)
        self._keeper.snapshot(self, is_due=False)

    def _step(
        self, step: int, steps_an_epoch: int, parts: Sequence[Part], asked: Mapping[int, float]
    ) -> None:
        """Move the weights of the parts that anything was asked of."""
        moved = [part for part in parts if any(level in asked for level in part.levels)]
        self._processes.sum_gradients([p for part in moved for p in part.parameters])
        num_steps = steps_an_epoch * self.work.training.epochs
        rate = learning_rate(self.work.training, step=step, num_steps=num_steps)
        for part in moved:
            part.step(rate)


def _mean_loss(scores: Mapping[int, Score], part: Part) -> float:
    return sum((scores[level] for level in part.levels), Score()).mean_loss
