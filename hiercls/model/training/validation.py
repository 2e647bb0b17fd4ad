"""How well questions are answered, put just as they will be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hiercls.data import Example, Passage, Passages
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.training.feeding import Feed, Prepared
from hiercls.model.training.processes import Processes
from hiercls.scoring import Request, Rounds


@dataclass(frozen=True)
class Score:
    """How the questions of a level are answered.

    Attributes:
        count: Questions asked.
        num_right: Answered right.
        loss: Sum over them of minus the log-probability of what is right.
    """

    count: int = 0
    num_right: int = 0
    loss: float = 0.0

    @property
    def accuracy(self) -> float:
        """Share of right answers; NaN where nothing was asked."""
        return self.num_right / self.count if self.count else float("nan")

    @property
    def mean_loss(self) -> float:
        """Mean loss of a question; NaN where nothing was asked."""
        return self.loss / self.count if self.count else float("nan")

    def __add__(self, other: Score) -> Score:
        return Score(
            self.count + other.count, self.num_right + other.num_right, self.loss + other.loss
        )


@dataclass(frozen=True)
class Validation:
    """Examples to be asked about.

    Attributes:
        passages: Of the plan.
        examples: All of them, whichever process asks.
        batch_size: Images looked at together.
    """

    passages: Passages
    examples: Sequence[Example]
    batch_size: int

    def scores(
        self,
        scorer: MiniCPMVScorer,
        levels: Sequence[int],
        *,
        processes: Processes,
        feed: Feed[Sequence[Passage]],
        on_group: Callable[[Prepared[Sequence[Passage]]], None],
    ) -> dict[int, Score]:
        """Ask the questions on the way to each truth, at some levels.

        Args:
            scorer: Answers.
            levels: Which.
            processes: Each asks about its part of the images; all know the sums.
            feed: Opens the images.
            on_group: Is told which are done.
        """
        plan = self.passages.plan
        rounds = Rounds(scorer, max_options=plan.settings.max_options, max_batch=64)
        found: dict[int, Score] = defaultdict(Score)
        for group in feed(self._groups(levels, processes)):
            if group.pixels:
                handles = scorer.open(group.pixels)
                pairs = [(h, p) for h, own in zip(handles, group.items, strict=True) for p in own]
                asked = [Request(handle, plan.question(p.asked)) for handle, p in pairs]
                answers = rounds.score(asked)
                for (_, passage), answer in zip(pairs, answers, strict=True):
                    found[passage.level] += _score(passage, answer)
            on_group(group)
        return _summed({level: found[level] for level in levels}, scorer, processes)

    def _groups(
        self, levels: Sequence[int], processes: Processes
    ) -> Iterator[list[tuple[str, Sequence[Passage]]]]:
        own = self.examples[processes.rank :: processes.size]
        for first in range(0, len(own), self.batch_size):
            group: list[tuple[str, Sequence[Passage]]] = []
            for example in own[first : first + self.batch_size]:
                passages = self.passages.of(example.node)
                group.append((example.image, [p for p in passages if p.level in levels]))
            yield group


def _score(passage: Passage, answer: Sequence[float]) -> Score:
    best = max(range(len(answer)), key=answer.__getitem__)
    right = np.logaddexp.reduce([answer[index] for index in passage.rights])
    return Score(1, int(best in passage.rights), -float(right))


def _summed(
    scores: dict[int, Score], scorer: MiniCPMVScorer, processes: Processes
) -> dict[int, Score]:
    numbers: Iterable[float] = [
        number for own in scores.values() for number in (own.count, own.num_right, own.loss)
    ]
    sums = iter(processes.sums(numbers, scorer.checkpoint.model.device))
    return {level: Score(int(next(sums)), int(next(sums)), next(sums)) for level in scores}
