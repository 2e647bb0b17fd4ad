"""How a question is put in training: which wrong options stand beside the right one."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hiercls.config import MOST_OPTIONS
from hiercls.data.confusions import Confusions, Lookalikes
from hiercls.data.passages import Around, Passage, Passages
from hiercls.errors import ConfigError
from hiercls.plan import Option, Plan, Question
from hiercls.scoring import grouped

_MOST_TRIED = 100
"""Nodes of a level that are tried for one question; nearly all of them will do."""


@dataclass(frozen=True)
class Mix:
    """Where the wrong options of a mixed question come from, as shares of any sum.

    A source that has no more leaves its share to the others.

    Attributes:
        siblings: The other options of the question itself.
        cousins: What the right option is confused with, at the same level; there are none where
            no confusions are known.
        random: Anything that is offered at the level.
    """

    siblings: float = 0.5
    cousins: float = 0.25
    random: float = 0.25

    def __post_init__(self) -> None:
        shares = (self.siblings, self.cousins, self.random)
        if min(shares) < 0 or not sum(shares):
            raise ConfigError(f"shares of wrong options are {shares}; expected some above 0")


@dataclass(frozen=True)
class ArrangementSettings:
    """How the questions of training are put.

    Attributes:
        as_asked: Share of questions that are put as they will be asked, in rounds where they
            are wide; the others are mixed. At most 1.
        mix: Where the wrong options of the others come from.
        num_options: Options of a mixed question, where there are so many; None for any number
            from 2 to as many as the plan allows.
        none_right: Share of questions that leave the right option out, so that "none of these" is
            right, where the plan offers it.
    """

    as_asked: float = 0.6
    mix: Mix = Mix()
    num_options: int | None = None
    none_right: float = 0.1

    def __post_init__(self) -> None:
        for name in ("as_asked", "none_right"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected a share, 0 to 1")
        most = MOST_OPTIONS["letter"]
        if self.num_options is not None and not 2 <= self.num_options <= most:
            raise ConfigError(f"num_options is {self.num_options!r}; expected 2 to {most}")


class Arranged(NamedTuple):
    """A question with some options in some order, and the index of the right one."""

    question: Question
    right: int


class Arranger:
    """Puts questions for training, the options in an order that means nothing.

    The right option stands in a question once. No wrong one leads to the truth or may hold it, and
    none that was mixed in lies above or below the truth. There are never more options than the
    plan allows, and no two of the same name.

    Args:
        passages: Of the plan.
        settings: How questions are put.
        confusions: What the cousins are from; the winners of other groups too, where a question is
            asked in rounds.
    """

    def __init__(
        self,
        passages: Passages,
        settings: ArrangementSettings = ArrangementSettings(),
        *,
        confusions: Confusions | None = None,
    ) -> None:
        self._passages = passages
        self._plan = passages.plan
        self._settings = settings
        self._lookalikes = Lookalikes(passages, confusions or {})
        self._offered = [_offered(self._plan, level) for level in range(self._plan.num_levels)]
        self._pools = [tuple(own.values()) for own in self._offered]

    def arrange(self, truth: str, passage: Passage, *, rng: random.Random) -> Arranged:
        """Put one of the questions on the way to a truth."""
        question = self._plan.question(passage.asked)
        chosen = rng.choice(passage.rights)
        near = self._lookalikes.of(passage.level, question.options[chosen].node)
        right, wrongs = self._sides(passage, chosen, rng)
        if rng.random() < self._settings.as_asked:
            indices = self._as_asked(question, right, wrongs, near=near, rng=rng)
            options = [question.options[index] for index in indices]
        else:
            options = self._mixed(truth, question, right, wrongs, near=near, rng=rng)
        rng.shuffle(options)
        arranged = replace(question, options=tuple(options))
        return Arranged(arranged, options.index(question.options[right]))

    def _sides(
        self, passage: Passage, chosen: int, rng: random.Random
    ) -> tuple[int, tuple[int, ...]]:
        """Return the right option, and the wrong ones; now and then none of these is right."""
        last = len(self._plan.outcomes(passage.asked)) - 1
        is_none = self._plan.outcomes(passage.asked)[last].none and last in passage.wrongs
        if is_none and len(passage.wrongs) > 1 and rng.random() < self._settings.none_right:
            return last, tuple(index for index in passage.wrongs if index != last)
        return chosen, passage.wrongs

    def _as_asked(
        self,
        question: Question,
        right: int,
        wrongs: tuple[int, ...],
        *,
        near: Mapping[str, float],
        rng: random.Random,
    ) -> list[int]:
        """Return one round of a question, as `scoring.Rounds` asks it where the right option wins.

        Which of the others win is not known: any may, or what the right option is confused with.
        """
        allowed = {right, *wrongs}
        weights = [near.get(option.node, 0.0) for option in question.options]
        members = list(range(len(question.options)))
        rounds = []
        while len(members) > self._plan.settings.max_options:
            winners = []
            for group in grouped(len(members), self._plan.settings.max_options):
                own = [members[place] for place in group if members[place] in allowed]
                if right in own:
                    rounds.append(own)
                    winners.append(right)
                elif own:
                    winners.append(_weighted(own, weights, rng))
            members = winners
        rounds.append([index for index in members if index in allowed])
        return rng.choice([own for own in rounds if len(own) > 1])

    def _mixed(
        self,
        truth: str,
        question: Question,
        right: int,
        wrongs: tuple[int, ...],
        *,
        near: Mapping[str, float],
        rng: random.Random,
    ) -> list[Option]:
        """Return the right option and wrong ones from everywhere."""
        most = self._plan.settings.max_options
        number = min(self._settings.num_options or rng.randint(2, most), most)
        around = self._passages.around(truth)
        some = rng.sample(wrongs, min(number, len(wrongs)))
        siblings = [question.options[index] for index in some]
        offered, pool = self._offered[question.level], self._pools[question.level]
        cousins = (offered[node] for node in _by_weight(near, rng) if node in offered)
        tried = (rng.choice(pool) for _ in range(_MOST_TRIED))
        mix = self._settings.mix
        sources = [
            (mix.siblings, iter(siblings)),
            (mix.cousins, _wrong(cousins, question, around)),
            (mix.random, _wrong(tried, question, around)),
        ]
        options = _drawn(question.options[right], sources, number, rng)
        return options if len(options) > 1 else [*options, siblings[0]]


class _Offered(NamedTuple):
    """An option of a level, and the node that it leads to."""

    option: Option
    reached: str


def _offered(plan: Plan, level: int) -> dict[str, _Offered]:
    """Return what is offered anywhere at a level, by node, but for nodes themselves and none."""
    found: dict[str, _Offered] = {}
    for asked in plan.nodes:
        question = plan.question(asked)
        if question.level != level:
            continue
        for option, outcome in zip(question.options, plan.outcomes(asked), strict=True):
            if not outcome.ends or plan.taxonomy.is_leaf(outcome.node):
                found.setdefault(option.node, _Offered(option, outcome.node))
    return found


def _wrong(offered: Iterable[_Offered], question: Question, around: Around) -> Iterator[Option]:
    """Yield what the truth rules out; what the question offers too, as it offers it."""
    for option, reached in offered:
        if option.node not in around and reached not in around:
            own = (one for one in question.options if one.node == option.node)
            if next(own, option) == option:
                yield option


def _drawn(
    right: Option,
    sources: Sequence[tuple[float, Iterator[Option]]],
    number: int,
    rng: random.Random,
) -> list[Option]:
    """Return the right option and others, each from a source drawn by its share."""
    options, names = [right], {right.name.casefold()}
    left = [source for source in sources if source[0]]
    while left and len(options) < number:
        source = rng.choices(left, [share for share, _ in left])[0]
        option = next(source[1], None)
        if option is None:
            left.remove(source)
        elif option.name.casefold() not in names:
            options.append(option)
            names.add(option.name.casefold())
    return options


def _weighted(indices: Sequence[int], weights: Sequence[float], rng: random.Random) -> int:
    own = [weights[index] for index in indices]
    return rng.choices(indices, own)[0] if any(own) else rng.choice(indices)


def _by_weight(weights: Mapping[str, float], rng: random.Random) -> list[str]:
    """Return all keys in random order, the heavier the sooner.

    Source:
        Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir", algorithm A.
    """
    keys = {node: rng.expovariate(1.0) / weight for node, weight in weights.items() if weight}
    return sorted(keys, key=keys.__getitem__)
