"""The probabilities of labels of several tokens, read along the tree of them.

The question is read once and its state serves all labels; where labels part, the model is asked
once for all of them. Of their beginnings no state is kept: at full size it takes longer to write
one down than to read a few tokens again. Two measures of a label are to be had, and they are not
the same:

- In *steps* each token is measured against the tokens with which some label goes on there: the
  probability that the label comes out when the model writes and everything that leads to no label
  is struck out. The labels sum to 1 by construction, and what the model has no choice in counts
  for nothing and is not read, such as the rest of a name that no other name begins like.
- By *likelihood* each token is measured against the whole vocabulary, and then the labels against
  each other: the probability that the model writes just this, given that it writes one of them.
  Every token of every label has to be read, and the vocabulary with each. A long name is less
  likely than a short one; the *mean* is that of the logarithms over a label's tokens.

They differ where a label begins as much else does that is not offered, which steps count for it.

Source:
    De Cao et al. 2021, "Autoregressive entity retrieval", section 3.2 (names under a tree of
    allowed tokens); Park et al. 2024, "Grammar-aligned decoding" (how steps differ from
    likelihood); Brown et al. 2020, "Language models are few-shot learners", section 2.4 (the mean).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from hiercls.model.language import Row, State, read
from hiercls.model.memory import halving
from hiercls.model.opening import text_row
from hiercls.model.packing import batches
from hiercls.model.tally import Reply, Tally
from hiercls.model.trie import Branch

MOST_ROWS = 64
"""Beginnings read together; each takes its share of memory, and more run no faster."""

MOST_LABELS = 1 << 18
"""Labels of all questions that are followed together; each is remembered until the end."""

VOCABULARY_ROWS = 64
"""Positions that are multiplied by the whole vocabulary together."""


@dataclass(frozen=True)
class Way:
    """A question, or a beginning of its labels, that is to be read.

    Attributes:
        question: Place of the question.
        branch: Whose tokens end the beginning.
        path: Its tokens, on from the question; none for the question itself.
        logprob: Of the beginning, but for the tokens of the branch that are no choice.
    """

    question: int
    branch: Branch
    path: tuple[int, ...] = ()
    logprob: float = 0.0


@dataclass(frozen=True)
class _Seen:
    """What reading a beginning has told.

    Attributes:
        tokens: Log-probabilities of the branch's tokens that are no choice.
        choices: Of the first token of each way on.
        state: Behind the question, where there is more to read.
        mass: As `Reply.label_mass`, at the first step, where it is wanted.
    """

    tokens: Sequence[float]
    choices: Sequence[float]
    state: State | None
    mass: float | None


class Walk:
    """Reads questions and then the labels that may answer them.

    Args:
        model: A MiniCPM-V with its language head.
        score: "steps", "likelihood" or "mean".
        floor: In steps, what is less probable than this is read no further, but for what may hold
            the most probable label; the labels that begin so share its probability evenly.
        num_kept: How many states may be kept.
        label_mass: Whether `Reply.label_mass` is wanted.
    """

    def __init__(
        self,
        model: Any,
        *,
        score: str,
        floor: float = 0.0,
        num_kept: int = MOST_ROWS,
        label_mass: bool = False,
    ) -> None:
        self._model = model
        self._score = score
        self._in_steps = score == "steps"
        self._least = math.log(floor) if self._in_steps and floor else -math.inf
        self._num_kept = num_kept
        self._label_mass = label_mass

    def replies(self, rows: Sequence[Row], trees: Sequence[Branch]) -> list[Reply]:
        """Answer questions.

        Args:
            rows: The questions, up to the answer cue.
            trees: The labels of each.
        """
        most = max((len(tree.options) for tree in trees), default=1)
        size = max(1, min(self._num_kept, MOST_LABELS // most))
        replies: list[Reply] = []
        for first in range(0, len(rows), size):
            own = slice(first, first + size)
            replies += self._walk(rows[own], trees[own])
        return replies

    def num_tokens(self, tree: Branch) -> int:
        """Tokens of labels that are read at most."""
        return sum(len(path) for branch, path in tree.paths() if path and self._is_read(branch))

    def _walk(self, rows: Sequence[Row], trees: Sequence[Branch]) -> Iterator[Reply]:
        tallies = [Tally() for _ in rows]
        pending = [Way(question, tree) for question, tree in enumerate(trees)]
        while pending:
            batch = pending[-MOST_ROWS:]
            del pending[-MOST_ROWS:]
            texts = [self._row(way, rows, tallies) for way in batch]
            seen = halving(self._read, list(zip(batch, texts, strict=True)))
            for way, own in zip(batch, seen, strict=True):
                pending += self._follow(way, own, tallies[way.question])
            if not pending:
                pending = [way for i, own in enumerate(tallies) for way in _reopened(i, own)]
        for tally in tallies:
            if self._in_steps:
                yield tally.in_steps()
            else:
                yield tally.by_likelihood(mean=self._score == "mean", mass=self._label_mass)

    def _row(self, way: Way, rows: Sequence[Row], tallies: Sequence[Tally]) -> Row:
        if not way.path:
            return rows[way.question]
        read = way.path if way.branch.branches else way.path[:-1]  # nothing follows its last token
        return text_row(self._model, read, tallies[way.question].origin)

    def _follow(self, way: Way, seen: _Seen, tally: Tally) -> Iterator[Way]:
        """Note what is known now; what is worth reading comes back."""
        if not way.path:
            tally.origin, tally.mass = seen.state, seen.mass
        known = way.logprob + math.fsum(seen.tokens)
        if not way.branch.branches:
            tally.end(known, way.path, way.branch)
        for branch, choice in zip(way.branch.branches, seen.choices, strict=True):
            logprob, path = known + choice, way.path + branch.tokens
            if not self._is_read(branch):
                tally.end(logprob, path, branch)
            elif logprob < self._least:
                tally.leave(logprob, path, branch)
            else:
                yield Way(way.question, branch, path, logprob)

    def _is_read(self, branch: Branch) -> bool:
        """Whether more is to be known than the first token has settled."""
        return bool(branch.branches) or not (self._in_steps or len(branch.tokens) == 1)

    def _read(self, ways: Sequence[tuple[Way, Row]]) -> list[_Seen]:
        """Read some beginnings: questions apart, since their states are kept."""
        seen: dict[int, _Seen] = {}
        for is_question in (True, False):
            places = [i for i, (way, _) in enumerate(ways) if (not way.path) == is_question]
            for batch in batches([len(ways[place][1].inputs) for place in places]):
                own = [places[i] for i in batch]
                found = self._read_together([ways[place] for place in own], keep=is_question)
                seen |= zip(own, found, strict=True)
        return [seen[place] for place in range(len(ways))]

    def _read_together(self, ways: Sequence[tuple[Way, Row]], *, keep: bool) -> list[_Seen]:
        keep = keep and any(self._is_read(own) for way, _ in ways for own in way.branch.branches)
        wanted = [self._wanted(way.branch) for way, _ in ways]
        is_last = all(len(own) == 1 for own in wanted)
        reading = read(
            self._model.model.language_model,
            [row for _, row in ways],
            hidden="last" if is_last else "all",
            keep=keep,
        )
        assert reading.hidden is not None  # for mypy
        states = reading.hidden
        if not is_last:
            parts = zip(reading.packing.split(states), wanted, strict=True)
            states = torch.cat([part[-len(own) :] for part, own in parts])
        logprobs = iter(self._logprobs(states, [tokens for own in wanted for tokens in own]))
        masses = self._masses(states, [way for way, _ in ways])
        seen = []
        for i, (way, _) in enumerate(ways):
            own = [next(logprobs) for _ in wanted[i]]
            choices = own.pop() if way.branch.branches else []
            state = reading.states[i] if keep else None
            seen.append(_Seen([logprob for (logprob,) in own], choices, state, masses[i]))
        return seen

    def _wanted(self, branch: Branch) -> list[tuple[int, ...]]:
        """The tokens that may come next, at each place where something is foretold."""
        choices = [tuple(own.tokens[0] for own in branch.branches)] if branch.branches else []
        return choices if self._in_steps else [*((own,) for own in branch.tokens[1:]), *choices]

    def _logprobs(
        self, states: torch.Tensor, wanted: Sequence[tuple[int, ...]]
    ) -> list[list[float]]:
        """Log-probabilities of some tokens behind each state."""
        if self._in_steps:
            head = self._model.lm_head.weight
            found = [
                (head[list(tokens)].float() @ state.float()).log_softmax(0)
                for state, tokens in zip(states, wanted, strict=True)
            ]
        else:
            found = []
            for first in range(0, len(states), VOCABULARY_ROWS):
                logits = self._model.lm_head(states[first : first + VOCABULARY_ROWS]).float()
                rows = logits.log_softmax(-1)
                found += [
                    row[list(tokens)] for row, tokens in zip(rows, wanted[first:], strict=False)
                ]
        together = torch.cat(found).cpu()  # from a device all at once
        return [own.tolist() for own in together.split([len(tokens) for tokens in wanted])]

    def _masses(self, states: torch.Tensor, ways: Sequence[Way]) -> list[float | None]:
        """In steps, how much of the vocabulary's mass the first tokens of the labels hold."""
        masses: list[float | None] = [None] * len(ways)
        if self._label_mass and self._in_steps:
            for i, way in enumerate(ways):
                if not way.path:
                    tokens = [own.tokens[0] for own in way.branch.branches]
                    logits = self._model.lm_head(states[i]).float()
                    masses[i] = math.exp(logits.log_softmax(-1)[tokens].logsumexp(0).item())
        return masses


def _reopened(question: int, tally: Tally) -> Iterator[Way]:
    """The most probable unread beginning, if it may hold the most probable label."""
    if (own := tally.reopen()) is not None:
        yield Way(question, own.branch, own.path, own.logprob)
