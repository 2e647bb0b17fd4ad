from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from scorers import HashScorer, opened

from hiercls.errors import SelfTestError
from hiercls.model.library import Library
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.selftest import check_answers
from hiercls.plan import Question
from hiercls.scoring import Prepared, Request

pytestmark = pytest.mark.slow


class Forgetful(HashScorer):
    """Answers a batch by its last image, as stale state between calls would."""

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        last = requests[-1].handle
        return super().score([Request(last, request.question) for request in requests])


class Broken(HashScorer):
    """Answers nothing that is a number."""

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        return [(float("nan"),) * len(request.question.options) for request in requests]


class LeftPadding(MiniCPMVScorer):
    """Reads every row at its end, as if padding stood on the left."""

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        longest = max(requests, key=lambda request: len(request.question.options))
        counts = [len(request.question.options) for request in requests]
        wrong = super().score([Request(r.handle, longest.question) for r in requests])
        return [row[:count] for row, count in zip(wrong, counts, strict=True)]


def alone(image: Image.Image, question: Question) -> tuple[float, ...]:
    scorer = HashScorer()
    return scorer.score([Request(opened(scorer, [image])[0], question)])[0]


def test_a_scorer_that_answers_alike_passes() -> None:
    assert check_answers(HashScorer(), alone, dtype="float32") == 0


@pytest.mark.parametrize("scorer", [Forgetful(), Broken()])
def test_a_scorer_that_does_not_is_refused(scorer: HashScorer) -> None:
    with pytest.raises(SelfTestError, match=r"expected at most 0\.001 in float32"):
        check_answers(scorer, alone, dtype="float32")


def test_a_model_that_is_read_at_the_wrong_place_is_refused(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(SelfTestError):
        LeftPadding.load(checkpoints["minicpmv4_6"])


def test_a_real_checkpoint_passes(checkpoints: dict[str, Path]) -> None:
    for folder in checkpoints.values():
        scorer = MiniCPMVScorer.load(folder)
        library = Library(scorer.checkpoint, scorer.prompt)
        assert check_answers(scorer, library.answer, dtype="float32") < 1e-4


def test_the_pictures_of_the_test_differ() -> None:
    seen: list[Image.Image] = []

    class Watching(HashScorer):
        def prepare(self, image: Image.Image) -> Prepared:
            seen.append(image)
            return super().prepare(image)

    check_answers(Watching(), alone, dtype="float32")
    assert seen[0].size != seen[1].size
