"""What the page's own program works on: nodes, questions and pictures as compact JSON.

Everything that repeats stands once, in a list, and is named by its index: nodes, paths, questions,
messages. Probabilities are whole numbers of a hundredth of a percent. A picture's question names
only the options that matter, `[question, option, probability, option, probability, ...]`, the most
probable first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from hiercls.decisions.extent import lineage
from hiercls.evaluate import Evaluation, Scored
from hiercls.images import printable
from hiercls.plan import DEFAULT_QUESTION, ITSELF, NONE
from hiercls.prediction import Step
from hiercls.report.judgement import Judgement, Outcome
from hiercls.taxonomy import Taxonomy

PARTS = 10_000  # of a probability of 1
MAX_OPTIONS = 26  # shown of one question
MAX_CONFUSIONS = 12
_LEAST = 5  # in parts; what is less probable is left out

T = TypeVar("T", bound=Hashable)


class Payload:
    """Collects what the page shows, one picture after another."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._nodes = {node: index for index, node in enumerate(taxonomy)}
        self._paths: _Index[tuple[int, ...]] = _Index()
        self._messages: _Index[str] = _Index()
        self._questions: _Index[tuple[str, tuple[str, ...]]] = _Index()
        self._right: Counter[str] = Counter()
        self._pictures: list[list[Any]] = []

    def count(self, scored: Scored, judgement: Judgement) -> None:
        """Count one picture in the tree."""
        if judgement.outcome is Outcome.RIGHT:
            self._right.update(lineage(self.taxonomy, scored.example.node))

    def add(self, scored: Scored, judgement: Judgement) -> None:
        """List one picture."""
        example, prediction = scored.example, scored.prediction
        true_path = self._true_path(example.node, prediction.path)
        marked = {*prediction.path, *lineage(self.taxonomy, example.node)}
        message = prediction.error or prediction.stopped
        self._pictures.append(
            [
                printable(example.name or example.image),
                list(Outcome).index(judgement.outcome),
                -1 if judgement.wrong_at is None else judgement.wrong_at,
                self._path(prediction.path),
                self._path(true_path),
                -1 if prediction.probability is None else _parts(prediction.probability),
                -1 if message is None else self._messages.of(printable(message)),
                [self._step(step, marked) for step in prediction.steps],
                self._ranked((one.leaf, one.probability) for one in prediction.top),
                self._ranked((one.node, one.probability) for one in prediction.nodes),
            ]
        )

    def to_dict(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        nodes = [self.taxonomy.node(node) for node in self.taxonomy]
        return {
            "root": self._nodes[self.taxonomy.root],
            "names": [printable(node.name) for node in nodes],
            "ids": [printable(node.id) for node in nodes],
            "children": [
                [self._nodes[child] for child in self.taxonomy.children(node)]
                for node in self.taxonomy
            ],
            "tallies": [self._tally(node, evaluation) for node in self.taxonomy],
            "outcomes": [outcome.value for outcome in Outcome],
            "confusions": [
                [*(self._nodes[node] for node in (one.parent, one.truth, one.answer)), one.count]
                for one in evaluation.confusions[:MAX_CONFUSIONS]
            ],
            "paths": self._paths.values,
            "messages": self._messages.values,
            "questions": [self._question(*question) for question in self._questions.values],
            "pictures": self._pictures,
        }

    def _path(self, nodes: Sequence[str]) -> int:
        return self._paths.of(tuple(self._nodes[node] for node in nodes))

    def _true_path(self, truth: str, path: Sequence[str]) -> tuple[str, ...]:
        """Return the way to the truth that goes with the answer's for as long as it can."""
        above = lineage(self.taxonomy, truth)
        shared = next((i for i, node in enumerate(path) if node not in above), len(path))
        start = path[shared - 1] if shared else self.taxonomy.root
        way = [truth]
        while way[-1] != start:
            parents = self.taxonomy.parents(way[-1])
            way.append(next(one for one in parents if start in lineage(self.taxonomy, one)))
        return (*path[:shared], *reversed(way[:-1]))

    def _step(self, step: Step, marked: set[str]) -> list[int]:
        """Return the question and its options worth showing; those in `marked` always are."""
        question = self._questions.of((step.node, step.options))
        ranked = sorted(
            range(len(step.options)), key=lambda option: step.probabilities[option], reverse=True
        )
        shown = [
            option
            for rank, option in enumerate(ranked)
            if step.options[option] in marked
            or (rank < MAX_OPTIONS and _parts(step.probabilities[option]) >= _LEAST)
        ]
        numbers = ((option, _parts(step.probabilities[option])) for option in shown)
        return [question, *(number for pair in numbers for number in pair)]

    def _ranked(self, nodes: Iterable[tuple[str, float]]) -> list[int]:
        return [part for node, share in nodes for part in (self._nodes[node], _parts(share))]

    def _question(self, node: str, options: tuple[str, ...]) -> list[Any]:
        """Return where a question is asked, its text, and what it offers."""
        known = node in self.taxonomy
        text = (self.taxonomy.question(node) if known else None) or DEFAULT_QUESTION
        where = self._nodes[node] if known else printable(node)
        return [where, printable(text), [self._option(node, option) for option in options]]

    def _option(self, node: str, option: str) -> int | str:
        """Return the node offered, or in words an option that is not one of the children."""
        if option == node and node in self.taxonomy:
            asked = self.taxonomy.node(node)
            return ITSELF.format(name=printable(asked.name)) if asked.is_class else NONE
        return self._nodes[option] if option in self._nodes else printable(option)

    def _tally(self, node: str, evaluation: Evaluation) -> list[int] | int:
        """Return the pictures of a node, those that reached it, those right, and the strays."""
        score = evaluation.nodes.get(node)
        if score is None:
            return 0
        return [score.count, score.right, self._right[node], score.answered - score.right]


class _Index(Generic[T]):
    """Values in the order they were first seen."""

    def __init__(self) -> None:
        self._indices: dict[T, int] = {}

    def of(self, value: T) -> int:
        return self._indices.setdefault(value, len(self._indices))

    @property
    def values(self) -> list[T]:
        return list(self._indices)


def _parts(probability: float) -> int:
    return min(PARTS, round(probability * PARTS))


def script_json(value: object) -> str:
    """Return JSON that can stand in a `<script>` element: nothing in it ends the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c")
