"""The probabilities of labels of several tokens, read along the tree of them.

A beginning that labels share is read once, and what the model keeps of it serves all of them. Two
measures of a label are to be had, and they are not the same:

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
    allowed tokens); Park et al. 2024, "Grammar-aligned decoding", section 2 (how steps differ from
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

MOST_ROWS = 256
"""Beginnings read together; each takes its share of memory, however short it is."""

MOST_LABELS = 1 << 18
"""Labels of all questions that are followed together; each is remembered until the end."""

VOCABULARY_ROWS = 64
"""Positions that are multiplied by the whole vocabulary together."""


@dataclass(frozen=True)
class Way:
    """A beginning of labels that is to be read.

    Attributes:
        question: Place of the question.
        branch: Whose tokens end it.
        source: The question to be read, or the state that the tokens go on from.
        tokens: What is read on from there.
        logprob: Of the beginning, but for the tokens of the branch that are no choice.
        path: Its tokens, on from the question.
        depth: How many branches have been read before it.
    """

    question: int
    branch: Branch
    source: Row | State
    tokens: tuple[int, ...] = ()
    logprob: float = 0.0
    path: tuple[int, ...] = ()
    depth: int = 0


@dataclass(frozen=True)
class _Seen:
    """What reading a beginning has told.

    Attributes:
        tokens: Log-probabilities of the branch's tokens that are no choice.
        choices: Of the first token of each way on.
        state: What the model keeps, where there is more to read.
        mass: As `Reply.label_mass`, at the first step, where it is wanted.
    """

    tokens: Sequence[float]
    choices: Sequence[float]
    state: State | None
    mass: float | None = None


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
        # Deepest first, and no more at a time than this, so many states are kept at each depth,
        # and those of the questions.
        depth = max((tree.depth for tree in trees), default=0)
        size = min(MOST_ROWS, max(1, self._num_kept // (depth + 1)))
        most = max((len(tree.options) for tree in trees), default=1)
        together = min(size, max(1, MOST_LABELS // most))
        replies: list[Reply] = []
        for first in range(0, len(rows), together):
            own = slice(first, first + together)
            replies += self._walk(rows[own], trees[own], size)
        return replies

    def num_tokens(self, tree: Branch) -> int:
        """Tokens of labels that are read at most."""
        own = (branch for branch in tree.walk() if not self._is_known(branch))
        return sum(len(self._read_of(branch)) for branch in own)

    def _walk(self, rows: Sequence[Row], trees: Sequence[Branch], size: int) -> Iterator[Reply]:
        tallies = [Tally() for _ in rows]
        pending = [Way(i, tree, row) for i, (row, tree) in enumerate(zip(rows, trees, strict=True))]
        while pending:
            batch = pending[-size:]
            del pending[-size:]
            further = [
                own
                for way, seen in zip(batch, halving(self._read, batch), strict=True)
                for own in self._follow(way, seen, tallies[way.question])
            ]
            pending += sorted(further, key=lambda way: way.depth)  # none before is deeper
            if not pending:
                pending = [way for i, own in enumerate(tallies) for way in self._reopen(i, own)]
        for tally in tallies:
            if self._in_steps:
                yield tally.in_steps()
            else:
                yield tally.by_likelihood(mean=self._score == "mean", mass=self._label_mass)

    def _follow(self, way: Way, seen: _Seen, tally: Tally) -> Iterator[Way]:
        """Note what is known now; what is worth reading comes back."""
        if not way.path:
            tally.origin, tally.mass = seen.state, seen.mass
        known = way.logprob + math.fsum(seen.tokens)
        if not way.branch.branches:
            tally.end(known, way.path, way.branch)
        for branch, choice in zip(way.branch.branches, seen.choices, strict=True):
            logprob, path = known + choice, way.path + branch.tokens
            if self._is_known(branch):
                tally.end(logprob, path, branch)
            elif logprob < self._least:
                tally.leave(logprob, path, branch)
            elif seen.state is not None:
                tokens, depth = self._read_of(branch), way.depth + 1
                yield Way(way.question, branch, seen.state, tokens, logprob, path, depth)

    def _reopen(self, question: int, tally: Tally) -> Iterator[Way]:
        """The most probable unread beginning, if it may hold the most probable label."""
        if tally.origin is not None and (own := tally.reopen()) is not None:
            yield Way(question, own.branch, tally.origin, own.path, own.logprob, own.path, depth=1)

    def _row(self, way: Way) -> Row:
        if isinstance(way.source, Row):
            return way.source
        return text_row(self._model, way.tokens, way.source)

    def _is_known(self, branch: Branch) -> bool:
        """Whether the first token settles which label it is, and that is all we want to know."""
        return not branch.branches and (self._in_steps or len(branch.tokens) == 1)

    def _read_of(self, branch: Branch) -> tuple[int, ...]:
        """The tokens of a branch behind which something is foretold."""
        return branch.tokens if branch.branches else branch.tokens[:-1]

    def _read(self, ways: Sequence[Way]) -> list[_Seen]:
        """Read some beginnings: those together that need the same."""
        kinds: dict[tuple[bool, bool], list[int]] = {}
        for place, way in enumerate(ways):
            is_whole = not self._in_steps and len(way.branch.tokens) > 1
            is_kept = not all(map(self._is_known, way.branch.branches))
            kinds.setdefault((is_whole, is_kept), []).append(place)
        seen: dict[int, _Seen] = {}
        for (is_whole, is_kept), places in kinds.items():
            rows = [self._row(ways[place]) for place in places]
            for batch in batches([len(row.inputs) for row in rows]):
                own = [ways[places[i]] for i in batch]
                found = self._read_rows([rows[i] for i in batch], own, is_whole, is_kept)
                seen |= zip([places[i] for i in batch], found, strict=True)
        return [seen[place] for place in range(len(ways))]

    def _read_rows(
        self, rows: Sequence[Row], ways: Sequence[Way], is_whole: bool, is_kept: bool
    ) -> list[_Seen]:
        reading = read(
            self._model.model.language_model,
            rows,
            hidden="all" if is_whole else "last",
            keep=is_kept,
        )
        assert reading.hidden is not None  # for mypy
        wanted = [self._wanted(way.branch) for way in ways]
        flat = [tokens for own in wanted for tokens in own]
        logprobs = iter(self._logprobs(reading.hidden, flat))
        masses = self._masses(reading.hidden, ways)
        seen = []
        for i, way in enumerate(ways):
            own = [next(logprobs) for _ in wanted[i]]
            choices = own.pop() if way.branch.branches else []
            state = reading.states[i] if is_kept else None
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
